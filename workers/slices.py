"""One slice of a training: open it or take it up again, work for a while, keep a checkpoint.

Only the model worker and ``manage.py finetune`` load this: it needs torch.
"""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from archive.models import Job, Run, RunState, Training
from archive.services import datasets, model_store, registry
from archive.services.trainings import Slice
from archive.tuning import TuneConfig
from workers.training.finetune import Finetune, Point, open_finetune


class Workshop:
    """The trainings at hand in this process, so that a slice need not read them from disk."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[str, Finetune]] = {}  # by training: checkpoint and state

    def work(
        self,
        training: Training,
        seconds: float,
        *,
        label: str,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> Slice:
        """Train for about ``seconds`` and return what came of it.

        The checkpoint gets a name of its own from ``label``, and the caller stores that name
        together with the rest: a slice that does not count leaves the one before as it was.

        Raises:
            ValueError: the data or the base cannot be used; the sentence says why.
        """
        folder = folder_of(training)
        finetune, counts = self._take(training, folder)
        points = finetune.advance(seconds, should_stop=should_stop)
        checkpoint = f"{label}.pt"
        finetune.save(folder / checkpoint)
        self._open = {training.pk: (checkpoint, finetune)}
        is_better = finetune.is_done and finetune.best_step > 0
        if is_better:
            finetune.export(folder / "weights")
            registry.share(folder / "weights", training.name)
        else:
            _share(training, checkpoint)
        if finetune.is_done:
            del self._open[training.pk]
        return Slice(
            progress=_progress(training, finetune) | {"checkpoint": checkpoint},
            points=[point.to_json() for point in points],
            probes=[(p.step, _children(p)) for p in points if p.samples],
            counts=counts,
            is_over=finetune.is_done,
            weights=folder / "weights" if is_better else None,
        )

    def forget(self, training: Training) -> None:
        """Drop what is at hand, so that the next slice begins from the checkpoint that counts."""
        self._open.pop(training.pk, None)

    def _take(self, training: Training, folder: Path) -> tuple[Finetune, dict[str, int]]:
        checkpoint = training.progress.get("checkpoint", "")
        at_hand, finetune = self._open.pop(training.pk, ("", None))
        if finetune is not None and at_hand == checkpoint:
            return finetune, {}
        config = TuneConfig.from_json(training.config)
        model_store.fetch_missing(folder, name_of(training))
        _, base = registry.tunable(training.base.name)
        finetune = open_finetune(config, base, datasets.frozen(training, folder), folder)
        if checkpoint:
            finetune.load(folder / checkpoint)
        return finetune, finetune.data.counts


def folder_of(training: Training) -> Path:
    """Return where a training keeps its checkpoints and examples."""
    return registry.MODELS_DIR / name_of(training)


def name_of(training: Training) -> str:
    """Return the name of that folder where models are kept."""
    return f"trainings/{training.pk}"


def _share(training: Training, checkpoint: str) -> None:
    """Let another host's worker go on from here: its data and its newest checkpoint."""
    for path in folder_of(training).iterdir():
        if path.is_file() and (path.suffix in (".json", ".jsonl") or path.name == checkpoint):
            model_store.put(path, f"{name_of(training)}/{path.name}")


def tidy(training: Training) -> None:
    """Remove checkpoints that no longer count; all of it, once the training needs none."""
    folder = folder_of(training)
    if training.state not in ("queued", "running", "stopped", "failed"):
        shutil.rmtree(folder, ignore_errors=True)
        model_store.remove(name_of(training))
        return
    for path in folder.glob("*.pt"):
        if path.name != training.progress.get("checkpoint"):
            path.unlink(missing_ok=True)
            model_store.remove(f"{name_of(training)}/{path.name}")


def _progress(training: Training, finetune: Finetune) -> dict:
    config = TuneConfig.from_json(training.config)
    is_shared = training.by_workers and Run.objects.filter(state=RunState.RUNNING).exists()
    share = config.share if is_shared else 1.0
    left = (finetune.steps - finetune.step) * finetune.seconds / max(1, finetune.step)
    return {
        "step": finetune.step,
        "steps": finetune.steps,
        "seconds": round(finetune.seconds, 1),
        "eta_s": 0 if finetune.is_done else round(left / share),
        "tokens": finetune.tokens,
        "tokens_per_s": round(finetune.tokens / finetune.seconds) if finetune.seconds else None,
        "seen_at": time.time(),
    }


def _children(point: Point) -> list[list[str]]:
    return [[child.source, child.parent_body] for child in point.children]


class Balance:
    """Gives trainings their share of this process's time, the other tasks theirs."""

    FULL = 5.0  # [s] a slice when nothing else was done since the last one
    LONGEST = 20.0  # [s] so that a kill costs no more
    SHORTEST = 1.0  # [s] a shorter one would mostly write its checkpoint
    MOST_OWED = 300.0  # [s] so that evolution never stands still for longer

    def __init__(self) -> None:
        # [s] by training: owed to it for other work of this process, less what it had
        self._owed: dict[int, float] = {}
        self._is_alone: dict[int, bool] = {}  # nothing else was done since its last slice
        self._per_second: dict[int, float] = {}  # owed for a second of other work

    def spend(self, seconds: float) -> None:
        """Count other work of this process."""
        for training, owed in self._owed.items():
            self._owed[training] = min(owed + seconds * self._per_second[training], self.MOST_OWED)
            self._is_alone[training] = False

    def seconds_for(self, training: Training) -> float:
        """Return how long its next slice may take; 0 when it has had more than its share."""
        share = TuneConfig.from_json(training.config).share
        self._per_second[training.pk] = share / (1 - share)
        if self._is_alone.get(training.pk, True):
            self._owed[training.pk] = max(self._owed.get(training.pk, 0.0), self.FULL)
        self._is_alone[training.pk] = True
        owed = self._owed[training.pk]
        return min(owed, self.LONGEST) if owed >= self.SHORTEST else 0.0

    def spent(self, training: Training, seconds: float, *, is_over: bool) -> None:
        """Count what its slice really took."""
        self._owed[training.pk] -= seconds
        if is_over:
            for known in (self._owed, self._is_alone, self._per_second):
                known.pop(training.pk, None)

    def owes(self, training: Training) -> bool:
        """Whether the training is to go on at once: a slice was too short for what it is owed."""
        if self._owed.get(training.pk, 0.0) < self.SHORTEST:
            return False
        self._is_alone[training.pk] = False  # its next slice is for what is owed, not a full one
        return True


def label_of(job: Job) -> str:
    """Return a name that no other attempt at any slice has."""
    return f"slice-{job.pk}-{job.fence}-{os.getpid()}"
