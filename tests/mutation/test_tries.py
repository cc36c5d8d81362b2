"""Children that the gate refuses are asked for again: together, four times at most, all counted."""

import pytest

from simulation.domains import get_domain
from simulation.outcome import Outcome
from workers.mutation.backends import Completion, Prompt
from workers.mutation.operator import DiffOperator, MutationRequest, judge
from workers.mutation.tries import propose_with_tries

SQUARE = get_domain("sodarace").seed_programs["square"].source
RADIAL = get_domain("sodarace").seed_programs["radial"].source
LINE = next(k for k, x in enumerate(SQUARE.split("\n")) if "center = wc.add_joint" in x)
GOOD = f"={LINE}|    center = wc.add_joint(2, 7)"
BAD = f"={LINE}|    center = ("


class Recorder:
    """Writes what ``text_of`` says for a prompt, a sample and a round; remembers what it saw."""

    name, version, form = "recorder", "recorder-1", "lines"

    def __init__(self, text_of, tokens=10, tries=1):
        self.text_of, self.tokens, self.tries = text_of, tokens, tries
        self.calls: list[list[Prompt]] = []
        self.seeds: list[int] = []

    def complete(self, prompts, *, temperature, rng_seed):
        self.calls.append(list(prompts))
        self.seeds.append(rng_seed)
        number = len(self.calls)
        return [
            [
                Completion(
                    self.text_of(p, k, number), self.tokens, 0.5, cost=0.25, tries=self.tries
                )
                for k in range(p.samples)
            ]
            for p in prompts
        ]


def ask(backend, *requests, **options):
    return propose_with_tries(
        backend, requests, temperature=0.8, rng_seed=7, judge=judge, **options
    )


def test_only_refused_children_are_asked_for_again_and_in_one_call():
    backend = Recorder(lambda p, k, number: BAD if number == 1 and k == 0 else GOOD)
    first, second = ask(
        backend, MutationRequest(SQUARE, "x", 3), MutationRequest(SQUARE + "\n", "y", 2)
    )
    assert [[(p.message, p.samples) for p in call] for call in backend.calls] == [
        [("x", 3), ("y", 2)],
        [("x", 1), ("y", 1)],
    ]
    assert len(set(backend.seeds)) == 2
    assert all(p.outcome is None for p in first + second)
    assert [p.tries for p in first] == [2, 1, 1]
    assert (first[0].tokens, first[0].seconds, first[0].cost) == (20, 1.0, 0.5)
    assert (first[1].tokens, first[1].seconds, first[1].cost) == (10, 0.5, 0.25)


def test_a_child_that_fails_every_try_is_a_failure_that_counts_them_all():
    backend = Recorder(lambda p, k, number: BAD)
    [[failed]] = ask(backend, MutationRequest(SQUARE, "x", 1))
    assert failed.outcome is Outcome.SYNTAX_ERROR
    assert failed.source is not None  # what the model wrote, and no one else
    assert (failed.tries, failed.tokens, len(backend.calls)) == (4, 40, 4)


@pytest.mark.parametrize(("begun", "calls"), [(1, 4), (2, 2), (4, 1)])
def test_answers_that_a_backend_took_back_are_tries_too(begun, calls):
    backend = Recorder(lambda p, k, number: BAD, tries=begun)
    [[failed]] = ask(backend, MutationRequest(SQUARE, "x", 1))
    assert (failed.tries, len(backend.calls)) == (4, calls)
    assert [call[0].tries for call in backend.calls] == [4 - begun * n for n in range(calls)]


def test_a_program_that_the_model_cannot_read_is_not_asked_for_again():
    backend = Recorder(lambda p, k, number: "", tokens=0)
    [[failed]] = ask(backend, MutationRequest(SQUARE, "x", 1))
    assert (failed.outcome, len(backend.calls)) == (Outcome.NO_DIFF, 1)


def test_one_try_is_what_the_operator_does():
    backend = Recorder(lambda p, k, number: BAD if k else GOOD)
    requests = [MutationRequest(SQUARE, "x", 2), MutationRequest(RADIAL, "y", 1)]
    assert ask(backend, *requests, tries=1) == DiffOperator(backend, 0.8).propose(
        requests, rng_seed=7
    )
