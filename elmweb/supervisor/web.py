"""The web process: uvicorn on a listening socket that the supervisor holds open.

The socket outlives this process: while it starts again, browsers wait in the queue instead of
being refused, and nobody else can take the port. ``manage.py web`` has a port of its own.
"""

import socket
import sys
from typing import Any

import uvicorn


def configuration(**where: Any) -> uvicorn.Config:
    """Return how the application is served, ``where`` (host, port) uvicorn is to listen."""
    return uvicorn.Config(
        "elmweb.asgi:application",
        lifespan="off",
        access_log=False,  # addresses of login links have no place in a log
        log_level="warning",
        log_config=None,  # what it has to say goes where all logs go
        proxy_headers=False,  # nobody in front may speak for the client
        ws_ping_interval=20,
        ws_ping_timeout=20,
        ws_max_size=65_536,
        timeout_graceful_shutdown=2,
        **where,
    )


def serve(listener: int) -> None:
    """Serve the application on the inherited descriptor ``listener`` until SIGTERM."""
    with socket.socket(fileno=listener) as sock:
        uvicorn.Server(configuration()).run(sockets=[sock])


if __name__ == "__main__":
    serve(int(sys.argv[1]))
