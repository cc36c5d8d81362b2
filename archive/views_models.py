"""The pages of models and of their fine-tuning."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from archive import model_notes, model_queries
from archive.forms_models import EndpointForm, FolderForm, TuneNewForm, is_tunable, sentence_of
from archive.models import Child, ModelVersion, Run, Training
from archive.services import external, installing, presence, registry, trainings
from archive.tuning import PRESET_NOTES, PRESETS, TuneConfig
from elmweb.accounts.access import must_own, needs
from elmweb.accounts.models import Role, person_of
from elmweb.paths import BASE_DIR
from workers.mutation.install_smollm2 import GOOD_AT

CARD = BASE_DIR / "workers/mutation/weights/MODEL_CARD.md"
ADDABLE = {"folder": FolderForm, "endpoint": EndpointForm}
CARD_WORDS = ("good_at", "fell_back")  # parts of a card that the page has a place of its own for
DONE = {
    "remove": "Removed {}; it can be restored at the end of this page.",
    "restore": "Restored {}.",
    "promote": "New runs begin with {}.",
}
# name, label, hint; the numbers of a fine-tuning that a person may set
HYPER_PARAMETERS = (
    ("epochs", "Epochs", "times that each example is read"),
    ("learning_rate", "Learning rate", "high learns fast and forgets fast"),
    ("batch_tokens", "Tokens a step", "more are steadier and slower"),
    ("patience", "Patience", "checks without gain until it ends early; 0: never"),
    ("held_out", "Held out", "share of the parents kept to validate on"),
    ("rehearsal", "Rehearsal", "share of generated examples, against forgetting"),
    ("share", "Share of the model worker", "while runs go on; 0.5 is half of its time"),
    ("compare", "Children to compare", "of each model afterwards, from the same map; 0: none"),
    ("rng_seed", "Rng seed", "the same one, the same training"),
)


@require_GET
def models(request: HttpRequest) -> HttpResponse:
    """All models as a tree of versions, the trainings, and what can be added."""
    entries = model_queries.tree()
    for entry in entries:
        entry["good_at"] = model_notes.good_at(entry["kind"], entry["card"])
        entry["kind_words"] = model_notes.KINDS.get(entry["kind"], entry["kind"])
        entry["key"] = entry["version"] or entry["name"]
        row = registry.find(entry["name"])
        entry["rewrites"] = model_notes.form_of(row, entry["name"]) == "rewrite"
    context = {
        "section": "models",
        "entries": [entry for entry in entries if not entry["deleted"]],
        "removed": [entry for entry in entries if entry["deleted"]],
        "trainings": model_queries.trainings(),
        "removed_trainings": model_queries.trainings(removed=True),
        "smollm2": installing.status(),
        "smollm2_good_at": GOOD_AT,
    }
    return render(request, "archive/models.html", context)


@require_GET
def model(request: HttpRequest, key: str) -> HttpResponse:
    """One model: what it is, where it comes from, what was trained from it, where to use it."""
    found = model_queries.model_or_404(key)
    row = found if isinstance(found, ModelVersion) else None
    name = row.name if row else str(found)
    entries = model_queries.tree()
    entry = next((e for e in entries if row and e["version"] == row.version), None)
    entry = entry or next((e for e in entries if e["name"] == name and not e["deleted"]), None)
    kind, card = (row.backend, row.card) if row else (name, {})
    form = model_notes.form_of(row, name)
    context = {
        "section": "models",
        "name": name,
        "row": row,
        "entry": entry,
        "kind": kind,
        "kind_words": model_notes.KINDS.get(kind, kind),
        "good_at": model_notes.good_at(kind, card),
        "cost": model_queries.cost_of(Child.objects.filter(model_version=row))
        if model_queries.has_price([name])
        else None,
        "writes": model_notes.writes(form, card),
        "rewrites": form == "rewrite",
        "facts": _facts(row),
        "card": [(k.replace("_", " "), v) for k, v in card.items() if k not in CARD_WORDS],
        "card_text": CARD.read_text() if name == "bundled" and CARD.exists() else "",
        "versions": [e for e in entries if row and e["parent"] == name and not e["deleted"]],
        "trainings": model_queries.trainings(base__name=name),
        "made_by": row.made_by.first() if row else None,
        "is_tunable": is_tunable(row, name),
        "is_installed": row is not None and bool(row.spec) and row.deleted_at is None,
        "can_promote": row is not None
        and row.deleted_at is None
        and kind != registry.TEST_ONLY
        and not (entry and entry["is_earlier"]),
        "steerable": model_queries.steerable_runs(person_of(request)),
        "may_change": row is not None and person_of(request).may_change(row),
        "uses": Run.objects.filter(children__model_version=row).distinct()[:10] if row else [],
    }
    return render(request, "archive/model.html", context)


def _facts(row: ModelVersion | None) -> list[tuple[str, Any]]:
    """Return what a spec says, as words; it never holds a key, only the key's name."""
    spec = row.spec if row else {}
    words = {
        "folder": "Folder",
        "adapter": "Adapter",
        "url": "Address",
        "model": "Called there",
        "key_env": "Key from",
        "timeout_s": "Time-out [s]",
        "price_in": "Price, read [a million tokens]",
        "price_out": "Price, written [a million tokens]",
        "batch": "Answers at a time",
        "max_new_tokens": "Longest answer [tokens]",
    }
    only = ("timeout_s", "price_in", "price_out") if spec.get("kind") != "endpoint" else ()
    hidden = ("batch", "max_new_tokens") if spec.get("kind") == "tuned" else ()
    return [
        (label, spec[name])
        for name, label in words.items()
        if name not in (*only, *hidden) and spec.get(name) not in (None, "")
    ]


