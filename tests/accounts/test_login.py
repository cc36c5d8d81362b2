"""Logging in by password: throttled, written down, and over when the account is."""

import pytest
from django.test import Client
from django.utils import timezone

from elmweb.accounts import throttle
from elmweb.accounts.models import AuditEntry, Bucket, Role, User
from elmweb.accounts.throttle import Rate
from tests.accounts.conftest import PASSWORD, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    """One password takes 0.1 s to hash as in earnest, and these tests try many."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def anna() -> User:
    return User.objects.create_user("anna", password=PASSWORD, role=Role.OPERATOR)


def log_in(name: str, password: str, browser: Client | None = None, **headers: str):
    fields = {"username": name, "password": password, "next": "/models/"}
    return (browser or Client()).post("/login/", fields, **headers)


def test_name_and_password_let_in_and_lead_on(anna):
    browser = Client()
    answer = log_in("anna", PASSWORD, browser)
    assert (answer.status_code, answer.url) == (302, "/models/")
    assert browser.get("/").status_code == 200
    entry = AuditEntry.objects.get()
    assert (entry.name, entry.action, entry.address) == ("anna", "login", "127.0.0.1")


def test_login_leads_to_no_other_site(anna):
    fields = {"username": "anna", "password": PASSWORD, "next": "https://evil.example/"}
    assert Client().post("/login/", fields).url == "/"


@pytest.mark.parametrize(("name", "password"), [("anna", "wrong"), ("nobody", PASSWORD)])
def test_wrong_name_and_wrong_password_look_the_same(anna, name, password):
    answer = log_in(name, password)
    assert answer.status_code == 422
    assert "do not belong together" in answer.content.decode()
    assert AuditEntry.objects.get().action == "login-refused"


def test_the_sixth_try_waits_even_with_the_right_password(anna):
    for _ in range(5):
        assert log_in("anna", "wrong").status_code == 422
    answer = log_in("ANNA", PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 180
    assert "try again in" in answer.content.decode()
    # Others at that address, and anna elsewhere, are not held up.
    User.objects.create_user("ben", password=PASSWORD)
    assert log_in("ben", PASSWORD).status_code == 302
    assert log_in("anna", PASSWORD, REMOTE_ADDR="10.0.0.9").status_code == 302


def test_many_names_from_one_address_wait(anna):
    for number in range(50):
        assert log_in(f"name{number}", "wrong").status_code == 422
    assert log_in("another", "wrong").status_code == 429
    assert AuditEntry.objects.count() == 50  # what is held up fills no table


def test_tries_fill_up_again_with_time(anna):
    rate = Rate(tokens=3, seconds=30)
    assert [throttle.wait_for("x", rate, now=100.0) for _ in range(4)] == [0, 0, 0, 10]
    assert throttle.wait_for("x", rate, now=111.0) == 0
    assert throttle.wait_for("y", rate, now=111.0) == 0
    throttle.wait_for("z", rate, now=111.0 + throttle.FORGET + 1)
    assert Bucket.objects.count() == 1  # what is full again is forgotten


def test_a_forged_forwarding_header_hides_nobody(anna, settings):
    for number in range(6):
        last = log_in("anna", "wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
    assert last.status_code == 429
    settings.PROXIES = 1  # now the last entry is our proxy's word
    forwarded = {"HTTP_X_FORWARDED_FOR": "1.1.1.1, 10.9.9.9"}
    assert log_in("anna", "wrong", **forwarded).status_code == 422
    assert AuditEntry.objects.first().address == "10.9.9.9"


def test_disabling_somebody_logs_them_out(anna):
    browser = client_of(anna)
    assert browser.get("/").status_code == 200
    anna.is_active = False
    anna.save()
    assert browser.get("/").status_code == 302
    assert log_in("anna", PASSWORD).status_code == 422


def test_logging_out_takes_a_post_and_is_written_down(anna):
    browser = client_of(anna)
    assert browser.get("/logout/").status_code == 405
    assert browser.post("/logout/").url == "/login/"
    assert browser.get("/").status_code == 302
    assert AuditEntry.objects.get().action == "logout"


def test_a_new_password_keeps_this_browser_in_and_logs_others_out(anna):
    here, there = Client(), Client()
    log_in("anna", PASSWORD, here)
    log_in("anna", PASSWORD, there)
    new = "a staple for the battery"
    fields = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/account/", fields).url == "/account/"
    assert here.get("/").status_code == 200
    assert there.get("/").status_code == 302
    assert log_in("anna", new).status_code == 302
    assert new not in "".join(AuditEntry.objects.values_list("note", flat=True))


@pytest.mark.parametrize("weak", ["short", "password1234", "98765432101"])
def test_a_weak_password_is_refused_with_the_reason(anna, weak):
    fields = {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    answer = client_of(anna).post("/account/", fields)
    assert answer.status_code == 422
    assert "This password" in answer.content.decode()


def test_the_login_page_asks_for_a_password_only_where_somebody_has_one():
    assert b'name="password"' not in Client().get("/login/").content
    User.objects.create_user("anna", password=PASSWORD)
    assert b'name="password"' in Client().get("/login/").content


def test_the_last_login_is_kept(anna):
    log_in("anna", PASSWORD)
    anna.refresh_from_db()
    assert (timezone.now() - anna.last_login).total_seconds() < 60
