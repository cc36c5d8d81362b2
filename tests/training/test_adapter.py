"""The adapter's training: rows packed without loss, attention that does no more, checkpoints."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("torch")
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from transformers import AutoModelForCausalLM

from tests.mutation import tiny_models
from workers.mutation.forms import numbered
from workers.mutation.forms.asking import EXAMPLES
from workers.mutation.hunks import DoesNotApply
from workers.training import packed_attention
from workers.training.adapter import AdapterConfig, AdapterTraining
from workers.training.corpus.generate import Example
from workers.training.packing import Packed, collate

CONFIG = AdapterConfig(until=10_000, rank=2, first_layer=1, tokens=600)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The folder of a tiny model."""
    return tiny_models.save_llama(tmp_path_factory.mktemp("llama"))


@pytest.fixture
def examples() -> list[Example]:
    """One program with edits of different lengths, and another."""
    (_, parent, child), (message, other, other_child) = EXAMPLES[:2]
    edits = [(f"Change {n}", child.replace("\n", "\n" + "\n" * n, 1)) for n in range(4)]
    return [
        Example("first", parent, (*edits, ("One more thing to do", child + "x = 1\n"))),
        Example("second", other, ((message, other_child),)),
    ]


def loss_of(model, row: Packed, **seen) -> torch.Tensor:
    """Return the mean loss of a row's answers, in float32 on any processor."""
    ids, written = torch.tensor(row.ids), torch.tensor(row.weights).nonzero()[:, 0]
    positions = torch.tensor([row.positions])
    hidden = model.model(ids[None], position_ids=positions, use_cache=False, **seen)
    logits = model.lm_head(hidden.last_hidden_state[0, written - 1])
    return torch.nn.functional.cross_entropy(logits, ids[written])


def test_packed_attention_is_attention_under_a_mask(base, examples, tmp_path):
    dense, packed = (
        AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation=name)
        for name in ("sdpa", packed_attention.NAME)
    )
    for row in AdapterTraining(CONFIG, base, tmp_path).pack_all(examples):
        expected = loss_of(dense, row, attention_mask=collate([row]).mask)
        found = loss_of(packed, row, layout=packed_attention.Layout.of(row.segments))
        expected.backward()
        found.backward()
        assert found.item() == pytest.approx(expected.item(), rel=1e-5)
    assert packed.model.layers[0].self_attn.k_proj.weight.grad.abs().max() > 0
    for (name, a), b in zip(dense.named_parameters(), packed.parameters(), strict=True):
        torch.testing.assert_close(b.grad, a.grad, rtol=1e-3, atol=1e-6, msg=name)


def test_a_row_holds_answers_that_give_the_children(base, examples, tmp_path):
    training = AdapterTraining(CONFIG, base, tmp_path)
    row = training.pack_all(examples)[0]
    assert row.edits == 5
    for n, (_, child) in enumerate(examples[0].edits, 1):
        at = [i for i, s in enumerate(row.segments) if s == n and row.weights[i]]
        assert row.ids[at[-1]] == training.tokenizer.eos_token_id
        answer = training.tokenizer.decode([row.ids[i] for i in at[:-1]])
        applied = numbered.read(examples[0].parent, answer)
        assert not isinstance(applied, DoesNotApply)
        assert applied.source.rstrip("\n") == child.rstrip("\n")


def test_training_lowers_the_loss_and_goes_on_from_its_checkpoint(base, examples, tmp_path):
    reports = []
    config = replace(CONFIG, until=300, rank=8, first_layer=0, save_every=0.0, rate=1e-2)
    training = AdapterTraining(config, base, tmp_path)
    rows = training.pack_all(examples)
    training.run(rows, {"same": rows}, reports.append)
    assert reports[-1]["same"] < reports[0]["same"] - 0.1
    assert training.tokens == reports[-1]["tokens"] > training.edits > 0

    again = AdapterTraining(config, base, tmp_path)
    assert (again.steps, again.edits, again.cpu) == (training.steps, training.edits, training.cpu)
    assert all(torch.equal(w, training.weights[name]) for name, w in again.weights.items())
    again.run(rows, {}, reports.append)  # the budget is spent
    assert again.steps == training.steps


def test_what_is_exported_is_read_and_trained_on(base, examples, tmp_path):
    training = AdapterTraining(replace(CONFIG, until=20), base, tmp_path / "a")
    rows = training.pack_all(examples)
    training.run(rows, {}, lambda line: None)
    training.export(tmp_path / "adapter")
    assert str(tmp_path) not in (tmp_path / "adapter" / "adapter_config.json").read_text()
    on = AdapterTraining(CONFIG, base, tmp_path / "b", start=tmp_path / "adapter")
    for name, weight in training.weights.items():
        assert torch.equal(on.weights[name], weight.bfloat16().float()), name
    assert any(w.abs().max() > 0 for name, w in on.weights.items() if "lora_B" in name)


def train_in_company(rank: int, base: Path, folder: Path, examples: list[Example]) -> None:
    """Train as one of two processes; keep what came out."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", f"file://{folder}/meet", rank=rank, world_size=2)
    training = AdapterTraining(replace(CONFIG, until=60), base, folder)
    reports: list[dict] = []
    training.run(training.pack_all(examples), {}, reports.append)
    found = {name: w.data for name, w in training.weights.items()}
    torch.save([found, training.edits, training.tokens, len(reports)], folder / f"{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_end_with_the_same_weights_and_count_together(base, examples, tmp_path):
    mp.spawn(train_in_company, (base, tmp_path, examples), nprocs=2)
    (first, edits, tokens, told), (second, *same, silent) = (
        torch.load(tmp_path / f"{rank}.pt") for rank in range(2)
    )
    assert all(torch.equal(weight, second[name]) for name, weight in first.items())
    assert any(weight.abs().max() > 0 for name, weight in first.items() if "lora_B" in name)
    assert same == [edits, tokens]
    # Each has one of the two programs: 5 edits of the first and 1 of the other a step.
    assert edits >= 60
    assert edits % (8 * 6) == 0
    assert (told, silent) == (1, 0)
    again = AdapterTraining(replace(CONFIG, until=60), base, tmp_path)
    assert again.edits == edits
