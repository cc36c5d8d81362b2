"""Training: rows that teach what they should, a loss that falls, a run that resumes."""

from itertools import islice
from random import Random

import pytest

pytest.importorskip("torch", reason="training needs the optional packages: make setup")

import torch

from workers.mutation.backends.diff_lm import WEIGHTS
from workers.training import packing, pretrain, tokenizer
from workers.training.corpus import generate

EXAMPLES = list(generate.draw_examples(5, 24, count=4))


@pytest.fixture(scope="module")
def words():
    return tokenizer.load_tokenizer(WEIGHTS / "tokenizer.json")


@pytest.fixture(scope="module")
def rows(words):
    return packing.pack_all(words, EXAMPLES)


def test_edits_packed_in_one_row_cost_what_they_cost_apart(words):
    """The block mask lets each edit see the parent and itself, and nothing else."""
    example = EXAMPLES[0]
    alone = [
        packing.pack(words, generate.Example(example.family, example.parent, (edit,)))
        for edit in example.edits[:3]
    ]
    together = packing.pack(
        words, generate.Example(example.family, example.parent, example.edits[:3])
    )
    torch.set_num_threads(1)
    model = pretrain.new_model(words, 1).eval()
    apart = [pretrain.losses(model, packing.collate([row])) for row in alone]
    tokens = [sum(w == 1 for w in row.weights) for row in alone]
    mean = sum(loss[1] * n for loss, n in zip(apart, tokens, strict=True)) / sum(tokens)
    packed = pretrain.losses(model, packing.collate([together]))[1]
    assert packed == pytest.approx(mean, rel=0.02)


def test_batches_hold_every_row_once_an_epoch(rows):
    seen: list[int] = []
    for batch in packing.batches(Random(0), rows, 4096):
        seen += [id(row) for row in batch]
        if len(seen) >= len(rows):
            break
    assert sorted(seen) == sorted(map(id, rows))


@pytest.mark.slow
def test_thirty_steps_lower_the_loss_and_a_checkpoint_resumes(words, rows, tmp_path):
    torch.set_num_threads(1)
    config = pretrain.TrainConfig(cpu_minutes=60, tokens=2048, warmup=5)
    training = pretrain.Training(config, pretrain.new_model(words, 0), tmp_path)
    before = training.loss_of(rows[:4])
    for batch in islice(packing.batches(Random(0), rows, config.tokens), 30):
        training.step(packing.collate(batch))
    after = training.loss_of(rows[:4])
    assert before > 6.5
    assert after < 4
    training.save()
    resumed = pretrain.Training(config, pretrain.new_model(words, 9), tmp_path)
    assert resumed.load()
    assert resumed.steps == 30
    assert resumed.loss_of(rows[:4]) == pytest.approx(after, rel=1e-3)
