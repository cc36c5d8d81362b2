"""The pages: each view reads a query, or calls a service and goes on to a page."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from archive import (
    drawings,
    markup,
    mix_form,
    model_notes,
    model_queries,
    queries,
    replays,
    services,
    terrain_form,
)
from archive.config import MAX_TRIES, RunConfig
from archive.forms import RunForm
from archive.models import Cell, Child, Driver, Job, Run, SeedProgram
from archive.services import presence, registry
from archive.tuning import PRESET_NOTES
from elmweb.accounts.access import must_own, needs
from elmweb.accounts.models import Role, person_of
from simulation.fitness import FITNESSES

STARTER = '''from walk_creator import walker_creator


def make_walker():
    """A leg on a stick: change the numbers, add joints, see what walks."""
    wc = walker_creator()
    left = wc.add_joint(0, 0)
    right = wc.add_joint(8, 0)
    top = wc.add_joint(4, 7)
    wc.add_muscle(left, right)
    wc.add_muscle(left, top, False, 4.0, 0.0)
    wc.add_muscle(right, top, False, 4.0, 0.5)
    return wc.get_walker()
'''

ELITES_SHOWN = 24  # runs whose best walker the dashboard draws: one small query each
GALLERY = 4
RUNS_TIMED = 20  # newest runs that may tell how long a new one takes
CHILDREN_TIMED = 100  # fewer say more about the start than about the pace
KPIS = (  # name on the page, label, what it means
    ("qd", "QD score", "Sum of the fitness [u] of all elites on the map"),
    ("coverage", "Coverage", "Share of the cells that have an elite"),
    ("best", "Best walk", "The best fitness of any walker in ten seconds [u]"),
    ("valid", "Valid", "Edits that fit their parent and change it"),
    ("runnable", "Runnable", "Programs that ran and gave a body"),
    ("novel", "Novel", "Bodies that were the first of their kind in this run"),
    ("pace", "A minute", "Children a minute, lately"),
    ("eta", "Time left", "Until the budget is spent, at the present pace"),
)


def _run(run_id: int) -> Run:
    try:
        return Run.objects.select_related("seed_program", "trial_of", "owner").get(pk=run_id)
    except (Run.DoesNotExist, OverflowError):
        raise Http404(f"There is no run {run_id}. It may belong to another data folder.") from None


def _child(run: Run, seq: int) -> Child:
    related = ("program", "parent__program", "model_version", "run")
    try:
        return Child.objects.select_related(*related).get(run=run, seq=seq)
    except (Child.DoesNotExist, OverflowError):
        raise Http404(
            f"Run {run.pk} has no child {seq}: its children so far are 0 to {run.last_seq}."
        ) from None


def _seed_program(seed_id: int) -> SeedProgram:
    try:
        return SeedProgram.objects.select_related("program").get(pk=seed_id)
    except (SeedProgram.DoesNotExist, OverflowError):
        raise Http404(f"There is no seed program {seed_id}.") from None


@require_GET
def dashboard(request: HttpRequest) -> HttpResponse:
    """All runs, newest first; ``?part=rows`` is the list alone, for the live refresh."""
    rows = queries.run_rows()
    elites = _best_elites([row["id"] for row in rows[:ELITES_SHOWN]])
    for row in rows:
        elite = elites.get(row["id"])
        row["best_walker"] = elite.elite.program.walker if elite and elite.elite.program else None
    if request.GET.get("part") == "rows":
        return render(request, "archive/run_rows.html", {"rows": rows})
    context: dict[str, Any] = {"section": "runs", "rows": rows}
    context |= {"gallery": list(elites.values())[:GALLERY]}
    if not rows:
        best = SeedProgram.objects.filter(deleted_at=None).order_by("-fitness")
        context["hero_seed"] = best.first()
    return render(request, "archive/dashboard.html", context)


def _best_elites(run_ids: list[int]) -> dict[int, Cell]:
    """Return the best cell of each run that has one, in the order given."""
    cells = Cell.objects.select_related("run", "elite__program").order_by("-fitness")
    found = ((run_id, cells.filter(run_id=run_id).first()) for run_id in run_ids)
    return {run_id: cell for run_id, cell in found if cell is not None}


@require_POST
def run_demo(request: HttpRequest) -> HttpResponse:
    """Start the demo run and go to its page."""
    try:
        run = services.start_demo(person_of(request))
    except ValueError as refusal:
        messages.error(request, str(refusal))
        return redirect("dashboard")
    return redirect("run", run.pk)


@needs(Role.OPERATOR)
@require_http_methods(["GET", "POST"])
def run_new(request: HttpRequest) -> HttpResponse:
    """Set up a run and start it."""
    if request.method == "POST":
        form = RunForm(request.POST)
        if form.is_valid() and (run := _create(form, request)):
            return redirect("run", run.pk)
        return render(request, "archive/run_new.html", _run_new_context(form), status=422)
    seeds = SeedProgram.objects.filter(deleted_at=None)
    chosen = request.GET.get("seed", "")
    first = seeds.filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 18 else None
    first = first or seeds.filter(name="square").first() or seeds.first()
    form = RunForm(
        initial={
            "seed_program": first.pk if first else None,
            "budget": 2000,
            "temperature": 0.8,
            "tries": MAX_TRIES,
            "terrain": terrain_form.row_of(request.GET.get("terrain", "")),
            "over": "mean",
            "fitness": "distance",
        }
    )
    return render(request, "archive/run_new.html", _run_new_context(form))


def _create(form: RunForm, request: HttpRequest) -> Run | None:
    data = form.cleaned_data
    try:
        with transaction.atomic():
            run = services.create_run(
                config=data["config"],
                seed_program=data["seed_program"],
                name=data["name"],
                rng_seed=data["rng_seed"],
                owner=person_of(request),
            )
            return services.start(run)
    except ValueError as refusal:
        form.refuse(refusal)
        return None


def _run_new_context(form: RunForm) -> dict[str, Any]:
    return {
        "section": "new",
        "form": form,
        "seeds": queries.seed_rows(),
        "chosen_seed": str(form["seed_program"].value() or ""),
        "mix_rows": form.model_rows(),
        "mix_error": " ".join(form.model_errors()),
        "model_choices": registry.choices(),
        "model_notes": model_notes.choice_notes(),
        "terrain_rows": form.terrain_rows(),
        "blank_terrain": terrain_form.TerrainRow(),
        "terrain_choices": terrain_form.choices(),
        "fitnesses": [(name, one.label, one.sentence) for name, one in FITNESSES.items()],
        "paces": _paces(),
        "workers": presence.seen(),
    }


def _paces() -> dict[str, dict[str, Any]]:
    """Return by model the newest run of it alone long enough to tell how fast this machine is."""
    rows = {row["id"]: row for row in queries.run_rows(limit=RUNS_TIMED)}
    mixes = {run.pk: run.mix for run in Run.objects.filter(pk__in=rows)}
    paces: dict[str, dict[str, Any]] = {}
    for pk, row in rows.items():
        is_long = row["per_minute"] and row["children"] >= CHILDREN_TIMED
        if is_long and len(mixes[pk]) == 1:
            found = {"name": row["name"], "per_minute": row["per_minute"]}
            paces.setdefault(mixes[pk][0][0], found)
    return paces


@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run, live."""
    one = _run(run_id)
    context: dict[str, Any] = {
        "section": "runs",
        "run": one,
        "snapshot": queries.snapshot(one),
        "kpis": KPIS,
        "trainings": model_queries.trainings(run=one),
    }
    if model_queries.has_price(name for name, _ in one.mix):
        context["cost"] = model_queries.cost_of(one.children.all())
    may_change = person_of(request).may_change(one)
    context["may_change"] = may_change
    is_live = not one.is_over and one.driver == Driver.WORKERS
    if may_change and is_live and one.trial_of is None:
        context |= {
            "can_steer": True,
            "mix_rows": mix_form.rows_of_mix(one.mix),
            "mix_error": "",
            "model_choices": registry.choices(),
            "model_notes": model_notes.choice_notes(),
            "presets": list(PRESET_NOTES.items()),
        }
    return render(request, "archive/run.html", context)


