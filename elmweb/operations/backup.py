"""A backup: one tar file with the database, the models of the data folder, and their checksums.

The database comes first, as it is at one moment, then the files that its rows name: those were
there before the row was, so a backup of a busy ELMWeb is whole. Keys and passwords stay out.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from django.core.management import call_command
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from elmweb import paths
from elmweb.operations import copying

FORMAT = 1
MANIFEST = "manifest.json"
SQLITE, PGDUMP = "database.sqlite3", "database.pgdump"
FOLDERS = ("models",)  # of the data folder: model versions, and trainings with their checkpoints
FILES = ("bugfix.json",)  # measured here with the `bugfix` command
_CHUNK = 1 << 20
_STAGED = "staged"  # alias of a database beside the one in use


class BackupError(RuntimeError):
    """It cannot be done; the text says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds; written last, since checksums are known only then."""

    format: int
    created: str  # ISO 8601
    database: str  # SQLITE or PGDUMP
    migrations: list[str]  # "archive.0001_initial": what the database's tables are like
    checksums: dict[str, str]  # SHA-256 by name in the tar


# --- taking one


def write(target: Path, *, portable: bool = False, force: bool = False) -> Manifest:
    """Write a backup to ``target``; nothing has to be stopped for it.

    Args:
        portable: a PostgreSQL is written as SQLite, which either engine can take back.
        force: overwrite a file that is there.

    Raises:
        BackupError: the file exists, the disk is full, or PostgreSQL's tools refuse.
    """
    if target.exists() and not force:
        raise BackupError(f"{target} exists: choose another name, or overwrite it with --force")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as scratch:
            draft = Path(scratch) / target.name
            manifest = _write(draft, Path(scratch), portable)
            draft.replace(target)
    except OSError as error:
        raise BackupError(f"the backup cannot be written to {target}: {error}") from None
    return manifest


def _write(draft: Path, scratch: Path, portable: bool) -> Manifest:
    database = _dump_database(scratch, portable)
    checksums = {}
    packed = draft.suffix in (".gz", ".tgz")
    with tarfile.open(draft, "w:gz" if packed else "w:") as archive:
        checksums[database.name] = _add(archive, database, database.name)
        database.unlink()
        for path in _files():
            name = path.relative_to(paths.DATA_DIR).as_posix()
            try:
                checksums[name] = _add(archive, path, name)
            except FileNotFoundError:
                continue  # removed meanwhile, and no row names it any more
        manifest = Manifest(
            format=FORMAT,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
            database=database.name,
            migrations=_applied("default"),
            checksums=checksums,
        )
        text = draft.with_suffix(".manifest")
        text.write_text(json.dumps(asdict(manifest), indent=1) + "\n")
        _add(archive, text, MANIFEST)
        text.unlink()
    return manifest


def _files() -> Iterator[Path]:
    for name in FOLDERS:
        for path in sorted((paths.DATA_DIR / name).rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(paths.DATA_DIR).parts)
            if path.is_file() and not path.is_symlink() and not hidden and path.suffix != ".part":
                yield path
    for name in FILES:
        if (paths.DATA_DIR / name).is_file():
            yield paths.DATA_DIR / name


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.hash = file, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.hash.update(data)
        return data


def _add(archive: tarfile.TarFile, path: Path, name: str) -> str:
    """Add a file as it is now, whatever replaces it meanwhile; return its checksum."""
    with path.open("rb") as file:
        hashing = _Hashing(file)
        info = archive.gettarinfo(arcname=name, fileobj=file)
        info.mode, info.uid, info.gid, info.uname, info.gname = 0o600, 0, 0, "", ""
        archive.addfile(info, hashing)  # type: ignore[arg-type]  # it only reads
    return hashing.hash.hexdigest()


def _dump_database(scratch: Path, portable: bool) -> Path:
    connection = connections["default"]
    if connection.vendor == "sqlite":
        return _dump_sqlite(scratch / SQLITE)
    if not portable and shutil.which("pg_dump"):
        target = scratch / PGDUMP
        _run_tool("pg_dump", "--format=custom", "--no-owner", "--no-acl", f"--file={target}")
        return target
    with _staged(scratch / SQLITE):
        call_command("migrate", database=_STAGED, verbosity=0, interactive=False)
        copying.copy_rows("default", _STAGED)
    _leave_wal(scratch / SQLITE)
    return scratch / SQLITE


def _dump_sqlite(target: Path) -> Path:
    """Copy the database with SQLite's own means, page by page, while others write to it."""
    with (
        _closing(sqlite3.connect(connections["default"].settings_dict["NAME"])) as source,
        _closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)  # all pages in one step: no write of others starts it again
    _leave_wal(target)
    return target


