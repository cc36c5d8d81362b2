"""What one fine-tuning is: what it learns from, how, and how it is compared afterwards."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

WEIGHTINGS = ("equal", "gain")
MAX_RUNS = 50
MAX_EVERY = 1_000_000  # accepted diffs between automatic trainings
LEAST_EVERY = 20  # fewer teach nothing
_RANGES: dict[str, tuple[float, float]] = {
    "min_gain": (0.0, 1e9),
    "held_out": (0.05, 0.5),
    "rehearsal": (0.0, 0.9),
    "epochs": (0.1, 50.0),
    "learning_rate": (1e-6, 1e-2),
    "share": (0.05, 0.95),
}
_WHOLE: dict[str, tuple[int, int]] = {
    "since_seq": (0, 10**12),
    "batch_tokens": (512, 65_536),
    "patience": (0, 100),
    "compare": (0, 100_000),
    "rng_seed": (0, 2**63 - 1),
}


@dataclass(frozen=True)
class TuneConfig:
    """One fine-tuning; stored with it and never changed."""

    base: str  # name of the model that it starts from
    runs: tuple[int, ...]  # ids of the runs whose accepted diffs it learns from
    cells: tuple[int, ...] = ()  # flat indexes of the cells whose diffs count; () = all
    messages: tuple[str, ...] = ()  # commit messages whose diffs count; () = all
    since_seq: int = 0  # only children from this number on
    min_gain: float = 0.0  # only children that raised the QD score by at least this much
    weighting: str = "equal"  # of the diffs: alike, as in the paper, or by what the QD score gained
    held_out: float = 0.1  # share of the parents kept for validation
    rehearsal: float = 0.4  # share of generated examples in the training data, against forgetting
    epochs: float = 3.0  # times that each row is read; validation still fell at the third
    learning_rate: float = 1e-4  # 3e-4 began by unlearning: the loss rose for half the steps
    batch_tokens: int = 4096  # of one optimizer step, padding included
    patience: int = 4  # validations without gain until it ends early; 0 = never
    share: float = 0.5  # of the model worker's time while runs are going on
    compare: int = 500  # children of each arm of the comparison with the base; 0 = none
    rng_seed: int = 0

    def __post_init__(self) -> None:
        """Check everything once, at the door.

        Raises:
            ValueError: with a sentence for the person who filled in the form.
        """
        if not isinstance(self.base, str) or not self.base:
            raise ValueError("a fine-tuning needs the name of a model to start from")
        if not 1 <= len(self.runs) <= MAX_RUNS:
            raise ValueError(
                f"a fine-tuning learns from 1 to {MAX_RUNS} runs, got {len(self.runs)}"
            )
        if len(set(self.runs)) != len(self.runs):
            raise ValueError("a run is there twice: name each run once")
        for name in ("runs", "cells"):
            if any(type(number) is not int or number < 0 for number in getattr(self, name)):
                raise ValueError(f"{name} must be whole numbers from 0, got {getattr(self, name)}")
        if any(not isinstance(text, str) for text in self.messages):
            raise ValueError("messages must be commit messages, as text")
        if self.weighting not in WEIGHTINGS:
            raise ValueError(
                f"the weighting must be {' or '.join(WEIGHTINGS)}, got {self.weighting!r}"
            )
        for name, (least, most) in _WHOLE.items():
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise ValueError(
                    f"{name} must be a whole number from {least:,} to {most:,}, got {value!r}"
                )
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            is_number = type(value) in (int, float) and math.isfinite(value)
            if not is_number or not low <= value <= high:
                raise ValueError(f"{name} must be a number from {low:g} to {high:g}, got {value!r}")

    def to_json(self) -> dict[str, Any]:
        """Return plain data for the database."""
        data = asdict(self)
        return data | {name: list(data[name]) for name in ("runs", "cells", "messages")}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TuneConfig":
        """Return the config that ``to_json`` wrote.

        Raises:
            ValueError: a field is missing, unknown, or out of its range.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(data) - known):
            raise ValueError(f"unknown settings of a fine-tuning: {', '.join(unknown)[:200]}")
        if missing := sorted({"base", "runs"} - set(data)):
            raise ValueError(f"a fine-tuning needs {' and '.join(missing)}")
        lists = {n: tuple(data[n]) for n in ("runs", "cells", "messages") if n in data}
        return cls(**{**data, **lists})


# What a preset changes against the defaults above.
PRESETS: dict[str, dict[str, Any]] = {
    "quick": {"epochs": 1.0, "batch_tokens": 2048, "compare": 200, "patience": 0},
    "normal": {},
    "thorough": {"epochs": 8.0, "compare": 2000, "patience": 6},
}
PRESET_NOTES = {
    "quick": "Reads each diff once and compares 200 children: to see what happens, in minutes.",
    "normal": "Reads each diff three times and compares 500 children of each model.",
    "thorough": "Up to eight times, ends early when validation stops falling; compares 2,000.",
}


def preset(name: str) -> dict[str, Any]:
    """Return the settings of a preset.

    Raises:
        ValueError: there is no such preset.
    """
    if name not in PRESETS:
        raise ValueError(f"unknown preset {name!r}: use one of {', '.join(PRESETS)}")
    return dict(PRESETS[name])
