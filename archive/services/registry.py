"""The models that can mutate programs: what comes with the program, what people added or trained.

A run's mix names models; ``spec_of`` turns a name into what ``load_operator`` takes.
"""

import hashlib
import shutil
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from archive.models import ModelVersion, Run, RunState, Training, TrainingState
from archive.services import model_store
from elmweb.accounts.models import User
from elmweb.paths import BASE_DIR, MODELS_DIR
from workers.mutation.spec import ModelSpec

BUNDLED_DIR = BASE_DIR / "workers" / "mutation" / "weights"
BUILT_IN = {
    "bundled": "Diff model",
    "bundled_unmasked": "Diff model, free sampling",
    "random_gp": "Random edits (control)",
}
DEFAULT = "bundled"  # what new runs begin with until another is promoted
TEST_ONLY = "scripted"


class UnknownModel(ValueError):
    """A run or a command names a model that is not here (any more)."""


def spec_of(name: str) -> ModelSpec:
    """Return how to load the model called ``name``, its folders as absolute paths.

    Raises:
        UnknownModel: there is none, or it was removed.
    """
    if name in BUILT_IN or name == TEST_ONLY:
        return ModelSpec(kind=name, name=name)
    row = find(name)
    if row is None:
        known = ", ".join([*BUILT_IN, *(row.name for row in installed())])
        raise UnknownModel(f"unknown model {name!r}: use one of {known}")
    spec = ModelSpec.from_json(row.spec)
    return replace(spec, folder=_absolute(spec.folder), adapter=_absolute(spec.adapter))


def loadable(name: str) -> ModelSpec:
    """Return the same, once this host has the files: they may have been made on another.

    Raises:
        UnknownModel: there is none, or it was removed.
        OSError: they are elsewhere and cannot be fetched.
    """
    spec = spec_of(name)
    for folder in filter(None, (spec.folder, spec.adapter)):
        if Path(folder).is_relative_to(MODELS_DIR):
            model_store.fetch(Path(folder), _relative(folder))
    return spec


def version_of(name: str) -> str:
    """Return the version of an added model, "" for what comes with the program."""
    row = find(name)
    return row.version if row else ""


def find(name: str) -> ModelVersion | None:
    """Return the installed or trained model called ``name``, None when there is none."""
    return installed().filter(name=name).first()


def is_taken(name: str) -> bool:
    """Whether a model is called so that a run may use."""
    return name in BUILT_IN or name == TEST_ONLY or find(name) is not None


def installed():
    """Return the models that people added or trained and that are not removed, newest first."""
    return ModelVersion.objects.exclude(spec={}).filter(deleted_at=None).order_by("-id")


def choices() -> list[tuple[str, str]]:
    """Return (name, label) of every model that a run may use, the default one first."""
    rows = list(installed())
    found = [*BUILT_IN.items(), *((row.name, row.name) for row in rows)]
    first = default_name()
    return sorted(found, key=lambda choice: choice[0] != first)


def default_name() -> str:
    """Return the model that new runs begin with."""
    row = ModelVersion.objects.filter(is_default=True, deleted_at=None).first()
    return row.name if row else DEFAULT


def tunable(name: str) -> tuple[ModelVersion, Path]:
    """Return a model that can be fine-tuned here, and the folder with its weights.

    Raises:
        ValueError: there is none of that name, it is of another kind, or its files are gone.
    """
    spec = loadable(name)
    check_tunable(spec)
    folder = Path(spec.folder) if spec.folder else BUNDLED_DIR
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ValueError(f"the weights of {name!r} are gone: {weights} is no file")
    row = find(name) if spec.folder else None
    if row is None:
        version = f"{name}-{_digest(weights)[:12]}"
        defaults = {"name": name, "backend": spec.kind}
        row, _ = ModelVersion.objects.get_or_create(version=version, defaults=defaults)
    return row, folder


