"""Fine-tuned models as files: a zip to take along, and the careful way back in.

Weights are safetensors: a header in JSON and plain numbers. Nothing here is ever unpickled.
"""

import json
import math
import struct
import tempfile
import zipfile
from pathlib import Path
from typing import IO, Any

from archive.models import ModelVersion
from archive.services import model_store, registry
from elmweb.accounts.models import User
from workers.mutation.spec import ModelSpec

WEIGHTS = "model.safetensors"
# What a zip may hold and what each part may take, unpacked [bytes].
PARTS = {
    WEIGHTS: 80_000_000,
    "tokenizer.json": 4_000_000,
    "config.json": 100_000,
    "card.json": 1_000_000,
}
OPTIONAL = {"card.json"}
MAX_ZIP = 80_000_000  # [bytes]
MAX_HEADER = 1_000_000  # [bytes] of a safetensors file
MAX_PARAMETERS = 40_000_000
SIZES = {"F32": 4, "F16": 2, "BF16": 2}
# What the shape of a model hangs on; an uploaded one must have the bundled model's, vocabulary
# aside: then it is known to load, to fit into memory and to be as fast.
_SHAPE = (
    "model_type", "architectures", "hidden_size", "intermediate_size", "num_hidden_layers",
    "num_attention_heads", "num_key_value_heads", "layer_types", "conv_L_cache",
    "tie_word_embeddings", "block_auto_adjust_ff_dim",
)  # fmt: skip


def export_adapter(row: ModelVersion) -> Path:
    """Write a fine-tuned model as a zip beside its folder, with the card of now; return where.

    Raises:
        ValueError: it is no fine-tuned model, or its files are gone.
    """
    if row.backend != "tuned":
        raise ValueError(f"{row.name!r} is no fine-tuned model: there is nothing to take along")
    spec = ModelSpec.from_json(row.spec)
    folder = registry.MODELS_DIR / spec.folder
    target = folder.with_name(f"{row.version}.zip")
    model_store.fetch(folder, spec.folder)
    missing = [name for name in PARTS if name not in OPTIONAL and not (folder / name).is_file()]
    if missing:
        raise ValueError(f"the files of {row.name!r} are gone: {', '.join(missing)}")
    card = row.card | {"name": row.name, "version": row.version}
    with (
        tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part,
        zipfile.ZipFile(part, "w") as archive,  # stored: weights do not shrink
    ):
        for name in PARTS:
            if name != "card.json":
                archive.write(folder / name, name)
        archive.writestr("card.json", json.dumps(card, indent=1))
    return Path(part.name).replace(target)


def import_adapter(file: IO[bytes], name: str, owner: User | None = None) -> ModelVersion:
    """Store an uploaded fine-tuned model under ``name``.

    Raises:
        ValueError: what is wrong with the file, and what was expected.
    """
    spec = ModelSpec(kind="tuned", name=name.strip(), folder="checked")
    if registry.is_taken(spec.name):
        raise ValueError(f"there is a model called {spec.name!r} already: choose another name")
    registry.MODELS_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=registry.MODELS_DIR, prefix=".upload-") as scratch:
        folder = Path(scratch) / "model"
        folder.mkdir()
        _unpack(file, folder)
        config = _config(folder / "config.json")
        _check_tokenizer(folder / "tokenizer.json", config)
        _check_weights(folder / WEIGHTS, config)
        card = _card(folder / "card.json")
        (folder / "card.json").unlink(missing_ok=True)
        return registry.adopt(folder, spec.name, card={"uploaded": card}, owner=owner)


