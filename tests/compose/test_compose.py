"""`docker compose up`, from an empty engine to a run that goes on after `down`: in this order."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from elmweb.paths import BASE_DIR
from simulation.sandbox import RemoteSandbox, Status
from tests.compose.conftest import Tell
from tests.compose.project import ALWAYS, Project, image_megabytes
from tests.sandbox import canaries
from tests.sandbox.conftest import GOOD
from tests.sandbox.corpus import attacks
from tests.sandbox.test_hostile import limits_of

pytestmark = [pytest.mark.slow, pytest.mark.compose]

BUILD_S, START_S = 1800, 240
WINDOW_S = 45.0  # [s] over which children are counted
START_RUN = """
from archive import services
from archive.config import RunConfig
from archive.models import SeedProgram
seed = SeedProgram.objects.order_by("pk").first()
config = RunConfig(budget={budget}, models=(("random_gp", 1.0),))
run = services.create_run(config=config, seed_program=seed, rng_seed=1)
services.start(run)
print(run.pk)
"""
PAUSE = """
from archive import services
from archive.models import Run
for run in Run.objects.filter(state="running"):
    services.pause(run)
"""
CANARIES_INSIDE = """
import json, sys
canaries = Canaries()
for line in sys.stdin:  # an attack to be aimed, or an empty line: what was reached meanwhile?
    answer = canaries.aim(json.loads(line)) if line.strip() else canaries.breaches()
    print(json.dumps(answer), flush=True)
"""
CONNECT = """
import socket
for host, port in {peers}:
    try:
        socket.create_connection((host, port), 2).close()
        print("reached", host, port)
    except OSError:
        pass
