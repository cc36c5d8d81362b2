"""Any local folder with a causal language model of the transformers library, LoRA or not."""

import functools
import time
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging as transformers_log

from workers.mutation.backends import Completion, Prompt
from workers.mutation.backends.hf_decode import Answer, Reader, write_answers
from workers.mutation.backends.hf_files import CannotLoad, check_adapter, check_model, version_of
from workers.mutation.forms import get_form
from workers.mutation.forms.asking import Question, ask
from workers.mutation.mask import Parent
from workers.mutation.spec import ModelSpec
from workers.mutation.text_mask import text_mask

LONGEST_PROMPT = {"carper": 1200}  # tokens; those models know 2,048, and the diff must fit too
LARGE = 2_000_000_000  # weights; above it they stay in the file's own precision
WORTH_KEEPING = 64  # tokens that all prompts share, from which reading them once pays


class HFModel:
    """Samples answers of a local model in the form that its spec names.

    On a processor the matrix products are done in 8-bit integers (SmolLM2, one thread, 400 tokens
    of context, tokens per CPU second: prompt 1,135, batch 8 162; float32 372 and 76; bfloat16 933
    and 61), on a GPU in bfloat16. Results depend on the thread count in their last bits, so it is
    fixed.

    Args:
        masked: refuse tokens that cannot become a sensible edit, where the model is trained on
            line edits as text (``workers.mutation.text_mask``).
    """

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        spec: ModelSpec,
        version: str,
        threads: int = 1,
        masked: bool = True,
    ):
        self.model, self.tokenizer, self.spec, self.threads = model, tokenizer, spec, threads
        self.name, self.version, self.form = spec.name, version, spec.form
        self.style = style_of(spec, has_template=bool(tokenizer.chat_template))
        self.stops = _stops(model, tokenizer)
        self.text_of = functools.cache(self._text_of)
        is_known = self.style == "bare" and spec.form == "numbered" and self._spells()
        self.masked = masked and is_known
        self.parent_of = functools.lru_cache(maxsize=32)(_parent)
        self.reader = Reader(model, min(self.stops, default=0), self._head())

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

    def _complete(
        self, prompts: Sequence[Prompt], temperature: float, rng_seed: int
    ) -> list[list[Completion]]:
        results: list[list[Completion]] = [[] for _ in prompts]
        asked = [ask(get_form(self.form), p.parent, p.message, self.style) for p in prompts]
        ids = [self._encode(question) for question in asked]
        rows = []
        for number, prompt in enumerate(prompts):
            if problem := self._too_long(len(ids[number])):
                results[number] = [Completion("", 0, 0.0, problem)] * prompt.samples
            else:
                rows += [number] * prompt.samples
        generator = torch.Generator(self.model.device).manual_seed(rng_seed % 2**63)
        for batch in self._batches(rows, ids):
            started = time.perf_counter()
            used = sorted(set(batch))
            answers = [self._answer(prompts[number], used.index(number)) for number in batch]
            self._write([ids[n] for n in used], [asked[n] for n in used], answers,
                        temperature, generator)  # fmt: skip
            seconds = (time.perf_counter() - started) / len(batch)
            for number, answer in zip(batch, answers, strict=True):
                read = 0 if results[number] else len(ids[number])  # the first one pays the prompt
                results[number].append(self._completion(asked[number], answer, read, seconds))
        return results

    def _answer(self, prompt: Prompt, place: int) -> Answer:
        parent = self.parent_of(prompt.parent) if self.masked else None
        mask = text_mask(parent, self.text_of, self.stops) if parent else None
        return Answer(place, mask=mask, may_try=prompt.tries)

    def _text_of(self, token: int) -> str | None:
        text = str(self.tokenizer.decode([token], clean_up_tokenization_spaces=False))
        return text if text.replace("\n", "").isprintable() and "\ufffd" not in text else None

    def _spells(self) -> bool:
        """Whether a text is that of its tokens one after the other, as with byte pairs."""
        text = "=3|    wc.add_muscle(a, b)\n+12|\n"
        ids = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return "".join(self.text_of(token) or "" for token in ids) == text

    def _batches(self, rows: list[int], ids: list[list[int]]) -> list[list[int]]:
        """Cut the rows into batches; where padding would be seen, one prompt at a time."""
        size = self.spec.batch
        if self.reader.can_pad:
            return [rows[k : k + size] for k in range(0, len(rows), size)]
        out: list[list[int]] = []
        for number in rows:
            if not out or len(out[-1]) == size or out[-1][-1] != number:
                out.append([])
            out[-1].append(number)
        return out

    def _write(self, ids, asked, answers: list[Answer], temperature, generator) -> None:
        def is_over(answer: Answer) -> bool:
            answer.text = str(
                self.tokenizer.decode(answer.tokens, clean_up_tokenization_spaces=False)
            )
            end = asked[answer.prompt].end(answer.text)
            if end is None:
                return False
            answer.text = answer.text[:end]
            return True

        write_answers(
            self.reader,
            ids,
            answers,
            temperature=temperature,
            limit=self.spec.max_new_tokens,
            stops=self.stops,
            is_over=is_over,
            generator=generator,
        )

    def _completion(self, asked: Question, answer: Answer, read: int, seconds: float) -> Completion:
        n = answer.spent
        problem = answer.problem
        if not answer.is_over and not problem:
            problem = f"the model's answer was not over after {n} tokens"
        cost = (read * self.spec.price_in + n * self.spec.price_out) / 1e6
        text = asked.prime + answer.text
        return Completion(text, n, seconds, problem, read, cost, answer.tries)

    def _encode(self, question: Question) -> list[int]:
        text = question.text
        if question.messages:
            chat = list(question.messages)
            text = str(
                self.tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
            )
        return self.tokenizer(text, add_special_tokens=not question.messages)["input_ids"]

    def _head(self) -> list[int]:
        """Return the tokens that every prompt begins with, [] when they are few."""
        a, b = (
            self._encode(ask(get_form(self.form), parent, "x", self.style))
            for parent in ("alpha = 1", "import beta")
        )
        same = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
        return a[: same - 1] if same > WORTH_KEEPING else []

    def _too_long(self, tokens: int) -> str:
        known = getattr(self.model.config, "max_position_embeddings", None) or 2**31
        room = min(LONGEST_PROMPT.get(self.form, known), known - self.spec.max_new_tokens)
        if tokens <= room:
            return ""
        return f"the program and its question have {tokens} tokens; {self.name} reads {room}"


