"""What was measured: one small JSON file a run, and the refusal to mix what cannot be compared."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workers.experiment.plan import ARMS, Unit

POINTS = 100  # of a curve
LEVELS = ("coverage", "qd_score", "max_fitness")
COUNTS = ("valid", "runnable", "novel", "repeated", "first", "answers")
SERIES = LEVELS + COUNTS


class BadData(ValueError):
    """A file that holds no run of the experiment; the message names it."""


class Mixed(ValueError):
    """Runs that do not belong in one table; the message says which and how to start anew."""


@dataclass(frozen=True)
class Measured:
    """One finished run."""

    arm: str
    program: str
    rng_seed: int
    evaluations: int  # [children]
    model: str  # version of the operator
    base: str  # version of the bundled model that it is or comes from; "" for random GP
    temperature: float
    world: str  # version of the physics
    children_hash: str
    seconds: float
    # "children": (P,) after how many; coverage 0 to 1, qd_score, max_fitness [u]; then counts of
    # the children so far that were valid, runnable, novel, a program tried before in the run, or
    # runnable by the model's first answer, and of all answers that it wrote for them
    curve: dict[str, list[float]]

    @property
    def unit(self) -> Unit:
        return Unit(self.arm, self.program, self.rng_seed)

    def final(self, name: str) -> float:
        """Return a figure at the end of the run; what is counted, for each child."""
        last = self.curve[name][-1]
        return last if name in LEVELS else last / self.curve["children"][-1]


def load(folder: Path) -> list[Measured]:
    """Return the runs of a folder, in order of their names.

    Raises:
        BadData: a file holds something else.
    """
    return [read(path) for path in sorted(folder.glob("run-*.json"))]


def path_of(folder: Path, unit: Unit) -> Path:
    """Return where a run is kept."""
    return folder / f"run-{unit.key}.json"


def store(folder: Path, measured: Measured) -> None:
    """Keep a run."""
    data = asdict(measured)
    curve = data.pop("curve")
    head = json.dumps(data, indent=1).removesuffix("\n}")
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(curve[name])}" for name in curve)
    write(path_of(folder, measured.unit), f'{head},\n "curve": {{\n{rows}\n }}\n}}\n')


def write(path: Path, text: str) -> None:
    """Replace a file whole: whoever reads it meanwhile finds the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def read(path: Path) -> Measured:
    """Return the run of a file.

    Raises:
        BadData: it holds something else.
    """
    try:
        found = Measured(**json.loads(path.read_text(encoding="utf-8")))
        lengths = {len(found.curve[name]) for name in ("children", *SERIES)}
        if lengths == {0} or len(lengths) != 1:
            raise ValueError(f"its series have {sorted(lengths)} points")
        if found.arm not in ARMS:
            raise ValueError(f"unknown arm {found.arm!r}")
        return found
    except (ValueError, TypeError, KeyError, AttributeError, OSError) as error:
        raise BadData(
            f"{path} holds no run of the experiment ({error}): move it away, or name another folder"
        ) from None


def refuse_mix(found: Iterable[Any], folder: Path) -> None:
    """Refuse runs whose figures do not belong in one table.

    Args:
        found: whatever has ``Measured``'s fields but the curve.

    Raises:
        Mixed: two budgets, versions of the model, temperatures or versions of the physics.
    """
    rows = list(found)
    bases = [row.base for row in rows if row.base]
    refuse_several("versions of the bundled model", bases, folder)
    for arm in ("tuned", "random_gp"):
        models = [row.model for row in rows if row.arm == arm]
        refuse_several(f"versions of {ARMS[arm].label.lower()}", models, folder)
    refuse_several("budgets", [row.evaluations for row in rows], folder)
    refuse_several("temperatures", [row.temperature for row in rows], folder)
    refuse_several("versions of the physics", [row.world for row in rows], folder)


def refuse_several(what: str, values: Sequence[str | float], folder: Path) -> None:
    """Refuse values that are not all the same.

    Raises:
        Mixed: with the values and what to do.
    """
    if len(set(values)) > 1:
        counts = {value: values.count(value) for value in dict.fromkeys(values)}
        parts = " and ".join(f"{value} ({n})" for value, n in counts.items())
        raise Mixed(
            f"runs of different {what} do not belong in one table: {parts}. To start anew: rm "
            f"{folder}/run-*.json; or remove only those that no longer count, or name another "
            "folder with --out"
        )