def check_tunable(spec: ModelSpec) -> None:
    """Refuse models of a kind that cannot be fine-tuned here.

    Raises:
        ValueError: it is one.
    """
    if spec.kind not in ("bundled", "tuned"):
        raise ValueError(
            f"{spec.name!r} cannot be fine-tuned here: choose the bundled diff model, or one that "
            "was made from it"
        )


@lru_cache(maxsize=4)
def _digest_of(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(weights: Path) -> str:
    return _digest_of(weights, weights.stat().st_mtime_ns)


def add(
    spec: ModelSpec,
    *,
    version: str,
    parent: ModelVersion | None = None,
    card: dict[str, Any] | None = None,
    owner: User | None = None,
) -> ModelVersion:
    """Store a model under its spec's name; folders below ``MODELS_DIR`` are stored relative to it.

    One that was removed comes back, with what is new in its spec: its children still name it.

    Args:
        version: name and hash of the weights; the children of these weights carry it.

    Raises:
        ValueError: the name is taken.
    """
    with transaction.atomic():
        if is_taken(spec.name):
            raise ValueError(f"there is a model called {spec.name!r} already: choose another name")
        stored = replace(spec, folder=_relative(spec.folder), adapter=_relative(spec.adapter))
        row, _ = ModelVersion.objects.update_or_create(
            version=version,
            defaults={
                "name": spec.name,
                "backend": spec.kind,
                "parent": parent,
                "spec": stored.to_json(),
                "card": card or {},
                "owner": owner,
                "deleted_at": None,
            },
        )
        return row


def adopt(
    folder: Path,
    name: str,
    *,
    parent: ModelVersion | None = None,
    card: dict[str, Any] | None = None,
    owner: User | None = None,
) -> ModelVersion:
    """Move a folder of weights below ``MODELS_DIR`` and store it as a model called ``name``.

    Raises:
        ValueError: the name is taken.
    """
    version = share(folder, name)
    target = MODELS_DIR / version
    with transaction.atomic():
        spec = ModelSpec(kind="tuned", name=name, folder=str(target))
        row = add(spec, version=version, parent=parent, card=card, owner=owner)
        MODELS_DIR.mkdir(parents=True, exist_ok=True)
        if target.exists():  # of an attempt that died before the row was there
            shutil.rmtree(target)
        folder.rename(target)
    return row


def share(folder: Path, name: str) -> str:
    """Put a folder of weights where other hosts find it, and return the version that it will be.

    Called before the row is there, and again by ``adopt`` at no cost: sending megabytes has no
    place in a transaction.
    """
    version = f"{name}-{_digest(folder / 'model.safetensors')[:12]}"
    model_store.put(folder, version)
    return version


def remove(row: ModelVersion) -> ModelVersion:
    """Take a model off the list; its weights stay on disk and its children keep naming it.

    Raises:
        ValueError: a run uses it, or a training starts from it, at this moment.
    """
    going_on = Run.objects.filter(state__in=[RunState.RUNNING, RunState.PAUSED])
    for run in going_on.only("pk", "mix"):
        if row.name in [name for name, _ in run.mix]:
            raise ValueError(f"run {run.pk} uses {row.name!r}: give it other models first")
    busy = Training.objects.filter(
        base=row, state__in=[TrainingState.QUEUED, TrainingState.RUNNING, TrainingState.COMPARING]
    )
    if busy.exists():
        raise ValueError(f"{row.name!r} is being fine-tuned: stop that training first")
    row.deleted_at, row.is_default = timezone.now(), False
    row.save(update_fields=["deleted_at", "is_default"])
    return row


def restore(row: ModelVersion) -> ModelVersion:
    """Put a removed model back on the list.

    Raises:
        ValueError: another one has taken its name meanwhile.
    """
    if find(row.name):
        raise ValueError(f"another model is called {row.name!r} now: remove it first")
    row.deleted_at = None
    row.save(update_fields=["deleted_at"])
    return row


def _absolute(folder: str) -> str:
    return str(MODELS_DIR / folder) if folder else ""


def _relative(folder: str) -> str:
    path = Path(folder)
    return str(path.relative_to(MODELS_DIR)) if path.is_relative_to(MODELS_DIR) else folder
