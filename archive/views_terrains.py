"""The pages of terrains: what there is, drawing and uploading more, deleting and bringing back."""

import json
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from archive import drawings, queries, services, terrain_form
from archive.models import Terrain
from elmweb.accounts.access import asks_only, must_own, needs
from elmweb.accounts.models import Role, person_of
from simulation.polyline import HIGHEST, LOWEST, MAX_BYTES, MOST_POINTS, REACH, read_points
from simulation.terrain import KINDS, make_terrain

LIMITS = {"reach": REACH, "low": LOWEST, "high": HIGHEST, "points": MOST_POINTS}
BLANK = ((-REACH, 0.0), (REACH, 0.0))
OWN_KINDS = [
    {
        "kind": kind,
        "label": terrain_form.LABELS.get(kind, kind),
        "spec": kind,
        "has_difficulty": kind != "flat",
    }
    for kind in KINDS
]


@require_GET
def terrains(request: HttpRequest) -> HttpResponse:
    """The terrains that people drew, and ELMWeb's own."""
    context = {"section": "terrains", "saved": queries.terrain_rows(), "kinds": OWN_KINDS}
    return render(request, "archive/terrains.html", context)


@needs(Role.OPERATOR)
@require_http_methods(["GET", "POST"])
def terrain_new(request: HttpRequest) -> HttpResponse:
    """Draw or upload a terrain and save it."""
    context: dict[str, Any] = {"section": "terrains", "limits": LIMITS}
    status = 200
    if request.method == "POST":
        context |= {name: request.POST.get(name, "") for name in ("name", "points")}
        try:
            name, points = read_points(_text(request))
            saved = services.save_terrain(context["name"] or name, points, person_of(request))
        except ValueError as refusal:
            context["error"], status = _sentence(refusal), 422
        else:
            messages.success(request, f"Saved {saved.name}.")
            return redirect("terrains")
    else:
        context["points"] = _lines(_points_from(request.GET.get("from", "")))
    return render(request, "archive/terrain_new.html", context, status=status)


@asks_only
@require_POST
def check(request: HttpRequest) -> JsonResponse:
    """Read points, a form field ``points`` or a file ``file``: the ground they are, or why not."""
    try:
        name, points = read_points(_text(request))
    except ValueError as refusal:
        return JsonResponse({"error": _sentence(refusal)}, status=400)
    return JsonResponse({"name": name, "points": points})


@require_GET
def picture(request: HttpRequest) -> HttpResponse:
    """The picture of one row of the form of a new run."""
    try:
        (row,) = terrain_form.rows_of(request.GET)[:1] or [terrain_form.TerrainRow()]
        drawn = drawings.terrain_svg(make_terrain(terrain_form.spec_of(row)))
    except ValueError as refusal:
        return JsonResponse({"error": _sentence(refusal)}, status=400)
    return HttpResponse(drawn, content_type="image/svg+xml")


@require_GET
def terrain_file(request: HttpRequest, terrain_id: int) -> HttpResponse:
    """A saved terrain as JSON that can be uploaded again."""
    terrain = _terrain(terrain_id)
    ground = make_terrain(terrain.spec).lines[0][1:-1].tolist()  # without the walls at the ends
    text = json.dumps({"name": terrain.name, "points": ground})
    response = HttpResponse(text, content_type="application/json")
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in terrain.name)
    response["Content-Disposition"] = f'attachment; filename="terrain-{name}.json"'
    return response


@require_POST
def terrain_delete(request: HttpRequest, terrain_id: int) -> HttpResponse:
    """Take a terrain off the list."""
    services.delete_terrain(_own_terrain(request, terrain_id))
    return _done(request, terrain_id)


@require_POST
def terrain_restore(request: HttpRequest, terrain_id: int) -> HttpResponse:
    """Undo a deletion."""
    services.restore_terrain(_own_terrain(request, terrain_id))
    return _done(request, terrain_id)


def _terrain(terrain_id: int) -> Terrain:
    try:
        return get_object_or_404(Terrain, pk=terrain_id)
    except OverflowError:
        raise Http404(f"There is no terrain {terrain_id}.") from None


def _own_terrain(request: HttpRequest, terrain_id: int) -> Terrain:
    terrain = _terrain(terrain_id)
    must_own(request, terrain, f"the terrain {terrain.name}")
    return terrain


def _done(request: HttpRequest, terrain_id: int) -> HttpResponse:
    """Answer a script with JSON, a plain form with the list."""
    wants_json = "application/json" in request.headers.get("Accept", "")
    return JsonResponse({"id": terrain_id}) if wants_json else redirect("terrains")


def _text(request: HttpRequest) -> str:
    """Return the points as text: of the file, if one was sent, else of the field.

    Raises:
        ValueError: the file is too large or no text.
    """
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile) or not upload.size:
        return request.POST.get("points", "")
    if upload.size > MAX_BYTES:
        raise ValueError(f"the file has {upload.size:,} bytes, at most {MAX_BYTES:,} are allowed")
    try:
        return upload.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"the file is not UTF-8 text (byte {error.start}): upload JSON or CSV"
        ) from None


def _points_from(origin: str) -> tuple[tuple[float, float], ...]:
    """Return the ground to begin with: a kind's, a saved terrain's, or flat."""
    if not origin:
        return BLANK
    try:
        spec = terrain_form.spec_of(terrain_form.row_of(origin))
    except ValueError:
        return BLANK
    return tuple((x, y) for x, y in make_terrain(spec).lines[0][1:-1].tolist())


def _lines(points: tuple[tuple[float, float], ...]) -> str:
    return "\n".join(f"{round(x, 2) + 0.0:g}, {round(y, 2) + 0.0:g}" for x, y in points)


def _sentence(refusal: ValueError) -> str:
    text = str(refusal)
    return text[0].upper() + text[1:] + ("" if text.endswith(".") else ".")


urlpatterns = [
    path("terrains/", terrains, name="terrains"),
    path("terrains/new/", terrain_new, name="terrain-new"),
    path("terrains/picture.svg", picture, name="terrain-picture"),
    path("terrains/check/", check, name="terrain-check"),
    path("terrains/<int:terrain_id>/terrain.json", terrain_file, name="terrain-file"),
    path("terrains/<int:terrain_id>/delete/", terrain_delete, name="terrain-delete"),
    path("terrains/<int:terrain_id>/restore/", terrain_restore, name="terrain-restore"),
]
