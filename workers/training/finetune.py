"""Fine-tune all weights of the diff model on accepted diffs: seeded, in slices, resumable exactly.

The paper fine-tunes its diff model once on the diffs that MAP-Elites accepted, weighted equally
(Lehman et al. 2022, arXiv 2206.08896, section 5.1); it gives no hyper-parameters. Rehearsal with
generated examples, against forgetting, is not in the paper.
"""

import copy
import math
import random
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import Lfm2ForCausalLM
from transformers.utils import logging as transformers_log

from archive.tuning import TuneConfig
from workers.mutation import prompt
from workers.mutation.backends.diff_lm import load_diff_lm
from workers.mutation.lines import edits_between
from workers.mutation.operator import DiffOperator, MutationRequest
from workers.training import packing, pretrain
from workers.training.corpus import generate, stdlib, styles
from workers.training.corpus.generate import Example
from workers.training.harvest import EDITS_PER_ROW, Edit, Split, weighed
from workers.training.packing import Packed

MAX_REHEARSAL = 400  # different examples; drawing one takes about 0.1 s
VALIDATIONS = 10  # of the loss, besides the one before the first step
PROBES = 3  # of sampled children, besides the one before the first step
PROBE_PARENTS, PROBE_CHILDREN = 8, 4
PROBE_TEMPERATURE = 0.8
MAX_VALIDATION = 24  # rows
WARMUP = 0.1  # share of the steps over which the rate rises
LAST_RATE = 0.05  # of the full one, at the last step
CLIP = 1.0  # norm of the gradients


@dataclass(frozen=True)
class Data:
    """Token rows and what the children are sampled from."""

    training: list[Packed]
    validation: list[Packed]
    parents: list[Edit]  # held-out edits, one of each parent: parents and messages to sample with
    counts: dict[str, int]


@dataclass(frozen=True)
class Sampled:
    """One child of the model in training that passed the static gate."""

    parent_body: str
    source: str


@dataclass
class Point:
    """One point of the curves. Losses in nats per token of the answer."""

    step: int
    seconds: float
    train: float | None
    validation: float
    samples: int = 0
    well_formed: float | None = None  # share of the samples that pass the static gate
    children: tuple[Sampled, ...] = ()  # to be run, for the share that is valid

    def to_json(self) -> dict[str, Any]:
        """Return the point as the page shows it."""
        data: dict[str, Any] = {
            "step": self.step,
            "seconds": round(self.seconds, 1),
            "train": None if self.train is None else round(self.train, 4),
            "validation": round(self.validation, 4),
        }
        if self.well_formed is not None:
            data |= {"samples": self.samples, "well_formed": round(self.well_formed, 4)}
        return data


