"""Health check of the web container: the page answers, and so do its database and its broker.

Exit status 0 when they do. Workers that are absent are not the web's illness: pages go on working,
and each worker's container has a check of its own.
"""

import http.client
import json
import os
import sys

OF_THE_WEB = {"database", "broker"}


def problems() -> dict[str, str]:
    """Return what ``/readyz`` finds wrong with what the pages need."""
    host = os.environ.get("ELMWEB_ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    headers = {
        "Host": host if host not in ("", "*") else "localhost",
        "X-Forwarded-Proto": "https",  # where plain requests are sent on to HTTPS
    }
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
    connection.request("GET", "/readyz", headers=headers)
    answer = connection.getresponse()
    if answer.status not in (200, 503):
        return {"page": f"answers {answer.status} to /readyz"}
    found = json.load(answer)["problems"]
    return {name: said for name, said in found.items() if name in OF_THE_WEB}


if __name__ == "__main__":
    try:
        found = problems()
    except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
        sys.exit(f"the page does not answer: {error}")
    if found:
        sys.exit("; ".join(f"{name}: {said}" for name, said in found.items()))
