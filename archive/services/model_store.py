"""Where the files of models are, so that every host finds them.

With a folder, which hosts may share as a mount, they are used where they lie and nothing is left
to do here. With a bucket the folder is this host's copy: what a host made goes into the bucket
before anybody is told of it, and what a host lacks is fetched. Names are relative to the folder.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage, storages


class StoreAway(OSError):
    """The bucket does not answer, or refuses; the text says which."""


@contextmanager
def _asked() -> Iterator[Storage | None]:
    """Give the bucket, None where a folder serves; its errors come out as ``StoreAway``."""
    if "models" not in settings.STORAGES:
        yield None
        return
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield storages["models"]
    except (Boto3Error, BotoCoreError, ClientError) as error:
        raise StoreAway(f"the bucket with the models: {error}") from error


def put(local: Path, name: str) -> None:
    """Store a file, or all files of a folder, under ``name``; what is there already stays.

    Raises:
        StoreAway: the bucket does not take it.
    """
    with _asked() as bucket:
        for path in _files_of(local) if bucket else []:
            stored_as = f"{name}/{path.relative_to(local)}" if path != local else name
            if bucket and _size(bucket, stored_as) != path.stat().st_size:
                with path.open("rb") as file:
                    bucket.save(stored_as, File(file))


def fetch(local: Path, name: str) -> None:
    """Make a folder be there whole, unless it is; nothing when nobody stored it.

    Raises:
        StoreAway: the bucket does not answer.
    """
    if local.exists():
        return
    with _asked() as bucket:
        names = _names(bucket, name) if bucket else []
        if not bucket or not names:
            return
        local.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=local.parent, prefix=".fetch-") as scratch:
            whole = Path(scratch) / "whole"
            for stored_as in names:
                _copy(bucket, stored_as, whole / stored_as.removeprefix(f"{name}/"))
            try:
                whole.rename(local)
            except OSError:
                if not local.is_dir():  # else another process was faster
                    raise


def fetch_missing(local: Path, name: str) -> None:
    """Bring the files that a folder lacks into it.

    Raises:
        StoreAway: the bucket does not answer.
    """
    with _asked() as bucket:
        for stored_as in _names(bucket, name) if bucket else []:
            target = local / stored_as.removeprefix(f"{name}/")
            if bucket and not target.exists():
                part = target.with_name(f".{target.name}-{os.getpid()}.part")
                _copy(bucket, stored_as, part)
                part.replace(target)


def remove(name: str) -> None:
    """Remove a file, or all files of a folder, from the bucket.

    Raises:
        StoreAway: the bucket does not answer.
    """
    with _asked() as bucket:
        for stored_as in [name, *_names(bucket, name)] if bucket else []:
            if bucket:
                bucket.delete(stored_as)


def _files_of(local: Path) -> list[Path]:
    return [p for p in sorted(local.rglob("*")) if p.is_file()] if local.is_dir() else [local]


def _size(bucket: Storage, name: str) -> int | None:
    return bucket.size(name) if bucket.exists(name) else None


def _names(bucket: Storage, name: str) -> list[str]:
    """Return the full names of all files below ``name``."""
    folders, files = bucket.listdir(name)
    found = [f"{name}/{file}" for file in files if file]
    for folder in folders:
        found += _names(bucket, f"{name}/{folder}")
    return found


def _copy(bucket: Storage, name: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with bucket.open(name) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)
