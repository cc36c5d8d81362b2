"""Who may do what, by every address and verb there is, and by every message of a socket.

A new address fails the first test until it has a line in ``RULES``: that line is the decision who
may look and who may change. What follows then holds the code to it.
"""

from types import SimpleNamespace

import pytest
from django.apps import apps
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from elmweb.accounts.models import Role, User
from tests.accounts.conftest import client_of

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
SAFE = ("GET", "HEAD", "OPTIONS")
VIEWER, OPERATOR, ADMIN = Role.VIEWER, Role.OPERATOR, Role.ADMIN
OWNER = "owner"  # an operator whose own it is, or an admin
OPEN = {"healthz", "readyz", "metrics", "login", "login-link"}  # decide by themselves

# address: who may look at it, who may change something there; None: nobody can, there is nothing
LOOK = (VIEWER, None)
RULES: dict[str, tuple[object, object]] = {
    "account": (VIEWER, VIEWER),  # one's own
    "logout": (None, VIEWER),
    "users": (ADMIN, ADMIN),
    "user": (ADMIN, ADMIN),
    "user-password": (None, ADMIN),
    "audit": (ADMIN, None),
    "audit-csv": (ADMIN, None),
    "dashboard": LOOK,
    "system": LOOK,
    "run-new": (OPERATOR, OPERATOR),
    "run-demo": (None, OPERATOR),
    "run": LOOK,
    "child": LOOK,
    "child-source": LOOK,
    "seeds": LOOK,
    "seed-new": (OPERATOR, OPERATOR),
    "seed": LOOK,
    "seed-source": LOOK,
    "seed-delete": (None, OWNER),
    "seed-restore": (None, OWNER),
    "terrains": LOOK,
    "terrain-new": (OPERATOR, OPERATOR),
    "terrain-picture": LOOK,
    "terrain-check": (None, OPERATOR),
    "terrain-file": LOOK,
    "terrain-delete": (None, OWNER),
    "terrain-restore": (None, OWNER),
    "models": LOOK,
    "model-add-folder": (ADMIN, ADMIN),
    "model-add-endpoint": (ADMIN, ADMIN),
    "model-upload": (None, OPERATOR),
    "model-rollback": (None, ADMIN),  # of all new runs; of one run: its owner
    "model": LOOK,
    "model-weights": LOOK,
    "model-remove": (None, OWNER),
    "model-restore": (None, OWNER),
    "model-promote": (None, ADMIN),  # for all new runs; for one run: its owner
    "races": LOOK,
    "bugfix": LOOK,
    "training-new": (OPERATOR, OPERATOR),
    "training": LOOK,
    "api-openapi": LOOK,
    "api-runs": LOOK,
    "api-snapshot": LOOK,
    "api-pause": (None, OWNER),
    "api-resume": (None, OWNER),
    "api-stop": (None, OWNER),
    "api-child": LOOK,
    "api-cell-history": LOOK,
    "api-export-csv": LOOK,
    "api-export-json": LOOK,
    "api-check-new": (None, OPERATOR),
    "api-check": LOOK,
    "api-smollm2": (VIEWER, ADMIN),
    "api-training-preview": (None, OPERATOR),
    "api-training-live": LOOK,
    "api-training-stop": (None, OWNER),
    "api-training-resume": (None, OWNER),
    "api-training-remove": (None, OWNER),
    "api-training-restore": (None, OWNER),
    "api-run-models": (None, OWNER),
    "api-run-repeat": (None, OWNER),
    "api-child-replay": LOOK,
    "api-child-replay-json": LOOK,
    "api-child-body": LOOK,
    "api-seed-replay": LOOK,
    "api-seed-replay-json": LOOK,
    "api-seed-body": LOOK,
    "api-check-replay": LOOK,
    "api-race": LOOK,
}


def patterns(resolver: URLResolver) -> list[URLPattern]:
    """Every address below ``resolver``."""
    found = []
    for one in resolver.url_patterns:
        found += patterns(one) if isinstance(one, URLResolver) else [one]
    return found


ROUTES = patterns(get_resolver())


def names_of(rule: object, column: int) -> list[str]:
    return [name for name, rules in RULES.items() if rules[column] == rule]


def address_of(name: str, things: SimpleNamespace) -> str:
    """The address ``name`` of anna's things."""
    kinds = {"model": {"key": things.model.version}, "user": {"user_id": things.run.owner_id}}
    values = {
        "run_id": things.run.pk, "seq": 1, "index": 0, "seed_id": things.seed.pk,
        "terrain_id": things.terrain.pk, "training_id": things.training.pk,
        "job_id": things.check.pk, "token": "x",
    }  # fmt: skip
    for kind in kinds.values():
        values |= kind
    pattern = next(one for one in ROUTES if one.name == name)
    return reverse(name, kwargs={key: values[key] for key in pattern.pattern.converters})


