"""Two questions of a supervisor or a load balancer: do you live, and can you work?"""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from archive.services import presence
from elmweb.supervisor import broker


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 as long as this process answers at all; asks nobody else."""
    return JsonResponse({"ok": True})


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, broker and both workers are there, else 503 and which is not."""
    problems = {}
    workers = presence.seen()
    if reason := database_problem():
        problems["database"] = reason
    if broker.ping(settings.REDIS_URL, seconds=0.5):
        problems["broker"] = "does not answer"
    else:
        for kind, sign in workers.items():
            if sign is None:
                problems[f"{kind} worker"] = f"gave no sign of life for {presence.FADES} s"
    answer = {"ok": not problems, "problems": problems, "workers": workers}
    return JsonResponse(answer, status=503 if problems else 200)


def database_problem() -> str:
    """Return "" when the database answers, else a few words that reveal nothing of it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
    except DatabaseError:
        return "does not answer, or is not migrated"
    return ""
