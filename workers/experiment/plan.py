"""What is measured: four arms from four seed programs with several rng seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

PROGRAMS = {
    "square": "Square",
    "radial": "Radial",
    "cppn_fixed": "CPPN-Fixed",
    "cppn_mutable": "CPPN-Mutable",
}
HARVEST_SEED = 100  # rng seed of the runs that the fine-tuned model learns from; of no other run
STUDY_SEED = 200  # of the run in the study of fine-tuning on one run
EVALUATIONS = 5000  # [children] a run
RNG_SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Arm:
    """One way to make children; ``parents`` as in ``archive.config.RunConfig``."""

    name: str
    label: str
    model: str
    parents: str = "uniform"


ARMS = {
    arm.name: arm
    for arm in (
        Arm("bundled", "Bundled model", "bundled"),
        Arm("tuned", "Fine-tuned model", "tuned"),
        Arm("random_gp", "Random GP", "random_gp"),
        Arm("no_archive", "No archive", "bundled", parents="seed"),
    )
}


@dataclass(frozen=True)
class Unit:
    """One run: the piece of work that is done, stored and locked as a whole."""

    arm: str
    program: str
    rng_seed: int

    @property
    def key(self) -> str:
        """Names its file."""
        return f"{self.arm}-{self.program}-{self.rng_seed}"


def units(arms: Sequence[str], programs: Sequence[str], rng_seeds: Sequence[int]) -> list[Unit]:
    """Return the runs in the order in which they are made: one rng seed after the other.

    Of each, the fine-tuned model's come last: runs and a training must make it first.

    Raises:
        ValueError: an arm or a seed program is unknown, or an rng seed is kept for training runs.
    """
    for kind, given, known in (("arm", arms, ARMS), ("seed program", programs, PROGRAMS)):
        for name in given:
            if name not in known:
                raise ValueError(f"unknown {kind} {name!r}: use {', '.join(known)}")
    for rng_seed in rng_seeds:
        if rng_seed < 0 or rng_seed in (HARVEST_SEED, STUDY_SEED):
            raise ValueError(
                f"rng seed {rng_seed}: use numbers from 0 but {HARVEST_SEED} and {STUDY_SEED}, "
                "which are those of the runs that models are fine-tuned on"
            )
    return [
        Unit(arm, program, rng_seed)
        for rng_seed in dict.fromkeys(rng_seeds)
        for arm in sorted(ARMS, key=lambda name: ARMS[name].model == "tuned")
        if arm in arms
        for program in PROGRAMS
        if program in programs
    ]
