"""Races: walkers of any runs on one terrain, named by an address and by nothing else.

An address holds who races, where, and how it is drawn; everything else is simulated from it, so a
link gives the same race to everybody who has these runs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from archive import replays, terrain_form
from archive.models import Cell, Child, SeedProgram, Terrain
from simulation.domains import get_domain
from simulation.physics import RUN_SECONDS
from simulation.polyline import KIND
from simulation.replay import read_header
from simulation.terrain import make_terrain

FEWEST, MOST = 2, 8
LAYOUTS = ("lanes", "track")
_CHILD = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)  # run, seq: "3-120"
_SEED = re.compile(r"seed-(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Race:
    """Who races where."""

    walkers: tuple[str, ...]  # keys: "3-120" is child 120 of run 3, "seed-2" a seed program
    terrain: str = "flat"
    layout: str = "lanes"

    @property
    def can_start(self) -> bool:
        """Whether there are enough walkers."""
        return FEWEST <= len(self.walkers) <= MOST

    @property
    def query(self) -> str:
        """The race as the query of an address, always written the same way."""
        fields = {"walkers": ",".join(self.walkers), "terrain": self.terrain}
        if self.layout != LAYOUTS[0]:
            fields["layout"] = self.layout
        return urlencode(fields, safe=",:")

    def without(self, key: str) -> "Race":
        """Return this race with one walker fewer."""
        return replace(self, walkers=tuple(one for one in self.walkers if one != key))


def read_race(walkers: str, terrain: str = "", layout: str = "") -> Race:
    """Return the race that an address names.

    Raises:
        ValueError: in words, what in it cannot be read; whether the walkers exist is asked later.
    """
    keys = tuple(dict.fromkeys(key for key in walkers.split(",") if key))
    for key in keys:
        if not (_CHILD.fullmatch(key) or _SEED.fullmatch(key)):
            raise ValueError(
                f"“{key[:40]}” names no walker: expected RUN-CHILD such as 3-120, or seed-2"
            )
    if len(keys) > MOST:
        raise ValueError(f"{len(keys)} walkers do not fit: a race has at most {MOST}")
    layout = layout or LAYOUTS[0]
    if layout not in LAYOUTS:
        raise ValueError(f"“{layout[:40]}” is no layout: expected {' or '.join(LAYOUTS)}")
    terrain = terrain or "flat"
    make_terrain(terrain)  # refuses what it does not know
    return Race(keys, terrain, layout)


@dataclass(frozen=True)
class Entrant:
    """One who races."""

    key: str
    name: str
    home: str  # where it comes from, in words
    page: str
    walker: dict[str, Any]
    of: Child | SeedProgram

    @property
    def terrains(self) -> tuple[str, ...]:
        """Where it was evaluated; nowhere in particular for a seed program."""
        return replays.terrains_of_child(self.of) if isinstance(self.of, Child) else ()

    def replay_url(self, terrain: str) -> str:
        """Return where a browser finds the replay on ``terrain``; it never changes there."""
        if isinstance(self.of, Child):
            where = reverse("api-child-replay", args=[self.of.run_id, self.of.seq])
        else:
            where = reverse("api-seed-replay", args=[self.of.pk])
        return where + replays.version_query(self.of, terrain)

    def replay(self, terrain: str) -> bytes:
        """Return the replay on ``terrain``.

        Raises:
            NoReplay: it does not fit there.
        """
        return replays.replay_of_walker(self.walker, terrain)


class NoEntrant(LookupError):
    """Somebody in the address is not there; the message says who."""


def entrants_of(race: Race) -> list[Entrant]:
    """Return those who race, in the order of the address.

    Raises:
        NoEntrant: one of them does not exist or has no body.
    """
    return [_entrant(key) for key in race.walkers]


def _entrant(key: str) -> Entrant:
    if seed := _SEED.fullmatch(key):
        return _seed_entrant(key, int(seed[1]))
    child = _CHILD.fullmatch(key)
    assert child is not None
    return _child_entrant(key, int(child[1]), int(child[2]))


def _seed_entrant(key: str, pk: int) -> Entrant:
    one = SeedProgram.objects.filter(pk=pk).select_related("program").first()
    if one is None:
        raise NoEntrant(f"There is no seed program {pk}.")
    if one.program.walker is None:
        raise NoEntrant(f"The seed program {one.name} has no body stored.")
    page = reverse("seed", args=[pk])
    return Entrant(key, one.name, "seed program", page, one.program.walker, one)


def _child_entrant(key: str, run_id: int, seq: int) -> Entrant:
    children = Child.objects.select_related("program", "run")
    one = children.filter(run_id=run_id, seq=seq).first()
    if one is None:
        raise NoEntrant(
            f"There is no child {seq} of run {run_id}. The link may come from another ELMWeb."
        )
    try:
        walker = replays.walker_of_child(one)
    except replays.NoReplay as nothing:
        sentence = str(nothing)
        raise NoEntrant(sentence[0].upper() + sentence[1:]) from None
    page = reverse("child", args=[run_id, seq])
    return Entrant(key, f"Child {seq}", one.run.name, page, walker, one)


# --- how it ends


def standings(entrants: list[Entrant], terrain: str) -> list[dict[str, Any]]:
    """Return one row for each who races, the furthest first, those who are out last.

    A walker's distance is how far its centre of mass moved along x [u], either way, in ten
    seconds. Equal distances share a rank. ``out`` says why a walker has none.
    """
    rows = [_row(entrant, terrain) for entrant in entrants]
    rows.sort(key=lambda row: -row["distance"] if row["distance"] is not None else 1.0)
    for place, row in enumerate(rows):
        ties = place and rows[place - 1]["distance"] == row["distance"]
        ranked = row["distance"] is not None
        row["rank"] = (rows[place - 1]["rank"] if ties else place + 1) if ranked else None
    return rows


def _row(entrant: Entrant, terrain: str) -> dict[str, Any]:
    row: dict[str, Any] = {"key": entrant.key, "name": entrant.name, "home": entrant.home}
    row |= {"distance": None, "signed_distance": None, "out": None}
    try:
        header = read_header(entrant.replay(terrain))
    except replays.NoReplay as nothing:
        return row | {"out": str(nothing)}
    return row | {
        "distance": header["fitness"],
        "signed_distance": header["signed_distance"],
        "halves": header["halves"],
        "airborne": header["airborne"],
        "rise": header["rise"],
        "trajectory_hash": header["trajectory_hash"],
        "world_version": header["world_version"],
        "out": header["reason"],
    }


def race_json(race: Race, entrants: list[Entrant]) -> dict[str, Any]:
    """Return a race whole: who, where, the bodies, and how it ends."""
    ground = make_terrain(race.terrain)
    return {
        "link": f"{reverse('races')}?{race.query}",
        "walkers": list(race.walkers),
        "terrain": {
            "name": ground.name,
            "spec": race.terrain,
            "lines": [line.tolist() for line in ground.lines],
        },
        "seconds": RUN_SECONDS,
        "standings": standings(entrants, race.terrain),
        "bodies": {one.key: one.walker for one in entrants},
    }


# --- what the page offers


def terrain_fields(spec: str, entrants: Sequence[Entrant] = ()) -> dict[str, Any]:
    """Return a terrain in parts, for a form, with the terrains that could be chosen instead.

    Those of the entrants' runs come first, whole, as ``terrain_of_fields`` reads them.
    """
    ground, choices = make_terrain(spec), terrain_form.choices()
    chosen = ground.kind
    at_home = [home for one in entrants for home in one.terrains]
    if ground.kind == KIND:
        saved = Terrain.objects.filter(spec=spec, deleted_at=None).first()
        chosen = f"{terrain_form.SAVED}{saved.pk}" if saved else spec
        if spec in at_home:
            chosen = spec
        elif saved is None:  # deleted, or of another ELMWeb: the address has all of it
            choices = [("Of this race", [(spec, ground.name)]), *choices]
    whole = [home for home in dict.fromkeys(at_home) if ":" in home]
    if whole:
        choices = [("Of their runs", [(s, terrain_form.title_of(s)) for s in whole]), *choices]
    return {
        "chosen": chosen,
        "difficulty": ground.difficulty,
        "rng_seed": ground.rng_seed,
        "title": terrain_form.title_of(spec),
        "choices": choices,
    }


def terrain_of_fields(chosen: str, difficulty: str, rng_seed: str) -> str:
    """Return the spec of a terrain from what a form sent; empty parts are left to the default.

    ``chosen`` may be a spec itself; the other parts are not asked then.

    Raises:
        ValueError: there is no such terrain.
    """
    if ":" in chosen and not chosen.startswith(terrain_form.SAVED):
        make_terrain(chosen)
        return chosen
    return terrain_form.spec_of(terrain_form.TerrainRow(chosen, difficulty, rng_seed))


def gallery_race(seeds: list[dict[str, Any]]) -> Race | None:
    """Return a race among the gallery's walkers to begin with, once they are installed."""
    gallery = get_domain("sodarace").seed_programs
    keys = [f"seed-{s['id']}" for s in seeds if s["bundled"] and gallery[s["name"]].is_gallery]
    return Race(tuple(keys[:MOST])) if len(keys) >= FEWEST else None


def elites_on_offer(runs: int = 8, each: int = 4) -> list[dict[str, Any]]:
    """Return for each of the newest runs with elites its best ones, to choose from."""
    newest = Cell.objects.filter(run__trial_of=None).order_by("-run_id")
    found = []
    for run_id in newest.values_list("run_id", flat=True).distinct()[:runs]:
        best = Cell.objects.filter(run_id=run_id).select_related("run", "elite__program")
        cells = [c for c in best.order_by("-fitness")[:each] if c.elite.program]
        if cells:
            found.append({"run": cells[0].run, "elites": [cell.elite for cell in cells]})
    return found
