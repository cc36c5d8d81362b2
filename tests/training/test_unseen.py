"""The programs unlike the corpus are a fair test set: they run, move and differ."""

from pathlib import Path

import pytest

from simulation.domains import get_domain
from simulation.evaluate import Evaluator
from simulation.outcome import Outcome
from simulation.sandbox import Sandbox, SandboxUnavailable
from simulation.seeds import SEED_PROGRAMS
from simulation.terrain import make_terrain

FOLDER = Path(__file__).parents[2] / "workers" / "training" / "unseen"
PROGRAMS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.py"))}
MOST_LINES = 64
MOST_CHARACTERS = 1800


@pytest.fixture(scope="module")
def evaluations():
    sources = PROGRAMS | {name: seed.source for name, seed in SEED_PROGRAMS.items()}
    assert len(sources) == len(PROGRAMS) + len(SEED_PROGRAMS)
    try:
        with Sandbox() as sandbox:
            evaluator = Evaluator(sandbox, get_domain("sodarace"), make_terrain("flat"))
            return {name: evaluator.evaluate(source) for name, source in sources.items()}
    except SandboxUnavailable as why:
        pytest.skip(str(why))


def test_there_are_at_least_forty():
    assert len(PROGRAMS) >= 40


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_fits_the_context_of_the_model(name):
    source = PROGRAMS[name]
    assert len(source.splitlines()) <= MOST_LINES
    assert len(source) <= MOST_CHARACTERS


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_walks_in_the_sandbox(name, evaluations):
    evaluation = evaluations[name]
    assert evaluation.outcome is Outcome.EVALUATED, evaluation.reason


def test_most_programs_get_somewhere(evaluations):
    far = [name for name in PROGRAMS if evaluations[name].fitness >= 1]
    assert len(far) >= 0.9 * len(PROGRAMS)


def test_no_two_programs_build_the_same_body_nor_one_of_a_seed_program(evaluations):
    assert len({evaluation.body_hash for evaluation in evaluations.values()}) == len(evaluations)
