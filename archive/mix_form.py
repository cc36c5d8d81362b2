"""A mix of models as it is typed: rows of name and weight in, a checked mix out, or a sentence."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from archive.config import check_models
from archive.services import registry

Mix = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ModelRow:
    """One model of a mix as it was typed."""

    name: str
    weight: str


def rows_of(data: QueryDict) -> list[ModelRow]:
    """Return the rows as sent; a single one needs no weight."""
    names, weights = data.getlist("model_name"), data.getlist("model_weight")
    weights += [""] * (len(names) - len(weights))
    pairs = zip(names, weights, strict=False)
    rows = [ModelRow(name.strip(), weight.strip()) for name, weight in pairs]
    return [ModelRow(rows[0].name, rows[0].weight or "100")] if len(rows) == 1 else rows


def rows_of_mix(mix: Mix | list[list[Any]]) -> list[ModelRow]:
    """Return the rows that show a mix."""
    return [ModelRow(str(name), f"{weight:g}") for name, weight in mix]


def mix_of(rows: list[ModelRow]) -> Mix:
    """Return the mix that the rows say.

    Raises:
        ValueError: no number, an unknown model, or what ``check_models`` refuses.
    """
    known = dict(registry.choices())
    mix = []
    for row in rows:
        if row.name not in known and row.name != registry.TEST_ONLY:
            raise ValueError(
                f"there is no model {row.name[:64]!r} here (any more): choose one of the list"
            )
        try:
            weight = float(row.weight.replace(",", ".") or "nan")
        except ValueError:
            raise ValueError(
                f"the weight of the model {row.name!r} must be a number, got {row.weight[:40]!r}"
            ) from None
        if not row.weight:
            raise ValueError(f"the model {row.name!r} needs a weight")
        mix.append((row.name, weight))
    check_models(tuple(mix))
    return tuple(mix)
