"""The page of races: choose who races, watch them race."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from archive import queries, races


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """A race where the address names one, else who is on offer.

    A form may send the terrain in parts (kind, difficulty, rng_seed); it ends at the address
    that says the same in one word, which is the one to pass on.
    """
    asked = {name: request.GET.get(name, "") for name in ("walkers", "terrain", "layout")}
    if kind := request.GET.get("kind", ""):
        return _from_form(request, kind, asked)
    try:
        race = races.read_race(**asked)
        entrants = races.entrants_of(race)
    except (ValueError, races.NoEntrant) as refusal:
        return _offer(request, races.Race(()), _sentence(refusal), status=404)
    if not race.can_start:
        return _offer(request, race, "")
    terrain = races.terrain_fields(race.terrain, entrants)
    context: dict[str, Any] = {
        "section": "races",
        "race": race,
        "terrain": terrain,
        "entrants": [(one, f"?{race.without(one.key).query}") for one in entrants],
        "fewest": races.FEWEST,
        "data": {
            "layout": race.layout,
            "title": f"Race on {terrain['title']}",
            "entrants": [
                {
                    "key": one.key,
                    "name": one.name,
                    "home": one.home,
                    "page": one.page,
                    "replay": one.replay_url(race.terrain),
                }
                for one in entrants
            ],
        },
    }
    return render(request, "archive/race.html", context)


def _from_form(request: HttpRequest, kind: str, asked: dict[str, str]) -> HttpResponse:
    parts = (request.GET.get(name, "") for name in ("difficulty", "rng_seed"))
    try:
        terrain = races.terrain_of_fields(kind, *parts)
        race = races.read_race(asked["walkers"], terrain, asked["layout"])
    except ValueError as refusal:
        return _offer(request, races.Race(()), _sentence(refusal), status=422)
    return redirect(f"{reverse('races')}?{race.query}")


def _sentence(refusal: Exception) -> str:
    text = str(refusal)
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _offer(request: HttpRequest, race: races.Race, error: str, status: int = 200) -> HttpResponse:
    """Show who can race, with the gallery's race to begin with."""
    seeds = queries.seed_rows()
    shown = races.gallery_race(seeds)
    context = {
        "section": "races",
        "error": error,
        "race": race,
        "seeds": seeds,
        "offers": races.elites_on_offer(),
        "example": shown,
        "fewest": races.FEWEST,
        "most": races.MOST,
    }
    return render(request, "archive/races.html", context, status=status)
