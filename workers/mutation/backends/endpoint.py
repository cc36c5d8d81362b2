"""Models behind an OpenAI-compatible address: vLLM, llama.cpp, Ollama, Triton, hosted ones.

What goes wrong out there becomes a problem of the child at hand, never an exception. After three
failures in a row the endpoint is left alone for a while, and ``health`` says why.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random
from urllib.parse import urlsplit

import httpx2

from workers.mutation.backends import Completion, Health, Prompt
from workers.mutation.backends.breaker import Breaker
from workers.mutation.backends.reply import BadReply, Reply, objected, read_reply, shown
from workers.mutation.forms import get_form
from workers.mutation.forms.asking import Question, ask
from workers.mutation.spec import KeyMissing, ModelSpec, read_key

# Their lines repeat what the server sends, down to its headers: an echoed key would be among them.
for _client in ("httpx2", "httpcore2"):
    logging.getLogger(_client).setLevel(logging.WARNING)

MAX_BODY = 2_000_000  # bytes; a program of the longest allowed length has a tenth of it
ATTEMPTS = 4  # of one answer, within its time
BACKOFF = 0.5  # [s] before the second attempt; doubled for each further one, with jitter
TRY_AGAIN = frozenset({408, 425, 429})  # and all from 500
TOP_P = 0.95  # as the local models
DISPENSABLE = frozenset({"max_tokens", "top_p", "seed"})


class _Failure(Exception):
    """Why there is no answer; the message ends "the endpoint ..."."""

    def __init__(self, reason: str, *, again: bool = False, wait_s: float = 0.0):
        super().__init__(reason)
        self.again, self.wait_s = again, wait_s


@dataclass(frozen=True)
class _Job:
    """One answer to ask for."""

    question: Question
    rng_seed: int


class Endpoint:
    """Asks for each child by a request of its own, ``spec.batch`` of them at a time.

    The rng_seed goes along; whether the same one gives the same text is up to the server.
    """

    def __init__(self, spec: ModelSpec, now: Callable[[], float] = time.monotonic):
        self.spec, self.name, self.form = spec, spec.name, spec.form
        self.version = f"{spec.name}:{spec.model}"
        self.address = address_of(spec.url)
        self.is_chat = self.address.endswith("/chat/completions")
        self.breaker = Breaker(spec.name, now)
        self._unwanted: set[str] = set()  # settings that the server said it does not take

    @property
    def health(self) -> Health:
        """Whether the endpoint answers, else why not and when it is asked again."""
        return self.breaker.health

    def complete(
        self, prompts: Sequence[Prompt], *, temperature: float, rng_seed: int
    ) -> list[list[Completion]]:
        """Return the samples of each prompt, each with its text or its problem."""
        form, style = get_form(self.form), "chat" if self.is_chat else "examples"
        jobs = [
            _Job(
                ask(form, prompt.parent, prompt.message, style),
                Random(f"{rng_seed}:{number}:{k}").getrandbits(31),
            )
            for number, prompt in enumerate(prompts)
            for k in range(prompt.samples)
        ]
        found = iter(asyncio.run(self._answer_all(jobs, temperature)))
        return [[next(found) for _ in range(prompt.samples)] for prompt in prompts]

    async def _answer_all(self, jobs: list[_Job], temperature: float) -> list[Completion]:
        free = asyncio.Semaphore(self.spec.batch)
        limits = httpx2.Limits(max_connections=self.spec.batch)
        # Own deadline instead of the client's, which a server may outlast byte by byte; a redirect
        # would carry program and key to who knows where.
        async with httpx2.AsyncClient(
            timeout=None, follow_redirects=False, limits=limits
        ) as client:

            async def answer(job: _Job) -> Completion:
                async with free:
                    return await self._answer(client, job, temperature)

            if not self.breaker.is_open:
                return await asyncio.gather(*map(answer, jobs))
            first = [await answer(job) for job in jobs[:1]]  # has it come back?
            return first + await asyncio.gather(*map(answer, jobs[1:]))

    async def _answer(
        self, client: httpx2.AsyncClient, job: _Job, temperature: float
    ) -> Completion:
        if self.breaker.wait_s > 0:
            return Completion("", 0, 0.0, self.breaker.reason)
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            reply = await self._ask_again(client, job, temperature, started)
        except _Failure as failure:
            problem = f"the endpoint {failure}"
            self.breaker.fail(problem, failure.wait_s)
            return Completion("", 0, loop.time() - started, problem)
        self.breaker.succeed()
        text = reply.text[: job.question.end(reply.text)]
        cost = reply.prompt_tokens * self.spec.price_in + reply.tokens * self.spec.price_out
        return Completion(
            job.question.prime + text,
            reply.tokens,
            loop.time() - started,
            reply.problem,
            reply.prompt_tokens,
            cost / 1e6,
        )

    async def _ask_again(
        self, client: httpx2.AsyncClient, job: _Job, temperature: float, started: float
    ) -> Reply:
        """Ask until there is an answer, the tries are used up or the time is over."""
        loop, jitter = asyncio.get_running_loop(), Random(job.rng_seed)
        deadline = started + self.spec.timeout_s
        for attempt in range(ATTEMPTS):
            try:
                async with asyncio.timeout_at(deadline):
                    return await self._ask(client, job, temperature)
            except TimeoutError:
                raise _Failure(f"gave no answer within {self.spec.timeout_s:g} s") from None
            except _Failure as failure:
                wait = BACKOFF * 2**attempt * jitter.uniform(0.5, 1.5)
                wait = max(wait, failure.wait_s)
                is_last = attempt == ATTEMPTS - 1 or loop.time() + wait >= deadline
                if not failure.again or is_last:
                    raise
            await asyncio.sleep(wait)
        raise AssertionError  # the last attempt returns or raises

    async def _ask(self, client: httpx2.AsyncClient, job: _Job, temperature: float) -> Reply:
        try:
            key = read_key(self.spec.key_env)
        except KeyMissing as error:
            raise _Failure(f"cannot be asked: {error}") from None
        headers = {"Accept-Encoding": "identity"}  # a packed body could unpack to any size
        if key:
            headers["Authorization"] = f"Bearer {key}"
        body = self._body(job, temperature)
        try:
            async with client.stream("POST", self.address, json=body, headers=headers) as response:
                self._check_status(response, key)
                answer = _without(key, await _read(response))
                if response.status_code != 200:
                    reason = f"objects ({response.status_code}): {shown(answer)}"
                    raise _Failure(reason, again=self._gives_way(answer))
                return read_reply(answer, self.is_chat, len(str(body)))
        except BadReply as error:
            raise _Failure(str(error)) from None
        except httpx2.ConnectError:
            raise _Failure(f"cannot be reached at {_host(self.address)}", again=True) from None
        except (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError) as error:
            raise _Failure(f"cannot be asked: {type(error).__name__}") from None
        except httpx2.TransportError as error:
            reason = f"broke off the connection ({type(error).__name__})"
            raise _Failure(reason, again=True) from None

    def _gives_way(self, objection: bytes) -> bool:
        """Leave out what the server objects to, where an answer without it is as good."""
        setting = objected(objection)
        if setting not in DISPENSABLE or setting in self._unwanted:
            return False
        self._unwanted.add(setting)
        return True

    def _body(self, job: _Job, temperature: float) -> dict:
        limit = "max_tokens"
        if limit in self._unwanted:  # OpenAI's later models know it by another name only
            limit = "max_completion_tokens"
        body = {
            "model": self.spec.model,
            limit: self.spec.max_new_tokens,
            "temperature": temperature,
            "top_p": TOP_P,
            "seed": job.rng_seed,
            "stream": False,
        }
        body = {name: value for name, value in body.items() if name not in self._unwanted}
        if self.is_chat:
            return {**body, "messages": list(job.question.messages)}
        return {**body, "prompt": job.question.text, "stop": ["\n```"]}

    def _check_status(self, response: httpx2.Response, key: str) -> None:
        """Raise what a status means whose body does not matter: that of a refusal may name the key.

        Raises:
            _Failure: any status but 200 and objections to the question itself.
        """
        status = response.status_code
        if 300 <= status < 400:
            to = _host(response.headers.get("location", "")) or "another place"
            to = to.replace(key, "[key]") if key else to
            raise _Failure(f"redirects to {to}: give the model that address, if you trust it")
        if status in (401, 403):
            held = f"what {self.spec.key_env} holds" if key else "no key"
            raise _Failure(f"refuses to answer ({status}): it got {held}")
        if status in TRY_AGAIN or status >= 500:
            wait_s = _retry_after(response.headers.get("retry-after", ""))
            what = "is asked too often" if status == 429 else "failed"
            raise _Failure(f"{what} ({status})", again=True, wait_s=wait_s)


async def _read(response: httpx2.Response) -> bytes:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise BadReply("answered with a packed body, which was not asked for")
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_BODY:
            raise BadReply(f"sent more than {MAX_BODY // 1_000_000} MB; the rest was not read")
    return bytes(body)


def address_of(url: str) -> str:
    """Return where to ask: a full address as it is, else the chat of the API that ``url`` names."""
    url = url.rstrip("/")
    return url if url.endswith("/completions") else url + "/chat/completions"


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2][:80]


def _without(key: str, body: bytes) -> bytes:
    """Return a body in which the key does not occur, whatever the server echoes."""
    return body.replace(key.encode(), b"[key]") if key else body


def _retry_after(value: str) -> float:
    """Return the seconds of a Retry-After header, a number or a date; 0 for none or nonsense."""
    try:
        return max(float(int(value)), 0.0)
    except ValueError:
        pass
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return 0.0
