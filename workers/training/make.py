"""Make the bundled model from nothing: corpus, tokenizer, training, weights. All of it resumes."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import torch

from workers.mutation.prompt import split_source
from workers.training import packing, pretrain, tokenizer
from workers.training.corpus import families, generate
from workers.training.corpus.generate import Example

SHARD = 700  # examples in one file of the corpus, each a parent with up to six edits
VALIDATION = {
    "same": 120,
    "other": 80,
}  # examples: new programs of trained and of held-out families
VALIDATED = 24  # rows of each that the loss is reported on
FOR_TOKENIZER = 2000  # examples


@dataclass(frozen=True)
class Recipe:
    """What is made; the same recipe gives the same corpus, tokenizer and order of training."""

    cpu_minutes: float
    rng_seed: int = 0
    shards: int = 26


def make(recipe: Recipe, folder: Path, *, processes: int, report: Callable[[dict], None]) -> Path:
    """Make, or go on making, the model in ``folder``; return the folder with its weights.

    ``folder`` holds ``corpus/``, ``tokenizer.json``, ``checkpoint.pt``, at the end ``weights/``.
    Whatever is there already is used; delete the folder to begin anew.
    """
    torch.set_num_threads(1)
    shards = make_corpus(recipe, folder / "corpus", processes, report)
    examples = [example for shard in shards for example in generate.read(shard)]
    vocabulary = folder / "tokenizer.json"
    if not vocabulary.exists():
        tokenizer.train_tokenizer(_lines(examples[:FOR_TOKENIZER])).save(str(vocabulary))
    words = tokenizer.load_tokenizer(vocabulary)
    rows = packing.pack_all(words, examples)
    report({"examples": len(rows), "edits": sum(row.edits for row in rows)})
    validation = {
        name: packing.pack_all(words, generate.read(_validation_file(folder, name)))[:VALIDATED]
        for name in VALIDATION
    }
    model = pretrain.new_model(words, recipe.rng_seed)
    config = pretrain.TrainConfig(recipe.cpu_minutes, recipe.rng_seed)
    training = pretrain.Training(config, model, folder)
    if training.load():
        report({"resumed_at_cpu_minutes": round(training.cpu / 60, 2)})
    training.run(rows, validation, report)
    pretrain.export(model, words, folder / "weights")
    return folder / "weights"


def make_corpus(
    recipe: Recipe, folder: Path, processes: int, report: Callable[[dict], None]
) -> list[Path]:
    """Draw the shards that are missing, in several processes; return those for training."""
    folder.mkdir(parents=True, exist_ok=True)
    base = recipe.rng_seed * 1_000_000
    training = [(folder / f"train-{n:02d}.jsonl", base + 1000 + n) for n in range(recipe.shards)]
    validation = [
        (_validation_file(folder.parent, name), base + 900_001 + n)
        for n, name in enumerate(VALIDATION)
    ]
    missing = [job for job in validation + training if not job[0].exists()]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        paths, seeds = zip(*missing, strict=True) if missing else ((), ())
        for number, path in enumerate(pool.map(_draw, paths, seeds), 1):
            report({"corpus": f"{number}/{len(missing)}", "file": path.name})
    return [path for path, _ in training]


def _draw(path: Path, rng_seed: int) -> Path:
    name = path.stem.partition("-")[2]
    pool = generate.held_out_pool() if name == "other" else families.FAMILIES
    examples = generate.draw_examples(rng_seed, VALIDATION.get(name, SHARD), pool)
    part = path.with_suffix(".part")  # so that an interrupted shard is drawn again
    generate.write(part, examples)
    return part.replace(path)


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
