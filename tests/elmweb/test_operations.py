"""Figures for Prometheus, the System page, retention and logs."""

import json
import logging
import os
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from archive.models import Child, Job, Program, Run, RunState, Training
from archive.services import jobs, processes, recording, registry
from elmweb import logs, paths
from elmweb.operations import figures
from simulation.outcome import Outcome
from tests.archive.factories import add_children, candidacy, leased_job, make_run


@pytest.fixture(autouse=True)
def no_broker(settings, tmp_path):
    """The broker is away, whatever runs on this machine."""
    settings.REDIS_URL = f"unix://{tmp_path / 'none.sock'}"
    processes._client.cache_clear()
    yield
    processes._client.cache_clear()


@pytest.fixture
def person(client, django_user_model):
    """Somebody who is logged in, and no admin."""
    user = django_user_model.objects.create_user("somebody", password="x")
    client.force_login(user)
    return user


def fail_children(run: Run, n: int) -> list[Child]:
    """Record children that never ran."""
    failed = recording.Candidacy(
        "diff", outcome=Outcome.DOES_NOT_APPLY, completion="text", diff="-a"
    )
    return recording.record(run.pk, [failed] * n, [None] * n)


def figure(text: str, name: str, **labels: str) -> float:
    """Return the one sample of this name and these labels."""
    samples = [s for family in text_string_to_metric_families(text) for s in family.samples]
    (value,) = [s.value for s in samples if s.name == name and s.labels == labels]
    return value


# --- /metrics


@pytest.mark.django_db
def test_metrics_count_children_by_outcome_and_jobs_by_queue(client):
    run = make_run()
    add_children(run, [((5, 5, 5), 1.0), ((6, 6, 6), 2.0)])
    fail_children(run, 3)
    Job.objects.create(kind=Job.Kind.MUTATE, payload={}, run=run)
    leased_job(run)
    text = client.get("/metrics").content.decode()
    assert figure(text, "elmweb_children_total", outcome="evaluated") == 3
    assert figure(text, "elmweb_children_total", outcome="does_not_apply") == 3
    assert figure(text, "elmweb_children_total", outcome="crashed") == 0
    assert figure(text, "elmweb_jobs", queue="model", state="waiting") == 1
    assert figure(text, "elmweb_jobs", queue="evaluate", state="leased") == 1
    assert figure(text, "elmweb_broker_up") == 0
    assert "elmweb_websocket_clients" not in text  # the broker would tell


@pytest.mark.django_db
def test_the_oldest_job_of_a_queue_tells_its_age_and_a_paused_run_waits_for_nobody():
    now = timezone.now()
    old = Job.objects.create(kind=Job.Kind.MUTATE, payload={}, run=make_run())
    resting = Job.objects.create(
        kind=Job.Kind.MUTATE, payload={}, run=make_run(state=RunState.PAUSED)
    )
    Job.objects.filter(pk=old.pk).update(created_at=now - timedelta(seconds=90))
    Job.objects.filter(pk=resting.pk).update(created_at=now - timedelta(days=3))
    model = next(queue for queue in figures.queues(now) if queue.name == "model")
    assert (model.waiting, model.oldest_s) == (1, pytest.approx(90))


@pytest.mark.django_db
def test_totals_grow_with_the_children_and_count_none_twice(monkeypatch):
    totals, run = figures.ChildTotals(), make_run()
    clock = iter(range(0, 10_000, 100))  # each call long after the one before
    monkeypatch.setattr(figures.time, "monotonic", lambda: float(next(clock)))
    for expected in (1, 3, 5, 7):
        assert totals.now().outcomes["evaluated"] == expected
        add_children(run, [((5, 5, 5), 1.0), ((6, 6, 6), 2.0)])
    assert totals._settled > 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "headers", "status"),
    [
        ("", {}, 200),
        ("", {"REMOTE_ADDR": "192.0.2.7"}, 403),
        ("", {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}, 403),
        ("", {"HTTP_AUTHORIZATION": "Bearer "}, 200),
        ("", {"HTTP_AUTHORIZATION": "Bearer x"}, 403),
        ("geheim", {}, 403),
        ("geheim", {"HTTP_AUTHORIZATION": "Bearer geheim", "REMOTE_ADDR": "192.0.2.7"}, 200),
        ("geheim", {"HTTP_AUTHORIZATION": "Basic geheim", "REMOTE_ADDR": "192.0.2.7"}, 403),
        ("geheim", {"HTTP_AUTHORIZATION": "Bearer gehe\u00efm"}, 403),
    ],
)
def test_metrics_are_for_this_machine_or_for_the_token(client, settings, token, headers, status):
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", **headers).status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize(("is_staff", "status"), [(True, 200), (False, 403)])
def test_metrics_are_for_admins_from_anywhere(client, person, is_staff, status):
    person.is_staff = is_staff
    person.save()
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == status


