"""The bundled model: a network of five million weights that writes line edits on one CPU thread."""

import functools
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoModelForCausalLM, PreTrainedModel
from transformers.utils import logging as transformers_log

from workers.mutation import prompt
from workers.mutation.backends import Completion, Prompt
from workers.mutation.backends.diff_lm_decode import Decoder, State
from workers.mutation.mask import Answer, EditMask, Parent

WEIGHTS = Path(__file__).parent.parent / "weights"
NUCLEUS = 0.95  # probability mass that may be sampled, as in OpenELM
CANDIDATES = 48  # tokens per step that the mask may choose among
LONGEST = 260  # tokens of an answer; the corpus has none longer
MAX_ROWS = 32  # in one batch
RESTARTS = 3  # of a whole answer
LINE_RESTARTS = 2  # of its lines; cheap, since only the line at hand is written again
REWRITTEN = 140  # further steps, for lines that are written again
TOO_LONG_ANSWER = "the model's answer grew too long"
DEAD_END = "the model found no way on in its edit"


class WeightsMissing(RuntimeError):
    """The weights are not where they should be; the message says what to do."""


@dataclass
class Row:
    """One answer being written."""

    number: int
    mask: EditMask
    free: bool
    tokens: list[int] = field(default_factory=list)
    spent: int = 0  # tokens sampled, taken-back ones included
    start: State | None = None  # of the decoder before the first token
    line_start: tuple[State, Answer, int] | None = None  # at the line's start, with its tokens
    restarts: int = 0
    line_restarts: int = 0
    problem: str = ""
    is_done: bool = False


class DiffLM:
    """Samples answers of the bundled model.

    Args:
        masked: refuse tokens that cannot become a sensible edit (``workers.mutation.mask``);
            False samples freely, for honest figures of the model alone.
        threads: of torch; fixed, because results depend on it in their last bits.
    """

    form = "lines"

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: Tokenizer,
        version: str,
        *,
        name: str = "bundled",
        masked: bool = True,
        threads: int = 1,
    ):
        self.model, self.tokenizer, self.version, self.name = model, tokenizer, version, name
        self.masked, self.threads = masked, threads
        self.texts = token_texts(tokenizer)

    def complete(
        self, prompts: Sequence[Prompt], *, temperature: float, rng_seed: int
    ) -> list[list[Completion]]:
        """Return the samples of each prompt; one that does not fit gives problems, no error."""
        before = torch.get_num_threads()
        torch.set_num_threads(self.threads)
        try:
            with torch.inference_mode():
                return self._complete(prompts, temperature, rng_seed)
        finally:
            torch.set_num_threads(before)

    def _complete(self, prompts, temperature, rng_seed) -> list[list[Completion]]:
        results: list[list[Completion]] = [[] for _ in prompts]
        batch: list[tuple[int, int]] = []  # (prompt, samples)
        generator = torch.Generator().manual_seed(rng_seed % 2**63)
        for number, p in enumerate(prompts):
            left = p.samples
            while left:
                room = MAX_ROWS - sum(n for _, n in batch)
                take = min(left, room)
                batch.append((number, take))
                left -= take
                if take == room:
                    self._batch(prompts, batch, temperature, generator, results)
                    batch = []
        if batch:
            self._batch(prompts, batch, temperature, generator, results)
        return results

    def _batch(
        self,
        prompts: Sequence[Prompt],
        batch: list[tuple[int, int]],
        temperature: float,
        generator: torch.Generator,
        results: list[list[Completion]],
    ) -> None:
        """Write the answers of up to ``MAX_ROWS`` rows and append them to ``results``."""
        started = time.perf_counter()
        parents: dict[str, tuple[Parent, list[int]] | str] = {}
        questions: list[list[int]] = []
        counts: list[int] = []
        rows: list[Row] = []
        for number, samples in batch:
            source = prompts[number].parent
            found = parents.setdefault(source, parents.get(source) or self._read_parent(source))
            if isinstance(found, str):
                results[number] += [Completion("", 0, 0.0, found)] * samples
                continue
            parent, ids = found
            message = prompt.encode_message(self.tokenizer, prompts[number].message)
            questions.append(ids + message)
            counts.append(samples)
            free = not self.masked
            rows += [Row(number, EditMask(parent, self.texts), free) for _ in range(samples)]
        if not rows:
            return
        self._write(Decoder(self.model, questions, counts), rows, temperature, generator)
        seconds = (time.perf_counter() - started) / len(rows)
        for row in rows:
            text = prompt.decode_edits(self.tokenizer, row.tokens)
            results[row.number].append(Completion(text, row.spent, seconds, row.problem))

    def _read_parent(self, source: str) -> tuple[Parent, list[int]] | str:
        """Return a parent with its token ids, or a sentence why the model cannot read it."""
        try:
            return Parent(source), prompt.encode_parent(self.tokenizer, prompt.split_source(source))
        except prompt.TooLong as error:
            return str(error)
        except UnicodeEncodeError:
            return "the program holds characters that are no text"
        except RecursionError:
            return "the program is nested too deeply for the bundled model"

    def _write(
        self, decoder: Decoder, rows: list[Row], temperature: float, generator: torch.Generator
    ) -> None:
        active = list(rows)
        for k, row in enumerate(active):
            row.start = decoder.remember(k)
            self._mark_line(row, row.start)
        for _ in range(LONGEST + REWRITTEN):
            tokens = self._choose(active, decoder, temperature, generator)
            left = [k for k, row in enumerate(active) if not row.is_done]
            if not left:
                return
            if len(left) < 0.75 * len(active):
                decoder.keep(left)
                active, tokens = [active[k] for k in left], [tokens[k] for k in left]
            decoder.step(tokens)
            for k, row in enumerate(active):
                if not row.is_done and not row.free and row.mask.answer.state == "op":
                    self._mark_line(row, decoder.remember(k))
        for row in active:
            if not row.is_done:
                row.problem, row.is_done = TOO_LONG_ANSWER, True

    def _mark_line(self, row: Row, state: State) -> None:
        row.line_start = (state, row.mask.answer.copy(), len(row.tokens))

    def _choose(
        self, active: list[Row], decoder: Decoder, temperature: float, generator: torch.Generator
    ) -> list[int]:
        """Pick each row's next token; rows in a dead end are taken back first."""
        picked = [prompt.EOS] * len(active)
        todo = [k for k, row in enumerate(active) if not row.is_done]
        while todo:
            orders = candidates(decoder.logits[todo], temperature, generator)
            again = []
            for k, order in zip(todo, orders, strict=True):
                row = active[k]
                token = order[0] if row.free else self._first_allowed(row, order)
                row.spent += 1
                if token is None or len(row.tokens) >= LONGEST:
                    back = None if row.free else self._take_back(row)
                    if back is not None:
                        decoder.rewind(k, back)
                        again.append(k)
                        continue
                    row.is_done = True
                    row.problem = DEAD_END if token is None else TOO_LONG_ANSWER
                    continue
                picked[k] = token
                if token == prompt.EOS:
                    row.is_done = True
                    continue
                row.tokens.append(token)
                if not row.free:
                    row.mask.push(token)
            todo = again
        return picked

    def _first_allowed(self, row: Row, order: list[int]) -> int | None:
        """Return the first token that the mask allows; None in a dead end."""
        token = next(filter(row.mask.allows, order), None)
        wants_to_end = order[0] == prompt.NL != token
        return None if wants_to_end and row.mask.is_whole_line() else token

    def _take_back(self, row: Row) -> State | None:
        """Reset a row to its line's start, or to the very start; None when it used up its tries."""
        in_line = row.mask.answer.state != "op" and row.line_restarts < LINE_RESTARTS
        if in_line and row.line_start is not None:
            row.line_restarts += 1
            state, answer, length = row.line_start
            row.mask.answer = answer.copy()
            del row.tokens[length:]
            return state
        if row.restarts < RESTARTS and row.start is not None:
            row.restarts += 1
            row.line_restarts = 0
            row.mask.answer = Answer()
            row.tokens.clear()
            self._mark_line(row, row.start)
            return row.start
        return None