def everything() -> list[object]:
    """All rows that steering could change."""
    rows: list[object] = []
    for model in apps.get_app_config("archive").get_models():
        rows += list(model.objects.order_by("pk").values())
    return rows + list(User.objects.order_by("pk").values("username", "role", "password"))


def test_every_address_has_a_name_and_a_rule():
    unnamed = [str(one.pattern) for one in ROUTES if not one.name]
    assert unnamed == []
    assert {one.name for one in ROUTES} == set(RULES) | OPEN


def test_a_stranger_is_sent_to_log_in(things):
    before = everything()
    for name in RULES:
        for verb in ("GET", "POST"):
            answer = Client().generic(verb, address_of(name, things))
            to_login = (answer.get("Location") or "").startswith("/login/")
            assert to_login or answer.status_code == 401, (name, verb, answer.status_code)
    assert everything() == before


def test_a_viewer_steers_by_no_address_and_verb(things, people):
    browser = client_of(people.vera)
    before = everything()
    for name, (to_look, to_change) in RULES.items():
        address = address_of(name, things)
        for verb in SAFE:
            answer = browser.generic(verb, address)
            if to_look == VIEWER:
                assert answer.status_code not in (401, 403, 500), (name, verb, answer.status_code)
            elif to_look is not None:
                assert answer.status_code == 403, (name, verb, answer.status_code)
        for verb in UNSAFE if name != "logout" else ():
            allowed = (405, 422) if to_change == VIEWER else (403,)
            answer = browser.generic(verb, address)
            assert answer.status_code in allowed, (name, verb, answer.status_code)
        assert everything() == before, name


@pytest.mark.parametrize("name", [*names_of(OWNER, 1), *names_of(ADMIN, 1)])
def test_an_operator_does_not_change_what_is_not_theirs(name, things, people):
    before = everything()
    answer = client_of(people.ben).post(address_of(name, things))
    assert answer.status_code == 403
    assert everything() == before


@pytest.mark.parametrize("name", names_of(OWNER, 1))
@pytest.mark.parametrize("who", ["anna", "ada"])
def test_owner_and_admin_may_change_it(who, name, things, people):
    answer = client_of(getattr(people, who)).post(address_of(name, things))
    assert answer.status_code not in (401, 403, 500)


@pytest.mark.parametrize("name", names_of(OPERATOR, 1))
def test_an_operator_may_begin_things(name, things, people):
    browser, address = client_of(people.ben), address_of(name, things)
    if RULES[name][0] == OPERATOR:
        assert browser.get(address).status_code == 200
    assert browser.post(address).status_code not in (401, 403, 500)


@pytest.mark.parametrize("name", [*names_of(ADMIN, 0), *names_of(ADMIN, 1)])
def test_an_admin_may_do_what_admins_do(name, things, people):
    browser, address = client_of(people.ada), address_of(name, things)
    if RULES[name][0] is not None:
        assert browser.get(address).status_code == 200
    if name != "api-smollm2" and RULES[name][1] is not None:  # that one downloads
        assert browser.post(address).status_code not in (401, 403, 500)


@pytest.mark.parametrize("name", ["model-promote", "model-rollback"])
def test_the_models_of_one_run_are_its_owners_to_choose(name, things, people):
    address, of_run = address_of(name, things), {"run": things.run.pk}
    assert client_of(people.ben).post(address, of_run).status_code == 403
    assert client_of(people.anna).post(address, of_run).status_code not in (403, 500)


def test_a_run_of_nobody_is_every_operators_to_steer(things, people):
    things.run.owner = None
    things.run.save()
    pause = address_of("api-pause", things)
    assert client_of(people.vera).post(pause).status_code == 403
    assert client_of(people.ben).post(pause).status_code == 200


def test_a_refusal_is_a_sentence_for_scripts_and_people(things, people):
    browser = client_of(people.vera)
    said = browser.post(address_of("api-pause", things)).json()["error"]
    assert "viewer" in said
    for_script = browser.post(address_of("seed-delete", things), HTTP_ACCEPT="application/json")
    assert for_script.json()["error"] == said
    page = browser.get("/runs/new/")
    assert page.status_code == 403
    assert said in page.content.decode()


def test_a_viewer_is_offered_no_way_to_steer_a_run(things, people):
    address = f"/runs/{things.run.pk}/"
    steering = ('data-action="pause"', 'id="mix-form"', 'id="repeat-form"')
    seen = client_of(people.vera).get(address).content.decode()
    owners = client_of(people.anna).get(address).content.decode()
    for part in steering:
        assert part not in seen
        assert part in owners


def test_forged_request_from_another_site_is_refused(things, people):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people.anna)
    assert browser.post(address_of("api-pause", things)).status_code == 403
    things.run.refresh_from_db()
    assert things.run.state == "running"
