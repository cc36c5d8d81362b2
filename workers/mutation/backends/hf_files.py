"""A Hugging Face model's folder: looked at before anything in it is loaded."""

import hashlib
import json
from pathlib import Path


class CannotLoad(RuntimeError):
    """A model's files are missing, unsafe or broken; the message says which and what to do."""


def check_model(folder: Path) -> None:
    """Make sure that the folder holds a model without pickles.

    Raises:
        CannotLoad: no such folder, no configuration, or no safetensors.
    """
    if not (folder / "config.json").is_file():
        raise CannotLoad(f"{folder} holds no config.json: name the folder of a Hugging Face model")
    _check_weights(folder, "model")


def check_adapter(folder: Path) -> None:
    """Make sure that the folder holds a LoRA adapter without pickles.

    Raises:
        CannotLoad: no such folder, another kind of adapter, or no safetensors.
    """
    try:
        config = json.loads((folder / "adapter_config.json").read_text())
    except (OSError, ValueError) as error:
        raise CannotLoad(f"{folder} holds no adapter: {error}") from error
    if config.get("peft_type") != "LORA":
        raise CannotLoad(f"{folder}: only LoRA adapters are read, not {config.get('peft_type')!r}")
    _check_weights(folder, "adapter_model")


def _check_weights(folder: Path, stem: str) -> None:
    if any(folder.glob(f"{stem}*.safetensors")):
        return
    if any(folder.glob("*.bin")) or any(folder.glob("*.pt")):
        raise CannotLoad(
            f"{folder} holds its weights as pickle (.bin), which may run any code when it is "
            "read: convert them to safetensors (save_pretrained does so) and try again"
        )
    raise CannotLoad(f"{folder} holds no weights ({stem}*.safetensors)")


def version_of(name: str, folder: str, adapter: str = "") -> str:
    """Return the model's name with a hash of its weights: what its children are filed under."""
    digest = hashlib.sha256()
    for place in filter(None, (folder, adapter)):
        for path in sorted(Path(place).glob("*.safetensors")):
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"{name}-{digest.hexdigest()[:12]}"