class Finetune:
    """One fine-tuning, how far it is, and the best weights so far.

    ``advance`` goes on for a while; ``save`` and ``load`` keep everything that the rest depends
    on, so that an interrupted training gives the same weights as one in a single piece.
    """

    def __init__(
        self, config: TuneConfig, model: Lfm2ForCausalLM, tokenizer: Tokenizer, data: Data,
        scratch: Path,
    ):  # fmt: skip
        self.config, self.model, self.tokenizer = config, model, tokenizer
        self.data, self.scratch = data, scratch
        weights = list(model.parameters())
        groups: list[dict[str, Any]] = [
            {"params": [p for p in weights if p.ndim > 1], "weight_decay": 0.01},
            {"params": [p for p in weights if p.ndim < 2], "weight_decay": 0.0},
        ]
        self.adam = torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.98))
        self.steps = max(1, round(config.epochs * self._batches_in_epoch()))
        self.step = self.tokens = 0
        self.seconds = 0.0
        self.lost: list[float] = []  # losses of the steps since the last validation
        self.validated = -1  # step of the last validation
        self.best: dict[str, Tensor] = {}
        self.best_step, self.best_loss = 0, math.inf
        self.since_best = 0  # validations
        self.is_done = False

    def advance(
        self, seconds: float, *, should_stop: Callable[[], bool] = lambda: False
    ) -> list[Point]:
        """Train for about ``seconds``, a step at least; return the points measured meanwhile."""
        points: list[Point] = []
        source = self._source()
        began = time.perf_counter()
        counted = self.seconds
        while not self.is_done:
            if self._is_due():
                points.append(self._validate())
            elif self.step >= self.steps:
                self.is_done = True
            else:
                self._step(next(source))
            self.seconds = counted + time.perf_counter() - began
            if points and points[-1].step == self.step:
                points[-1].seconds = self.seconds
            if time.perf_counter() - began >= seconds or should_stop():
                break
        return points

    def _source(self):
        """Return the batches that are still to come; which ones they are follows from the seed."""
        rows = random.Random(self.config.rng_seed)
        batches = packing.batches(rows, self.data.training, self.config.batch_tokens)
        return islice(batches, self.step, None)

    def _batches_in_epoch(self) -> int:
        rows, batches = 0, 0
        source = packing.batches(
            random.Random(self.config.rng_seed), self.data.training, self.config.batch_tokens
        )
        while rows < len(self.data.training):
            rows += len(next(source))
            batches += 1
        return batches

    def _is_due(self) -> bool:
        every = math.ceil(self.steps / VALIDATIONS)
        return self.validated != self.step and (self.step % every == 0 or self.step == self.steps)

    def _is_probed(self) -> bool:
        """Whether children are sampled at this validation: at the first, the last and between."""
        every = math.ceil(self.steps / VALIDATIONS)
        marks = {round(k * self.steps / PROBES / every) * every for k in range(PROBES)}
        return self.step in marks or self.step == self.steps

    def _step(self, rows: list[Packed]) -> None:
        rate = self.config.learning_rate * _schedule(self.step, self.steps)
        for group in self.adam.param_groups:
            group["lr"] = rate
        batch = packing.collate(rows)
        self.model.train()
        total, answers = pretrain.losses(self.model, batch)
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.adam.step()
        self.adam.zero_grad(set_to_none=True)
        self.lost.append(answers)
        self.step += 1
        self.tokens += batch.tokens

    def _validate(self) -> Point:
        loss = self.validation_loss()
        train = sum(self.lost) / len(self.lost) if self.lost else None
        point = Point(self.step, self.seconds, train, loss)
        self.lost, self.validated = [], self.step
        if loss < self.best_loss:
            self.best_loss, self.best_step, self.since_best = loss, self.step, 0
            weights = self.model.state_dict()
            self.best = {name: weight.clone() for name, weight in weights.items()}
        else:
            self.since_best += 1
            self.is_done = 0 < self.config.patience <= self.since_best
        if self._is_probed() or self.is_done:
            self._probe(point)
        return point

    @torch.no_grad()
    def validation_loss(self) -> float:
        """Return the mean loss on the held-out parents' edits [nats per answer token]."""
        self.model.eval()
        total, tokens = 0.0, 0
        for k in range(0, len(self.data.validation), 4):
            batch = packing.collate(self.data.validation[k : k + 4])
            number = int(batch.is_answer.sum())
            total += pretrain.losses(self.model, batch)[1] * number
            tokens += number
        return total / max(1, tokens)

    def _probe(self, point: Point) -> None:
        """Sample children of held-out parents with the weights as they are."""
        folder = self.scratch / "probe"
        pretrain.export(self.model, self.tokenizer, folder)
        operator = DiffOperator(load_diff_lm(folder), PROBE_TEMPERATURE)
        asked = [MutationRequest(e.parent, e.message, PROBE_CHILDREN) for e in self.data.parents]
        answers = operator.propose(asked, rng_seed=self.config.rng_seed)
        shutil.rmtree(folder)
        made = [(e, p) for e, proposals in zip(self.data.parents, answers, strict=True)
                for p in proposals]  # fmt: skip
        point.samples = len(made)
        point.children = tuple(
            Sampled(edit.parent_body, proposal.source)
            for edit, proposal in made
            if proposal.outcome is None and proposal.source is not None
        )
        point.well_formed = len(point.children) / max(1, len(made))

    def export(self, folder: Path) -> None:
        """Write the best weights as the operator loads them."""
        best = copy.deepcopy(self.model)
        best.load_state_dict(self.best)
        pretrain.export(best, self.tokenizer, folder)

    _PLAIN = (
        "step", "tokens", "seconds", "lost", "validated", "best_step", "best_loss", "since_best",
        "is_done",
    )  # fmt: skip

    def save(self, path: Path) -> None:
        """Write a checkpoint; one that was torn by a kill is never under its name."""
        state = {name: getattr(self, name) for name in self._PLAIN}
        state |= {"model": self.model.state_dict(), "best": self.best}
        state |= {"adam": self.adam.state_dict()}
        part = path.with_suffix(".part")
        torch.save(state, part)
        part.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint of the same config and data."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.adam.load_state_dict(state["adam"])
        self.best = state["best"]
        for name in self._PLAIN:
            setattr(self, name, state[name])


def open_finetune(config: TuneConfig, base: Path, split: Split, folder: Path) -> Finetune:
    """Return a fine-tuning of the model in ``base`` at its first step.

    Args:
        folder: the training's own; generated examples are kept there, so that they are drawn once.

    Raises:
        ValueError: no row of training or of validation fits the model.
        OSError: the base's files cannot be read.
    """
    torch.set_num_threads(1)  # as the operator, and the sums' order decides their last bits
    torch.manual_seed(config.rng_seed)
    transformers_log.set_verbosity_error()
    transformers_log.disable_progress_bar()
    model = Lfm2ForCausalLM.from_pretrained(
        base, dtype=torch.float32, local_files_only=True, attn_implementation="sdpa"
    )
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    folder.mkdir(parents=True, exist_ok=True)
    data = make_data(config, tokenizer, split, folder / "rehearsal.jsonl")
    return Finetune(config, model, tokenizer, data, folder)