def _leave_wal(path: Path) -> None:
    """Put everything into the one file."""
    with _closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode=DELETE")


# --- taking one back


def read_manifest(source: Path) -> Manifest:
    """Return what a backup says of itself.

    Raises:
        BackupError: it is no backup of ELMWeb, or one of a newer ELMWeb.
    """
    try:
        with tarfile.open(source) as archive:
            file = archive.extractfile(MANIFEST)
            told = json.load(file) if file else {}
        manifest = Manifest(**told)
    except FileNotFoundError:
        raise BackupError(f"there is no file {source}") from None
    except (tarfile.TarError, KeyError, TypeError, ValueError, EOFError, OSError) as error:
        raise BackupError(f"{source} is no whole backup of ELMWeb: {error}") from None
    if manifest.format != FORMAT:
        raise BackupError(
            f"{source} has format {manifest.format}, this ELMWeb reads {FORMAT}: update ELMWeb"
        )
    return manifest


def restore(source: Path, *, force: bool = False) -> Manifest:
    """Put a backup in the place of database and models; every checksum is compared first.

    Raises:
        BackupError: a file is damaged, it comes from a newer ELMWeb, there is something here that
            ``force`` would overwrite, or the engines do not go together.
    """
    manifest = read_manifest(source)
    data = paths.ensure_data_dir()
    try:
        with tempfile.TemporaryDirectory(dir=data, prefix=".restore-") as scratch:
            _unpack(source, manifest, Path(scratch))
            _refuse_newer(manifest)
            if not force:
                _refuse_occupied()
            _restore_database(Path(scratch) / manifest.database)
            _restore_files(Path(scratch), data)
    except OSError as error:
        raise BackupError(f"the backup cannot be restored to {data}: {error}") from None
    return manifest


def _unpack(source: Path, manifest: Manifest, scratch: Path) -> None:
    missing = set(manifest.checksums)
    try:
        with tarfile.open(source) as archive:
            for member in archive:
                if member.name == MANIFEST:
                    continue
                if member.name not in missing or not member.isfile():
                    raise BackupError(f"{source}: {member.name} is not in its list: do not use it")
                if not _is_ours(member.name, manifest):
                    raise BackupError(f"{source}: {member.name} has no place here: do not use it")
                file = archive.extractfile(member)
                assert file is not None
                if _store(file, scratch / member.name) != manifest.checksums[member.name]:
                    raise BackupError(f"{source}: {member.name} is damaged: take another backup")
                missing.discard(member.name)
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise BackupError(f"{source} cannot be read to its end: {error}") from None
    if missing:
        raise BackupError(f"{source} lacks {sorted(missing)[0]}: take another backup")


def _is_ours(name: str, manifest: Manifest) -> bool:
    first, *rest = name.split("/")
    if not rest:
        return name in (manifest.database, *FILES) and name in (SQLITE, PGDUMP, *FILES)
    return first in FOLDERS and not {"", ".", ".."} & set(rest)


