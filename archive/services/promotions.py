"""Which models are in force: for new runs, and for a run that goes on."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from archive.config import check_models, mix_from_json
from archive.models import Intervention, ModelVersion, Run
from archive.services import feed, registry
from archive.tuning import LEAST_EVERY, MAX_EVERY, preset
from elmweb.accounts.models import User

MODELS = "models"  # kind of the interventions that change a mix
REPEAT = "repeat_tuning"


def set_mix(run: Run, mix: Sequence[Sequence], actor: User | None = None) -> Intervention:
    """Let other models write a run's next batches; what was in force is in the note it returns.

    Raises:
        ValueError: the run is over, or the mix cannot be used; the sentence says why.
    """
    models = mix_from_json(list(mix))
    check_models(models)
    for name, _ in models:
        registry.spec_of(name)  # raises for a name that nobody knows
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.is_over:
            raise ValueError(f"run {run.pk} is {run.state}: no model will write for it any more")
        before, run.mix = run.mix, [list(model) for model in models]
        run.save(update_fields=["mix"])
        note = Intervention.objects.create(
            run=run, seq=run.last_seq, kind=MODELS, before=before, after=run.mix, actor=actor
        )
        feed.announce(run.pk)
    return note


def promote(
    row: ModelVersion,
    *,
    run: Run | None = None,
    instead_of: str = "",
    actor: User | None = None,
) -> None:
    """Put a model in force: alone in a run's mix, or as what new runs begin with.

    Args:
        instead_of: the model whose share of the run's mix it takes over; others keep theirs.

    Raises:
        ValueError: it was removed, is there already, or the run is over.
    """
    if row.deleted_at is not None:
        raise ValueError(f"{row.name!r} was removed: restore it first")
    if run is not None:
        run.refresh_from_db()
        if [name for name, _ in run.mix] == [row.name]:
            raise ValueError(f"{row.name!r} is what run {run.pk} uses already")
        names = [name for name, _ in run.mix]
        if instead_of in names and row.name not in names:
            mix = [[row.name if name == instead_of else name, share] for name, share in run.mix]
        else:
            mix = [[row.name, 100.0]]
        set_mix(run, mix, actor)
        return
    with transaction.atomic():
        before = _default()
        if before is not None and before.pk == row.pk:
            raise ValueError(f"{row.name!r} is what new runs begin with already")
        row.card = row.card | {"replaced": before.pk if before else None}
        row.save(update_fields=["card"])
        _set_default(row)


def rollback(run: Run | None = None, actor: User | None = None) -> None:
    """Put back in force what was before the last promotion; again, and the one before that.

    Raises:
        ValueError: nothing to go back to.
    """
    if run is not None:
        set_mix(run, _mix_before(run), actor)
        return
    with transaction.atomic():
        now = _default()
        if now is None:
            raise ValueError("new runs begin with the bundled model: nothing to go back to")
        # The bundled model where it was that, or where what it was is removed.
        before = ModelVersion.objects.filter(pk=now.card.get("replaced"), deleted_at=None).first()
        _set_default(before)


def _default() -> ModelVersion | None:
    return ModelVersion.objects.filter(is_default=True, deleted_at=None).first()


def _set_default(row: ModelVersion | None) -> None:
    ModelVersion.objects.filter(is_default=True).update(is_default=False)
    if row is not None:
        ModelVersion.objects.filter(pk=row.pk).update(is_default=True)


def _mix_before(run: Run) -> list:
    """Return the mix before the last change that was not taken back."""
    changes: list[tuple[Any, Any]] = []
    notes = Intervention.objects.filter(run=run, kind=MODELS).order_by("pk")
    for before, after in notes.values_list("before", "after"):
        if changes and after == changes[-1][0]:
            changes.pop()
        else:
            changes.append((before, after))
    if not changes:
        raise ValueError(f"run {run.pk} has used the same models from the start")
    return changes[-1][0]


def leading(run: Run) -> str:
    """Return the model that writes most of a run's edits."""
    return max(mix_from_json(run.mix), key=lambda model: model[1])[0]


def set_repeat(
    run: Run, every: int | None, preset_name: str = "quick", actor: User | None = None
) -> Intervention:
    """Have a run fine-tune its model again after so many accepted diffs; None: no more.

    The new model takes over only when the comparison with its parent says so.

    Raises:
        ValueError: a number out of range, an unknown preset, the run is over, or the model that
            writes most of its edits cannot be fine-tuned here.
    """
    if every is not None and not (type(every) is int and LEAST_EVERY <= every <= MAX_EVERY):
        raise ValueError(
            f"a training can be repeated every {LEAST_EVERY} to {MAX_EVERY:,} accepted diffs, "
            f"got {every!r}"
        )
    preset(preset_name)
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run.pk)
        if run.is_over and every is not None:
            raise ValueError(f"run {run.pk} is {run.state}: nothing will be accepted any more")
        if every is not None:
            registry.check_tunable(registry.spec_of(leading(run)))
        before = run.repeat_tuning
        run.repeat_tuning = None if every is None else {"every": every, "preset": preset_name}
        run.save(update_fields=["repeat_tuning"])
        return Intervention.objects.create(
            run=run, seq=run.last_seq, kind=REPEAT, before=before, after=run.repeat_tuning,
            actor=actor,
        )  # fmt: skip