def _unpack(file: IO[bytes], folder: Path) -> None:
    file.seek(0, 2)
    if file.tell() > MAX_ZIP:
        raise ValueError(f"the file has {file.tell():,} bytes, at most {MAX_ZIP:,} are allowed")
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > len(PARTS):
                raise ValueError(f"the zip holds {len(entries)} files, expected {', '.join(PARTS)}")
            for entry in entries:
                if entry.filename not in PARTS:
                    raise ValueError(
                        f"the zip holds {entry.filename[:60]!r}: only {', '.join(PARTS)} are "
                        "taken, at its top level"
                    )
                if (folder / entry.filename).exists():
                    raise ValueError(f"{entry.filename} is there twice")
                _extract(archive, entry, folder / entry.filename)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError):
        raise ValueError(
            "the file is no readable zip: upload one that the Models page exported"
        ) from None
    except (OSError, struct.error) as error:
        raise ValueError(f"the zip cannot be unpacked: {error}") from None
    missing = [n for n in PARTS if n not in OPTIONAL and not (folder / n).is_file()]
    if missing:
        raise ValueError(f"the zip lacks {', '.join(missing)}")


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one file; what it really holds is counted, not what the zip says."""
    left = PARTS[entry.filename]
    with archive.open(entry) as source, target.open("wb") as copy:
        while chunk := source.read(1 << 20):
            left -= len(chunk)
            if left < 0:
                raise ValueError(
                    f"{entry.filename} is larger than the {PARTS[entry.filename]:,} bytes allowed"
                )
            copy.write(chunk)


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise ValueError(f"{path.name} is no JSON") from None
    if not isinstance(data, dict):
        raise ValueError(f"{path.name} must hold a JSON object, got {type(data).__name__}")
    return data


def _config(path: Path) -> dict[str, Any]:
    """Return the model's shape, after a comparison with the bundled model's."""
    config, ours = _json(path), _json(registry.BUNDLED_DIR / "config.json")
    if foreign := sorted(key for key in config if key not in ours):
        # Such as auto_map, which names code to run.
        raise ValueError(f"config.json holds unknown settings: {', '.join(foreign)[:200]}")
    for key in _SHAPE:
        if config.get(key) != ours.get(key):
            raise ValueError(
                f"config.json: {key} is {str(config.get(key))[:60]}, the bundled model has "
                f"{str(ours.get(key))[:60]}; only models fine-tuned from it can be uploaded"
            )
    if type(config.get("vocab_size")) is not int or not 300 <= config["vocab_size"] <= 20_000:
        raise ValueError(
            f"config.json: vocab_size must be from 300 to 20,000, got {config.get('vocab_size')!r}"
        )
    return config


def _check_tokenizer(path: Path, config: dict[str, Any]) -> None:
    """Check that the vocabulary is byte pairs, of the size that the weights have room for."""
    model = _json(path).get("model")
    if not isinstance(model, dict) or model.get("type") != "BPE":
        raise ValueError("tokenizer.json must hold a byte-pair vocabulary (model type BPE)")
    ours = _json(registry.BUNDLED_DIR / "config.json")
    bundled = _json(registry.BUNDLED_DIR / "tokenizer.json")
    markers = ours["vocab_size"] - len(bundled["model"]["vocab"])
    vocabulary = model.get("vocab")
    if not isinstance(vocabulary, dict) or len(vocabulary) + markers != config["vocab_size"]:
        raise ValueError("tokenizer.json and config.json differ in the size of the vocabulary")


def _check_weights(path: Path, config: dict[str, Any]) -> None:
    """Compare names and shapes with the bundled model's, and sizes with the file."""
    found, ours = _header(path), _header(registry.BUNDLED_DIR / WEIGHTS)
    bundled = _json(registry.BUNDLED_DIR / "config.json")["vocab_size"]
    if set(found) != set(ours):
        odd = sorted(set(found) ^ set(ours))
        raise ValueError(f"{WEIGHTS}: other tensors than the bundled model has: {odd[0][:80]!r}")
    for name, (shape, _) in found.items():
        expected = [config["vocab_size"] if n == bundled else n for n in ours[name][0]]
        if shape != expected:
            raise ValueError(
                f"{WEIGHTS}: {name[:80]} has shape {shape}, this model needs {expected}"
            )


def _header(path: Path) -> dict[str, tuple[list[int], str]]:
    """Return (shape, type) of each tensor of a safetensors file; its numbers are not read.

    Source: the format's description in the safetensors repository.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= min(MAX_HEADER, size - 8):
            raise ValueError(f"{path.name} is no safetensors file: its header cannot be so long")
        try:
            header = json.loads(file.read(length))
        except (ValueError, RecursionError):
            raise ValueError(f"{path.name} is no safetensors file: no JSON header") from None
    if not isinstance(header, dict):
        raise ValueError(f"{path.name} is no safetensors file: its header is no object")
    header.pop("__metadata__", None)
    tensors, spans = {}, []
    for name, entry in header.items():
        try:
            shape, kind = list(entry["shape"]), entry["dtype"]
            begin, end = entry["data_offsets"]
            is_sound = all(type(n) is int and n >= 0 for n in (*shape, begin, end))
        except (TypeError, KeyError, ValueError):
            is_sound = False
        if not is_sound or kind not in SIZES or math.prod(shape) * SIZES[kind] != end - begin:
            raise ValueError(f"{path.name}: the header's entry for {name[:80]!r} is unsound")
        tensors[name] = (shape, kind)
        spans.append((begin, end))
    spans.sort()
    ends = [0, *(end for _, end in spans)]
    if any(begin != end for (begin, _), end in zip(spans, ends, strict=False)):
        raise ValueError(f"{path.name}: tensors overlap or leave gaps")
    if ends[-1] != size - 8 - length or sum(math.prod(s) for s, _ in tensors.values()) > (
        MAX_PARAMETERS
    ):
        raise ValueError(f"{path.name} has another size than its header says")
    return tensors


def _card(path: Path) -> dict[str, Any]:
    return _json(path) if path.is_file() else {}
