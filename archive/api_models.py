"""The JSON of the Models pages: previews, live trainings, and steering."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from archive import mix_form, model_queries
from archive.forms_models import TuneForm, sentence_of
from archive.models import Run, Training
from archive.services import datasets, installing, trainings
from elmweb.accounts.access import asks_only, must_own, needs
from elmweb.accounts.models import Role, User

ACTIONS: dict[str, Callable[[Training, User], Any]] = {
    "stop": trainings.stop,
    "resume": trainings.resume,
    "remove": trainings.remove,
    "restore": trainings.restore,
}


def _error(refusal: Exception, status: int, **more: Any) -> JsonResponse:
    return JsonResponse({"error": sentence_of(refusal), **more}, status=status)


@asks_only
@require_POST
def preview(request: HttpRequest) -> JsonResponse:
    """What a fine-tuning would learn from, and how long it would take."""
    form = TuneForm(request.POST)
    if not form.is_valid():
        sentence = form.problems()[0][1]
        return JsonResponse({"error": sentence, "fields": form.by_field()}, status=422)
    return JsonResponse(datasets.preview(form.cleaned_data["config"]))


@require_GET
def live(request: HttpRequest, training_id: int) -> HttpResponse:
    """How a training stands; nothing is sent while nothing has changed."""
    response = JsonResponse(model_queries.live(get_object_or_404(Training, pk=training_id)))
    etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)  # type: ignore[assignment]
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


@require_POST
def act(request: HttpRequest, training_id: int, action: str) -> JsonResponse:
    """Stop, resume, remove or restore a training."""
    training = get_object_or_404(Training, pk=training_id)
    actor = must_own(request, training, f"the training of {training.name}")
    try:
        ACTIONS[action](training, actor)
    except ValueError as refusal:
        return _error(refusal, 409)
    training.refresh_from_db()
    return JsonResponse({"state": training.state})


@require_POST
def set_models(request: HttpRequest, run_id: int) -> JsonResponse:
    """Change the models of a run that goes on; answers with the mix before, to undo it."""
    run = get_object_or_404(Run, pk=run_id)
    actor = must_own(request, run, f"run {run.pk}")
    try:
        mix = mix_form.mix_of(mix_form.rows_of(request.POST))
        done = trainings.set_mix(run, [list(entry) for entry in mix], actor)
    except ValueError as refusal:
        return _error(refusal, 409)
    return JsonResponse({"before": done.before, "after": done.after})


@require_POST
def set_repeat(request: HttpRequest, run_id: int) -> JsonResponse:
    """Have a run's model trained again after so many accepted diffs, or never."""
    run = get_object_or_404(Run, pk=run_id)
    actor = must_own(request, run, f"run {run.pk}")
    text = request.POST.get("every", "").strip()
    try:
        if text and not (text.isdecimal() and len(text) < 10):
            raise ValueError(f"give a whole number of accepted diffs, such as 500, got {text!r}")
        every = int(text) if text else None
        trainings.set_repeat(run, every, request.POST.get("preset", ""), actor)
    except ValueError as refusal:
        return _error(refusal, 409)
    run.refresh_from_db()
    return JsonResponse({"repeat": run.repeat_tuning})


@needs(Role.ADMIN, to_look=Role.VIEWER)
@require_http_methods(["GET", "POST"])
def smollm2(request: HttpRequest) -> JsonResponse:
    """How the installation of SmolLM2 stands; a POST begins it."""
    found = installing.start() if request.method == "POST" else installing.status()
    return JsonResponse(asdict(found), status=202 if found.state == "running" else 200)


urlpatterns = [
    path("models/smollm2/install", smollm2, name="api-smollm2"),
    path("trainings/preview", preview, name="api-training-preview"),
    path("trainings/<int:training_id>/live", live, name="api-training-live"),
    *(
        path(
            f"trainings/<int:training_id>/{action}",
            act,
            {"action": action},
            name=f"api-training-{action}",
        )
        for action in ACTIONS
    ),
    path("runs/<int:run_id>/models", set_models, name="api-run-models"),
    path("runs/<int:run_id>/repeat", set_repeat, name="api-run-repeat"),
]
