"""Training: rows that teach what they should, a loss that falls, a run that resumes."""

from itertools import islice
from random import Random

import pytest

pytest.importorskip("torch", reason="training needs the optional packages: make setup")

import torch

from workers.mutation.backends.diff_lm import WEIGHTS
from workers.training import packing, pretrain, tokenizer
from workers.training.corpus import generate
from workers.training.corpus.generate import Example
from workers.training.muon import Muon, orthogonal


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(generate.draw_examples(5, 24, count=4))


@pytest.fixture(scope="module")
def words():
    return tokenizer.load_tokenizer(WEIGHTS / "tokenizer.json")


@pytest.fixture(scope="module")
def rows(words, examples):
    return packing.pack_all(words, examples)


def test_edits_packed_in_one_row_cost_what_they_cost_apart(words, examples):
    """The block mask lets each edit see the parent and itself, and nothing else."""
    example = examples[0]
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


@pytest.mark.parametrize("shape", [(8, 24), (24, 8), (16, 16)])
def test_orthogonalized_matrices_keep_their_singular_vectors_and_lose_their_sizes(shape):
    torch.manual_seed(1)
    matrix = torch.randn(shape) * 7
    left, _, right = torch.linalg.svd(matrix, full_matrices=False)
    sizes = (left.T @ orthogonal(matrix) @ right.T).diagonal()
    assert sizes.min() > 0.3  # the smallest ones come up last
    assert sizes.max() < 1.3


def test_muon_takes_the_steps_of_torchs_own():
    torch.manual_seed(2)
    ours, theirs = (torch.nn.Parameter(torch.ones(6, 4)) for _ in range(2))
    mine = Muon([ours], 0.1, dtype=torch.bfloat16)
    other = torch.optim.Muon([theirs], 0.1, weight_decay=0.05, adjust_lr_fn="original")
    for _ in range(3):
        gradient = torch.randn(6, 4)
        for weight, optimizer in ((ours, mine), (theirs, other)):
            weight.grad = gradient.clone()
            optimizer.step()
    assert torch.allclose(ours, theirs, atol=5e-3)