@require_GET
def child(request: HttpRequest, run_id: int, seq: int) -> HttpResponse:
    """One child: walker, code, diff, where it comes from; failed ones have a page as well."""
    one = _child(_run(run_id), seq)
    data, config = queries.child_json(one), RunConfig.from_json(one.run.config)
    asked = request.GET.get("terrain", "")
    played = asked if asked in config.terrains else config.terrain
    line = queries.lineage(one)  # the child first
    history = queries.cell_history(one.run, one.cell) if one.cell is not None else []
    context = {
        "section": "runs",
        "child": data,
        "record": one,
        "code": markup.code_lines(data["source"]) if data["source"] else None,
        "diff": markup.unified_html(one.diff) if one.diff else None,
        "split": markup.split_rows(one.diff) if one.diff else None,
        "terrains": config.terrains,
        "over": config.over,
        "played": played,
        "walks": list(zip(config.terrains, one.details.get("terrains", ()), strict=False)),
        "measured": list(zip(one.measures or [], _cell_of(one), strict=False)),
        "lineage": line,
        "descent": _descent(line),
        "kin": queries.kin(one),
        "history": [elite for elite in history if elite["seq"] != seq],
        "replay_url": _replay_url(one, played),
        "ghost_url": _ghost_url(one, played),
    }
    return render(request, "archive/child.html", context)


def _replay_url(one: Child, terrain: str) -> str:
    where = reverse("api-child-replay", args=[one.run_id, one.seq])
    return where + replays.version_query(one, terrain)


def _ghost_url(one: Child, terrain: str) -> str:
    """Return the replay of the child's parent on ``terrain``; "" where there is none."""
    parent = one.parent
    if parent is None or parent.program is None or not parent.body_hash:
        return ""
    return _replay_url(parent, terrain)


def _descent(line: list[Child]) -> dict[str, Any] | None:
    walked = [one for one in reversed(line) if one.fitness is not None]
    if len(walked) < 2:
        return None
    chart = drawings.descent_chart([one.fitness or 0.0 for one in walked])
    return chart | {"marks": list(zip(walked, chart["points"], strict=True))}


