"""What each model is good at and how it writes, in sentences for the pages: from its card."""

from typing import Any

from archive.models import ModelVersion
from archive.services import registry
from workers.mutation.spec import ModelSpec

BUILT_IN = {
    "bundled": "Small, fast, trained on walker programs and nothing else: most of its edits of "
    "walkers are valid, and about Python in general it knows little.",
    "bundled_unmasked": "The same weights without the mask that refuses senseless tokens: fewer "
    "valid children. For honest comparison.",
    "random_gp": "No language model: random edits of the syntax tree, the paper's control. It "
    "does not read the commit message.",
}
KINDS = {
    "bundled": "bundled diff model",
    "bundled_unmasked": "bundled diff model, free",
    "random_gp": "random edits",
    "scripted": "test stand-in",
    "tuned": "fine-tuned",
    "hf": "local folder",
    "endpoint": "endpoint",
}
WRITES = {
    "lines": "Writes edits of numbered lines.",
    "numbered": "Writes edits of numbered lines, as text.",
    "search_replace": "Writes blocks to find and what to put there.",
    "unified": "Writes unified diffs.",
    "carper": "Writes unified diffs in CarperAI's format.",
    "rewrite": "Writes the whole program once more instead of a diff, which takes more tokens for "
    "each child and changes more than was asked for.",
}
_UNKNOWN = {
    "tuned": "Trained further on what evolution accepted: at home in the runs that it learnt from.",
    "hf": "Nothing is known about it here: a short run shows what it is worth.",
    "endpoint": "Nothing is known about it here: a short run shows what it is worth. Programs and "
    "commit messages are sent to its address.",
}


def form_of(row: ModelVersion | None, name: str) -> str:
    """Return the form in which a model writes, "" for one that writes nothing."""
    spec = ModelSpec.from_json(row.spec) if row and row.spec else None
    if spec is None and name in registry.BUILT_IN:
        spec = registry.spec_of(name)
    return spec.form if spec else ""


def writes(form: str, card: dict[str, Any]) -> str:
    """Return how a model writes, and why it rewrites when it was found out to write no diffs."""
    said = WRITES.get(form, "")
    if form == "rewrite" and (found := card.get("fell_back")):
        why = f"Of its first {found['answers']} answers none was an edit that fits. "
        return f"Cannot write diffs in the form “{found['from']}”. {why}{said}"
    return said


def good_at(kind: str, card: dict[str, Any]) -> str:
    """Return what a model is good at: its card's own words, else what its kind tells."""
    said = card.get("good_at")
    if isinstance(said, str) and said.strip():
        return said.strip()
    return BUILT_IN.get(kind) or _UNKNOWN.get(kind, "")


def choice_notes() -> dict[str, str]:
    """Return for each model that a run may use what to know before choosing it, by name."""
    notes = {name: " ".join(_of(None, name)) for name, _ in registry.BUILT_IN.items()}
    for row in registry.installed():
        notes[row.name] = " ".join(_of(row, row.name))
    return notes


def _of(row: ModelVersion | None, name: str) -> list[str]:
    kind, card = (row.backend, row.card) if row else (name, {})
    parts = [good_at(kind, card)]
    if form_of(row, name) == "rewrite":
        parts.append(writes("rewrite", card))
    return [part for part in parts if part]
