"""Admins add and change people; what everybody does is written down; the first admin."""

import csv
import io

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from elmweb.accounts.models import AuditEntry, Role, User
from tests.accounts.conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def test_an_admin_adds_somebody_whose_password_is_shown_once(people):
    browser = client_of(people.ada)
    answer = browser.post("/users/", {"username": "nora", "role": "operator"})
    password = answer.context["password"]
    assert password in answer.content.decode()
    assert authenticate(username="nora", password=password).role == Role.OPERATOR
    assert password not in browser.get("/users/").content.decode()
    entry = AuditEntry.objects.get(action="users")
    assert (entry.name, entry.note) == ("ada", "added nora, operator")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"username": "vera", "role": "viewer"}, "already exists"),
        ({"username": "a b", "role": "viewer"}, "valid username"),
        ({"username": "nora", "role": "king"}, "valid choice"),
    ],
)
def test_somebody_who_cannot_be_added_is_refused_with_the_reason(people, fields, said):
    answer = client_of(people.ada).post("/users/", fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_role_limits_and_access_of_a_person_change(people):
    fields = {"role": "viewer", "is_active": "on", "max_runs": "2", "max_children": ""}
    answer = client_of(people.ada).post(f"/users/{people.ben.pk}/", fields)
    assert answer.status_code == 302
    people.ben.refresh_from_db()
    assert (people.ben.role, people.ben.max_runs, people.ben.max_children) == ("viewer", 2, None)
    assert AuditEntry.objects.get().note == "ben: role: operator → viewer, max runs: usual → 2"


def test_an_admin_does_not_lock_themselves_out(people):
    answer = client_of(people.ada).post(f"/users/{people.ada.pk}/", {"role": "viewer"})
    assert answer.status_code == 422
    assert "another admin can" in answer.content.decode()
    people.ada.refresh_from_db()
    assert people.ada.is_admin
    assert people.ada.is_active


def test_a_reset_password_is_shown_once_and_ends_sessions(people):
    bens = client_of(people.ben)
    answer = client_of(people.ada).post(f"/users/{people.ben.pk}/password/")
    assert authenticate(username="ben", password=answer.context["password"]) == people.ben
    assert bens.get("/").status_code == 302
    assert "no-store" in answer["Cache-Control"]


def test_what_people_do_is_written_down_refused_or_not(things, people):
    pause = f"/api/runs/{things.run.pk}/pause"
    client_of(people.anna).post(pause)
    client_of(people.vera).post(pause)
    rows = AuditEntry.objects.order_by("pk").values_list("name", "action", "target", "status")
    assert list(rows) == [("anna", "api-pause", pause, 200), ("vera", "api-pause", pause, 403)]


def test_questions_are_not_written_down(people):
    client_of(people.anna).post("/terrains/check/", {"points": "0,0"})
    assert not AuditEntry.objects.exists()


def test_the_log_is_filtered_paged_and_taken_along(people):
    for number in range(130):
        name = "anna" if number % 2 else "=cmd()"
        AuditEntry.objects.create(name=name, action="login", note=f"n{number}")
    browser = client_of(people.ada)
    page = browser.get("/audit/?name=anna")
    assert [entry.name for entry in page.context["page"]] == ["anna"] * 65
    assert len(browser.get("/audit/?page=2").context["page"]) == 30
    assert not browser.get("/audit/?until=2001-01-01").context["page"].object_list
    assert browser.get("/audit/?since=nonsense&action=nothing").status_code == 200
    text = b"".join(browser.get("/audit.csv?name=cmd")).decode()
    compressed = browser.get("/audit.csv", headers={"Accept-Encoding": "gzip"})
    assert compressed["Content-Encoding"] == "identity"  # browsers saw the first row only
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 65
    assert rows[0]["name"] == "'=cmd()"  # no formula for a spreadsheet


def test_bootstrap_makes_one_admin_and_then_nothing(capsys, monkeypatch):
    monkeypatch.delenv("ELMWEB_ADMIN_PASSWORD", raising=False)
    call_command("bootstrap", "--no-input")
    password = capsys.readouterr().out.split()[-1]
    admin = authenticate(username="admin", password=password)
    assert admin.is_admin
    call_command("bootstrap", "--no-input", "--username", "other")
    assert "Nothing was changed" in capsys.readouterr().out
    assert User.objects.count() == 1


def test_bootstrap_takes_the_password_of_a_file_or_the_environment(tmp_path, monkeypatch, capsys):
    (tmp_path / "password").write_text("a long enough secret\n")
    monkeypatch.setenv("ELMWEB_ADMIN_PASSWORD_FILE", str(tmp_path / "password"))
    call_command("bootstrap", "--username", "ada")
    assert "a long enough secret" not in capsys.readouterr().out
    assert authenticate(username="ada", password="a long enough secret").is_admin


def test_bootstrap_refuses_a_weak_password(tmp_path):
    (tmp_path / "password").write_text("short")
    with pytest.raises(CommandError, match="too short"):
        call_command("bootstrap", "--password-file", str(tmp_path / "password"))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("bootstrap", "--password-file", str(tmp_path / "none"))
    assert not User.objects.exists()


def test_bootstrap_makes_an_admin_again_where_none_can_log_in():
    User.objects.create_user("admin", role=Role.VIEWER, is_active=False)
    call_command("bootstrap", "--no-input")
    admin = User.objects.get()
    assert admin.is_admin
    assert admin.is_active
