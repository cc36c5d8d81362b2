"""Fine-tuned models as zip files: out, in again, and everything that is no such file."""

import io
import json
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.models import ModelVersion
from archive.services import adapters, registry
from archive.services.adapters import export_adapter, import_adapter

pytestmark = pytest.mark.django_db
BUNDLED = registry.BUNDLED_DIR


@pytest.fixture(autouse=True)
def models_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(registry, "MODELS_DIR", tmp_path / "models")
    return tmp_path / "models"


@pytest.fixture
def row(tmp_path: Path) -> ModelVersion:
    folder = tmp_path / "made"
    shutil.copytree(BUNDLED, folder)
    return registry.adopt(folder, "mine", card={"loss": {"after": 0.5}})


def zipped(**changes: bytes | None) -> io.BytesIO:
    """Return a zip of the bundled model's files with some of them changed, added or left out."""
    parts: dict[str, bytes | None] = {
        name: (BUNDLED / name).read_bytes() for name in adapters.PARTS if name != "card.json"
    }
    parts |= {name.replace("__", "/").replace("_DOT_", "."): data for name, data in changes.items()}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            if data is not None:
                archive.writestr(name, data)
    return file


def config(**changes: object) -> bytes:
    return json.dumps(json.loads((BUNDLED / "config.json").read_text()) | changes).encode()


def header(change: Callable[[dict], object]) -> bytes:
    """Return the bundled weights with another header."""
    data = (BUNDLED / "model.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    tensors = json.loads(data[8 : 8 + length])
    change(tensors)
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


def test_a_model_comes_back_as_it_went(row, models_dir):
    path = export_adapter(row)
    assert zipfile.ZipFile(path).namelist() == [
        "model.safetensors", "tokenizer.json", "config.json", "card.json",
    ]  # fmt: skip
    with path.open("rb") as file:
        back = import_adapter(file, "again")
    assert back.card["uploaded"]["loss"] == {"after": 0.5}
    folder = Path(registry.spec_of("again").folder)
    weights = (folder / "model.safetensors").read_bytes()
    assert weights == (BUNDLED / "model.safetensors").read_bytes()
    assert back.version.split("-")[-1] == row.version.split("-")[-1]
    assert not list(models_dir.glob(".upload-*"))


def test_a_zip_has_the_card_of_the_moment(row):
    export_adapter(row)
    row.card = row.card | {"comparison": {"promote": True}}
    with zipfile.ZipFile(export_adapter(row)) as archive:
        assert json.loads(archive.read("card.json"))["comparison"] == {"promote": True}


def test_a_name_that_is_taken_is_refused(row):
    with pytest.raises(ValueError, match="called 'mine' already"):
        import_adapter(zipped(), "mine")


def widen(tensors: dict) -> None:
    name = next(iter(set(tensors) - {"__metadata__"}))
    tensors[name]["shape"] = [*tensors[name]["shape"], 2]


def shift(tensors: dict) -> None:
    for entry in tensors.values():
        if "data_offsets" in entry:
            entry["data_offsets"] = [n + 2 for n in entry["data_offsets"]]


def rename(tensors: dict) -> None:
    name = next(iter(set(tensors) - {"__metadata__"}))
    tensors["other"] = tensors.pop(name)


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (lambda: io.BytesIO(b"no zip"), "no readable zip"),
        (lambda: io.BytesIO(b""), "no readable zip"),
        (lambda: io.BytesIO(zipped().getvalue()[:-4000]), "no readable zip"),
        (lambda: zipped(config_DOT_json=None), "lacks config.json"),
        (lambda: zipped(evil_DOT_pkl=b"x"), "'evil.pkl'"),
        (lambda: zipped(**{"..__evil_DOT_json": b"{}"}), "'../evil.json'"),
        (lambda: zipped(card_DOT_json=b" " * 1_000_001), "larger than the 1,000,000"),
        (lambda: zipped(config_DOT_json=b"["), "no JSON"),
        (lambda: zipped(config_DOT_json=b"[" * 90_000), "no JSON"),
        (lambda: zipped(config_DOT_json=b"[]"), "must hold a JSON object"),
        (lambda: zipped(config_DOT_json=config(auto_map={"A": "b.c"})), "unknown settings: auto"),
        (lambda: zipped(config_DOT_json=config(hidden_size=4096)), "hidden_size is 4096"),
        (lambda: zipped(config_DOT_json=config(vocab_size=19_999)), "size of the vocabulary"),
        (lambda: zipped(config_DOT_json=config(vocab_size="big")), "vocab_size must be"),
        (lambda: zipped(tokenizer_DOT_json=b'{"model": {"type": "Unigram"}}'), "type BPE"),
        (lambda: zipped(model_DOT_safetensors=b"\x80\x04pickle"), "header cannot be so long"),
        (lambda: zipped(model_DOT_safetensors=struct.pack("<Q", 4) + b"[[[["), "no JSON header"),
        (lambda: zipped(model_DOT_safetensors=header(widen)), "is unsound"),
        (lambda: zipped(model_DOT_safetensors=header(shift)), "overlap or leave gaps"),
        (lambda: zipped(model_DOT_safetensors=header(rename)), "other tensors"),
        (lambda: zipped(model_DOT_safetensors=header(lambda t: t) + b"x"), "another size"),
    ],
)
def test_what_is_no_model_is_refused_with_a_sentence(file, words, models_dir):
    with pytest.raises(ValueError, match=words):
        import_adapter(file(), "new")
    assert not ModelVersion.objects.filter(name="new").exists()
    assert not list(models_dir.glob("*"))


def test_a_file_that_is_too_large_is_not_even_opened(monkeypatch):
    monkeypatch.setattr(adapters, "MAX_ZIP", 1000)
    with pytest.raises(ValueError, match="at most 1,000 are allowed"):
        import_adapter(zipped(), "new")


def test_only_fine_tuned_models_can_be_taken_along():
    bundled, _ = registry.tunable("bundled")
    with pytest.raises(ValueError, match="no fine-tuned model"):
        export_adapter(bundled)
