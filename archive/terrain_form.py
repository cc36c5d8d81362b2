"""Terrains as they are chosen on a form: rows of kind, difficulty and number in, specs out."""

import math
from dataclasses import dataclass
from itertools import zip_longest

from django.http import QueryDict

from archive.models import Terrain
from simulation.polyline import KIND
from simulation.terrain import KINDS, make_terrain

LABELS = {
    "flat": "Flat ground",
    "bumpy": "Bumps",
    "hills": "Rolling hills",
    "sine": "Even waves",
    "cubic": "A slope that steepens",
    "steps": "Stairs",
    "wall_left": "A wall on the left",
    "wall_right": "A wall on the right",
    "walls": "Walls on both sides",
    "tunnel": "A tunnel",
}
SAVED = "saved:"  # and the row's id: the value of a saved terrain in the list of choices
MIDDLING = 0.5


@dataclass(frozen=True)
class TerrainRow:
    """One terrain as it was chosen and typed."""

    terrain: str = "flat"
    difficulty: str = f"{MIDDLING:g}"
    rng_seed: str = "0"


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the terrains on offer in groups: people's own first, if there are any."""
    saved = Terrain.objects.filter(deleted_at=None).values_list("pk", "name")
    own = [("Drawn here", [(f"{SAVED}{pk}", name) for pk, name in saved])] if saved else []
    return [*own, ("ELMWeb's own", [(kind, LABELS.get(kind, kind)) for kind in KINDS])]


def rows_of(data: QueryDict) -> list[TerrainRow]:
    """Return the rows as sent; what is missing of a row is as it would be offered."""
    sent = (data.getlist(name) for name in ("terrain", "difficulty", "terrain_seed"))
    terrains, difficulties, seeds = sent
    longest = zip_longest(terrains, difficulties, seeds, fillvalue="")
    return [TerrainRow(*(text.strip() for text in row)) for row in longest][: len(terrains)]


def row_of(value: str) -> TerrainRow:
    """Return the row for what an address names: a kind, a spec of one, or a saved terrain's id."""
    kind, *numbers = value.split(":")
    if kind in KINDS and len(numbers) <= 2:
        return TerrainRow(kind, *numbers)
    is_saved = value.isdecimal() and len(value) < 18
    if is_saved and Terrain.objects.filter(pk=int(value), deleted_at=None).exists():
        return TerrainRow(f"{SAVED}{value}")
    return TerrainRow()


def specs_of(rows: list[TerrainRow]) -> tuple[str, ...]:
    """Return the specs of the terrains that the rows say.

    Raises:
        ValueError: a difficulty or number that is none, or a terrain that is not there.
    """
    return tuple(map(spec_of, rows))


def spec_of(row: TerrainRow) -> str:
    """Return the spec of the terrain that a row says; see ``specs_of``."""
    if row.terrain.startswith(SAVED):
        number = row.terrain.removeprefix(SAVED)
        is_number = number.isdecimal() and len(number) < 18
        terrains = Terrain.objects.filter(pk=int(number) if is_number else 0, deleted_at=None)
        saved = terrains.first()
        if saved is None:
            raise ValueError("this terrain is not there any more: choose another one")
        return saved.spec
    if row.terrain not in KINDS:
        raise ValueError(f"there is no terrain {row.terrain[:64]!r} here: choose one of the list")
    if row.terrain == "flat":
        return "flat"
    return f"{row.terrain}:{_difficulty(row.difficulty):g}:{_number(row.rng_seed)}"


def _difficulty(text: str) -> float:
    try:
        difficulty = float(text.replace(",", ".") or MIDDLING)
    except ValueError:
        difficulty = math.nan
    if not 0 <= difficulty <= 1:
        raise ValueError("the difficulty is a number from 0 to 1")
    return difficulty


def _number(text: str) -> int:
    text = text or "0"
    if not (text.isdecimal() and text.isascii() and len(text) <= 9):
        raise ValueError("the terrain's number is a whole number from 0 to 999,999,999")
    return int(text)


def title_of(spec: str) -> str:
    """Return what a page calls the terrain with this spec: "Rolling hills 0.3"."""
    terrain = make_terrain(spec)
    if terrain.kind == KIND:
        return terrain.name
    label = LABELS.get(terrain.kind, terrain.kind)
    if terrain.kind == "flat":
        return label
    number = f" no. {terrain.rng_seed}" if terrain.rng_seed else ""
    return f"{label} {terrain.difficulty:g}{number}"
