"""Measured rows beside published ones: what the page and docs/bugfix.md show."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workers.benchmark.bugs import TASKS, Task
from workers.benchmark.measure import TINY_GP, Row
from workers.benchmark.published import GP_TRIALS, OPENELM, OPENELM_GP, PAPER, PAPER_GP, Published
from workers.benchmark.rates import Interval, chance_of_difference, wilson

MEASURED, THE_PAPER, THE_LIBRARY = "measured here", "Lehman et al. 2022", "OpenELM"
_NAMES = {
    TINY_GP: "Tiny GP",
    "random_gp": "Random GP of runs",
    "bundled": "Bundled model",
    "bundled_unmasked": "Bundled model, no mask",
    "smollm2": "SmolLM2-135M with its adapter",
}


@dataclass(frozen=True)
class Cell:
    """One operator on one task."""

    task: str
    bugs: int
    rate: float
    interval: Interval | None = None
    solved: int | None = None
    trials: int | None = None

    @property
    def percent(self) -> str:
        return percent(self.rate)

    @property
    def range_percent(self) -> str:
        """The interval in words, "" where there is none."""
        if self.interval is None:
            return ""
        low, high = self.interval
        return f"{percent(low).removesuffix(' %')} to {percent(high)}"


@dataclass(frozen=True)
class Line:
    """One operator on all tasks; a task without a figure has None."""

    name: str
    group: str
    cells: tuple[Cell | None, ...]  # as many as TASKS
    note: str = ""
    overall: float | None = None  # a rate that stands for all of 4-Parity

    @property
    def overall_percent(self) -> str:
        return "" if self.overall is None else percent(self.overall)


def compare(rows: Iterable[Row]) -> list[Line]:
    """Return measured operators first, then the paper's and OpenELM's."""
    by_operator: dict[str, list[Row]] = {}
    for row in rows:
        by_operator.setdefault(row.operator, []).append(row)
    no_cells = (None,) * len(TASKS)
    order = {name: place for place, name in enumerate(_NAMES)}
    names = sorted(by_operator, key=lambda name: (order.get(name, len(order)), name))
    return [
        *(_measured(name, by_operator[name]) for name in names),
        *(_published(one, THE_PAPER) for one in PAPER),
        _published(OPENELM_GP, THE_LIBRARY),
        *(
            Line(one.name, THE_LIBRARY, no_cells, f"{one.trials:,} diffs a bug", one.parity)
            for one in OPENELM
        ),
    ]


def _measured(name: str, rows: Sequence[Row]) -> Line:
    found = {(row.task, row.bugs): row for row in rows}
    cells = tuple(
        Cell(row.task, row.bugs, row.rate, row.interval, row.solved, row.trials)
        if (row := found.get((task.function.name, task.bugs)))
        else None
        for task in TASKS
    )
    trials = sorted({row.trials for row in rows})
    note = f"{' or '.join(f'{n:,}' for n in trials)} trials"
    temperatures = sorted({row.temperature for row in rows if row.temperature is not None})
    if temperatures and name != "random_gp":
        note += f", temperature {' or '.join(f'{t:g}' for t in temperatures)}"
    answers = sum(row.answers for row in rows) / sum(row.trials for row in rows)
    if answers > 1:
        note += f", {answers:.1f} answers a trial"
    return Line(_NAMES.get(name, name), MEASURED, cells, note)


def _published(one: Published, group: str) -> Line:
    def cell(task: Task) -> Cell | None:
        rate = one.rate(task.function.name, task.bugs)
        if rate is None:
            return None
        if one.trials is None:
            return Cell(task.function.name, task.bugs, rate)
        solved = round(rate * one.trials)
        interval = wilson(solved, one.trials)
        return Cell(task.function.name, task.bugs, rate, interval, solved, one.trials)

    note = f"{one.trials:,} trials" if one.trials else ""
    return Line(one.name, group, tuple(cell(task) for task in TASKS), note)


def agreement(rows: Iterable[Row]) -> list[tuple[Task, Row, int, float]]:
    """Return for each task that Tiny GP was measured on as often as in the paper: its row, how
    many the paper solved, and how likely equal rates give counts that far apart."""
    found = {
        (row.task, row.bugs): row
        for row in rows
        if row.operator == TINY_GP and row.trials == GP_TRIALS
    }
    result = []
    for task in TASKS:
        row, rate = found.get((task.function.name, task.bugs)), _paper_rate(task)
        if row is not None:
            theirs = round(rate * GP_TRIALS)
            result.append((task, row, theirs, chance_of_difference(row.solved, theirs)))
    return result


def _paper_rate(task: Task) -> float:
    rate = PAPER_GP.rate(task.function.name, task.bugs)
    assert rate is not None
    return rate


def percent(rate: float) -> str:
    """Return a share in percent, two places that count below 10: 28.3 %, 8.7 %, 0.0040 %, 0 %."""
    value = 100 * rate
    if value in (0, 100):
        return f"{value:.0f} %"
    places = 1 if value >= 1 else 2
    while value < 10 ** (1 - places) and places < 4:
        places += 1
    return f"{value:.{places}f} %"


_TABLES = re.compile(r"(<!-- tables -->\n).*?(<!-- end of tables -->)", re.DOTALL)


def rewrite_tables(text: str, rows: Sequence[Row]) -> str:
    """Return a markdown page with its tables, between two comments, made anew from ``rows``.

    Raises:
        ValueError: the page has no such comments.
    """
    made = f"{_rates_table(compare(rows))}\n{_agreement_table(rows)}"
    new, places = _TABLES.subn(lambda found: f"{found[1]}{made}{found[2]}", text)
    if places != 1:
        raise ValueError("expected <!-- tables --> and <!-- end of tables --> once in the page")
    return new


def _rates_table(lines: Sequence[Line]) -> str:
    heads = [f"{task.function.name}, {_bugs(task.bugs)}" for task in TASKS]
    table = [["operator", "whose figures", *heads], ["---", "---", *["---:"] * len(heads)]]
    for line in lines:
        if line.overall is not None:
            cells = [f"{line.overall_percent}, not split", *[""] * (len(TASKS) - 1)]
        else:
            cells = [_markdown(cell) for cell in line.cells]
        name = f"{line.name} ({line.note})" if line.note else line.name
        table.append([name, line.group, *cells])
    return _rows(table)


def _markdown(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return f"{cell.percent}<br>({cell.range_percent})" if cell.interval else cell.percent


def _agreement_table(rows: Sequence[Row]) -> str:
    table = [["Tiny GP, of 100,000", "here", "paper", "chance of a difference as large"],
             ["---", "---:", "---:", "---:"]]  # fmt: skip
    for task, row, theirs, chance in agreement(rows):
        name = f"{task.function.name}, {_bugs(task.bugs)}"
        table.append([name, f"{row.solved:,}", f"{theirs:,}", f"{chance:.2f}"])
    return _rows(table)


def _rows(table: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in table)


def _bugs(number: int) -> str:
    return f"{number} bug{'s' if number > 1 else ''}"
