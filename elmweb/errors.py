"""Error answers: a page for people, ``{"error": sentence}`` for the API, never a traceback."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, RequestDataTooBig):
        return _answer(request, 400, "That is too much text: a program may have 65,536 bytes.")
    return _answer(request, 400, "This request cannot be understood.")


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, str(exception) or "You may not do this.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = "This page was open for too long, or cookies are off: reload it and try again."
    return _answer(request, 403, sentence)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    given = exception.args[0] if exception.args else ""
    # The resolver's own exception carries a dict of every address there is.
    sentence = given if isinstance(given, str) and given else f"There is nothing at {request.path}."
    return _answer(request, 404, sentence)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Refuse for now, and say for how long [s]."""
    pause = f"{seconds} seconds" if seconds < 120 else f"{-(-seconds // 60)} minutes"
    answer = _answer(request, 429, f"That was too often: try again in {pause}.")
    answer["Retry-After"] = str(seconds)
    return answer


def broken(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, "Something broke on our side; the log has the details.")


def _answer(request: HttpRequest, status: int, sentence: str) -> HttpResponse:
    if request.path.startswith("/api/") or request.headers.get("Accept") == "application/json":
        return JsonResponse({"error": sentence}, status=status)
    context: dict[str, Any] = {"sentence": sentence, "status": status}
    # 400 and 500 stand alone: the session or the database may be what is wrong.
    standing_alone = None if status in (400, 500) else request
    return render(standing_alone, f"{status}.html", context, status=status)
