"""Make the bundled model from nothing: corpus, tokenizer, training, weights. All of it resumes."""

import resource
import shutil
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer

from simulation.sandbox import Sandbox
from workers.mutation.backends.diff_lm import load_diff_lm
from workers.mutation.operator import DiffOperator
from workers.mutation.prompt import split_source
from workers.training import packing, practice, pretrain, tokenizer
from workers.training.corpus import directed, generate, stdlib, styles
from workers.training.corpus.generate import Example
from workers.training.corpus.harvest import harvest

SHARD = 700  # examples in one file of the corpus, each a parent with up to six edits
# Examples of what the loss is reported on: new programs of trained families, of families held out,
# of the broad families, functions of the standard library, edits made for an effect.
VALIDATION = {"same": 120, "other": 80, "wide": 80, "aside": 80, "told": 80}
# Kinds of shards, with their first rng seed. The two with many edits of a parent are for larger
# models: reading the parent is most of what an edit costs them.
KINDS = {
    "plain": 1000,
    "broad": 2000,
    "library": 3000,
    "directed": 4000,
    "many": 6000,
    "manydirected": 7000,
}
HARVEST = "harvest.jsonl"  # of the corpus: what runs accepted
PRACTICE = 5000  # first rng seed of the shards that the model writes itself
PLAIN_TO_THE_END = 4  # plain shards beside the directed ones
VALIDATED = 24  # rows of each that the loss is reported on
FOR_TOKENIZER = 2000  # examples
MEMORY = 3 << 30  # bytes of address space, of a process that draws
LIBRARY_LINES = 60_000  # of the standard library, for the vocabulary


@dataclass(frozen=True)
class Recipe:
    """What is made; the same recipe gives the same corpus, tokenizer and order of training.

    The corpus has shards of several kinds. Plain ones come first: copying from the parent, most
    of the work of an edit, is learnt sooner on programs that are alike. In the end come edits
    made for the effect that their message asks for (``corpus.directed``), beside the others, and
    at last what the model itself did right by then (``practice``).
    """

    cpu_minutes: float
    rng_seed: int = 0
    plain: int = 16  # shards of the first families
    broad: int = 12  # of programs as different people write them, with more kinds of edits
    library: int = 8  # of functions of the standard library: edits, bugs and their repair
    directed: int = 10  # of edits that do what their message asks for
    plain_share: float = 0.25  # of the budget, on plain shards alone
    practice: int = 2  # of the model's own edits that did what they should
    directed_share: float = 0.45  # of the budget, at its end, on directed shards and the others
    practice_share: float = 0.25  # of the budget, the last of it, with the model's own as well
    start: Path | None = None  # weights to train on, on the last mix alone, at lower rates

    @property
    def shards(self) -> dict[str, int]:
        """How many are drawn of each kind."""
        kinds = ("plain", "broad", "library", "directed")
        return {kind: getattr(self, kind) for kind in kinds}


def make(
    recipe: Recipe,
    folder: Path,
    *,
    processes: int,
    report: Callable[[dict], None],
    threads: int = 1,
) -> Path:
    """Make, or go on making, the model in ``folder``; return the folder with its weights.

    ``folder`` holds ``corpus/``, ``tokenizer.json``, ``checkpoint.pt``, at the end ``weights/``.
    Whatever is there already is used; delete the folder to begin anew. What ``add_harvest`` put
    there is learnt from in the last mix.

    Args:
        processes: that draw the corpus.
        threads: of the training; with another number the weights differ in their last bits.
    """
    torch.set_num_threads(threads)
    shards = make_corpus(recipe.shards, recipe.rng_seed, folder / "corpus", processes, report)
    plain, directed_ones = _read(shards["plain"]), _read(shards["directed"])
    vocabulary = folder / "tokenizer.json"
    if not vocabulary.exists():
        if recipe.start:
            shutil.copy(recipe.start / "tokenizer.json", vocabulary)
        else:
            lines = _lines(plain[:FOR_TOKENIZER]) + _library_lines()
            tokenizer.train_tokenizer(lines).save(str(vocabulary))
    words = tokenizer.load_tokenizer(vocabulary)
    rows = packing.pack_all(words, plain)
    more = packing.pack_all(words, _read(shards["broad"] + shards["library"]))
    last = packing.pack_all(words, directed_ones) + more + rows[: PLAIN_TO_THE_END * SHARD]
    harvested = folder / "corpus" / HARVEST
    last += packing.pack_all(words, _read([harvested]) if harvested.exists() else [])
    report({"examples": len(rows + more), "edits": sum(row.edits for row in rows + more)})
    validation = {
        name: packing.pack_all(words, generate.read(_validation_file(folder, name)))[:VALIDATED]
        for name in VALIDATION
    }
    config = pretrain.TrainConfig(recipe.cpu_minutes, recipe.rng_seed)
    if recipe.start:
        model = pretrain.read_model(recipe.start)
        config = replace(config, muon_rate=config.muon_rate / 2, adam_rate=config.adam_rate / 2)
    else:
        model = pretrain.new_model(words, recipe.rng_seed)
    training = pretrain.Training(config, model, folder)
    if training.load():
        report({"resumed_at_cpu_minutes": round(training.cpu / 60, 2)})
    if not recipe.start:
        training.run(rows, validation, report, until=recipe.plain_share)
        training.run(rows + more, validation, report, until=1 - recipe.directed_share)
    training.run(last, validation, report, until=1 - recipe.practice_share)
    own = packing.pack_all(words, _practised(recipe, training, words, folder))
    beside = Random(recipe.rng_seed).sample(last, min(len(own), len(last)))
    training.run(own + beside, validation, report)
    pretrain.export(model, words, folder / "weights")
    return folder / "weights"