@needs(Role.ADMIN)  # an address or a folder that the worker then reads
@require_http_methods(["GET", "POST"])
def model_add(request: HttpRequest, what: str) -> HttpResponse:
    """Add a local folder or an endpoint."""
    form_class = ADDABLE[what]
    form = form_class(request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                row = external.add(form.cleaned_data["spec"], owner=person_of(request))
            except ValueError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"Added {row.name}. A short run shows what it is worth.")
                return redirect("model", row.version)
        status = 422
    context = {"section": "models", "form": form, "what": what}
    return render(request, "archive/model_add.html", context, status=status)


@require_POST
def model_change(request: HttpRequest, key: str, action: str) -> HttpResponse:
    """Remove or restore a model, or make it the default; a form without script works as well."""
    row = model_queries.model_or_404(key)
    if not isinstance(row, ModelVersion):
        return _refused(request, f"{key} comes with ELMWeb and stays", "models")
    actions: dict[str, Callable[[], object]] = {
        "remove": lambda: registry.remove(row),
        "restore": lambda: registry.restore(row),
        "promote": lambda: trainings.promote(row, run=_run_of(request), actor=person_of(request)),
    }
    if action != "promote":
        must_own(request, row, f"the model {row.name}")
    try:
        actions[action]()
    except ValueError as refusal:
        return _refused(request, str(refusal), "models")
    if _wants_json(request):
        return JsonResponse({"version": row.version})
    messages.success(request, DONE[action].format(row.name))
    return redirect("models" if action == "remove" else reverse("model", args=[row.version]))


@require_POST
def model_rollback(request: HttpRequest) -> HttpResponse:
    """Go back to what was in force before the last promotion, of all or of one run."""
    try:
        trainings.rollback(_run_of(request), person_of(request))
    except ValueError as refusal:
        return _refused(request, str(refusal), "models")
    return JsonResponse({"ok": True}) if _wants_json(request) else redirect("models")


def _run_of(request: HttpRequest) -> Run | None:
    """Return the run that a form names; none for all new runs, which are an admin's to decide on.

    Raises:
        ValueError: there is no such run.
        PermissionDenied: it is not this person's to steer.
    """
    text = request.POST.get("run", "")
    if not text:
        if not person_of(request).is_admin:
            raise PermissionDenied(
                "Only an admin may choose the model that all new runs begin with."
            )
        return None
    run = Run.objects.filter(pk=int(text)).first() if text.isdecimal() and len(text) < 18 else None
    if run is None:
        raise ValueError(f"there is no run {text[:20]}")
    must_own(request, run, f"run {run.pk}")
    return run


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _refused(request: HttpRequest, sentence: str, page: str) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"error": sentence_of(ValueError(sentence))}, status=409)
    messages.error(request, sentence_of(ValueError(sentence)))
    return redirect(page)


