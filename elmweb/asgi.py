"""The ASGI application: pages and API over HTTP, the live feed over WebSocket."""

import os
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "elmweb.settings")
http = get_asgi_application()  # before the imports below: they need the application registry

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.urls import re_path  # noqa: E402

from archive import consumers  # noqa: E402
from archive.routing import websocket_urlpatterns  # noqa: E402
from archive.services import processes  # noqa: E402

UNKNOWN_ADDRESS = 4404


async def _refuse(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Close a socket to an address that does not exist, without a traceback in the log."""
    await send({"type": "websocket.close", "code": UNKNOWN_ADDRESS})


# Channels routes ASGI applications with Django's re_path, which is typed for views.
otherwise = re_path(r"", _refuse)  # type: ignore[arg-type]
application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter([*websocket_urlpatterns, otherwise]))
        ),
    }
)
processes.keep_saying("web", lambda: {"viewers": consumers.viewers()})