"""


def test_images_are_built(project: Project, tell: Tell):
    began = time.monotonic()
    project("build", timeout=BUILD_S)
    sizes = {name: image_megabytes(f"elmweb-{name}:test") for name in ("sandbox", "app", "model")}
    tell(f"built in {time.monotonic() - began:.0f} s; images [MB]: {sizes}")
    assert sizes["sandbox"] < sizes["app"] < sizes["model"]


def test_everything_gets_healthy(project: Project, tell: Tell):
    began = time.monotonic()
    project("up", "-d", timeout=START_S)
    project.until(project.is_healthy, START_S, "every container to be healthy")
    tell(f"up and all healthy in {time.monotonic() - began:.0f} s")


def test_no_port_is_open_but_the_web_s_and_nobody_is_root(project: Project):
    for service in sorted(ALWAYS):
        (container,) = project.inspect(service)
        published = {
            port: where for port, where in container["NetworkSettings"]["Ports"].items() if where
        }
        if service == "web":
            assert published == {
                "8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(project.port)}]
            }
        else:
            assert not published, service
        if service not in ("redis", "postgres"):  # official images step down by themselves
            assert container["Config"]["User"] not in ("", "root", "0"), service
            assert container["HostConfig"]["ReadonlyRootfs"], service
            assert container["HostConfig"]["CapDrop"] == ["ALL"], service
            assert not container["HostConfig"]["CapAdd"], service


def test_no_secret_is_in_an_environment_or_a_log(project: Project):
    read = "print(open('/run/elmweb/{}').read())"
    found = [
        project.python("web", read.format(name)) for name in ("database/password", "web/secret_key")
    ]
    assert all(len(secret) > 40 for secret in found)
    told = json.dumps([project.inspect(name) for name in sorted(ALWAYS)]) + project(
        "logs", "--no-color"
    )
    for secret in found:
        assert secret not in told


def test_sandbox_is_alone_with_the_evaluate_worker(project: Project):
    (sandbox,) = project.inspect("sandbox")
    assert [name.split("_")[-1] for name in sandbox["NetworkSettings"]["Networks"]] == ["sandbox"]
    assert not sandbox["Mounts"]
    assert sandbox["HostConfig"]["SecurityOpt"] == ["no-new-privileges:true"]
    names = {line.partition("=")[0] for line in sandbox["Config"]["Env"]}
    assert not {name for name in names if name.startswith(("DATABASE_", "ELMWEB_SECRET"))}
    peers = [(name, port) for name, port in (("redis", 6379), ("postgres", 5432), ("web", 8000))]
    for name, port in list(peers):
        (container,) = project.inspect(name)
        networks = container["NetworkSettings"]["Networks"].values()
        peers += [(network["IPAddress"], port) for network in networks]
    assert project.python("sandbox", CONNECT.format(peers=peers)) == ""
    reachable = project.python("worker-evaluate", CONNECT.format(peers=[("sandbox", 7101), *peers]))
    assert "reached sandbox 7101" in reachable
    assert "reached redis 6379" in reachable
    assert project.python("web", CONNECT.format(peers=[("sandbox", 7101)])) == ""
    find = "from importlib.util import find_spec; print(find_spec('{}'))"
    for module in ("django", "redis", "archive"):
        assert project.python("sandbox", find.format(module)) == "None"


def test_hostile_corpus_is_contained(project: Project, tell: Tell):
    """All of ``tests/hostile``, with the canaries inside the same container."""
    began = time.monotonic()
    (container,) = project.inspect("sandbox")
    (network,) = container["NetworkSettings"]["Networks"].values()
    text = Path(canaries.__file__).read_text() + CANARIES_INSIDE
    inside = subprocess.Popen(
        [*project.command, "exec", "-T", "sandbox", "python", "-c", text],
        cwd=BASE_DIR,
        env=project.env,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )

    def ask(line: str):
        assert inside.stdin
        assert inside.stdout
        inside.stdin.write(line + "\n")
        inside.stdin.flush()
        return json.loads(inside.stdout.readline())

    corpus = attacks()
    with RemoteSandbox(network["IPAddress"], 7101) as sandbox:
        for attack in corpus:
            for _ in range(attack.times):
                verdict = sandbox.run(ask(json.dumps(attack.source)), limits=limits_of(attack))
                assert verdict.status in attack.expected, (attack.name, verdict)
                assert not canaries.claims_breach(verdict), (attack.name, verdict)
                assert ask("") == [], attack.name
            assert sandbox.run(GOOD).status is Status.OK, attack.name
        tier = sandbox.report["tier"]
    assert inside.stdin
    inside.stdin.close()
    inside.wait(20)
    project.until(lambda: set(project.health()["sandbox"]) == {"healthy"}, 60, "the sandbox")
    (after,) = project.inspect("sandbox")
    assert (after["Id"], after["RestartCount"]) == (container["Id"], 0)
    took = time.monotonic() - began
    tell(f"hostile corpus: {len(corpus)} attacks contained, tier {tier}, {took:.0f} s")


def test_first_admin_is_made_once(project: Project):
    bootstrap = ("exec", "-T", "web", "python", "manage.py", "bootstrap", "--no-input")
    assert "Password, shown this once: " in project(*bootstrap)
    assert "There is an admin already" in project(*bootstrap)


def test_main_job_in_a_browser(project: Project, tell: Tell):
    began = time.monotonic()
    manage = [*project.command, "exec", "-T", "web", "python", "manage.py"]
    outside = {"ELMWEB_TEST_URL": project.url, "ELMWEB_TEST_MANAGE": " ".join(manage)}
    pytest_command = [sys.executable, "-m", "pytest", "-q", "-m", "", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*pytest_command, "tests/browser/test_main_job.py"],
        cwd=BASE_DIR,
        env={**os.environ, **project.env, **outside},
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout
    tell(f"main job in Chromium: {done.stdout.splitlines()[-1]} ({time.monotonic() - began:.0f} s)")
    project.python("web", PAUSE, django=True)


def test_three_evaluate_workers_make_more_children_a_second(project: Project, tell: Tell):
    """With random edits, so that the model is not the limit, and one process each: few cores."""
    project.env["ELMWEB_EVALUATE_PROCESSES"] = "1"
    run = int(project.python("web", START_RUN.format(budget=200_000), django=True))
    rates = {}
    for workers in (1, 3):
        project("up", "-d", "--scale", f"worker-evaluate={workers}", timeout=START_S)
        project.until(project.is_healthy, START_S, f"{workers} evaluate workers")
        assert len(project.health()["worker-evaluate"]) == workers
        before, began = children(project, run), time.monotonic()
        time.sleep(WINDOW_S)
        after, ended = children(project, run), time.monotonic()
        rates[workers] = (after - before) / (ended - began)
    load = os.getloadavg()[0]
    tell(
        f"random edits: {rates[1]:.1f} children/s with one evaluate worker of one process, "
        f"{rates[3]:.1f} with three ({os.cpu_count()} cores, load {load:.1f})"
    )
    assert rates[3] > rates[1]


def test_run_goes_on_after_down_and_up(project: Project, tell: Tell):
    run = int(project.sql("select max(id) from archive_run"))
    began = time.monotonic()
    project("down", timeout=START_S)
    down = time.monotonic()
    assert project.health() == {name: [] for name in project.health()}
    project("up", "-d", timeout=START_S)
    project.until(project.is_healthy, START_S, "every container to be healthy again")
    before = children(project, run)
    tell(f"down in {down - began:.0f} s, up and healthy in {time.monotonic() - down:.0f} s more")
    project.until(lambda: children(project, run) > before + 100, 120, "more children")
    project.python("web", PAUSE, django=True)
    unfinished = (
        "select count(*) from archive_job where kind = 'evaluate' and state in ('queued', 'leased')"
    )
    project.until(lambda: project.sql(unfinished) == "0", 120, "the work in hand to end")
    checked = project("exec", "-T", "web", "python", "manage.py", "rebuild", str(run), "--check")
    found = project.sql(
        "select count(*), count(distinct seq), min(seq), max(seq) from archive_child "
        f"where run_id = {run}"
    )
    count, distinct, first, last = map(int, found.split("|"))
    assert (count, distinct, first) == (last + 1, last + 1, 0)
    tell(
        f"the run went on from {before:,} children to {count:,}, none doubled or lost; "
        + checked.strip()
    )


def children(project: Project, run: int) -> int:
    return int(project.sql(f"select last_seq from archive_run where id = {run}")) + 1
