"""The bundled model: a network of five million weights that writes line edits on one CPU thread."""

import functools
import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from workers.mutation import prompt
from workers.mutation.backends import Completion, Prompt
from workers.mutation.backends.diff_lm_write import Draft, write
from workers.mutation.backends.lfm2 import Network, Prefix
from workers.mutation.mask import EditMask, Parent

WEIGHTS = Path(__file__).parent.parent / "weights"
REMEMBERED = 32  # parents that further tries need not read again; 2.4 MB for one of 400 tokens


class WeightsMissing(RuntimeError):
    """The weights are not where they should be; the message says what to do."""


class DiffLM:
    """Samples answers of the bundled model, or of one that was trained further from it.

    Args:
        masked: refuse tokens that cannot become a sensible edit (``workers.mutation.mask``);
            False samples freely, for honest figures of the model alone.
        threads: of torch; fixed, because results depend on it in their last bits.
    """

    form = "lines"

    def __init__(
        self,
        network: Network,
        tokenizer: Tokenizer,
        *,
        name: str,
        version: str,
        masked: bool = True,
        threads: int = 1,
    ):
        self.network, self.tokenizer, self.name, self.version = network, tokenizer, name, version
        self.masked, self.threads = masked, threads
        self.texts = token_texts(tokenizer)
        self.parent_of = functools.lru_cache(maxsize=REMEMBERED)(self._read_parent)

    def complete(
        self, prompts: Sequence[Prompt], *, temperature: float, rng_seed: int
    ) -> list[list[Completion]]:
        """Return the samples of each prompt; one that does not fit gives problems, no error.

        All are written in one batch. What a sample becomes depends on ``rng_seed``, its prompt's
        place in ``prompts`` and its own number there, not on the other prompts.
        """
        before = torch.get_num_threads()
        torch.set_num_threads(self.threads)
        try:
            with torch.inference_mode():
                return self._complete(prompts, temperature, rng_seed)
        finally:
            torch.set_num_threads(before)

    def _complete(
        self, prompts: Sequence[Prompt], temperature: float, rng_seed: int
    ) -> list[list[Completion]]:
        started = time.perf_counter()
        prefixes: dict[tuple[str, str], Prefix] = {}
        drafts: list[list[Draft]] = [[] for _ in prompts]
        problems = [""] * len(prompts)
        for number, p in enumerate(prompts):
            parent = self.parent_of(p.parent)
            if isinstance(parent, str):
                problems[number] = parent
                continue
            known, lines = parent
            key = p.parent, p.message
            if key not in prefixes:
                message = prompt.encode_message(self.tokenizer, p.message)
                prefixes[key] = self.network.read(message, lines)
            for sample in range(p.samples):
                rng = np.random.default_rng((rng_seed % 2**63, number, sample))
                mask = EditMask(known, self.texts) if known else None
                drafts[number].append(Draft(prefixes[key], rng, mask=mask, may_try=p.tries))
        written = [draft for group in drafts for draft in group]
        if written:
            write(self.network, written, temperature)
        each = (time.perf_counter() - started) / max(1, sum(d.spent for d in written))
        return [
            [self._completion(d, each, is_first=d is group[0]) for d in group]
            or [Completion("", 0, 0.0, problem)] * p.samples
            for p, group, problem in zip(prompts, drafts, problems, strict=True)
        ]

    def _completion(self, draft: Draft, seconds: float, is_first: bool) -> Completion:
        return Completion(
            prompt.decode_edits(self.tokenizer, draft.tokens),
            draft.spent,
            seconds * draft.spent,
            draft.problem,
            prompt_tokens=draft.prompt.length * is_first,
            tries=draft.tries,
        )

    def _read_parent(self, source: str) -> tuple[Parent | None, Prefix] | str:
        """Return what mask and network know of a parent, or why the model cannot read it."""
        try:
            ids = prompt.encode_parent(self.tokenizer, prompt.split_source(source))
            return Parent(source) if self.masked else None, self.network.read(ids)
        except prompt.TooLong as error:
            return str(error)
        except UnicodeEncodeError:
            return "the program holds characters that are no text"
        except RecursionError:
            return "the program is nested too deeply for the bundled model"


def token_texts(tokenizer: Tokenizer) -> list[str | None]:
    """Return the text of every byte-pair token; None for a piece of a character."""
    texts = [tokenizer.decode([i]) for i in range(tokenizer.get_vocab_size())]
    return [None if "\ufffd" in t or not t.isprintable() else t for t in texts]


def load_diff_lm(
    folder: Path = WEIGHTS,
    *,
    name: str = "bundled",
    version: str = "",
    **options,
) -> DiffLM:
    """Read weights, vocabulary and shape from ``folder``.

    Args:
        version: by default made from the weights' hash.
        options: of ``DiffLM``.

    Raises:
        WeightsMissing: a file is not there or cannot be read.
    """
    paths = [folder / n for n in ("model.safetensors", "tokenizer.json", "config.json")]
    missing = [p.name for p in paths if not p.is_file()]
    if missing:
        raise WeightsMissing(
            f"the bundled model lacks {', '.join(missing)} in {folder}: restore the files with "
            "`git checkout workers/mutation/weights`, or make them: `manage.py train_diff_model`"
        )
    try:
        config = json.loads(paths[2].read_text())
        network = Network(config, load_file(paths[0]))
        tokenizer = Tokenizer.from_file(str(paths[1]))
    except Exception as error:  # whatever a damaged file raises, its reader wants to know which
        raise WeightsMissing(f"the model in {folder} cannot be read: {error}") from error
    if not version:
        version = f"{name}-{hashlib.sha256(paths[0].read_bytes()).hexdigest()[:12]}"
    return DiffLM(network, tokenizer, name=name, version=version, **options)


@functools.cache
def bundled(masked: bool = True) -> DiffLM:
    """Return the model that comes with the program, read once in a process."""
    return load_diff_lm(masked=masked)
