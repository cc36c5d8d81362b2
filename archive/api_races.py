"""Replays and races over HTTP: binary for the player, JSON to take along."""

import hashlib
from collections.abc import Callable
from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.http import quote_etag
from django.views.decorators.http import require_GET

from archive import races, replays
from archive.api import find_child
from archive.models import Child, Job, SeedProgram

FOR_EVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
Make = Callable[[Any, str], bytes]


def _error(sentence: str, status: int) -> JsonResponse:
    return JsonResponse({"error": sentence}, status=status)


def _child(run_id: int, seq: int) -> Child:
    return find_child(run_id, seq, "program")


def _seed(seed_id: int) -> SeedProgram:
    return get_object_or_404(SeedProgram.objects.select_related("program"), pk=seed_id)


# The replay views are async so that a simulation (10 to 100 ms) holds up no other page.
async def child_replay(request: HttpRequest, run_id: int, seq: int) -> HttpResponse:
    """A child's replay, binary; ``?terrain=`` takes it elsewhere than its run did."""
    one = await sync_to_async(_child)(run_id, seq)
    return await _binary(
        request, replays.replay_of_child, one, replays.version_of(one, _terrain(request))
    )


async def seed_replay(request: HttpRequest, seed_id: int) -> HttpResponse:
    """A seed program's replay, binary."""
    one = await sync_to_async(_seed)(seed_id)
    version = replays.version_of(one, _terrain(request))
    return await _binary(request, replays.replay_of_seed_program, one, version)


async def check_replay(request: HttpRequest, job_id: int) -> HttpResponse:
    """The replay of a checked program, binary."""
    job = await sync_to_async(get_object_or_404)(Job, pk=job_id, kind=Job.Kind.CHECK)
    return await _binary(request, replays.replay_of_check, job, None)


def _terrain(request: HttpRequest) -> str:
    return request.GET.get("terrain", "")


async def _make(make: Make, of: object, terrain: str) -> bytes:
    return await sync_to_async(make, thread_sensitive=False)(of, terrain)


async def _binary(
    request: HttpRequest, make: Make, of: object, version: str | None
) -> HttpResponse:
    """Answer with the bytes.

    An address with the right version names these bytes for ever. Without one it may come to
    name others (a run of another data folder, a newer world): then the hash saves the transfer.
    """
    try:
        body = await _make(make, of, _terrain(request))
    except replays.NoReplay as nothing:
        return _error(str(nothing), 404)
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    is_known = request.headers.get("If-None-Match") == etag
    response = HttpResponse(status=304) if is_known else HttpResponse(body)
    response["Content-Type"] = "application/octet-stream"
    response["ETag"] = etag
    is_named = version is not None and request.GET.get("v") == version
    response["Cache-Control"] = FOR_EVER if is_named else ASK_AGAIN
    return response


# --- to take along


async def child_replay_json(request: HttpRequest, run_id: int, seq: int) -> HttpResponse:
    """A child's replay as JSON: the header, and every joint's position in every frame."""
    one = await sync_to_async(_child)(run_id, seq)
    name = f"elmweb-run{run_id}-child{seq}-replay.json"
    return await _json(request, replays.replay_of_child, one, name)


async def seed_replay_json(request: HttpRequest, seed_id: int) -> HttpResponse:
    """A seed program's replay as JSON."""
    one = await sync_to_async(_seed)(seed_id)
    name = f"elmweb-seed{seed_id}-replay.json"
    return await _json(request, replays.replay_of_seed_program, one, name)


async def _json(request: HttpRequest, make: Make, of: object, name: str) -> HttpResponse:
    try:
        body = await _make(make, of, _terrain(request))
    except replays.NoReplay as nothing:
        return _error(str(nothing), 404)
    return _download(replays.replay_as_json(body), name)


@require_GET
def child_body(request: HttpRequest, run_id: int, seq: int) -> HttpResponse:
    """A child's body as its program returned it: joints, and muscles between them."""
    try:
        walker = replays.walker_of_child(_child(run_id, seq))
    except replays.NoReplay as nothing:
        return _error(str(nothing), 404)
    return _download(walker, f"elmweb-run{run_id}-child{seq}-body.json")


@require_GET
def seed_body(request: HttpRequest, seed_id: int) -> HttpResponse:
    """A seed program's body."""
    walker = _seed(seed_id).program.walker
    if walker is None:
        return _error("no body is stored with this seed program", 404)
    return _download(walker, f"elmweb-seed{seed_id}-body.json")


async def race(request: HttpRequest) -> HttpResponse:
    """A race as JSON: who, where, the bodies, and how it ends; the query is the page's."""
    try:
        wanted = races.read_race(
            *(request.GET.get(name, "") for name in ("walkers", "terrain", "layout"))
        )
    except ValueError as refusal:
        return _error(str(refusal), 400)
    if not wanted.can_start:
        return _error(f"a race has {races.FEWEST} to {races.MOST} walkers", 400)
    try:
        entrants = await sync_to_async(races.entrants_of)(wanted)
    except races.NoEntrant as nobody:
        return _error(str(nobody), 404)
    data = await sync_to_async(races.race_json, thread_sensitive=False)(wanted, entrants)
    return _download(data, "elmweb-race.json")


def _download(data: dict[str, Any], name: str) -> JsonResponse:
    response = JsonResponse(data)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


urlpatterns = [
    path("runs/<int:run_id>/children/<int:seq>/replay", child_replay, name="api-child-replay"),
    path(
        "runs/<int:run_id>/children/<int:seq>/replay.json",
        child_replay_json,
        name="api-child-replay-json",
    ),
    path("runs/<int:run_id>/children/<int:seq>/body.json", child_body, name="api-child-body"),
    path("seeds/<int:seed_id>/replay", seed_replay, name="api-seed-replay"),
    path("seeds/<int:seed_id>/replay.json", seed_replay_json, name="api-seed-replay-json"),
    path("seeds/<int:seed_id>/body.json", seed_body, name="api-seed-body"),
    path("checks/<int:job_id>/replay", check_replay, name="api-check-replay"),
    path("race.json", race, name="api-race"),
]
