"""Terrains that people draw, upload or name; what ELMWeb brings itself needs no row."""

from collections.abc import Sequence

from django.db import DatabaseError, transaction
from django.utils import timezone

from archive.models import Terrain
from elmweb.accounts.models import User
from simulation.polyline import KIND, checked_name, spec_of
from simulation.terrain import KINDS, make_terrain

MOST_TERRAINS = 200  # on offer: the form of a new run lists them all


def save_terrain(
    name: str, points: Sequence[Sequence[float]], owner: User | None = None
) -> Terrain:
    """Save drawn ground under a name.

    Raises:
        ValueError: the name cannot be used, or the points are no ground (see
            ``simulation.polyline.checked``).
    """
    name = checked_name(name)
    if name.partition(":")[0] in (*KINDS, KIND):
        raise ValueError(f"{name!r} would be taken for a terrain of ELMWeb's own: add a word")
    spec = spec_of(name, points)
    with transaction.atomic():
        Terrain.objects.filter(name=name).exclude(deleted_at=None).delete()  # its name is wanted
        if Terrain.objects.filter(name=name).exists():
            raise ValueError(f"there is a terrain called {name!r} already: choose another name")
        if Terrain.objects.filter(deleted_at=None).count() >= MOST_TERRAINS:
            raise ValueError(
                f"there are {MOST_TERRAINS} terrains already: delete one that nobody needs"
            )
        return Terrain.objects.create(name=name, spec=spec, owner=owner)


def delete_terrain(terrain: Terrain) -> None:
    """Take a terrain off the list; ``restore_terrain`` undoes it. Runs on it keep their ground."""
    terrain.deleted_at = timezone.now()
    terrain.save(update_fields=["deleted_at"])


def restore_terrain(terrain: Terrain) -> None:
    """Undo ``delete_terrain``."""
    terrain.deleted_at = None
    terrain.save(update_fields=["deleted_at"])


def spec_named(name: str) -> str:
    """Return the spec of a terrain by what a person calls it: a spec, or the name of a saved one.

    Raises:
        ValueError: no such terrain; the message names those that there are.
    """
    try:
        make_terrain(name)
    except ValueError as refusal:
        try:
            saved = dict(Terrain.objects.filter(deleted_at=None).values_list("name", "spec"))
        except DatabaseError:  # `manage.py evaluate` works where there is no database yet
            saved = {}
        if name in saved:
            return saved[name]
        if not saved or name.partition(":")[0] in (*KINDS, KIND):
            raise
        names = ", ".join(repr(one) for one in sorted(saved)[:20])
        raise ValueError(f"{refusal}; or the name of a saved terrain: {names}") from None
    return name