def _cell_of(one: Child) -> list[dict[str, Any]]:
    """Return for each axis its name and the range of the child's cell."""
    if one.cell is None:
        return []
    grid = queries.snapshot(one.run)["grid"]
    position, index = [], one.cell
    for axis in reversed(grid["axes"]):
        index, at = divmod(index, axis["bins"])
        position.append(at)
    labels = []
    for axis, at in zip(grid["axes"], reversed(position), strict=True):
        step = (axis["high"] - axis["low"]) / axis["bins"]
        low, high = axis["low"] + at * step, axis["low"] + (at + 1) * step
        labels.append({"name": axis["name"], "unit": axis["unit"], "range": f"{low:g}–{high:g}"})
    return labels


@require_GET
def child_source(request: HttpRequest, run_id: int, seq: int) -> HttpResponse:
    """A child's program as a file."""
    one = _child(_run(run_id), seq)
    if one.program is None:
        raise Http404(f"Child {seq} has no program: {one.reason}")
    return _download(one.program.source, f"run{run_id}-child{seq}.py")


@require_GET
def seeds(request: HttpRequest) -> HttpResponse:
    """The seed programs on offer."""
    return render(request, "archive/seeds.html", {"section": "seeds", "seeds": queries.seed_rows()})


@needs(Role.OPERATOR)
@require_http_methods(["GET", "POST"])
def seed_new(request: HttpRequest) -> HttpResponse:
    """Paste or upload a program, have it checked, save it."""
    context: dict[str, Any] = {"section": "seeds", "starter": STARTER, "source": ""}
    status = 200
    if request.method == "POST":
        context |= {name: request.POST.get(name, "") for name in ("name", "description", "source")}
        try:
            saved = services.save_seed_program(
                _check_of(request.POST.get("check", "")),
                context["name"],
                context["description"],
                person_of(request),
            )
        except ValueError as refusal:
            sentence = str(refusal)
            context["error"], status = sentence[0].upper() + sentence[1:] + ".", 422
        else:
            messages.success(request, f"Saved {saved.name}.")
            return redirect("seed", saved.pk)
    elif origin := request.GET.get("from", ""):
        context |= _program_from(origin)
    return render(request, "archive/seed_new.html", context, status=status)


def _check_of(text: str) -> Job:
    job = None
    if text.isdecimal() and len(text) < 18:
        job = Job.objects.filter(pk=int(text), kind=Job.Kind.CHECK).first()
    if job is None:
        raise ValueError("check the program before saving it")
    return job


def _program_from(origin: str) -> dict[str, str]:
    """Return the program of a child, named "run/child" in the address, to start the editor with."""
    run_id, _, seq = origin.partition("/")
    if not (run_id.isdecimal() and seq.isdecimal() and len(origin) < 30):
        raise Http404(f"“{origin}” names no child: expected “run/child”, such as “3/120”.")
    one = _child(_run(int(run_id)), int(seq))
    return {
        "source": one.program.source if one.program else "",
        "name": f"run {one.run_id} child {one.seq}",
        "description": f"Found in “{one.run.name}”"[:300],
    }


@require_GET
def seed(request: HttpRequest, seed_id: int) -> HttpResponse:
    """One seed program: its walker, its code."""
    one = _seed_program(seed_id)
    context = {
        "section": "seeds",
        "seed": one,
        "may_change": person_of(request).may_change(one),
        "code": markup.code_lines(one.program.source),
        "terrain": replays.terrain_of_seed_program(one),
        "replay_url": reverse("api-seed-replay", args=[one.pk]) + replays.version_query(one),
        "runs": Run.objects.filter(seed_program=one)[:10],
    }
    return render(request, "archive/seed.html", context)


@require_GET
def seed_source(request: HttpRequest, seed_id: int) -> HttpResponse:
    """A seed program as a file."""
    one = _seed_program(seed_id)
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in one.name)
    return _download(one.program.source, f"{name}.py")


@require_POST
def seed_delete(request: HttpRequest, seed_id: int) -> HttpResponse:
    """Take a seed program off the list."""
    return _change_seed(request, seed_id, services.delete_seed_program)


@require_POST
def seed_restore(request: HttpRequest, seed_id: int) -> HttpResponse:
    """Undo a deletion."""
    return _change_seed(request, seed_id, services.restore_seed_program)


def _change_seed(request: HttpRequest, seed_id: int, change: Any) -> HttpResponse:
    """Answer a script with JSON, a plain form with the list of seed programs."""
    one = _seed_program(seed_id)
    must_own(request, one, f"the seed program {one.name}")
    wants_json = "application/json" in request.headers.get("Accept", "")
    try:
        change(one)
    except ValueError as refusal:
        if wants_json:
            return JsonResponse({"error": str(refusal)}, status=409)
        messages.error(request, str(refusal))
    return JsonResponse({"id": one.pk}) if wants_json else redirect("seeds")


def _download(source: str, filename: str) -> HttpResponse:
    response = HttpResponse(source, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
