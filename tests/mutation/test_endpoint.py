"""Endpoints, over real HTTP: children from good ones, clear problems from bad ones, no key lost."""

import gzip
import json
import logging
import socket
import time

import pytest

from simulation.outcome import Outcome
from tests.mutation.endpoint_server import (
    Server,
    answers,
    breaks_off,
    closes,
    drips,
    drips_headers,
    floods,
    hangs,
    in_turn,
    reply,
    says,
    serving,
)
from workers.mutation.backends import HEALTHY, Prompt, endpoint
from workers.mutation.backends.breaker import FAILURES, FIRST_WAIT, LONGEST_WAIT, Breaker
from workers.mutation.backends.endpoint import Endpoint
from workers.mutation.forms import get_form
from workers.mutation.forms.asking import EXAMPLES, ROLE
from workers.mutation.operator import DiffOperator, MutationRequest, load_operator
from workers.mutation.spec import ModelSpec

MESSAGE, PARENT, CHILD = EXAMPLES[1]
KEY = "sk-a-key-to-look-for-7f3a"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(endpoint, "BACKOFF", 0.01)
    monkeypatch.setenv("TEST_MODEL_KEY", KEY)


def spec_of(server: Server | str, **options) -> ModelSpec:
    url = server if isinstance(server, str) else server.url
    given = {"timeout_s": 5.0, "key_env": "TEST_MODEL_KEY", "batch": 4, **options}
    return ModelSpec("endpoint", "far", url=url, model="coder", **given)


def ask(server: Server, samples: int = 1, now=time.monotonic, **options):
    backend = Endpoint(spec_of(server, **options), now)
    [found] = backend.complete([Prompt(PARENT, MESSAGE, samples)], temperature=0.7, rng_seed=3)
    return backend, found


@pytest.mark.parametrize("form", ["numbered", "search_replace", "unified", "rewrite"])
def test_a_good_answer_in_any_form_becomes_a_child(form):
    edit = get_form(form).write(PARENT, CHILD)
    with serving(answers(f"<think>A leg?</think>Here:\n```python\n{edit}\n```\nDone.")) as server:
        spec = spec_of(server, form=form, price_in=1.0, price_out=4.0)
        operator = load_operator(spec, temperature=0.7)
        [proposals] = operator.propose([MutationRequest(PARENT, MESSAGE, 2)], rng_seed=3)
    for proposal in proposals:
        assert (proposal.outcome, proposal.source) == (None, CHILD)
        assert (proposal.prompt_tokens, proposal.tokens) == (200, 50)
        assert proposal.cost == pytest.approx((200 * 1 + 50 * 4) / 1e6)
    path, headers, asked = server.requests[0]
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == f"Bearer {KEY}"
    assert asked["messages"][0]["content"].startswith(ROLE)
    assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("coder", 0.7, 512)
    assert len({request[2]["seed"] for request in server.requests}) == 2


def test_a_model_that_only_continues_text_is_asked_by_examples():
    edit = get_form("numbered").write(PARENT, CHILD)
    with serving(answers(edit + "\n```\n\nProgram:", chat=False)) as server:
        backend = Endpoint(spec_of(server.url + "/completions", key_env=""))
        operator = DiffOperator(backend, 0.7)
        [[proposal]] = operator.propose([MutationRequest(PARENT, MESSAGE, 1)], rng_seed=0)
    assert proposal.source == CHILD
    path, headers, asked = server.requests[0]
    assert path == "/v1/completions"
    assert "Authorization" not in headers
    assert asked["prompt"].endswith(f"{MESSAGE}\nEdit:\n```\n")


def test_the_same_rng_seed_sends_the_same_questions():
    with serving(answers("no edit")) as server:
        ask(server, samples=3)
        ask(server, samples=3)
    bodies = sorted(json.dumps(request[2], sort_keys=True) for request in server.requests)
    assert bodies[0::2] == bodies[1::2]
    assert len(set(bodies)) == 3


def test_no_more_questions_are_under_way_than_the_spec_allows():
    def slow(handler):
        handler.server.over.wait(0.05)
        handler.send(reply("x"))

    with serving(slow) as server:
        ask(server, samples=9, batch=3)
    assert server.most_at_once == 3
    assert len(server.requests) == 9


