"""What others measured on the same tasks, for comparison."""

from dataclasses import dataclass

GP_TRIALS = 100_000  # the paper's; how often its language models tried is not in it
READING_ERROR = 0.03  # relative; the paper prints no number, these are read off its log plots


@dataclass(frozen=True)
class Published:
    """Shares of single mutations that repaired the function, in order of the number of bugs."""

    name: str
    parity: tuple[float, ...]
    quadratic: tuple[float, ...] = ()
    trials: int | None = None  # a task, where they say how many

    def rate(self, task: str, bugs: int) -> float | None:
        rates = {"4-parity": self.parity, "quadratic": self.quadratic}[task]
        return rates[bugs - 1] if bugs <= len(rates) else None


PAPER_GP = Published(
    "Tiny GP", (0.0044, 0.00067, 0.00015, 0.00004, 0.0), (0.0089, 0.00053), GP_TRIALS
)
# Lehman et al. 2022, figures 1, 2, 20 and 21.
PAPER = (
    PAPER_GP,
    Published("Diff model, 300M", (0.087, 0.155, 0.122, 0.283, 0.0075), (0.080, 0.107)),
    Published("Prompted cushman", (0.286, 0.314, 0.279, 0.306, 0.243), (0.178, 0.170)),
    Published("Prompted davinci", (0.45, 0.45, 0.46, 0.44, 0.41), (0.317, 0.372)),
    Published("Edit mode, davinci", (0.77, 0.825, 0.805, 0.785, 0.244), (0.389, 0.418)),
)


@dataclass(frozen=True)
class PublishedOnce:
    """One figure for all of 4-Parity."""

    name: str
    parity: float
    trials: int = 3200  # a bug


# Bradley et al. 2024, the OpenELM library, table 1.
OPENELM = (
    PublishedOnce("CodeGen 350M, prompted", 0.0175),
    PublishedOnce("CodeGen 2B, prompted", 0.158),
    PublishedOnce("CodeGen 6B, prompted", 0.596),
    PublishedOnce("Diff CodeGen 350M", 0.045),
    PublishedOnce("Diff CodeGen 2B", 0.142),
    PublishedOnce("Diff CodeGen 6B", 0.496),
)
# Its Tiny GP (pull request 2), which mutates one subtree; on Quadratic it cannot score, since the
# tree forgets the names of its arguments.
OPENELM_GP = Published("Tiny GP, subtrees", (0.006, 0.0, 0.0, 0.0), (), 10_000)
