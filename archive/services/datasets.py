"""What a fine-tuning learns from: the accepted diffs of runs, counted for people beforehand."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils import timezone

from archive.config import RunConfig
from archive.grid import Placement
from archive.models import Child, Run, RunState, Training, TrainingState
from archive.services import registry
from archive.services.recording import grid_of
from archive.stats import ORIGIN
from archive.tuning import TuneConfig
from workers.mutation.lines import edits_between
from workers.mutation.prompt import MAX_LINES, MAX_PROMPT, split_source
from workers.training.harvest import EDITS_PER_ROW, Edit, Split, split

ADMITTED = (Placement.NEW_CELL, Placement.IMPROVED)
LEAST_ROWS = 10  # fewer cannot be split and learnt from
CHARACTERS_PER_TOKEN = 2.8  # of programs, with the bundled vocabulary
DEFAULT_SPEED = 1200.0  # [tokens/s] trained by one core; used until a speed was measured here


def accepted(config: TuneConfig) -> Iterator[Edit]:
    """Yield the accepted diffs that a config asks for, oldest first.

    What random edits of the syntax tree achieved is left out: they pay no heed to their message.
    """
    rows = Child.objects.filter(
        run_id__in=config.runs,
        placement__in=ADMITTED,
        seq__gte=max(1, config.since_seq),
        gain__gte=config.min_gain,
        parent__program__isnull=False,
        program__isnull=False,
    ).exclude(operator="random_gp")
    if config.cells:
        rows = rows.filter(cell__in=config.cells)
    if config.messages:
        rows = rows.filter(commit_message__in=config.messages)
    fields = (
        "parent__program__source", "commit_message", "program__source", "gain", "run_id",
        "parent__body_hash",
    )  # fmt: skip
    for row in rows.order_by("run_id", "seq").values_list(*fields).iterator(chunk_size=2000):
        yield Edit(*row)


def load(config: TuneConfig) -> Split:
    """Return the edits of a config, split into training and validation."""
    return split(accepted(config), held_out=config.held_out, rng_seed=config.rng_seed)


def frozen(training: Training, folder: Path) -> Split:
    """Return the data of a training, the same at each call: what came later is not in them.

    They are kept in ``folder`` from the first call on.
    """
    path = folder / "edits.json"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        found = load(TuneConfig.from_json(training.config))
        sides = {"training": found.training, "validation": found.validation}
        part = path.with_suffix(".part")
        part.write_text(json.dumps({k: [asdict(edit) for edit in v] for k, v in sides.items()}))
        part.replace(path)
    data = {k: [Edit(**edit) for edit in v] for k, v in json.loads(path.read_text()).items()}
    return Split(data["training"], data["validation"])


def preview(config: TuneConfig) -> dict[str, Any]:
    """Count what a config would learn from; ``problems`` says why it cannot, if so.

    Tokens are estimated from characters (only the model worker holds the vocabulary), and so is
    which programs are too long; the training counts both exactly when it begins.
    """
    problems = _problems(config)
    found = load(config) if not problems else Split()
    fitting = [e for e in found.training if not _is_long(e.parent)]
    validation = [e for e in found.validation if not _is_long(e.parent)]
    tokens = _tokens(fitting)
    if not problems and len(fitting) + len(validation) < LEAST_ROWS:
        problems.append(
            f"only {len(fitting) + len(validation)} accepted diffs fit these filters, at least "
            f"{LEAST_ROWS} are needed: let the run go on, or choose more runs, cells or messages"
        )
    elif not problems and (not fitting or not validation):
        problems.append(
            "the diffs do not come from enough different parents to keep some for validation: "
            "choose more runs or fewer filters"
        )
    speed, source = speed_here()
    in_epoch = (tokens + _tokens(validation)) / (1 - config.rehearsal)
    seconds = in_epoch * config.epochs / speed
    is_shared = Run.objects.filter(state=RunState.RUNNING).exists()
    return {
        "rows": len(fitting),
        "edits": len(fitting) + len(validation),
        "parents": len({e.parent for e in fitting}),
        "tokens": tokens,
        "duplicates": found.duplicates,
        "held_out_rows": len(validation),
        "leaking": found.leaking,
        "too_long": len(found.training) + len(found.validation) - len(fitting) - len(validation),
        "by_run": dict(Counter(e.run for e in fitting)),
        "by_message": dict(Counter(e.message for e in fitting).most_common()),
        "estimate_s": round(seconds / (config.share if is_shared else 1.0)),
        "estimate_from": source,
        "compare": config.compare,
        "compare_s": None if problems else _seconds_of_comparison(config),
        "problems": problems,
    }


def speed_here() -> tuple[float, str]:
    """Return how many tokens a second this machine trains, and "measured" or "default"."""
    done = Training.objects.filter(
        state__in=[TrainingState.COMPARING, TrainingState.FINISHED, TrainingState.RUNNING]
    )
    for progress in done.order_by("-id").values_list("progress", flat=True)[:5]:
        if progress.get("tokens_per_s"):
            return float(progress["tokens_per_s"]), "measured"
    return DEFAULT_SPEED, "default"


def _seconds_of_comparison(config: TuneConfig) -> int | None:
    """Estimate both arms from the pace of the first run so far; None where it made no child."""
    run = Run.objects.get(pk=config.runs[0])
    children = Child.objects.filter(run=run, seq__gt=0).exclude(actor=ORIGIN).count()
    took = run.running_time(timezone.now())
    return round(2 * config.compare * took / children) if children and took else None


def _problems(config: TuneConfig) -> list[str]:
    problems = []
    try:
        registry.tunable(config.base)
    except ValueError as refusal:
        problems.append(str(refusal))
    runs = Run.objects.in_bulk(config.runs)
    problems += [f"there is no run {number}" for number in config.runs if number not in runs]
    if config.cells and not problems:
        cells = grid_of(RunConfig.from_json(runs[config.runs[0]].config)).cells
        if max(config.cells) >= cells:
            problems.append(f"the map has {cells} cells, there is no cell {max(config.cells)}")
    return problems


def _is_long(program: str) -> bool:
    return (
        len(split_source(program)) > MAX_LINES or len(program) > CHARACTERS_PER_TOKEN * MAX_PROMPT
    )


def _tokens(edits: Sequence[Edit]) -> int:
    """Estimate the tokens of edits, packed several behind one parent."""
    counts = Counter(edit.parent for edit in edits)
    rows = sum(-(-n // EDITS_PER_ROW) * len(parent) for parent, n in counts.items())
    answers = sum(
        len(e.message) + sum(len(line.text) + 8 for line in _lines(e)) for e in edits[:500]
    )
    scale = len(edits) / min(len(edits), 500) if edits else 0.0  # the rest is like the first
    return round((rows + answers * scale) / CHARACTERS_PER_TOKEN)


def _lines(edit: Edit):
    return edits_between(split_source(edit.parent), split_source(edit.child))
