"""What one run is: frozen when it starts, stored with it, the same for pages and commands."""

import math
from dataclasses import asdict, dataclass
from typing import Any

from simulation.course import Course, make_course
from simulation.domains import get_domain

MAX_BUDGET = 10_000_000
MAX_MESSAGES = 50
MAX_MESSAGE_LENGTH = 300
MAX_MODELS = 8
MAX_TRIES = 4
PARENTS = ("uniform", "seed")
# As percent, which is how people weigh them.
PAPER_MESSAGES = tuple(
    (text, 100 * weight) for text, weight in get_domain("sodarace").commit_messages
)


@dataclass(frozen=True)
class RunConfig:
    """One search.

    A mutate job asks the model for ``parents_per_batch`` x ``children_per_parent`` children in one
    batched call; small numbers follow the map closely, large ones use the processor better.
    Each batch is written by one of ``models``, drawn by weight; a running run may be given others
    (``Run.mix``). The terrains are specs, a drawn one with all its points: what is stored with a
    run is all that its walkers need, whatever becomes of the terrains on offer.
    """

    budget: int  # [children] every completion of the model counts, as in the paper
    models: tuple[tuple[str, float], ...] = (("bundled", 100.0),)  # (model's name, weight)
    messages: tuple[tuple[str, float], ...] = PAPER_MESSAGES  # (commit message, weight)
    temperature: float = 0.8
    domain: str = "sodarace"
    terrains: tuple[str, ...] = ("flat",)  # specs, see ``simulation.terrain.make_terrain``
    over: str = "mean"  # of the fitnesses on several terrains; or "min"
    fitness: str = "distance"  # one of ``simulation.fitness.FITNESSES``
    parents_per_batch: int = 8
    children_per_parent: int = 4
    tries: int = 4  # answers asked for at most, for one child that can run
    parents: str = "uniform"  # over the occupied cells; "seed": the seed program every time

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
        if not isinstance(self.tries, int) or not 1 <= self.tries <= MAX_TRIES:
            raise ValueError(f"tries must be from 1 to {MAX_TRIES}, got {self.tries!r}")
        if self.parents not in PARENTS:
            raise ValueError(f"parents must be {' or '.join(PARENTS)}, got {self.parents!r}")
        check_models(self.models)
        self._check_messages()
        get_domain(self.domain)
        make_course(self.terrains, self.over, self.fitness)

    @property
    def course(self) -> Course:
        """What its walkers are judged on."""
        return make_course(self.terrains, self.over, self.fitness)

    @property
    def terrain(self) -> str:
        """The spec of the first terrain, on which walkers are shown."""
        return self.terrains[0]

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
        return asdict(self) | {
            "messages": [list(m) for m in self.messages],
            "models": [list(m) for m in self.models],
            "terrains": list(self.terrains),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "RunConfig":
        """Return the config that ``to_json`` wrote, in this version or an earlier one."""
        data = dict(data)
        if "terrain" in data:  # one alone, before runs had several
            data["terrains"] = [data.pop("terrain")]
        messages = tuple((str(text), float(weight)) for text, weight in data["messages"])
        models = mix_from_json(data["models"])
        terrains = tuple(data["terrains"])
        return cls(**{**data, "messages": messages, "models": models, "terrains": terrains})


def mix_from_json(data: list) -> tuple[tuple[str, float], ...]:
    """Return a mix of models as it is stored, [[name, weight], ...], as a config holds it."""
    return tuple((str(name), float(weight)) for name, weight in data)


def check_models(models: tuple[tuple[str, float], ...]) -> None:
    """Check a mix of models, as far as that needs no database.

    Raises:
        ValueError: none, too many, one twice, a weight that is no number from 0, all weights 0.
    """
    if not 1 <= len(models) <= MAX_MODELS:
        raise ValueError(f"a run needs 1 to {MAX_MODELS} models, got {len(models)}")
    for name, weight in models:
        if not (math.isfinite(weight) and 0 <= weight <= 1e6):
            raise ValueError(
                f"the weight of the model {name!r} must be a number from 0 to 1,000,000, "
                f"got {weight}"
            )
    if len({name for name, _ in models}) != len(models):
        raise ValueError("a model is there twice: add up the weights instead")
    if not any(weight > 0 for _, weight in models):
        raise ValueError("at least one model needs a weight above 0")