def _parent(source: str) -> Parent | None:
    """Return what the mask knows of a program; None of one that is nested too deeply."""
    try:
        return Parent(source)
    except RecursionError:
        return None


def style_of(spec: ModelSpec, *, has_template: bool) -> str:
    """Return how a local model is asked.

    CarperAI's models were trained on their form; an adapter is taken to be trained on the form it
    is used with, as the one that comes with SmolLM2 is. The others get worked examples.
    """
    if spec.form == "carper" or (spec.adapter and get_form(spec.form).bare):
        return "bare"
    return "chat" if has_template else "examples"


def _stops(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    found: set[int] = set()
    for source in (tokenizer, model.config, model.generation_config):
        ids = getattr(source, "eos_token_id", None)
        found |= set(ids if isinstance(ids, list) else [] if ids is None else [ids])
    return frozenset(found)


def load_hf(spec: ModelSpec, *, masked: bool = True) -> HFModel:
    """Read the model that a spec of kind ``hf`` names; nothing is downloaded, no code is run.

    Raises:
        CannotLoad: a file is missing, is pickle, or cannot be read.
    """
    folder = Path(spec.folder)
    check_model(folder)
    if spec.adapter:
        check_adapter(Path(spec.adapter))
    transformers_log.set_verbosity_error()
    transformers_log.disable_progress_bar()
    local = {"local_files_only": True, "trust_remote_code": False}
    has_gpu = torch.cuda.is_available()
    try:
        config = AutoConfig.from_pretrained(folder, **local)
        tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left", **local)
        model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(  # type: ignore[assignment]
            folder,
            config=config,
            dtype=torch.bfloat16 if has_gpu else _cpu_dtype(folder, config),
            use_safetensors=True,
            **local,
        )
        if spec.adapter:
            model = _with_adapter(model, spec.adapter)
    except Exception as error:  # whatever a damaged file raises, its reader wants to know which
        raise CannotLoad(f"the model in {folder} cannot be read: {error}") from error
    model.eval()
    model = model.cuda() if has_gpu else _in_8_bits(model)  # type: ignore[call-arg]
    return HFModel(
        model, tokenizer, spec, version_of(spec.name, spec.folder, spec.adapter), masked=masked
    )


def _cpu_dtype(folder: Path, config) -> torch.dtype:
    """Return float32, from which 8 bits are made, unless the model is too large for that."""
    size = sum(path.stat().st_size for path in folder.glob("*.safetensors"))
    width = torch.finfo(config.dtype or torch.float32).bits // 8
    return torch.float32 if size / width <= LARGE else config.dtype


def _with_adapter(model: PreTrainedModel, adapter: str) -> PreTrainedModel:
    from peft import PeftModel

    return PeftModel.from_pretrained(model, adapter).merge_and_unload()


def _in_8_bits(model: PreTrainedModel) -> PreTrainedModel:
    if model.dtype != torch.float32:
        return model
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its successor, torchao, is one more dependency
        return torch.ao.quantization.quantize_dynamic(
            model, {torch.nn.Linear}, dtype=torch.qint8, inplace=True
        )
