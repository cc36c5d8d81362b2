"""``/healthz`` and ``/readyz``."""

import pytest

from archive.services import presence


def test_healthz_answers_without_a_database(client):
    client.cookies["elmweb_session"] = "anything"
    assert client.get("/healthz").json() == {"ok": True}  # pytest-django refuses database access


@pytest.mark.django_db
def test_readyz_names_the_broker_that_is_away(client, settings, tmp_path):
    settings.REDIS_URL = f"unix://{tmp_path / 'none.sock'}"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["problems"] == {"broker": "does not answer"}


@pytest.mark.django_db
def test_readyz_names_the_worker_that_is_away(client, monkeypatch):
    monkeypatch.setattr("elmweb.supervisor.broker.ping", lambda url, seconds: "")
    monkeypatch.setattr(presence, "seen", lambda: {"model": None, "evaluate": {"seen_s": 1.0}})
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert list(answer.json()["problems"]) == ["model worker"]