BAD = {
    "hangs": (hangs, "no answer within 0.5 s"),
    "drips": (drips, "no answer within 0.5 s"),
    "drips its headers": (drips_headers, "no answer within 0.5 s"),
    "closes": (closes, "broke off the connection"),
    "breaks off": (breaks_off, "broke off the connection"),
    "speaks no HTTP": (
        lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n"),
        "broke off the connection",
    ),
    "floods": (floods, "more than 2 MB"),
    "packs a bomb": (
        says(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"),
        "packed body",
    ),
    "talks HTML": (says(b"<html>Welcome</html>"), "no JSON: '<html>Welcome"),
    "talks bytes": (says(b"\xff\xfe\x00"), "no JSON"),
    "nests deeply": (says(b"[" * 100_000), "no JSON"),
    "sends nothing": (says(b""), "no JSON"),
    "sends null": (says(b"null"), "no completion"),
    "sends no choice": (says(b'{"choices": []}'), "no completion"),
    "sends a number": (answers(7), "no completion"),
    "sends an odd part": (answers([7]), "no completion"),
    "fails": (says(b"oops", 500), "failed (500)"),
    "is overloaded": (says(b"", 503), "failed (503)"),
    "is asked too often": (says(b"", 429, Retry_After="30"), "asked too often (429)"),
    "refuses the key": (says(b"wrong key", 401), "refuses to answer (401): it got what TEST_MODEL"),
    "knows no such model": (says(b'{"error": "no model coder"}', 404), "404"),
    "objects": (says(b'{"error": "max_tokens is too large"}', 400), "max_tokens is too large"),
    "redirects": (says(b"", 307, Location="https://elsewhere.example/v1"), "elsewhere.example"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_endpoint_gives_each_child_a_clear_problem_in_time(name):
    play, sentence = BAD[name]
    timeout_s = 0.5 if "0.5 s" in sentence else 10.0
    with serving(play) as server:
        operator = load_operator(spec_of(server, timeout_s=timeout_s), temperature=0.7)
        started = time.monotonic()
        [proposals] = operator.propose([MutationRequest(PARENT, MESSAGE, 6)], rng_seed=0)
        assert time.monotonic() - started < 8
    assert [proposal.outcome for proposal in proposals] == [Outcome.NO_DIFF] * 6
    assert all(sentence in proposal.reason for proposal in proposals)
    assert all(proposal.reason.startswith("the endpoint ") for proposal in proposals)
    assert not operator.health.ok
    assert sentence in operator.health.sentence


def test_an_endpoint_that_is_not_there_is_a_problem_too():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    _, [found] = ask(f"http://127.0.0.1:{port}/v1", timeout_s=0.5)
    assert f"cannot be reached at 127.0.0.1:{port}" in found.problem


def test_a_flood_is_cut_while_it_comes_in():
    with serving(floods) as server:
        _, [found] = ask(server)
        server.over.wait(0.2)
        assert server.broken_off == 1
    assert found.text == ""


@pytest.mark.parametrize(
    "passing", [says(b"", 500), says(b"", 429, Retry_After="0"), closes, breaks_off]
)
def test_a_passing_failure_is_tried_again_unseen(passing):
    with serving(in_turn(passing, passing, answers("```\n-1\n```"))) as server:
        backend, [found] = ask(server)
    assert (found.text, found.problem) == ("```\n-1\n```", "")
    assert len(server.requests) == 3
    assert backend.health == HEALTHY


def test_settings_that_a_server_does_not_take_are_left_out_from_then_on():
    """OpenAI's later models take max_completion_tokens only."""

    def picky(handler):
        for setting in ("max_tokens", "seed"):
            if setting in handler.asked:
                error = {"message": f"Unsupported parameter: {setting}", "param": setting}
                handler.send(json.dumps({"error": error}).encode(), 400)
                return
        handler.send(reply("fine"))

    with serving(picky) as server:
        backend, [found] = ask(server)
        assert found.problem == ""
        assert len(server.requests) == 3
        backend.complete([Prompt(PARENT, MESSAGE)], temperature=0.7, rng_seed=0)
        assert len(server.requests) == 4
    asked = server.requests[-1][2]
    assert asked["max_completion_tokens"] == 512
    assert not {"max_tokens", "seed"} & set(asked)


@pytest.mark.parametrize("param", ["temperature", ["x"], None])
def test_an_objection_that_cannot_be_given_way_to_is_told(param):
    body = json.dumps({"error": {"message": "no such value", "param": param}}).encode()
    with serving(says(body, 400)) as server:
        _, [found] = ask(server)
    assert "no such value" in found.problem
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["refuses the key", "objects", "redirects", "talks HTML"])
def test_what_will_not_pass_is_not_tried_again(name):
    with serving(BAD[name][0]) as server:
        ask(server)
    assert len(server.requests) == 1


def test_the_time_that_the_endpoint_asks_for_is_waited():
    with serving(in_turn(says(b"", 429, Retry_After="1"), answers("x"))) as server:
        started = time.monotonic()
        _, [found] = ask(server)
    assert found.problem == ""
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [("120", 120, 120), ("soon", 0, 0), ("-5", 0, 0), ("", 0, 0), ("1e9", 0, 0),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 1e9, 1e12)],
)  # fmt: skip
def test_a_wish_to_be_left_alone_is_read_as_seconds_or_a_date(value, low, high):
    assert low <= endpoint._retry_after(value) <= high


