"""The JSON API: the same plain dicts that the pages show."""

from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from archive import queries, services
from archive.models import Cell, Child, Job, Run
from archive.services.runs import MAX_SOURCE
from elmweb.accounts.access import must_own
from elmweb.accounts.quotas import QuotaSpent
from elmweb.export import csv_response
from simulation.outcome import Outcome

ACTIONS = {"pause": services.pause, "resume": services.resume, "stop": services.stop}


def error(sentence: str, status: int) -> JsonResponse:
    """Return an error the page can show."""
    return JsonResponse({"error": sentence}, status=status)


@require_GET
def run_list(request: HttpRequest) -> JsonResponse:
    """The runs of the dashboard."""
    return JsonResponse({"runs": queries.run_rows()})


@require_GET
def snapshot(request: HttpRequest, run_id: int) -> JsonResponse:
    """Everything the run page shows."""
    return JsonResponse(queries.snapshot(get_object_or_404(Run, pk=run_id)))


@require_POST
def act(request: HttpRequest, run_id: int, action: str) -> JsonResponse:
    """Pause, resume or stop a run."""
    run = get_object_or_404(Run, pk=run_id)
    actor = must_own(request, run, f"run {run.pk}")
    try:
        run = ACTIONS[action](run, actor)
    except (services.IllegalTransition, QuotaSpent) as refusal:
        return error(str(refusal), 409)
    return JsonResponse({"state": run.state})


def find_child(run_id: int, seq: int, *related: str) -> Child:
    """Return a child of a run, or answer 404; numbers that no database holds included."""
    run = get_object_or_404(Run, pk=run_id)  # first: Django guards this look-up, not run_id's own
    return get_object_or_404(run.children.select_related(*related), seq=seq)


@require_GET
def child(request: HttpRequest, run_id: int, seq: int) -> JsonResponse:
    """One child with its code, diff and numbers."""
    one = find_child(run_id, seq, "program", "parent", "model_version")
    return JsonResponse(queries.child_json(one))


@require_GET
def cell_history(request: HttpRequest, run_id: int, index: int) -> JsonResponse:
    """Who held a cell, newest first."""
    run = get_object_or_404(Run, pk=run_id)
    return JsonResponse({"elites": queries.cell_history(run, index)})


@require_POST
def new_check(request: HttpRequest) -> JsonResponse:
    """Have a program run in the sandbox: a form field ``source`` or a file ``file``."""
    upload = request.FILES.get("file")
    if upload is not None and upload.size is not None and upload.size > MAX_SOURCE:
        return error(f"the file has {upload.size:,} bytes, at most {MAX_SOURCE:,} are allowed", 400)
    source = upload.read() if upload is not None else request.POST.get("source", "")
    try:
        job = services.request_check(source)
    except ValueError as refusal:
        return error(str(refusal), 400)
    return JsonResponse({"check": job.pk}, status=202)


@require_GET
def check(request: HttpRequest, job_id: int) -> JsonResponse:
    """How a check stands, and how it went once it is done."""
    job = get_object_or_404(Job, pk=job_id, kind=Job.Kind.CHECK)
    result = job.result or {}
    outcome = result.get("outcome")
    end = job.finished_at or timezone.now()
    return JsonResponse(
        {
            "state": job.state,
            "outcome": outcome,
            "sentence": Outcome(outcome).sentence if outcome else "",
            "reason": result.get("reason", ""),
            "fitness": result.get("fitness"),
            "measures": result.get("measures"),
            "details": result.get("details", {}),
            "walker_ok": outcome == Outcome.EVALUATED,
            "source": job.payload["source"],
            "waited_s": round((end - job.created_at).total_seconds(), 1),
        }
    )


@require_GET
def export_csv(request: HttpRequest, run_id: int) -> StreamingHttpResponse:
    """All children of a run as a table."""
    run = get_object_or_404(Run, pk=run_id)
    fields = (
        "seq", "parent__seq", "operator", "commit_message", "outcome", "reason", "fitness",
        "cell", "placement", "gain", "measures", "is_novel", "clipped", "how_applied",
        "world_version", "program__sha256", "created_at",
    )  # fmt: skip
    children = Child.objects.filter(run=run).order_by("seq")
    return csv_response(f"elmweb-run-{run.pk}.csv", fields, children)


@require_GET
def export_json(request: HttpRequest, run_id: int) -> JsonResponse:
    """A run's configuration and its elites with their programs."""
    run = get_object_or_404(Run.objects.select_related("program"), pk=run_id)
    cells = Cell.objects.filter(run=run).select_related("elite__program").order_by("index")
    data = {
        "run": {"id": run.pk, "name": run.name, "state": run.state, "rng_seed": run.rng_seed},
        "config": run.config,
        "seed_program": run.program.source,
        "elites": [
            {
                "index": cell.index,
                "seq": cell.seq,
                "fitness": cell.fitness,
                "measures": cell.elite.measures,
                "source": cell.elite.program.source if cell.elite.program else None,
            }
            for cell in cells
        ],
    }
    response = JsonResponse(data, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="elmweb-run-{run.pk}.json"'
    return response


urlpatterns = [
    path("runs", run_list, name="api-runs"),
    path("runs/<int:run_id>/snapshot", snapshot, name="api-snapshot"),
    *(
        path(f"runs/<int:run_id>/{action}", act, {"action": action}, name=f"api-{action}")
        for action in ACTIONS
    ),
    path("runs/<int:run_id>/children/<int:seq>", child, name="api-child"),
    path("runs/<int:run_id>/cells/<int:index>/history", cell_history, name="api-cell-history"),
    path("runs/<int:run_id>/export.csv", export_csv, name="api-export-csv"),
    path("runs/<int:run_id>/export.json", export_json, name="api-export-json"),
    path("checks", new_check, name="api-check-new"),
    path("checks/<int:job_id>", check, name="api-check"),
]