@require_GET
def model_weights(request: HttpRequest, key: str) -> FileResponse:
    """The weights of a fine-tuned model, to take along."""
    row = model_queries.model_or_404(key)
    if not isinstance(row, ModelVersion):
        raise Http404(f"{key} comes with ELMWeb: its weights are in the program's own folder.")
    try:
        archive = trainings.export_adapter(row)
    except ValueError as refusal:
        raise Http404(sentence_of(refusal)) from None
    return FileResponse(archive.open("rb"), as_attachment=True, filename=f"{row.name}.zip")


@require_POST
def model_upload(request: HttpRequest) -> HttpResponse:
    """Take in weights that another ELMWeb gave."""
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise ValueError("choose a file: the .zip that “Download the weights” gave")
        name = request.POST.get("name", "").strip()
        row = trainings.import_adapter(upload, name, person_of(request))
    except ValueError as refusal:
        return _refused(request, str(refusal), "models")
    messages.success(request, f"Added {row.name}.")
    where = reverse("model", args=[row.version])
    return JsonResponse({"url": where}) if _wants_json(request) else redirect(where)


@needs(Role.OPERATOR)
@require_http_methods(["GET", "POST"])
def training_new(request: HttpRequest) -> HttpResponse:
    """Choose what a model learns from and how, see what that amounts to, start."""
    if request.method == "POST":
        form = TuneNewForm(request.POST)
        if form.is_valid() and (training := _create(form, request)):
            return redirect("training", training.pk)
        return render(request, "archive/training_new.html", _new_context(form, request), status=422)
    run = _first_run(request.GET.get("run", ""))
    base = request.GET.get("base", "") or registry.default_name()
    form = TuneNewForm(
        initial={
            "name": _free_name(run),
            "base": base,
            "runs": [run.pk] if run else [],
            "run": run.pk if run else "",
            "preset": "normal",
        }
    )
    return render(request, "archive/training_new.html", _new_context(form, request))


def _first_run(text: str) -> Run | None:
    """Return the run that the address names, else the newest that holds accepted diffs."""
    if text.isdecimal() and len(text) < 18 and (run := Run.objects.filter(pk=int(text)).first()):
        return run
    rows = model_queries.tunable_runs([])
    best = next((row for row in rows if row["accepted"]), None)
    return Run.objects.get(pk=best["id"]) if best else None


def _free_name(run: Run | None) -> str:
    """Return a name for the new model that is not taken."""
    stem = f"tuned-{run.pk}" if run else "tuned"
    taken = set(ModelVersion.objects.filter(name__startswith=stem).values_list("name", flat=True))
    taken |= set(Training.objects.filter(name__startswith=stem).values_list("name", flat=True))
    names = [stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def _create(form: TuneNewForm, request: HttpRequest) -> Training | None:
    data = form.cleaned_data
    try:
        return trainings.create(
            data["config"], name=data["name"], run=data["run"], owner=person_of(request)
        )
    except ValueError as refusal:
        form.refuse(refusal)
        return None


def _new_context(form: TuneNewForm, request: HttpRequest) -> dict[str, Any]:
    value = form["runs"].value() or []
    chosen = [int(text) for text in map(str, value) if text.isdecimal() and len(text) < 18]
    runs = model_queries.tunable_runs(chosen)
    defaults = TuneConfig(base="bundled", runs=(0,)).to_json()
    names = [name for name, *_ in HYPER_PARAMETERS]
    return {
        "section": "models",
        "form": form,
        "runs": runs,
        "chosen": chosen,
        "presets": [(name, PRESET_NOTES[name]) for name in PRESETS],
        "preset_values": {
            preset: {name: {**defaults, **values}[name] for name in names}
            for preset, values in PRESETS.items()
        },
        "numbers": [(*given, form[given[0]]) for given in HYPER_PARAMETERS],
        "sent_messages": request.POST.getlist("messages"),
        "workers": presence.seen(),
    }


@require_GET
def training(request: HttpRequest, training_id: int) -> HttpResponse:
    """One training, live."""
    one = model_queries.training_or_404(training_id)
    config = TuneConfig.from_json(one.config)
    labels = {name: label for name, label, _ in HYPER_PARAMETERS}
    settings = [(labels[n], v) for n, v in one.config.items() if n in labels]
    context = {
        "section": "models",
        "training": one,
        "live": model_queries.live(one),
        "config": config,
        "settings": settings,
        "learnt_from": Run.objects.filter(pk__in=config.runs),
        "steerable": model_queries.steerable_runs(person_of(request)),
        "may_change": person_of(request).may_change(one),
    }
    return render(request, "archive/training.html", context)