def _practised(
    recipe: Recipe, training: pretrain.Training, words: Tokenizer, folder: Path
) -> list[Example]:
    """Return the model's own edits that did what they should; missing shards are made now."""
    paths = [folder / "corpus" / f"practice-{n:02d}.jsonl" for n in range(recipe.practice)]
    weights = folder / "halfway"
    for number, path in enumerate(paths):
        if path.exists():
            continue
        pretrain.export(training.model, words, weights)
        operator = DiffOperator(load_diff_lm(weights), practice.TEMPERATURE)
        seed = recipe.rng_seed * 1_000_000 + PRACTICE + number
        with Sandbox() as sandbox:
            _store(path, practice.practise(operator, sandbox, seed, SHARD))
    return _read(paths)


def add_harvest(folder: Path, triples: Iterable[tuple[str, str, str]]) -> int:
    """Keep what runs accepted as a part of the corpus in ``folder``; return how many edits.

    Args:
        triples: parent, commit message, child (Lehman et al. 2022, section 4.1: train on them).
    """
    examples = harvest(triples)
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    _store(folder / "corpus" / HARVEST, examples)
    return sum(len(example.edits) for example in examples)


def _read(paths: list[Path]) -> list[Example]:
    return [example for path in paths for example in generate.read(path)]


def make_corpus(
    wanted: dict[str, int],
    rng_seed: int,
    folder: Path,
    processes: int,
    report: Callable[[dict], None],
) -> dict[str, list[Path]]:
    """Draw the shards that are missing, in several processes; return those for training by kind.

    Args:
        wanted: how many of each of ``KINDS``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    base = rng_seed * 1_000_000
    shards = {
        kind: [folder / f"{kind}-{n:02d}.jsonl" for n in range(count)]
        for kind, count in wanted.items()
    }
    jobs = [
        (_validation_file(folder.parent, name), base + 900_001 + n)
        for n, name in enumerate(VALIDATION)
    ]
    for kind, paths in shards.items():
        jobs += [(path, base + KINDS[kind] + n) for n, path in enumerate(paths)]
    missing = [job for job in jobs if not job[0].exists()]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        files, seeds = zip(*missing, strict=True) if missing else ((), ())
        for number, path in enumerate(pool.map(_draw, files, seeds), 1):
            report({"corpus": f"{number}/{len(missing)}", "file": path.name})
    return shards


def _draw(path: Path, rng_seed: int) -> Path:
    # an edited program may ask for any amount of memory; in its own process it gets this much
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    kind, _, name = path.stem.partition("-")
    number = VALIDATION[name] if kind == "val" else SHARD
    return _store(path, _DRAWN[name if kind == "val" else kind](rng_seed, number))


def _store(path: Path, examples: Iterable[Example]) -> Path:
    part = path.with_suffix(".part")  # so that an interrupted shard is drawn again
    generate.write(part, examples)
    return part.replace(path)


_DRAWN: dict[str, Callable[[int, int], Iterator[Example]]] = {
    "plain": generate.draw_examples,
    "broad": partial(generate.draw_examples, pool=styles.BROAD),
    "library": stdlib.draw_stdlib,
    "same": generate.draw_examples,
    "other": partial(generate.draw_examples, pool=generate.held_out_pool()),
    "wide": partial(generate.draw_examples, pool=styles.BROAD),
    "aside": stdlib.draw_stdlib,
    "directed": directed.draw_directed,
    "told": directed.draw_directed,
    "many": partial(generate.draw_examples, pool=styles.BROAD, count=16),
    "manydirected": partial(directed.draw_directed, most=14, plain=3),
}


def _validation_file(folder: Path, name: str) -> Path:
    return folder / "corpus" / f"val-{name}.jsonl"


def _lines(examples: list[Example]) -> list[str]:
    """Return the lines that the vocabulary is learnt from: parents, children, messages."""
    texts = []
    for example in examples:
        texts += split_source(example.parent)
        for message, child in example.edits[:2]:
            texts += [message, *split_source(child)]
    return texts


def _library_lines() -> list[str]:
    """Return lines of the standard library's modules, for the words of other programs."""
    lines = []
    for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")):
        text = path.read_text(errors="replace").split("\n")
        lines += [s.rstrip() for s in text if s.strip() and len(s) < 100 and s.isascii()]
    Random(0).shuffle(lines)
    return lines[:LIBRARY_LINES]
