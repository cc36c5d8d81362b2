"""Error answers say one sentence and never a traceback."""

import pytest
from django.test import RequestFactory

from elmweb import errors


@pytest.mark.django_db
def test_unknown_page_is_named(client):
    answer = client.get("/no/such/page")
    assert answer.status_code == 404
    assert b"There is nothing at /no/such/page." in answer.content


@pytest.mark.django_db
def test_unknown_address_of_the_api_answers_json(client):
    answer = client.get("/api/no/such/thing")
    assert answer.status_code == 404
    assert answer.json() == {"error": "There is nothing at /api/no/such/thing."}


@pytest.mark.django_db
def test_what_the_address_says_is_escaped(client):
    assert b"<script>" not in client.get("/<script>alert(1)</script>").content.replace(
        b"<script src", b""
    )


@pytest.mark.django_db
def test_foreign_host_name_is_refused(client):
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def test_broken_page_needs_no_database():
    answer = errors.broken(RequestFactory().get("/runs/1/"))  # pytest-django refuses access
    assert answer.status_code == 500
    assert b"Something broke" in answer.content


def test_stale_form_says_what_to_do():
    answer = errors.csrf_failure(RequestFactory().post("/api/runs/"), reason="no cookie")
    assert answer.status_code == 403
    assert b"reload" in answer.content