def make_data(config: TuneConfig, tokenizer: Tokenizer, split: Split, rehearsal: Path) -> Data:
    """Return the rows of a training, generated ones mixed in.

    Raises:
        ValueError: nothing fits the model, or nothing is left to validate on.
    """
    rows, too_long = pack_edits(tokenizer, weighed(split.training, config.weighting))
    validation, not_validated = pack_edits(tokenizer, split.validation)
    if not rows or not validation:
        raise ValueError(
            f"of {len(split.training)} accepted diffs {too_long} are too long for the model, and "
            f"of {len(split.validation)} for validation {not_validated}: nothing is left to learn "
            "from, or to measure it on"
        )
    number = round(len(rows) * config.rehearsal / (1 - config.rehearsal))
    generated = _rehearsal(rehearsal, min(number, MAX_REHEARSAL), config.rng_seed)
    first = {edit.parent: edit for edit in reversed(split.validation)}
    rng = random.Random(config.rng_seed)
    parents = sorted(first.values(), key=lambda edit: edit.parent)
    rng.shuffle(parents)
    shown = validation if len(validation) <= MAX_VALIDATION else (
        rng.sample(validation, MAX_VALIDATION)
    )  # fmt: skip
    tokens = sum(len(row.ids) for row in rows)
    drawn = packing.pack_all(tokenizer, generated)
    generated_rows = (drawn * math.ceil(number / len(drawn)))[:number] if drawn else []
    return Data(
        rows + generated_rows,
        shown,
        parents[:PROBE_PARENTS],
        {
            "packed_rows": len(rows),
            "rehearsal_rows": len(generated_rows),
            "tokens": tokens,
            "rehearsal_tokens": sum(len(row.ids) for row in generated_rows),
            "too_long": too_long + not_validated,
        },
    )


def pack_edits(tokenizer: Tokenizer, edits: Sequence[Edit]) -> tuple[list[Packed], int]:
    """Return rows of one parent with up to six edits each, and how many edits do not fit."""
    by_parent: dict[str, list[Edit]] = {}
    for edit in edits:
        by_parent.setdefault(edit.parent, []).append(edit)
    rows: list[Packed] = []
    too_long = 0
    for parent, found in by_parent.items():
        fitting = [edit for edit in found if _fits(tokenizer, edit)]
        too_long += len(found) - len(fitting)
        for k in range(0, len(fitting), EDITS_PER_ROW):
            chosen = fitting[k : k + EDITS_PER_ROW]
            pairs = tuple((edit.message, edit.child) for edit in chosen)
            row = packing.pack(tokenizer, Example("accepted", parent, pairs))
            if row is None or row.edits != len(chosen):
                too_long += len(chosen)  # the parent itself is too long
                continue
            _weigh(row, [edit.weight for edit in chosen])
            rows.append(row)
    return rows, too_long


def _fits(tokenizer: Tokenizer, edit: Edit) -> bool:
    edits = edits_between(prompt.split_source(edit.parent), prompt.split_source(edit.child))
    written = sum(len(e.text) for e in edits)
    if not edits or written > 20 * packing.MAX_ANSWER:
        return False
    return len(prompt.encode_edits(tokenizer, edits)) <= packing.MAX_ANSWER


def _weigh(row: Packed, weights: Sequence[float]) -> None:
    """Multiply the loss weights of each edit's answer."""
    for k, segment in enumerate(row.segments):
        if segment and row.weights[k]:
            row.weights[k] *= weights[segment - 1]


def _rehearsal(path: Path, number: int, rng_seed: int) -> Iterable[Example]:
    """Return generated examples, drawn once and kept: a restart must not draw them again."""
    if not number:
        return []
    if not path.is_file():
        part = path.with_suffix(".part")
        broad, library = round(0.4 * number), round(0.2 * number)  # the corpus's mix, about
        generate.write(
            part,
            [
                *generate.draw_examples(rng_seed, number - broad - library),
                *generate.draw_examples(rng_seed, broad, pool=styles.BROAD),
                *stdlib.draw_stdlib(rng_seed, library),
            ],
        )
        part.replace(path)
    return generate.read(path)


def _schedule(step: int, steps: int) -> float:
    """Return the share of the full rate: a linear rise, then half a cosine down."""
    warmup = max(1, round(WARMUP * steps))
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    return LAST_RATE + (1 - LAST_RATE) * (1 + math.cos(math.pi * progress)) / 2
