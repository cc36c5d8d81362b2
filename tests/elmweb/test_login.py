"""One-time login links and the gate in front of every page."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from elmweb import login_links, paths


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "DATA_DIR", tmp_path)
    return tmp_path


@pytest.mark.django_db
def test_link_logs_the_local_person_in_for_thirty_days(data, client):
    answer = client.get(f"/login/{login_links.mint(data)}/")
    assert (answer.status_code, answer.url) == (302, "/")
    user = get_user_model().objects.get(pk=client.session["_auth_user_id"])
    assert user.username == "local"
    assert user.is_staff
    assert not user.has_usable_password()
    assert client.session.get_expiry_age() == 30 * 24 * 3600


@pytest.mark.django_db
def test_link_works_once(data):
    link = f"/login/{login_links.mint(data)}/"
    Client().get(link)
    answer = Client().get(link)
    assert answer.status_code == 403
    assert b"login-link" in answer.content


@pytest.mark.django_db
def test_used_link_in_the_browser_that_used_it_leads_to_the_dashboard(data, client):
    link = f"/login/{login_links.mint(data)}/"
    client.get(link)
    assert client.get(link).url == "/"


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["not-a-token", "..", "%00", "x" * 5000])
def test_invented_link_is_refused(token, client):
    assert client.get(f"/login/{token}/").status_code == 403
    assert not get_user_model().objects.exists()


@pytest.mark.django_db
def test_asking_with_head_does_not_use_the_link_up(data, client):
    link = f"/login/{login_links.mint(data)}/"
    assert client.head(link).status_code == 405
    assert client.get(link).status_code == 302


def test_two_at_the_same_moment_do_not_both_get_in(data):
    tokens = [login_links.mint(data) for _ in range(50)]
    with ThreadPoolExecutor(8) as pool:
        wins = list(pool.map(lambda token: login_links.consume(data, token), tokens * 4))
    assert sum(wins) == len(tokens)


def test_links_are_kept_as_hashes_and_end_with_the_next_start(data):
    token = login_links.mint(data)
    kept = [path.name for path in data.rglob("*")]
    assert token not in " ".join(kept)
    login_links.forget_all(data)
    assert not login_links.consume(data, token)


@pytest.mark.django_db
def test_stranger_is_sent_to_the_login_page(client):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.url.startswith("/login/")
    assert b"login-link" in client.get(answer.url).content


@pytest.mark.django_db
def test_stranger_at_the_api_gets_a_sentence(client):
    answer = client.get("/api/runs/")
    assert answer.status_code in (401, 404)
    assert "error" in answer.json()
