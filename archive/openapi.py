"""The OpenAPI description of the JSON API, made from its addresses and its views' docstrings.

What an address cannot say stands in ``OPERATIONS``; a test holds the two to each other.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, get_resolver, path
from django.urls.resolvers import URLResolver
from django.views.decorators.http import require_GET

JSON, BINARY, TABLE = "application/json", "application/octet-stream", "text/csv"
TEXT = {"type": "string"}
MIX = {
    "model_name": {"type": "array", "items": TEXT},
    "model_weight": {"type": "array", "items": TEXT},
}
LEARNT_FROM = {
    "name": TEXT,
    "base": TEXT,
    "runs": {"type": "array", "items": {"type": "integer"}},
    "preset": {"type": "string", "enum": ["quick", "normal", "thorough"]},
    "cells": TEXT,
    "since_seq": TEXT,
    "min_gain": TEXT,
}
RACE = {"walkers": "such as 3-120,seed-2", "terrain": "such as bumpy:0.6:3", "layout": "or track"}
ON = {"terrain": "takes the walker there"}


@dataclass(frozen=True)
class Operation:
    """What an address does not say of itself."""

    verbs: tuple[str, ...] = ("get",)
    query: dict[str, str] | None = None  # name: what it is
    form: dict[str, Any] | None = None  # name: its schema
    answer: str = JSON


GET, POST = Operation(), Operation(("post",))
OPERATIONS = {
    "api-openapi": GET,
    "api-runs": GET,
    "api-snapshot": GET,
    "api-pause": POST,
    "api-resume": POST,
    "api-stop": POST,
    "api-child": GET,
    "api-cell-history": GET,
    "api-export-csv": Operation(answer=TABLE),
    "api-export-json": GET,
    "api-check-new": Operation(("post",), form={"source": TEXT}),
    "api-check": GET,
    "api-smollm2": Operation(("get", "post")),
    "api-training-preview": Operation(("post",), form=LEARNT_FROM),
    "api-training-live": GET,
    "api-training-stop": POST,
    "api-training-resume": POST,
    "api-training-remove": POST,
    "api-training-restore": POST,
    "api-run-models": Operation(("post",), form=MIX),
    "api-run-repeat": Operation(("post",), form={"every": TEXT, "preset": TEXT}),
    "api-child-replay": Operation(query=ON, answer=BINARY),
    "api-child-replay-json": Operation(query=ON),
    "api-child-body": GET,
    "api-seed-replay": Operation(query=ON, answer=BINARY),
    "api-seed-replay-json": Operation(query=ON),
    "api-seed-body": GET,
    "api-check-replay": Operation(query=ON, answer=BINARY),
    "api-race": Operation(query=RACE),
}
ERROR = {
    "description": "Refused, with a sentence why.",
    "content": {
        JSON: {
            "schema": {"type": "object", "required": ["error"], "properties": {"error": TEXT}},
        }
    },
}


def routes() -> list[URLPattern]:
    """Return the addresses of the API."""
    return [one for one in _patterns(get_resolver()) if (one.name or "").startswith("api-")]


def _patterns(resolver: URLResolver) -> list[URLPattern]:
    found: list[URLPattern] = []
    for one in resolver.url_patterns:
        found += _patterns(one) if isinstance(one, URLResolver) else [one]
    return found


def description() -> dict[str, Any]:
    """Return the OpenAPI 3.0 document."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "ELMWeb",
            "version": "1",
            "description": "What the pages show, as JSON. A session cookie says who asks (log in "
            "at /login/); a POST also needs the header X-CSRFToken with the page's token.",
        },
        "security": [{"session": []}],
        "components": {
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "the session's cookie"}
            }
        },
        "paths": {_address(one): _item(one) for one in routes()},
    }


def _address(route: URLPattern) -> str:
    address = str(route.pattern)
    for name in route.pattern.converters:
        address = address.replace(f"<int:{name}>", f"{{{name}}}")
    return f"/api/{address}"


def _item(route: URLPattern) -> dict[str, Any]:
    assert route.name is not None
    operation = OPERATIONS[route.name]
    return {verb: _operation(route, operation, verb) for verb in operation.verbs}


def _operation(route: URLPattern, operation: Operation, verb: str) -> dict[str, Any]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
        for name in route.pattern.converters
    ]
    in_query = [
        {"name": name, "in": "query", "description": words, "schema": TEXT}
        for name, words in (operation.query or {}).items()
    ]
    schema = {"type": "object"} if operation.answer == JSON else TEXT
    about: dict[str, Any] = {
        "operationId": f"{route.name}-{verb}",
        "summary": (route.callback.__doc__ or "").strip().splitlines()[0],
        "parameters": [*in_path, *in_query],
        "responses": {
            "2XX": {"description": "Done.", "content": {operation.answer: {"schema": schema}}},
            "304": {"description": "Nothing has changed since (If-None-Match)."},
            "4XX": ERROR,
        },
    }
    if verb == "post" and operation.form:
        form = {"type": "object", "properties": operation.form}
        content = {"application/x-www-form-urlencoded": {"schema": form}}
        about["requestBody"] = {"content": content}
    return about


@require_GET
def openapi(request: HttpRequest) -> JsonResponse:
    """This description."""
    return JsonResponse(description())


urlpatterns = [path("openapi.json", openapi, name="api-openapi")]
