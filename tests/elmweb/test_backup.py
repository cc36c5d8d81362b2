"""Backup, restore and the move to PostgreSQL, each as the command that people run."""

import io
import json
import shutil
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from elmweb import paths
from elmweb.operations import backup
from elmweb.supervisor.lock import DataLock
from tests.postgres import Cluster
from tests.stack import Stack

EVALUATIONS = 40


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a run, a model, and what must not leave it."""
    data = tmp_path_factory.mktemp("filled")
    made = manage(data, "evolve", "--backend", "random_gp", "--evaluations", str(EVALUATIONS))
    assert made.returncode == 0, made.stderr
    (data / "models" / "tuned-1").mkdir(parents=True)
    (data / "models" / "tuned-1" / "model.safetensors").write_bytes(b"weights" * 1000)
    (data / "models" / ".upload-x").mkdir()
    (data / "models" / ".upload-x" / "half").write_bytes(b"half")
    with closing(sqlite3.connect(data / "elmweb.sqlite3")) as database, database:
        # A name with a NUL, which SQLite keeps and PostgreSQL refuses.
        database.execute("UPDATE archive_run SET reason = 'a' || char(0) || 'b'")
    return data


@pytest.fixture(scope="module")
def saved(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    file = tmp_path_factory.mktemp("backups") / "b.tar"
    done = manage(filled, "backup", str(file))
    assert done.returncode == 0, done.stderr
    return file


def manage(data: Path, *args: str, **environment: str) -> CompletedProcess[str]:
    return Stack(data, **environment).manage(*args)


def is_equal(data: Path, run: int = 1, **environment: str) -> bool:
    """Whether the map of a run is the fold of its children, all of which are there."""
    told = json.loads(manage(data, "rebuild", str(run), "--check", "--json", **environment).stdout)
    return told["equal"] and told["cells"] > 0


def changed(saved: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Write a backup anew with its members changed, or left out where ``change`` says None."""
    with tarfile.open(saved) as source, tarfile.open(target, "w") as copy:
        for member in source:
            file = source.extractfile(member)
            assert file is not None
            data = change(member.name, file.read())
            if data is not None:
                member.size = len(data)
                copy.addfile(member, io.BytesIO(data))
    return target


def test_a_backup_is_restored_elsewhere_with_its_models_and_without_its_key(
    filled, saved, tmp_path
):
    done = manage(tmp_path, "restore", str(saved))
    assert done.returncode == 0, done.stderr
    assert is_equal(tmp_path)
    model = Path("models/tuned-1/model.safetensors")
    assert (tmp_path / model).read_bytes() == (filled / model).read_bytes()
    assert not (tmp_path / "models" / ".upload-x").exists()
    assert (tmp_path / "secret_key").read_text() != (filled / "secret_key").read_text()
    assert (tmp_path / "elmweb.sqlite3").stat().st_mode & 0o077 == 0


def test_nothing_is_overwritten_without_force(filled, saved, tmp_path):
    data = tmp_path / "data"
    shutil.copytree(filled, data)
    again = manage(data, "backup", str(saved))
    assert (again.returncode, "--force" in again.stderr) == (1, True)
    over = manage(data, "restore", str(saved))
    assert (over.returncode, "holds runs or accounts" in over.stderr) == (1, True)
    (data / "models" / "later").mkdir()
    assert manage(data, "restore", "--force", str(saved)).returncode == 0
    assert not (data / "models" / "later").exists()
    assert is_equal(data)


def test_a_running_elmweb_is_not_restored_over(saved, tmp_path):
    lock = DataLock(tmp_path)
    lock.take()
    refused = manage(tmp_path, "restore", "--force", str(saved))
    assert "stop it with Ctrl-C first" in refused.stderr


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda name, data: data.replace(b"weights", b"WEIGHTS", 1), "safetensors is damaged"),
        (lambda name, data: data if "models" not in name else None, "lacks models/tuned-1"),
        (lambda name, data: data if name != "manifest.json" else None, "no whole backup"),
        (lambda name, data: data.replace(b'"format": 1', b'"format": 9'), "has format 9"),
        (lambda name, data: data.replace(b"archive.0001_", b"archive.9999_"), "newer ELMWeb"),
        (
            lambda name, data: data.replace(b'"models/tuned-1/', b'"../tuned-1/'),
            "is not in its list",
        ),
    ],
)
def test_a_backup_that_is_not_whole_is_refused_with_the_reason(
    saved, tmp_path, monkeypatch, change, says
):
    monkeypatch.setattr(paths, "DATA_DIR", tmp_path / "data")
    bad = changed(saved, tmp_path / "bad.tar", change)
    with pytest.raises(backup.BackupError, match=says):  # before it looks at any database
        backup.restore(bad)
    assert list(tmp_path.glob("data/*")) == []


@pytest.mark.parametrize("share", [0.0, 0.5, 0.9])
def test_a_backup_that_was_cut_off_is_refused(saved, tmp_path, share):
    whole = saved.read_bytes()
    (tmp_path / "cut.tar").write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(backup.BackupError, match="no whole backup"):
        backup.read_manifest(tmp_path / "cut.tar")


@pytest.mark.postgres
@pytest.mark.slow
def test_everything_moves_to_postgres_in_one_command(filled, saved, postgres: Cluster, tmp_path):
    url = postgres.make_database("moved")
    moved = manage(filled, "migrate_to_postgres", url)
    assert moved.returncode == 0, moved.stderr
    assert "all counts and 1 maps are equal" in moved.stdout
    assert is_equal(filled, DATABASE_URL=url)
    # The next rows get the next numbers.
    more = ("evolve", "--backend", "random_gp", "--evaluations", "3", "--json")
    assert json.loads(manage(tmp_path, *more, DATABASE_URL=url).stdout)["run"] == 2
    assert is_equal(tmp_path, 2, DATABASE_URL=url)
    again = manage(filled, "migrate_to_postgres", url)
    assert (again.returncode, "name an empty database" in again.stderr) == (1, True)
    # A backup of SQLite goes there, too.
    other = postgres.make_database("restored")
    done = manage(tmp_path, "restore", str(saved), DATABASE_URL=other)
    assert done.returncode == 0, done.stderr
    assert is_equal(tmp_path, DATABASE_URL=other)


@pytest.mark.postgres
@pytest.mark.slow
def test_a_backup_of_postgres_is_restored_there_and_a_portable_one_anywhere(
    filled, postgres: Cluster, tmp_path
):
    url = postgres.make_database("source")
    assert manage(filled, "migrate_to_postgres", url).returncode == 0
    for name, options in (("native.tar", ()), ("portable.tar.gz", ("--portable",))):
        done = manage(filled, "backup", str(tmp_path / name), *options, DATABASE_URL=url)
        assert done.returncode == 0, done.stderr
    native, portable = tmp_path / "native.tar", tmp_path / "portable.tar.gz"
    other = postgres.make_database("target")
    for expected, force in (0, ()), (1, ()), (0, ("--force",)):
        done = manage(tmp_path / "a", "restore", *force, str(native), DATABASE_URL=other)
        assert done.returncode == expected, done.stderr
    assert is_equal(tmp_path / "a", DATABASE_URL=other)
    refused = manage(tmp_path / "b", "restore", str(native))
    assert "--portable" in refused.stderr
    assert manage(tmp_path / "b", "restore", str(portable)).returncode == 0
    assert is_equal(tmp_path / "b")
