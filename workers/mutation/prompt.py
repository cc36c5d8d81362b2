"""Prompt and answer of the bundled model as lists of token ids.

``parent = <BEF> <L0> line <NL> <L1> line <NL> ...``, then ``<MSG> message <DFF>``, then the answer:
``<==> <L4> text <NL>``, ``<++> <L4> text <NL>``, ``<--> <L4>`` ..., ``<EOS>``. Markers have ids of
their own below ``TEXT``; text is encoded apart from them, so no program can contain a marker.
"""

from collections.abc import Sequence
from typing import Protocol

from workers.mutation.lines import LineEdit

MAX_LINES = 128  # one token for each line number; the paper's programs have under 60 lines
MAX_PROMPT = 1000  # tokens of parent + message the model is trained and run with

PAD, EOS, BEF, MSG, DFF, NL, REPLACE, INSERT, DELETE = range(9)
L0 = 9
TEXT = L0 + MAX_LINES  # first id of the byte-pair vocabulary
_OP_OF = {"=": REPLACE, "+": INSERT, "-": DELETE}
OPS = {REPLACE: "=", INSERT: "+", DELETE: "-"}


class Tokenizer(Protocol):
    """The byte-pair part (``tokenizers.Tokenizer``)."""

    def encode(self, text: str): ...
    def encode_batch(self, texts: list[str]): ...
    def decode(self, ids: list[int]) -> str: ...


class TooLong(ValueError):
    """A program that does not fit into the model; the message is for people."""


def split_source(source: str) -> list[str]:
    """Return the lines of a program; the newline at its end makes no empty last line."""
    return source.removesuffix("\n").split("\n")


def encode_texts(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    """Return the ids of each text (none of which holds a newline)."""
    # a lone surrogate is no text to the tokenizer
    clean = [text.encode("utf-8", "replace").decode() for text in texts]
    return [[TEXT + i for i in e.ids] for e in tokenizer.encode_batch(clean)]


def encode_parent(tokenizer: Tokenizer, lines: Sequence[str]) -> list[int]:
    """Return the ids of a numbered program.

    Raises:
        TooLong: more than 128 lines or 1,000 tokens.
    """
    if len(lines) > MAX_LINES:
        raise TooLong(f"the program has {len(lines)} lines; the bundled model reads {MAX_LINES}")
    if sum(map(len, lines)) > 8 * MAX_PROMPT:
        raise TooLong("the program is too long for the bundled model, which reads 1,000 tokens")
    ids = [BEF]
    for number, line in enumerate(encode_texts(tokenizer, list(lines))):
        ids += [L0 + number, *line, NL]
    if len(ids) > MAX_PROMPT:
        raise TooLong(f"the program has {len(ids)} tokens; the bundled model reads {MAX_PROMPT}")
    return ids


def encode_message(tokenizer: Tokenizer, message: str) -> list[int]:
    """Return the ids of a commit message, cut to 48 tokens, between its markers."""
    text = " ".join(message.split())
    return [MSG, *encode_texts(tokenizer, [text])[0][:48], DFF]


def encode_edits(tokenizer: Tokenizer, edits: Sequence[LineEdit]) -> list[int]:
    """Return the ids of an answer, with the end marker."""
    texts = encode_texts(tokenizer, [edit.text for edit in edits])
    ids = []
    for edit, text in zip(edits, texts, strict=True):
        ids += [_OP_OF[edit.op], L0 + edit.line]
        if edit.op != "-":
            ids += [*text, NL]
    return [*ids, EOS]


def decode_edits(tokenizer: Tokenizer, ids: Sequence[int]) -> str:
    """Return the text form of an answer, as far as it goes: ``=4|text`` and so on, one a line."""
    out: list[str] = []
    text: list[int] = []
    for token in [*ids, NL]:
        if token in OPS:
            out.append("\n" + OPS[token] if out else OPS[token])
        elif token >= TEXT:
            text.append(token - TEXT)
            continue
        elif token >= L0:
            out.append(f"{token - L0}" if out and out[-1].endswith("-") else f"{token - L0}|")
        if text:
            out.append(tokenizer.decode(text))
            text = []
    return "".join(out)
