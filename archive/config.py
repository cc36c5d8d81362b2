"""What one run is: frozen when it starts, stored with it, the same for pages and commands."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from simulation.domains import get_domain
from simulation.terrain import make_terrain

MAX_BUDGET = 10_000_000
MAX_MESSAGES = 50
MAX_MESSAGE_LENGTH = 300
# As percent, which is how people weigh them.
PAPER_MESSAGES = tuple(
    (text, 100 * weight) for text, weight in get_domain("sodarace").commit_messages
)


@dataclass(frozen=True)
class RunConfig:
    """One search.

    A mutate job asks the model for ``parents_per_batch`` x ``children_per_parent`` children in one
    batched call; small numbers follow the map closely, large ones use the processor better.
    """

    budget: int  # [children] every completion of the model counts, as in the paper
    backend: str = "bundled"
    messages: tuple[tuple[str, float], ...] = PAPER_MESSAGES  # (commit message, weight)
    temperature: float = 0.8
    domain: str = "sodarace"
    terrain: str = "flat"
    parents_per_batch: int = 8
    children_per_parent: int = 4

    def __post_init__(self) -> None:
        """Check everything once, at the door.

        Raises:
            ValueError: with a sentence for the person who filled in the form.
        """
        if not isinstance(self.budget, int) or not 1 <= self.budget <= MAX_BUDGET:
            raise ValueError(
                f"the budget must be a whole number of evaluations from 1 to {MAX_BUDGET:,}, "
                f"got {self.budget!r}"
            )
        if not (math.isfinite(self.temperature) and 0 < self.temperature <= 2):
            raise ValueError(f"the temperature must lie in (0, 2], got {self.temperature}")
        for name in ("parents_per_batch", "children_per_parent"):
            if not 1 <= getattr(self, name) <= 64:
                raise ValueError(f"{name} must be from 1 to 64, got {getattr(self, name)}")
        self._check_messages()
        get_domain(self.domain)
        make_terrain(self.terrain)

    def _check_messages(self) -> None:
        if not 1 <= len(self.messages) <= MAX_MESSAGES:
            raise ValueError(
                f"a run needs 1 to {MAX_MESSAGES} commit messages, got {len(self.messages)}"
            )
        for text, weight in self.messages:
            if not text.strip() or len(text) > MAX_MESSAGE_LENGTH or not text.isprintable():
                raise ValueError(
                    f"a commit message is one line of 1 to {MAX_MESSAGE_LENGTH} characters, "
                    f"got {text[:60]!r}"
                )
            if not (math.isfinite(weight) and 0 <= weight <= 1e6):
                raise ValueError(
                    f"the weight of {text[:60]!r} must be a number from 0 to 1,000,000, "
                    f"got {weight}"
                )
        if len({text for text, _ in self.messages}) != len(self.messages):
            raise ValueError("two commit messages are the same: add up their weights instead")
        if not any(weight > 0 for _, weight in self.messages):
            raise ValueError("at least one commit message needs a weight above 0")

    def to_json(self) -> dict[str, Any]:
        """Return plain data for the database."""
        return asdict(self) | {"messages": [list(m) for m in self.messages]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "RunConfig":
        """Return the config that ``to_json`` wrote."""
        messages = tuple((str(text), float(weight)) for text, weight in data["messages"])
        return cls(**{**data, "messages": messages})
