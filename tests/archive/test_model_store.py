"""Models in a bucket: a real S3-compatible server, and two hosts with folders of their own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from archive.models import Job, RunState
from archive.services import model_store, registry
from elmweb import env
from tests.archive.factories import make_run
from tests.stack import free_port
from workers import tasks

BUCKET = "models"


@pytest.fixture
def bucket(settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedMotoServer]:
    """An empty bucket, named by the environment as an operator would do it."""
    server = ThreadedMotoServer("127.0.0.1", free_port())
    server.start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.get_host_and_port()[1]}",
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "ELMWEB_MODELS": f"s3://{BUCKET}/elmweb",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket=BUCKET)
    settings.STORAGES = {**settings.STORAGES, "models": env.bucket("ELMWEB_MODELS")}
    yield server
    server.stop()


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Move to a host of that name, with a folder of its own."""

    def move(name: str) -> Path:
        monkeypatch.setattr(registry, "MODELS_DIR", tmp_path / name)
        return tmp_path / name

    return move


def weights(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights" * 100_000)
    (folder / "config.json").write_text("{}")
    return folder


@pytest.mark.django_db
def test_a_model_made_on_one_host_is_loaded_on_another(bucket, host):
    made = registry.adopt(weights(host("first") / "scratch"), "legs")
    second = host("second")
    assert not second.exists()
    row, folder = registry.tunable("legs")
    assert row == made
    assert folder == second / made.version
    assert (folder / "model.safetensors").read_bytes() == b"weights" * 100_000
    assert {path.name for path in folder.iterdir()} == {"model.safetensors", "config.json"}


@pytest.mark.django_db
def test_a_model_is_in_the_bucket_before_anybody_hears_of_it(bucket, host):
    folder = weights(host("first") / "scratch")
    bucket.stop()
    with pytest.raises(model_store.StoreAway):
        registry.adopt(folder, "legs")
    assert registry.find("legs") is None


@pytest.mark.django_db
def test_a_run_waits_for_a_bucket_that_is_away(bucket, host):
    """Its run goes on by itself, and says meanwhile what it waits for."""
    registry.adopt(weights(host("first") / "scratch"), "legs")
    run = make_run(models=(("legs", 100.0),))
    job = Job.objects.create(kind=Job.Kind.MUTATE, payload={"batch": 0}, run=run, children=4)
    bucket.stop()
    host("second")
    tasks.mutate.apply(args=[job.pk])
    job.refresh_from_db()
    run.refresh_from_db()
    assert (job.state, job.attempt) == (Job.State.QUEUED, 0)
    assert run.state == RunState.RUNNING
    assert "legs cannot be fetched" in run.reason


@pytest.mark.django_db
def test_a_model_that_nobody_has_is_named_as_gone(bucket, host):
    made = registry.adopt(weights(host("first") / "scratch"), "legs")
    model_store.remove(made.version)
    host("second")
    with pytest.raises(ValueError, match="the weights of 'legs' are gone"):
        registry.tunable("legs")


def test_what_is_stored_already_is_not_sent_again(bucket, tmp_path):
    folder = weights(tmp_path / "made")
    model_store.put(folder, "legs-1")
    before = storages["models"].get_modified_time("legs-1/config.json")
    model_store.put(folder, "legs-1")
    assert storages["models"].get_modified_time("legs-1/config.json") == before


def test_missing_files_join_those_that_are_there(bucket, tmp_path):
    folder = weights(tmp_path / "made")
    model_store.put(folder, "trainings/7")
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.json").write_text("mine")
    model_store.fetch_missing(other, "trainings/7")
    assert (other / "config.json").read_text() == "mine"
    assert (other / "model.safetensors").is_file()
    model_store.remove("trainings/7")
    shutil.rmtree(other)
    model_store.fetch_missing(other, "trainings/7")
    assert not other.exists()


def test_a_folder_needs_no_storage(tmp_path, monkeypatch):
    monkeypatch.setenv("ELMWEB_MODELS", str(tmp_path))
    assert env.bucket("ELMWEB_MODELS") is None
    assert env.folder("ELMWEB_MODELS") == tmp_path


@pytest.mark.parametrize("value", ["models", "s3://", "gs://models"])
def test_nonsense_is_refused_with_a_sentence(value, monkeypatch):
    monkeypatch.setenv("ELMWEB_MODELS", value)
    read = env.bucket if value.startswith("s3:") else env.folder
    with pytest.raises(ImproperlyConfigured, match="ELMWEB_MODELS"):
        read("ELMWEB_MODELS")