class Clock:
    """A time that passes when it is told to."""

    def __init__(self):
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def test_a_failing_endpoint_is_left_alone_says_why_and_recovers():
    clock, state = Clock(), {"play": says(b"", 500)}
    with serving(lambda handler: state["play"](handler)) as server:
        backend, found = ask(server, samples=20, now=clock)
        asked = len(server.requests)
        assert asked <= 4 * (FAILURES + 4)  # the rest found it failing
        assert all("failed (500)" in completion.problem for completion in found)
        health = backend.health
        assert not health.ok
        assert health.wait_s > 0
        assert health.sentence == "The model far is failing: the endpoint failed (500)."

        def again(samples: int = 5):
            prompts = [Prompt(PARENT, MESSAGE, samples)]
            return backend.complete(prompts, temperature=0.7, rng_seed=0)[0]

        assert all(completion.problem for completion in again())
        assert len(server.requests) == asked  # not asked at all while it waits

        clock.time += backend.health.wait_s
        assert backend.health.wait_s == 0
        again()
        assert len(server.requests) == asked + 4  # one child's tries, to see
        assert backend.health.wait_s > health.wait_s

        state["play"] = answers("```\n-1\n```")
        clock.time += backend.health.wait_s
        assert not any(completion.problem for completion in again())
        assert backend.health == HEALTHY


def test_the_wait_grows_up_to_five_minutes_and_heeds_a_wish():
    clock = Clock()
    breaker = Breaker("far", clock)
    waits = []
    for _ in range(40):
        breaker.fail("the endpoint failed")
        waits.append(breaker.wait_s)
        clock.time += breaker.wait_s
    assert waits[: FAILURES - 1] == [0] * (FAILURES - 1)
    assert waits[FAILURES - 1] == FIRST_WAIT
    assert waits[-1] == LONGEST_WAIT == max(waits)
    assert waits == sorted(waits)
    breaker.succeed()
    for _ in range(FAILURES):
        breaker.fail("the endpoint is asked too often", 60)
    assert breaker.wait_s == 60


def test_answers_that_were_under_way_when_it_opened_count_once():
    breaker = Breaker("far", Clock())
    for _ in range(FAILURES + 7):
        breaker.fail("the endpoint cannot be reached")
    assert breaker.wait_s == FIRST_WAIT
    breaker.fail("the endpoint is asked too often", 60)  # a wish is heeded all the same
    assert breaker.wait_s == 60


@pytest.mark.parametrize(
    ("play", "problem"),
    [
        (answers("```\n=1|x", finish="length"), "not over after 50 tokens"),
        (answers("", finish="content_filter"), "content filter"),
        (answers("x" * 300_000), "300000 characters"),
    ],
)
def test_an_answer_that_is_not_whole_is_the_childs_problem_not_the_endpoints(play, problem):
    with serving(play) as server:
        backend, [found] = ask(server)
    assert problem in found.problem
    assert backend.health == HEALTHY


def test_tokens_are_estimated_where_the_endpoint_tells_none():
    with serving(answers("x" * 40, usage={"completion_tokens": "many"})) as server:
        _, [found] = ask(server, price_out=1.0)
    assert found.tokens == 10
    assert 200 < found.prompt_tokens < 2000
    assert found.cost == pytest.approx(10 / 1e6)


def test_odd_text_can_be_stored_afterwards():
    body = reply("").replace(b'"content": ""', b'"content": "=1|\\ud800 \\u0000 \\u2028"')
    with serving(says(body)) as server:
        operator = load_operator(spec_of(server), temperature=0.7)
        [[proposal]] = operator.propose([MutationRequest("\ud800 = 1", "\ud801", 1)], rng_seed=0)
    assert (proposal.completion + proposal.diff).encode()


def _echoes(status):
    """Repeat the key wherever an answer has room for it."""

    def play(handler):
        held = handler.headers["Authorization"]
        body = reply(f"{held} is what you sent") if status == 200 else f"bad {held}".encode()
        handler.send(body, status, Location=f"http://{held.split()[1]}.example/", X_Key=held)

    return play


@pytest.mark.parametrize("play", [*(_echoes(s) for s in (200, 307, 400, 401, 404, 500)), drips])
def test_the_key_is_in_no_answer_log_repr_or_health(play, caplog):
    caplog.set_level(logging.DEBUG)
    with serving(play) as server:
        backend, found = ask(server, samples=4, timeout_s=0.5)
    assert all(request[1]["Authorization"] == f"Bearer {KEY}" for request in server.requests)
    said = [found, backend, vars(backend), backend.health, backend.spec.to_json(), caplog.text]
    assert KEY not in " ".join(map(repr, said))


def test_the_key_goes_to_no_other_host():
    with serving(answers("x")) as other:
        location = f"http://127.0.0.1:{other.server_port}/v1/chat/completions"
        with serving(says(b"", 307, Location=location)) as server:
            _, [found] = ask(server)
    assert "redirects to" in found.problem
    assert other.requests == []


def test_a_missing_key_is_said_by_its_name(monkeypatch):
    monkeypatch.delenv("TEST_MODEL_KEY")
    with serving(answers("x")) as server:
        _, [found] = ask(server)
    assert "TEST_MODEL_KEY" in found.problem
    assert server.requests == []