def test_a_quantile_is_the_value_that_the_share_does_not_exceed():
    assert figures._quantile(list(range(1, 101)), 0.99) == 99
    assert figures._quantile([7.0], 0.99) == 7.0
    assert figures._quantile([], 0.5) is None


# --- the System page


@pytest.mark.django_db
def test_the_system_page_renders_without_a_broker_and_names_who_holds_a_job(client, person):
    run = make_run()
    job = leased_job(run)
    page = client.get("/system/").content.decode()
    assert "The broker does not answer" in page
    assert f"evaluate job {job.pk}" in page
    assert f"{processes.own_name()}</td>" in page


@pytest.mark.django_db
def test_a_lease_that_ended_shows(client, person):
    job = leased_job(make_run())
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert "ended, will be returned" in client.get("/system/?part=state").content.decode()


@pytest.mark.django_db
def test_logs_are_for_admins(client, person, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DATA_DIR", tmp_path)
    state = {"web": {"pid": os.getpid(), "starts": 3, "since": 1.0, "last_exit": ""}}
    (tmp_path / "state.json").write_text(json.dumps(state))
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "web.log").write_text("a <line> of the log\n")
    assert "of the log" not in client.get("/system/").content.decode()
    person.is_staff = True
    person.save()
    page = client.get("/system/").content.decode()
    assert "a &lt;line&gt; of the log" in page
    assert ">2</td>" in page  # restarts


@pytest.mark.django_db
def test_the_system_page_is_not_for_strangers(client):
    assert client.get("/system/").status_code == 302


# --- retention


def finished(run: Run, days: int) -> None:
    long_ago = timezone.now() - timedelta(days=days)
    Run.objects.filter(pk=run.pk).update(state=RunState.FINISHED, finished_at=long_ago)


def pruned(*args: str, capsys: pytest.CaptureFixture[str]) -> dict[str, tuple[int, int]]:
    call_command("prune", "--json", *args)
    told = json.loads(capsys.readouterr().out)
    return {one["what"]: (one["number"], one["size"]) for one in told["freed"]}


@pytest.mark.django_db
def test_pruning_takes_the_sources_of_old_failures_and_leaves_the_map(capsys):
    old, young = make_run(), make_run()
    for run in (old, young):
        add_children(run, [((5, 5, 5), 1.0)])
        fail_children(run, 2)
        crashed = recording.record(
            run.pk, [candidacy(f"crash{run.pk}")], [crash()], job=leased_job(run)
        )
    finished(old, 40)
    finished(young, 1)
    would = pruned("--dry-run", capsys=capsys)
    assert Program.objects.filter(source=f"crash{old.pk}").exists()
    did = pruned(capsys=capsys)
    assert did == would
    assert did["sources and edits of failed children"] == (
        3,
        2 * len("text-a") + len(f"crash{old.pk}"),
    )
    assert not Program.objects.filter(source=f"crash{old.pk}").exists()
    assert Program.objects.filter(source=f"crash{young.pk}").exists()
    assert not old.children.exclude(outcome=Outcome.EVALUATED).exclude(completion="").exists()
    assert crashed[0].reason == old.children.get(program=None, outcome="crashed").reason
    assert old.children.count() == young.children.count() == 5
    assert recording.check_map(old) is None
    assert pruned(capsys=capsys)["sources and edits of failed children"] == (0, 0)


def crash() -> recording.Evaluation:
    return recording.Evaluation(Outcome.CRASHED, "It broke.")


