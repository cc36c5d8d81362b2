"""ELMWeb in containers, as `docker compose` runs it, under a name and a port of its own."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar

from elmweb.paths import BASE_DIR
from tests.stack import free_port

T = TypeVar("T")
ONCE = {"migrate", "secrets"}  # services that end when they have done their work
ALWAYS = {"web", "worker-evaluate", "worker-model", "scheduler", "sandbox", "redis", "postgres"}


def compose_command() -> list[str]:
    """Return how compose is called here: Compose v2, else 1.29; [] without either."""
    v2 = ["docker", "compose"]
    if (
        shutil.which("docker")
        and not subprocess.run([*v2, "version"], capture_output=True).returncode
    ):
        return v2
    return ["docker-compose"] if shutil.which("docker-compose") else []


class Project:
    """Containers, networks and volumes of one ELMWeb, removed by ``remove``."""

    def __init__(self) -> None:
        self.command = compose_command()
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        files = [os.environ.get("COMPOSE_FILE") or "docker-compose.yml", "tests/compose/canary.yml"]
        self.env = {
            **os.environ,
            "COMPOSE_FILE": ":".join(files),
            "COMPOSE_PROJECT_NAME": f"elmweb-test-{os.getpid()}",
            "ELMWEB_PORT": str(self.port),
            "ELMWEB_TAG": "test",
        }

    def __call__(self, *args: str, timeout: float = 300) -> str:
        """Run a compose command and return what it prints; fail with all it said."""
        done = subprocess.run(
            [*self.command, *args],
            cwd=BASE_DIR,
            env=self.env,
            text=True,
            capture_output=True,
            timeout=timeout,
        )
        assert done.returncode == 0, f"{' '.join(args)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def inspect(self, service: str) -> list[dict[str, Any]]:
        """Return what the engine knows of the containers of a service, ended ones included."""
        names = {"project": self.env["COMPOSE_PROJECT_NAME"], "service": service}
        filters = [f"--filter=label=com.docker.compose.{k}={v}" for k, v in names.items()]
        ids = _docker("ps", "--all", "--quiet", *filters).split()
        return json.loads(_docker("inspect", *ids)) if ids else []

    def health(self) -> dict[str, list[str]]:
        """Return each service's containers: healthy, starting, unhealthy; running, exited 1."""
        return {
            service: [_health(container["State"]) for container in self.inspect(service)]
            for service in sorted(ALWAYS | ONCE)
        }

    def is_healthy(self) -> bool:
        found = self.health()
        return all(set(found[name]) == {"healthy"} for name in ALWAYS) and all(
            found[name] == ["exited 0"] for name in ONCE
        )

    def until(self, seen: Callable[[], T], seconds: float, what: str) -> T:
        """Return the first true value of ``seen``; fail with every log's end after ``seconds``."""
        deadline = time.monotonic() + seconds
        while not (value := seen()):
            if time.monotonic() > deadline:
                logs = self("logs", "--no-color", "--tail=15")
                raise AssertionError(f"waited {seconds:g} s for {what}: {self.health()}\n{logs}")
            time.sleep(1)
        return value

    def python(self, service: str, code: str, *, django: bool = False, timeout: float = 120) -> str:
        """Run Python code in a running container and return what it prints."""
        how = ("python", "manage.py", "shell", "-v0", "-c") if django else ("python", "-c")
        return self("exec", "-T", service, *how, code, timeout=timeout).strip()

    def sql(self, query: str) -> str:
        """Return what the database answers, columns by ``|``."""
        psql = ("psql", "-U", "elmweb", "-d", "elmweb", "-tAc")
        return self("exec", "-T", "postgres", *psql, query).strip()

    def remove(self) -> None:
        """Remove containers, networks and volumes; the images stay for the next time."""
        self("down", "--volumes", "--remove-orphans", "--timeout", "5")


def image_megabytes(name: str) -> float:
    """Return the size of a local image [MB], its base included."""
    return round(int(_docker("image", "inspect", "--format={{.Size}}", name)) / 1e6)


def _docker(*args: str) -> str:
    return subprocess.run(["docker", *args], text=True, capture_output=True, check=True).stdout


def _health(state: dict[str, Any]) -> str:
    if state["Status"] == "exited":
        return f"exited {state['ExitCode']}"
    return state.get("Health", {}).get("Status", state["Status"])
