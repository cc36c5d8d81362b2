import json
import subprocess
import sys

import pytest

from simulation.domains import get_domain
from simulation.evaluate import Evaluator, SandboxLost, evaluate_walker
from simulation.outcome import Outcome
from simulation.physics import WORLD_VERSION
from simulation.sandbox import Sandbox, SandboxUnavailable, Status, Verdict
from simulation.seeds import SEED_PROGRAMS
from simulation.terrain import make_terrain
from tests.simulation.programs import muscle, rod, run_seed_program, square

DOMAIN = get_domain("sodarace")
FLAT = make_terrain("flat")


class OneVerdict:
    """A sandbox that has already made up its mind."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def run(self, source: str, *, rng_seed: int = 0) -> Verdict:
        return self.verdict


def outcome_of(verdict: Verdict):
    evaluation = Evaluator(OneVerdict(verdict), DOMAIN, FLAT).evaluate("")
    return evaluation.outcome, evaluation.reason


@pytest.mark.parametrize(
    ("verdict", "outcome", "reason"),
    [
        (
            Verdict(Status.ERROR, message="line 3: KeyError: 'a'", error="KeyError", line=3),
            Outcome.CRASHED,
            "The program stopped in line 3 with KeyError: 'a'.",
        ),
        (
            Verdict(Status.ERROR, message="boom", error="ValueError"),
            Outcome.CRASHED,
            "The program stopped with ValueError: boom.",
        ),
        (
            Verdict(Status.ERROR, message="'[' was never closed", error="SyntaxError", line=2),
            Outcome.SYNTAX_ERROR,
            "The program is not valid Python in line 2: '[' was never closed.",
        ),
        (
            Verdict(Status.ERROR, error="MemoryError", line=7),
            Outcome.CRASHED,
            "The program ran out of memory in line 7.",
        ),
        (
            Verdict(Status.TIMEOUT, wall_ms=2001),
            Outcome.TIMED_OUT,
            "The program took too much time: it was stopped after 2.0 s.",
        ),
        (
            Verdict(Status.CPU_LIMIT, cpu_ms=1003),
            Outcome.TIMED_OUT,
            "The program was stopped after 1.0 s of computing time.",
        ),
        (
            Verdict(Status.CRASHED, message="It died of signal 11."),
            Outcome.CRASHED,
            "The program stopped with an error: It died of signal 11.",
        ),
        (
            Verdict(Status.FORBIDDEN_SYSCALL),
            Outcome.FORBIDDEN,
            "The program tried something the sandbox forbids.",
        ),
        (
            Verdict(Status.BAD_RESULT, message="Expected a walker, got 3."),
            Outcome.BAD_RESULT,
            "The program did not return a walker: Expected a walker, got 3.",
        ),
    ],
)
def test_a_program_without_a_walker_ends_with_its_reason(verdict, outcome, reason):
    assert outcome_of(verdict) == (outcome, reason)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.OK, Status.SANDBOX_LOST}))
def test_every_verdict_has_an_outcome_and_a_sentence(status):
    outcome, reason = outcome_of(Verdict(status))
    assert not outcome.has_body
    assert reason.endswith(".")


def test_a_lost_sandbox_judges_nobody():
    with pytest.raises(SandboxLost, match="sandbox_lost"):
        outcome_of(Verdict(Status.SANDBOX_LOST))


def test_an_evaluation_is_plain_json_and_complete():
    evaluation = evaluate_walker(square(), DOMAIN, FLAT)
    assert evaluation.outcome is Outcome.EVALUATED
    assert evaluation.fitness == abs(evaluation.details["signed_distance"])
    assert evaluation.measures == (10.0, 10.0, pytest.approx(21.07, abs=0.01))
    assert (evaluation.details["joints"], evaluation.details["muscles"]) == (4, 6)
    assert evaluation.world_version == WORLD_VERSION
    assert len(evaluation.trajectory_hash) == len(evaluation.body_hash) == 64
    json.dumps([evaluation.details, evaluation.walker, evaluation.measures], allow_nan=False)


def test_measures_outside_the_map_are_marked_as_clipped():
    assert not evaluate_walker(square(30.0), DOMAIN, FLAT).clipped
    assert evaluate_walker(square(30.1), DOMAIN, FLAT).clipped


def test_a_walker_without_a_body_says_why():
    still = {"joints": [[0, 0], [5, 0]], "muscles": [rod(0, 1)]}
    evaluation = evaluate_walker(still, DOMAIN, FLAT)
    assert evaluation.outcome is Outcome.BAD_BODY
    assert evaluation.reason.startswith("Nothing moves")
    assert (evaluation.fitness, evaluation.measures) == (None, None)


def test_what_the_body_builder_did_is_told():
    walker = {"joints": [[0, 0], [5, 0], [9, 9]], "muscles": [muscle(0, 1)]}
    notes = evaluate_walker(walker, DOMAIN, FLAT).details["notes"]
    assert notes == ["1 joint without a spring was dropped"]


def test_an_unknown_domain_names_the_known():
    with pytest.raises(ValueError, match="use one of sodarace"):
        get_domain("chess")


def test_the_papers_commit_messages_have_its_shares():
    assert [weight for _, weight in DOMAIN.commit_messages] == [0.4, 0.3, 0.3]


@pytest.mark.parametrize("absent", ["django", "celery", "redis", "torch"])
def test_the_simulation_imports_without(absent):
    code = (
        f"import sys; sys.modules[{absent!r}] = None; import simulation.replay, simulation.domains"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "first",
    ["simulation.seeds", "simulation.domains.base", "simulation.domains", "simulation.evaluate"],
)
def test_modules_import_in_any_order(first):
    subprocess.run([sys.executable, "-c", f"import {first}, simulation.domains"], check=True)


# --- through the real sandbox ------------------------------------------------------------------


@pytest.fixture(scope="module")
def evaluator():
    try:
        with Sandbox() as sandbox:
            yield Evaluator(sandbox, DOMAIN, FLAT)
    except SandboxUnavailable as why:
        pytest.skip(str(why))


@pytest.mark.parametrize("name", SEED_PROGRAMS)
def test_a_seed_program_gives_in_the_sandbox_what_it_gives_here(name, evaluator):
    inside = evaluator.evaluate(SEED_PROGRAMS[name].source)
    here = evaluate_walker(run_seed_program(name), DOMAIN, FLAT)
    assert inside.trajectory_hash == here.trajectory_hash
    assert inside.sandbox_ms > 0


BUILD = """
    wc = walker_creator()
    a, b, c = wc.add_joint(0, 0), wc.add_joint(6, 0), wc.add_joint(3, 5)
    wc.add_muscle(a, b)
    wc.add_muscle(b, c, 5.0, 0.25)
    wc.add_muscle(c, a, 0.0, 5.0, 0.5)
    return wc.get_walker()
"""


@pytest.mark.parametrize(
    "head",
    [
        "def make_walker():",
        "def walker():",
        "def make_walk(n=6):",
        "def helper(x):\n    return x\n\ndef walk(*args):",
    ],
)
def test_the_entry_point_may_have_another_name(head, evaluator):
    """Two of the paper's six published programs renamed it."""
    evaluation = evaluator.evaluate(head + BUILD)
    assert evaluation.outcome is Outcome.EVALUATED, evaluation.reason
    assert (evaluation.details["joints"], evaluation.details["muscles"]) == (3, 3)


def test_a_program_without_a_function_is_a_bad_result(evaluator):
    evaluation = evaluator.evaluate("x = 1")
    assert evaluation.outcome is Outcome.BAD_RESULT
    assert "make_walker" in evaluation.reason