def candidates(logits: Tensor, temperature: float, generator: torch.Generator) -> list[list[int]]:
    """Return, for each row, tokens in the order in which sampling without replacement draws them.

    Gumbel noise added to log probabilities and sorted is such an order, so taking the first that
    the mask allows samples the masked distribution exactly. Tokens beyond the nucleus come last.
    """
    if temperature <= 0:
        return logits.topk(CANDIDATES).indices.tolist()
    top = (logits / temperature).log_softmax(-1).topk(CANDIDATES)
    mass = top.values.exp().cumsum(-1) - top.values.exp()
    noise = torch.rand(top.values.shape, generator=generator).clamp_(1e-9, 1 - 1e-7)
    drawn = top.values - (-noise.log()).log() - 1e4 * (mass >= NUCLEUS)
    return top.indices.gather(-1, drawn.argsort(-1, descending=True)).tolist()


def token_texts(tokenizer: Tokenizer) -> list[str | None]:
    """Return the text of every byte-pair token; None for a piece of a character."""
    texts = [tokenizer.decode([i]) for i in range(tokenizer.get_vocab_size())]
    return [None if "\ufffd" in t or not t.isprintable() else t for t in texts]


def load_diff_lm(folder: Path = WEIGHTS, **options) -> DiffLM:
    """Read weights, vocabulary and shape from ``folder``.

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
    transformers_log.set_verbosity_error()  # it warns of kernels that only a GPU would use
    transformers_log.disable_progress_bar()
    try:
        model = AutoModelForCausalLM.from_pretrained(
            folder, dtype=torch.float32, local_files_only=True, attn_implementation="sdpa"
        )
        tokenizer = Tokenizer.from_file(str(paths[1]))
    except Exception as error:  # whatever a damaged file raises, its reader wants to know which
        raise WeightsMissing(f"the bundled model in {folder} cannot be read: {error}") from error
    digest = hashlib.sha256(paths[0].read_bytes()).hexdigest()
    return DiffLM(model.eval(), tokenizer, f"bundled-{digest[:12]}", **options)


@functools.cache
def bundled(masked: bool = True) -> DiffLM:
    """Return the model that comes with the program, read once in a process."""
    return load_diff_lm(masked=masked)
