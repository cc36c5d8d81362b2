"""What an endpoint answered: JSON of a known shape, or a sentence that says what is wrong."""

import json
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 200_000  # characters; no program may be longer
_SHOWN = 80  # characters of an answer that a sentence repeats


class BadReply(Exception):
    """The body is no answer; the message ends "the endpoint ..."."""


@dataclass(frozen=True)
class Reply:
    """A text with what it took; ``problem`` says why it is no whole answer, "" when it is one."""

    text: str
    prompt_tokens: int
    tokens: int
    problem: str = ""


def read_reply(body: bytes, is_chat: bool, asked: int) -> Reply:
    """Return the first choice of a completion; ``asked``: characters of the question.

    Raises:
        BadReply: no JSON, or none of the shape of the OpenAI interface.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise BadReply(f"answered with what is no JSON: {shown(body)}") from None
    try:
        choice = data["choices"][0]
        text = _text(choice["message"]["content"] if is_chat else choice["text"])
        finish = choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise BadReply(f"answered with JSON that holds no completion: {shown(body)}") from None
    text = text.rpartition("</think>")[2]  # what a model thinks aloud is no part of its answer
    usage = data.get("usage")
    tokens = _count(usage, "completion_tokens", len(text))
    problem = ""
    if len(text) > MAX_TEXT:
        problem = f"the model's answer has {len(text)} characters, more than {MAX_TEXT}"
    elif finish == "length":
        problem = f"the model's answer was not over after {tokens} tokens"
    elif finish == "content_filter":
        problem = "the endpoint held the model's answer back (content filter)"
    return Reply(text[:MAX_TEXT], _count(usage, "prompt_tokens", asked), tokens, problem)


def objected(body: bytes) -> str:
    """Return the setting that an error of the OpenAI interface is about, "" when it names none."""
    try:
        setting = json.loads(body)["error"]["param"]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError):
        return ""
    return setting if isinstance(setting, str) else ""


def _text(content: Any) -> str:
    """Return a message's text, also when it comes in parts; lone surrogates become ``?``."""
    if isinstance(content, list):
        content = "".join(part.get("text", "") for part in content)
    if not isinstance(content, str):
        raise TypeError
    return content.encode("utf-8", "replace").decode()


def _count(usage: Any, name: str, characters: int) -> int:
    """Return a number of tokens; an estimate of 4 characters each when the server tells none."""
    count = usage.get(name) if isinstance(usage, dict) else None
    if isinstance(count, int) and 0 <= count < 10**9:
        return int(count)
    return -(-characters // 4)


def shown(body: bytes) -> str:
    """Return the beginning of a body, for a sentence."""
    return repr(" ".join(body[: 4 * _SHOWN].decode("utf-8", "replace").split())[:_SHOWN])
