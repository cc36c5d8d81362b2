"""The bundled model: valid often enough, repeatable, and calm about odd programs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the bundled model needs the optional packages: make setup")

from simulation.domains import get_domain
from simulation.evaluate import Evaluator
from simulation.outcome import Outcome
from simulation.sandbox import Sandbox
from simulation.terrain import make_terrain
from workers.mutation.backends.diff_lm import WeightsMissing, load_diff_lm
from workers.mutation.operator import MutationRequest, load_operator
from workers.training import validity

ROOT = Path(__file__).parents[2]
SEEDS = [s.source for s in get_domain("sodarace").seed_programs.values() if not s.is_gallery]
MESSAGE = "Changed make walker function."


@pytest.fixture(scope="module")
def operator():
    return load_operator("bundled", temperature=0.8)


@pytest.fixture(scope="module")
def parents():
    """Programs of the card's rows, by name."""
    return validity.groups(rng_seed=7, number=18)


# Lower bounds of the card's figures: three standard errors of 72 samples that are alike in fours.
@pytest.mark.parametrize(
    ("name", "first", "in_four"),
    [
        ("seeds", 0.84, 0.9),
        ("held-out families", 0.67, 0.85),
        ("foreign", 0.68, 0.85),
        ("unseen", 0.55, 0.8),
    ],
)
def test_as_many_children_are_valid_as_the_card_says(operator, parents, name, first, in_four):
    with Sandbox() as sandbox:
        evaluator = Evaluator(sandbox, get_domain("sodarace"), make_terrain("flat"))
        found = validity.measure(operator, evaluator, parents[name], pairs=18).to_json()
    assert found["valid"] >= first, found
    assert found["valid_in_4"] >= in_four, found
    assert found["novel"] >= first - 0.1, found


def test_messages_that_can_be_checked_are_mostly_obeyed(operator):
    """It used to obey "lower" and "wider" no better than chance."""
    with Sandbox() as sandbox:
        evaluator = Evaluator(sandbox, get_domain("sodarace"), make_terrain("flat"))
        messages = tuple(validity.CHECKABLE)
        found = validity.measure(operator, evaluator, SEEDS, 24, messages).to_json()
    assert found["obeyed"] >= 0.7, found  # 0.83 on the card


CODE = """
import hashlib, sys
from workers.mutation.operator import MutationRequest, load_operator
from simulation.domains import get_domain
seeds = get_domain("sodarace").seed_programs
requests = [MutationRequest(seeds[n].source, "Changed make walker function.", 3)
            for n in ("square", "cppn_fixed")]
found = load_operator("bundled", temperature=0.8).propose(requests, rng_seed=5)
text = repr([[(p.outcome, p.source, p.completion, p.tokens) for p in ps] for ps in found])
print(hashlib.sha256(text.encode()).hexdigest())
"""


def test_two_processes_at_once_propose_the_same():
    started = [
        subprocess.Popen(
            [sys.executable, "-c", CODE],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": threads},
        )
        for threads in ("1", "2")
    ]
    hashes = [process.communicate(timeout=120)[0].split()[-1] for process in started]
    assert len(hashes[0]) == 64
    assert hashes[0] == hashes[1]


def test_another_rng_seed_proposes_otherwise(operator):
    request = [MutationRequest(SEEDS[0], MESSAGE, 2)]
    one, two = (operator.propose(request, rng_seed=seed) for seed in (1, 2))
    assert [p.completion for p in one[0]] != [p.completion for p in two[0]]


TOO_LONG = "def make_walker():\n" + "    x = 1\n" * 140
ODD = ["", "\0", "\ud800", "if x:\r\n\tpass\r\n", "é = '日本'\n", "x" * 1_000_000, "(" * 500]


@pytest.mark.parametrize("parent", [TOO_LONG, *ODD], ids=lambda p: repr(p[:12]))
def test_odd_programs_give_outcomes_and_no_errors(operator, parent):
    [proposals] = operator.propose([MutationRequest(parent, MESSAGE, 2)], rng_seed=0)
    assert len(proposals) == 2
    assert all(p.outcome is None or p.reason for p in proposals)


def test_a_program_that_is_too_long_is_told_so_beside_others(operator):
    requests = [MutationRequest(TOO_LONG, MESSAGE, 1), MutationRequest(SEEDS[0], MESSAGE, 1)]
    [[long], [fine]] = operator.propose(requests, rng_seed=0)
    assert long.outcome is Outcome.NO_DIFF
    assert "141 lines" in long.reason
    assert fine.completion


def test_the_version_names_the_weights(operator):
    assert operator.version.startswith("bundled-")
    assert len(operator.version) > len("bundled-") + 7


def test_missing_weights_say_what_to_do(tmp_path):
    with pytest.raises(WeightsMissing, match="train_diff_model"):
        load_diff_lm(tmp_path)