@pytest.mark.django_db
def test_pruning_keeps_a_failed_program_that_a_walker_shares(capsys):
    old, young = make_run(), make_run()
    source = "x = 'shared'"
    for run in (old, young):
        recording.record(run.pk, [candidacy(source)], [crash()])
    finished(old, 40)
    assert pruned(capsys=capsys)["sources and edits of failed children"] == (1, 0)
    assert young.children.get(program__source=source).outcome == Outcome.CRASHED


@pytest.mark.django_db
def test_pruning_takes_old_closed_jobs_and_their_children_stay(capsys):
    run = make_run()
    job = leased_job(run)
    (child,) = recording.record(run.pk, [candidacy("x")], [crash()], job=job)
    open_job = leased_job(run)
    Job.objects.update(finished_at=timezone.now() - timedelta(days=31))
    assert pruned(capsys=capsys)["closed jobs"] == (1, 0)
    assert list(Job.objects.all()) == [open_job]
    child.refresh_from_db()
    assert child.job_id is None


@pytest.mark.django_db
def test_pruning_takes_checkpoints_of_stopped_trainings_only(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(registry, "MODELS_DIR", tmp_path)
    base = recording._model_version("base-1")
    trainings = {
        state: Training.objects.create(
            name=state, state=state, base=base, progress={"checkpoint": "a.pt"}
        )
        for state in ("running", "stopped")
    }
    for training in trainings.values():
        folder = tmp_path / "trainings" / str(training.pk)
        folder.mkdir(parents=True)
        (folder / "a.pt").write_bytes(b"x" * 100)
        for path in (folder / "a.pt", folder):
            os.utime(path, (1, 1))
    assert pruned(capsys=capsys)["checkpoints of old trainings"] == (1, 100)
    for training in trainings.values():
        training.refresh_from_db()
    assert trainings["running"].progress == {"checkpoint": "a.pt"}
    assert trainings["stopped"].progress == {}  # begins anew, and does not look for the file
    assert [path.name for path in (tmp_path / "trainings").iterdir()] == [
        str(trainings["running"].pk)
    ]


def test_pruning_wants_a_number_of_days():
    with pytest.raises(Exception, match="'0' is no number of days"):
        call_command("prune", "--days", "0")


# --- logs


def line_of(formatter: logging.Formatter, text: str) -> str:
    record = logging.LogRecord("workers.tasks", logging.WARNING, "", 0, text, None, None)
    logs.Ids().filter(record)
    return formatter.format(record)


def test_a_record_in_json_has_the_ids_of_the_job_that_was_under_way():
    with logs.about(job=12, run=3, training=None):
        line = json.loads(line_of(logs.JsonFormatter(), 'a "word"\nand a line'))
    assert (line["job"], line["run"], line["level"]) == (12, 3, "WARNING")
    assert line["message"] == 'a "word"\nand a line'
    assert "training" not in line
    assert "job" not in json.loads(line_of(logs.JsonFormatter(), "afterwards"))


def test_a_plain_record_ends_with_the_ids():
    formatter = logs.PlainFormatter("%(levelname)s: %(message)s")
    with logs.about(job=12, run=3):
        assert line_of(formatter, "late") == "WARNING: late [job 12, run 3]"
    assert line_of(formatter, "late") == "WARNING: late"


def test_a_record_in_json_has_the_traceback():
    try:
        raise ValueError("bad")
    except ValueError as error:
        record = logging.LogRecord(
            "a", logging.ERROR, "", 0, "x", None, (ValueError, error, error.__traceback__)
        )
    assert "ValueError: bad" in json.loads(logs.JsonFormatter().format(record))["exception"]


@pytest.mark.django_db
def test_a_worker_writes_its_ids_while_it_holds_a_job(capsys):
    run = make_run()
    job = Job.objects.create(kind=Job.Kind.EVALUATE, payload={}, run=run)
    with jobs.leased(job.pk) as held:
        assert held is not None
        assert held.holder == processes.own_name()
        line = json.loads(line_of(logs.JsonFormatter(), "busy"))
    assert (line["job"], line["run"]) == (job.pk, run.pk)
