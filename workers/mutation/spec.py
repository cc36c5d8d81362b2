"""What model writes the edits, and how it is asked: one frozen value, kept with the records."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

KINDS = {
    "bundled": "the diff model that comes with the program",
    "bundled_unmasked": "the same model without its mask, for honest comparison",
    "random_gp": "random edits of the syntax tree, the paper's control",
    "scripted": "a stand-in that tests use",
    "tuned": "a fine-tuned bundled model: a folder with the same files",
    "hf": "a local folder with a Hugging Face causal language model",
    "endpoint": "an OpenAI-compatible endpoint: vLLM, llama.cpp, Ollama, Triton, hosted",
}
FORMS = {
    "lines": "numbered lines with tokens of their own (the bundled model only)",
    "numbered": "numbered lines as text: `=17|new text`, `+17|inserted below`, `-17`",
    "search_replace": "blocks of lines to find and what stands there instead",
    "unified": "a unified diff",
    "carper": "CarperAI's <NME> <BEF> <MSG> <DFF>, a unified diff",
    "rewrite": "the whole program once more: for models that cannot write diffs",
}
_BUILT_IN = {"bundled": "lines", "bundled_unmasked": "lines", "tuned": "lines"}
_OPEN = ("hf", "endpoint")  # kinds whose form is the person's choice
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Capitals only: nearly every real key has lower case letters or a dash, so one pasted here by
# mistake is refused and never stored.
_KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


@dataclass(frozen=True)
class ModelSpec:
    """A model behind the one door, ``load_operator``.

    A spec never holds a secret: ``key_env`` is the *name* of an environment variable, or of a
    file in the secrets folder, and ``read_key`` gives its value to the one who sends it.
    """

    kind: str  # one of KINDS
    name: str  # for people and records; unique among the installed models
    folder: str = ""  # of kinds tuned and hf
    adapter: str = ""  # folder of a LoRA adapter, kind hf
    form: str = ""  # one of FORMS; "" takes the kind's usual one
    url: str = ""  # of kind endpoint, up to and with /v1
    model: str = ""  # the endpoint's name for the model
    key_env: str = ""  # name of the variable or file that holds the endpoint's key
    timeout_s: float = 60.0  # [s] one answer with all its attempts
    price_in: float = 0.0  # [currency units per million tokens] read
    price_out: float = 0.0  # the same, written
    batch: int = 8  # answers at a time: rows of a batch, or requests under way
    max_new_tokens: int = 512  # of one answer

    def __post_init__(self) -> None:
        """Check everything once, at the door, and fill in the kind's usual form.

        Raises:
            ValueError: with a sentence for the person who filled in the form; it never repeats
                what stands in ``key_env``, which may be a key pasted by mistake.
        """
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of model {self.kind!r}: use one of {', '.join(KINDS)}")
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                "a model's name has 1 to 64 letters, digits, dots, dashes and underscores and "
                f"starts with a letter or digit, got {self.name[:80]!r}"
            )
        self._check_form()
        self._check_place()
        self._check_numbers()
        if self.key_env and not _KEY_NAME.fullmatch(self.key_env):
            raise ValueError(
                "key_env is the name of an environment variable or of a file in the secrets "
                "folder, in capitals, digits and underscores (such as MY_API_KEY), never the key "
                "itself"
            )

    def _check_form(self) -> None:
        if not self.form:
            usual = _BUILT_IN.get(self.kind, "numbered" if self.kind in _OPEN else "")
            object.__setattr__(self, "form", usual)
        wanted = [f for f in FORMS if f != "lines"] if self.kind in _OPEN else None
        wanted = wanted or [_BUILT_IN.get(self.kind, "")]
        if self.form not in wanted:
            forms = " or ".join(filter(None, wanted)) or "no form of its own"
            raise ValueError(f"a model of kind {self.kind} writes {forms}, got {self.form!r}")
        if self.kind == "endpoint" and self.form == "carper":
            raise ValueError(
                "the carper form is for CarperAI's own models in a local folder (kind hf): an "
                "endpoint takes numbered, search_replace, unified or rewrite"
            )

    def _check_place(self) -> None:
        if bool(self.folder) != (self.kind in ("tuned", "hf")):
            has = "needs a" if self.kind in ("tuned", "hf") else "has no"
            raise ValueError(f"a model of kind {self.kind} {has} folder, got {self.folder!r}")
        if self.adapter and self.kind != "hf":
            raise ValueError(f"only a model of kind hf takes an adapter, not kind {self.kind}")
        if self.kind != "endpoint":
            if self.url or self.model or self.key_env:
                raise ValueError(f"url, model and key_env belong to an endpoint, not {self.kind}")
            return
        try:
            parts = urlsplit(self.url)
            parts.port  # noqa: B018  it is only looked at here
        except ValueError:
            raise ValueError("the endpoint's address cannot be read: look at its port") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(
                "an endpoint needs an address such as http://127.0.0.1:8080/v1, got "
                f"scheme {parts.scheme!r} and host {parts.hostname!r}"
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError(
                "the endpoint's address must hold no user, password, query or fragment: the key "
                "goes into the environment variable or file that key_env names"
            )
        if not self.model:
            raise ValueError("an endpoint needs the name of its model")

    def _check_numbers(self) -> None:
        for field, low, high in (
            ("timeout_s", 0.1, 3600),
            ("price_in", 0, 1e6),
            ("price_out", 0, 1e6),
            ("batch", 1, 256),
            ("max_new_tokens", 1, 8192),
        ):
            value = getattr(self, field)
            is_whole = field in ("batch", "max_new_tokens")
            fits = isinstance(value, int if is_whole else (int, float))
            if isinstance(value, bool) or not fits or not math.isfinite(value):
                raise ValueError(f"{field} must be a {'whole ' * is_whole}number, got {value!r}")
            if not low <= value <= high:
                raise ValueError(f"{field} must be from {low:g} to {high:g}, got {value:g}")

    def to_json(self) -> dict[str, Any]:
        """Return plain data for the database and exports: no secret is in it."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ModelSpec":
        """Return the spec that ``to_json`` wrote.

        Raises:
            ValueError: a field is missing, unknown, of another type, or out of its range.
        """
        if not isinstance(data, Mapping):
            raise ValueError(f"a model is described by an object, got {type(data).__name__}")
        known = {field.name: field.type for field in fields(cls)}
        if unknown := sorted(set(data) - set(known)):
            raise ValueError(f"unknown fields of a model: {', '.join(map(str, unknown))[:200]}")
        if missing := sorted({"kind", "name"} - set(data)):
            raise ValueError(f"a model needs {' and '.join(missing)}")
        for name, value in data.items():
            if known[name] is str and not isinstance(value, str):
                raise ValueError(f"{name} must be text, got {type(value).__name__}")
        return cls(**data)


class KeyMissing(RuntimeError):
    """The endpoint's key is in neither place; the message names both and never a key."""


def secrets_folder() -> Path:
    """Return where files with keys are looked for: ``ELMWEB_SECRETS``, or /run/secrets."""
    return Path(os.environ.get("ELMWEB_SECRETS") or "/run/secrets")  # compose mounts secrets there


def read_key(key_env: str) -> str:
    """Return the key called ``key_env``, "" for no name: from the environment, else the file.

    Raises:
        KeyMissing: neither holds it, or it holds what cannot be sent in a header.
    """
    if not key_env:
        return ""
    key = os.environ.get(key_env, "")
    if not key:
        try:
            key = (secrets_folder() / key_env).read_text()
        except (OSError, UnicodeDecodeError):
            raise KeyMissing(
                f"no key: neither the environment variable {key_env} nor the file "
                f"{secrets_folder() / key_env} can be read in the model worker"
            ) from None
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise KeyMissing(f"what {key_env} holds is no key: one line of printable ASCII is expected")
    return key