def _store(file: IO[bytes], target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("wb") as output:
        while data := file.read(_CHUNK):
            digest.update(data)
            output.write(data)
    return digest.hexdigest()


def _refuse_newer(manifest: Manifest) -> None:
    from django.db.migrations.loader import MigrationLoader

    known = {".".join(key) for key in MigrationLoader(None).disk_migrations}
    unknown = [name for name in manifest.migrations if name not in known]
    if unknown:
        raise BackupError(f"it comes from a newer ELMWeb ({unknown[0]}): update this one first")


def _refuse_occupied() -> None:
    if "archive_run" not in connections["default"].introspection.table_names():
        return
    call_command("migrate", verbosity=0, interactive=False)
    if copying.is_occupied("default"):
        where = connections["default"].settings_dict["NAME"]
        raise BackupError(
            f"the database {where} holds runs or accounts: restore into another data folder or "
            "database, or overwrite all of it with --force"
        )


def _restore_database(dump: Path) -> None:
    connection = connections["default"]
    if connection.vendor == "sqlite":
        if dump.name == PGDUMP:
            raise BackupError(
                "it holds a PostgreSQL dump and DATABASE_URL names no PostgreSQL: set it, or take "
                "the backup with --portable"
            )
        target = Path(connection.settings_dict["NAME"])
        connection.close()
        for rest in ("-wal", "-shm"):  # of what was there
            Path(f"{target}{rest}").unlink(missing_ok=True)
        dump.replace(target)
        call_command("migrate", verbosity=0, interactive=False)
    elif dump.name == PGDUMP:
        connection.close()
        name = connection.settings_dict["NAME"]
        one = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl")
        _run_tool("pg_restore", "--clean", "--if-exists", *one, f"--dbname={name}", str(dump))
        call_command("migrate", verbosity=0, interactive=False)
    else:
        call_command("migrate", verbosity=0, interactive=False)
        with _staged(dump):
            call_command("migrate", database=_STAGED, verbosity=0, interactive=False)
            copying.copy_rows(_STAGED, "default")


def _restore_files(scratch: Path, data: Path) -> None:
    for name in FOLDERS:
        shutil.rmtree(data / name, ignore_errors=True)
        if (scratch / name).exists():
            (scratch / name).replace(data / name)
    for name in FILES:
        (data / name).unlink(missing_ok=True)
        if (scratch / name).exists():
            (scratch / name).replace(data / name)


# --- databases


@contextmanager
def _staged(path: Path) -> Iterator[None]:
    """Have Django know the SQLite file at ``path`` while the body runs."""
    with beside(
        {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path,
            "OPTIONS": {"transaction_mode": "IMMEDIATE"},
        },
        _STAGED,
    ):
        yield


@contextmanager
def beside(database: dict[str, Any], alias: str) -> Iterator[None]:
    """Have Django know another database as ``alias`` while the body runs."""
    connections.settings[alias] = connections.configure_settings({"default": {}, alias: database})[
        alias
    ]
    try:
        yield
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


def _applied(alias: str) -> list[str]:
    recorder = MigrationRecorder(connections[alias])
    return sorted(".".join(key) for key in recorder.applied_migrations())


@contextmanager
def _closing(database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    try:
        yield database
    finally:
        database.close()


def _run_tool(program: str, *args: str) -> None:
    """Run one of PostgreSQL's tools against the database in use; the password is no argument."""
    wanted = connections["default"].get_connection_params()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    where = {names[key]: str(value) for key, value in wanted.items() if key in names and value}
    environment = {**os.environ, **where, "PGDATABASE": str(wanted["dbname"])}
    if shutil.which(program) is None:
        raise BackupError(
            f"{program} is not installed (Debian, Ubuntu: sudo apt install postgresql-client)"
        )
    done = subprocess.run([program, *args], env=environment, capture_output=True, text=True)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
        raise BackupError(
            f"{program} failed: {last[0]}. Where its version does not fit the server's, take the "
            "backup with --portable."
        )
