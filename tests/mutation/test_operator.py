"""Operators: a completion becomes a proposal, whatever was written."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.domains import get_domain
from simulation.outcome import Outcome
from workers.mutation.backends import Completion
from workers.mutation.backends.scripted import Scripted
from workers.mutation.diff import Applied, apply_diff
from workers.mutation.operator import (
    DiffOperator,
    MutationRequest,
    health_of,
    judge,
    load_operator,
)
from workers.mutation.spec import ModelSpec

SQUARE = get_domain("sodarace").seed_programs["square"].source
LINE = next(k for k, x in enumerate(SQUARE.split("\n")) if "center = wc.add_joint" in x)


def written(text: str, form: str = "lines"):
    return judge(SQUARE, Completion(text, 3, 0.1), form)


def test_a_line_edit_becomes_a_child_with_its_unified_diff():
    proposal = written(f"={LINE}|    center = wc.add_joint(2, 7)")
    assert proposal.outcome is None
    assert "center = wc.add_joint(2, 7)" in proposal.source
    assert apply_diff(SQUARE, proposal.diff) == Applied(proposal.source, "exact")


def test_a_unified_diff_is_applied_with_what_it_took():
    diff = "@@ -1,1 +1,1 @@\n-    center =  wc.add_joint(5, 5)\n+    center = wc.add_joint(2, 7)\n"
    proposal = written(diff, "unified")
    assert (proposal.outcome, proposal.how_applied) == (None, "whitespace")


@pytest.mark.parametrize(
    ("text", "form", "outcome"),
    [
        ("", "lines", Outcome.NO_DIFF),
        ("let me think", "lines", Outcome.NO_DIFF),
        ("=900|x", "lines", Outcome.DOES_NOT_APPLY),
        (f"={LINE}|{SQUARE.splitlines()[LINE]}", "lines", Outcome.DOES_NOT_APPLY),
        (f"={LINE}|    center = (", "lines", Outcome.SYNTAX_ERROR),
        (f"={LINE}|    center = hub", "lines", Outcome.UNDEFINED_NAME),
        ("", "unified", Outcome.NO_DIFF),
        ("@@ -1,1 +1,1 @@\n-no\n+yes\n", "unified", Outcome.DOES_NOT_APPLY),
    ],
)
def test_a_bad_completion_ends_with_its_outcome_and_a_reason(text, form, outcome):
    proposal = written(text, form)
    assert proposal.outcome is outcome
    assert proposal.reason


def test_a_program_without_last_newline_keeps_none():
    proposal = judge("a = 1\nb = 2", Completion("=1|b = 3", 1, 0.0), "lines")
    assert proposal.source == "a = 1\nb = 3"


@given(st.text(max_size=80), st.text(max_size=80), st.sampled_from(["lines", "unified"]))
def test_no_completion_and_no_parent_breaks_an_operator(parent, text, form):
    proposal = judge(parent, Completion(text, 1, 0.0), form)
    assert proposal.outcome is None or proposal.reason


def test_a_scripted_backend_writes_what_it_was_given():
    operator = DiffOperator(Scripted([f"={LINE}|    center = wc.add_joint(1, 1)", "-1"]), 0.8)
    [[first, second, third]] = operator.propose([MutationRequest(SQUARE, "x", 3)], rng_seed=0)
    assert "add_joint(1, 1)" in first.source
    assert third.source == first.source
    assert second.source != first.source


ODD = [
    "",
    "\n",
    "x",
    "\0",
    "\t\tif:\r\n",
    "é = 1\n",
    "\ud800",
    "(" * 3000,
    "a\rb\fc",
    "\ufeffx = 1",
]


@pytest.mark.parametrize("name", ["random_gp", "scripted"])
@pytest.mark.parametrize("parent", ODD)
def test_odd_parents_give_outcomes_and_no_errors(name, parent):
    [proposals] = load_operator(name).propose([MutationRequest(parent, "Mutate", 4)], rng_seed=1)
    assert len(proposals) == 4


@settings(max_examples=30)
@given(st.integers(0, 2**40))
def test_random_gp_makes_children_that_parse_and_differ(rng_seed):
    operator = load_operator("random_gp")
    requests = [MutationRequest(SQUARE, "ignored", 3)]
    [proposals] = operator.propose(requests, rng_seed=rng_seed)
    assert [proposals] == _timeless(operator.propose(requests, rng_seed=rng_seed), proposals)
    for p in proposals:
        assert p.outcome is not None or p.source != SQUARE


def _timeless(found, like):
    from dataclasses import replace

    return [[replace(p, seconds=q.seconds) for p, q in zip(found[0], like, strict=True)]]


def test_random_gp_is_valid_now_and_then():
    operator = load_operator("random_gp")
    [proposals] = operator.propose([MutationRequest(SQUARE, "ignored", 60)], rng_seed=0)
    assert sum(p.outcome is None for p in proposals) > 15


@pytest.mark.parametrize("temperature", [0, -1, float("nan"), float("inf"), 50])
def test_a_temperature_out_of_range_is_refused(temperature):
    with pytest.raises(ValueError, match="temperature"):
        load_operator("scripted", temperature=temperature)


def test_an_unknown_backend_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="random_gp"):
        load_operator("no such model")


def test_a_spec_opens_the_same_door_as_a_name():
    operator = load_operator(ModelSpec("scripted", "scripted"), temperature=1.0)
    [[proposal]] = operator.propose([MutationRequest(SQUARE, "x", 1)], rng_seed=0)
    assert proposal.outcome is None
    assert health_of(operator) == (True, "", 0.0)


def test_what_a_child_cost_is_kept_with_it():
    completion = Completion(f"={LINE}|    center = wc.add_joint(2, 7)", 9, 0.1, "", 300, 0.02, 3)
    proposal = judge(SQUARE, completion, "numbered")
    assert (proposal.prompt_tokens, proposal.cost, proposal.tries) == (300, 0.02, 3)


def test_an_operator_with_tries_asks_again_for_what_the_gate_refuses():
    backend = Scripted(["=900|x", f"={LINE}|    center = wc.add_joint(1, 1)"])
    request = MutationRequest(SQUARE, "x", 1)
    [[once]] = DiffOperator(backend, 0.8).propose([request], rng_seed=0)
    assert (once.outcome, once.tries) == (Outcome.DOES_NOT_APPLY, 1)
    backend = Scripted(backend.completions)
    [[again]] = DiffOperator(backend, 0.8, tries=4).propose([request], rng_seed=0)
    assert (again.outcome, again.tries) == (None, 2)
