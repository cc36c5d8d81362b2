"""Models that people bring: a local folder, an endpoint. Checked without loading a weight."""

import hashlib
import json
from pathlib import Path
from typing import Any

from archive.models import ModelVersion
from archive.services import registry
from elmweb.accounts.models import User
from workers.mutation.spec import ModelSpec


def add(
    spec: ModelSpec, *, card: dict[str, Any] | None = None, owner: User | None = None
) -> ModelVersion:
    """Store a model that somebody brings.

    Raises:
        ValueError: the name is taken, or the folder is none that a model can be read from.
    """
    if spec.folder:
        _check_folder(Path(spec.folder), "folder", "config.json")
    if spec.adapter:
        _check_folder(Path(spec.adapter), "adapter", "adapter_config.json")
    return registry.add(spec, version=version_of(spec), card=card, owner=owner)


def version_of(spec: ModelSpec) -> str:
    """Return the name that the children of a model carry, made when it is added or probed.

    Of weights only names, sizes and times are read: gigabytes would take a page minutes.
    """
    known = [spec.kind, spec.form, spec.url, spec.model]
    for folder in filter(None, (spec.folder, spec.adapter)):
        for path in sorted(Path(folder).glob("*.safetensors")):
            found = path.stat()
            known.append(f"{path.name}:{found.st_size}:{found.st_mtime_ns}")
    return f"{spec.name}-{hashlib.sha256(json.dumps(known).encode()).hexdigest()[:12]}"


def _check_folder(folder: Path, what: str, config: str) -> None:
    if not folder.is_absolute():
        raise ValueError(f"give the {what} from the root on, such as /home/me/model, got {folder}")
    if not folder.is_dir():
        raise ValueError(f"there is no {what} {folder} on the machine that runs ELMWeb")
    try:
        is_config = isinstance(json.loads((folder / config).read_text()), dict)
    except (OSError, ValueError):
        is_config = False
    if not is_config:
        raise ValueError(f"the {what} {folder} holds no {config} that can be read")
    if not any(folder.glob("*.safetensors")):
        raise ValueError(
            f"the {what} {folder} holds no .safetensors: weights in other files are not read, "
            "because loading those can run code"
        )
