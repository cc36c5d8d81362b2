"""Seed programs: every one is run in the sandbox before it is saved."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from archive.models import Job, Program, SeedProgram
from archive.services import jobs
from archive.services.recording import sha256_of
from archive.services.runs import MAX_SOURCE
from elmweb.accounts.models import User
from simulation.domains import get_domain
from simulation.evaluate import Evaluation
from simulation.outcome import Outcome


def text_of(source: str | bytes) -> str:
    """Return an upload as program text with plain line ends.

    Raises:
        ValueError: empty, too long, binary, or not UTF-8; the sentence says which.
    """
    size = len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "replace"))
    if size > MAX_SOURCE:
        raise ValueError(f"the program has {size:,} bytes, at most {MAX_SOURCE:,} are allowed")
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValueError(
                f"the file is not UTF-8 text (byte {error.start}): upload a Python source file"
            ) from None
    if "\0" in source:
        raise ValueError("the file holds NUL characters: upload a Python source file")
    try:
        source.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("the program holds characters that are not valid Unicode") from None
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    if not source.strip():
        raise ValueError("the program is empty: paste or upload one that defines make_walker()")
    return source if source.endswith("\n") else source + "\n"


def request_check(source: str | bytes) -> Job:
    """Have a program run in the sandbox and simulated; the job's result tells how it went.

    Raises:
        ValueError: the text cannot be a program at all (see ``text_of``).
    """
    return jobs.enqueue(Job.Kind.CHECK, {"source": text_of(source)})


def finish_check(job: Job, evaluation: Evaluation) -> None:
    """Store how a check went; a bundled seed program is saved at once."""
    with transaction.atomic():
        result = _plain(evaluation)
        if not jobs.finish(job, result=result):
            return
        save_as = job.payload.get("save_as")
        if save_as and evaluation.outcome is Outcome.EVALUATED:
            _save(job.payload["source"], result, save_as["name"], save_as["description"], True)


def save_seed_program(
    job: Job, name: str, description: str = "", owner: User | None = None
) -> SeedProgram:
    """Save the program of a check that went well.

    Raises:
        ValueError: the check is not done or did not go well, or the name cannot be used.
    """
    name = name.strip()
    if not 1 <= len(name) <= 80 or not name.isprintable():
        raise ValueError("a seed program needs a name of 1 to 80 characters on one line")
    if len(description) > 300:
        raise ValueError(f"a description has at most 300 characters, got {len(description)}")
    if job.kind != Job.Kind.CHECK or job.state != Job.State.DONE or job.result is None:
        raise ValueError("check the program before saving it")
    if job.result["outcome"] != Outcome.EVALUATED:
        raise ValueError(f"this program cannot be a seed program: {job.result['reason']}")
    bundled = get_domain("sodarace").seed_programs
    if name in bundled or SeedProgram.objects.filter(name=name).exists():
        raise ValueError(f"there is a seed program called {name!r} already: choose another name")
    return _save(job.payload["source"], job.result, name, description.strip(), False, owner)


def delete_seed_program(seed_program: SeedProgram) -> None:
    """Take a seed program off the list; ``restore_seed_program`` undoes it.

    Raises:
        ValueError: it is one of the bundled ones.
    """
    if seed_program.bundled:
        raise ValueError(f"{seed_program.name} comes with ELMWeb and cannot be deleted")
    seed_program.deleted_at = timezone.now()
    seed_program.save(update_fields=["deleted_at"])


def restore_seed_program(seed_program: SeedProgram) -> None:
    """Undo ``delete_seed_program``."""
    seed_program.deleted_at = None
    seed_program.save(update_fields=["deleted_at"])


def request_bundled() -> int:
    """Have the bundled seed programs that are missing or have changed checked and saved."""
    stored = dict(SeedProgram.objects.filter(bundled=True).values_list("name", "program__sha256"))
    asked = 0
    for name, info in get_domain("sodarace").seed_programs.items():
        known = Job.objects.filter(kind=Job.Kind.CHECK, payload__save_as__name=name)
        known = known.filter(payload__source=info.source)
        recently = timezone.now() - timedelta(minutes=10)
        known = known.exclude(state=Job.State.FAILED, created_at__lt=recently)
        if stored.get(name) != sha256_of(info.source) and not known.exists():
            save_as = {"name": name, "description": info.description}
            jobs.enqueue(Job.Kind.CHECK, {"source": info.source, "save_as": save_as})
            asked += 1
    return asked


def _save(
    source: str,
    result: dict[str, Any],
    name: str,
    description: str,
    bundled: bool,
    owner: User | None = None,
) -> SeedProgram:
    program, _ = Program.objects.get_or_create(
        sha256=sha256_of(source), defaults={"source": source}
    )
    program.walker = result["walker"]
    program.save(update_fields=["walker"])
    seed_program, _ = SeedProgram.objects.update_or_create(
        name=name,
        defaults={
            "description": description,
            "program": program,
            "bundled": bundled,
            "owner": owner,
            "fitness": result["fitness"],
            "measures": result["measures"],
            "details": result["details"],
            "deleted_at": None,
        },
    )
    return seed_program


def _plain(evaluation: Evaluation) -> dict[str, Any]:
    return asdict(evaluation) | {"outcome": str(evaluation.outcome)}
