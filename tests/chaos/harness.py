"""Lets faults loose on a stack that evolves, then asks whether anything was lost or doubled.

``python -m tests.chaos --minutes 10 --seed 1`` does it and prints the report.
"""

import json
import random
import statistics
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.bed import Bed
from tests.chaos.faults import Fault, every_fault, mend_all
from tests.chaos.witness import Witness

BETWEEN = (1.5, 7.0)  # [s] from one fault's beginning to the next one's
RUNS_AT_ONCE = 2
BUDGET = 96  # [children] of a run: several begin and end among the faults
PARENTS = 2  # of a batch: many small jobs, so that every fault meets some of them
PATIENCE = 300.0  # [s] for what is under way after the last fault, on a machine under load

START = """
import json
from archive.config import RunConfig
from archive.services import runs
from django.db import transaction
from simulation.domains import get_domain
with transaction.atomic():
    run = runs.create_run(config=RunConfig(budget={budget}, parents_per_batch={parents}),
                          rng_seed={rng_seed}, name="chaos",
                          source=get_domain("sodarace").seed_programs["square"].source)
    runs.start(run)
print("run", run.pk)
"""


@dataclass
class Hit:
    """One fault that happened; times in seconds since the first."""

    kind: str
    at: float
    ended: float | None = None
    well: float | None = None  # when all worked again

    @property
    def recovery(self) -> float | None:
        """How long it took from the fault's end until all worked again [s]."""
        return None if self.well is None or self.ended is None else self.well - self.ended


@dataclass
class Report:
    """What happened, and what became of it."""

    seed: int
    database: str
    seconds: float = 0.0
    hits: list[Hit] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    runs: int = 0
    children: int = 0
    longest_quiet: float = 0.0
    settled: float | None = None  # [s] from the last fault until every run was finished
    problems: list[str] = field(default_factory=list)

    def kinds(self) -> dict[str, dict[str, Any]]:
        """Return by kind how many there were and how long recovery took [s]."""
        by_kind = defaultdict(list)
        for hit in self.hits:
            by_kind[hit.kind].append(hit.recovery)
        answer = {}
        for kind, found in sorted(by_kind.items()):
            known = [seconds for seconds in found if seconds is not None]
            answer[kind] = {
                "faults": len(found),
                "recovered": len(known),
                "median_s": round(statistics.median(known), 1) if known else None,
                "longest_s": round(max(known), 1) if known else None,
            }
        return answer

    def as_json(self) -> str:
        """Return one JSON object on one line."""
        summary = {
            "seed": self.seed, "database": self.database, "seconds": round(self.seconds, 1),
            "faults": len(self.hits), "kinds": self.kinds(), "missing": self.missing,
            "runs": self.runs, "children": self.children,
            "longest_quiet_s": round(self.longest_quiet, 1),
            "settled_s": None if self.settled is None else round(self.settled, 1),
            "problems": self.problems,
        }  # fmt: skip
        return json.dumps(summary)

    def __str__(self) -> str:
        lines = [f"{'fault':32} {'times':>5} {'well again':>10} {'median':>8} {'longest':>8}"]
        for kind, row in self.kinds().items():
            times = [f"{row[key]:6.1f} s" if row[key] is not None else "       -"
                     for key in ("median_s", "longest_s")]  # fmt: skip
            lines.append(f"{kind:32} {row['faults']:5} {row['recovered']:10} {' '.join(times)}")
        lines += [f"not tried: {what} ({why})" for what, why in self.missing.items()]
        settled = "never" if self.settled is None else f"{self.settled:.0f} s after the last fault"
        lines += [
            f"{len(self.hits)} faults in {self.seconds:.0f} s on {self.database}, "
            f"seed {self.seed}",
            f"{self.runs} runs, {self.children} children; longest time without a new child "
            f"{self.longest_quiet:.0f} s; all finished {settled}",
            *(f"PROBLEM: {problem}" for problem in self.problems),
            "VERDICT: " + ("something went wrong" if self.problems else
                           "nothing lost, nothing doubled, nothing stuck"),
        ]  # fmt: skip
        return "\n".join(lines)


def unleash(bed: Bed, *, seconds: float, seed: int, say: Callable[[str], None]) -> Report:
    """Let faults loose on a stack for ``seconds`` and return what came of it."""
    rng = random.Random(seed)
    report = Report(seed, "SQLite" if bed.cluster is None else "PostgreSQL", missing=bed.missing)
    witness = Witness(bed)
    starter = Starter(bed, witness, seed)
    storm = Storm(bed, witness, rng, report, say)
    witness.start()
    starter.start()
    try:
        storm.rage(seconds)
        mend_all(bed)
        last = time.monotonic()
        starter.stop()
        if _wait(lambda: starter.all_finished() and not _live_jobs(witness), PATIENCE):
            report.settled = time.monotonic() - last
        storm.wait_until_well(30)
        report.problems += verdict(bed, witness, starter.runs)
    finally:
        mend_all(bed)
        starter.stop()
        witness.stop()
    report.runs, report.children = len(starter.runs), len(witness.children)
    report.longest_quiet = witness.longest_quiet
    return report


class Storm:
    """Faults one after the other and several at a time, every kind in its turn."""

    def __init__(
        self, bed: Bed, witness: Witness, rng: random.Random, report: Report,
        say: Callable[[str], None],
    ) -> None:  # fmt: skip
        self.witness, self.rng, self.report, self.say = witness, rng, report, say
        self.began = time.monotonic()
        self.faults = every_fault(bed, rng, lambda since: witness.last_news > since)
        self._deck: list[Fault] = []
        self._ends: list[tuple[float, Hit, Fault, Callable[[], None]]] = []  # under way
        self._sick: list[tuple[Hit, Fault]] = []  # ended, not well yet
        self._lock = threading.Lock()

    def rage(self, seconds: float) -> None:
        """Cause faults for so long, and end the last of them."""
        self.began = time.monotonic()
        threading.Thread(target=self._look_after, daemon=True).start()
        following = self.began
        while time.monotonic() - self.began < seconds or self._ends:
            now = time.monotonic()
            for entry in [entry for entry in self._ends if entry[0] <= now]:
                self._end(*entry[1:])
                self._ends.remove(entry)
            if now >= following and now - self.began < seconds:
                self._begin()
                following = now + self.rng.uniform(*BETWEEN)
            time.sleep(0.05)
        self.report.seconds = time.monotonic() - self.began

    def wait_until_well(self, patience: float) -> None:
        """Wait until what is ill is well again; what stays ill is a problem."""
        _wait(lambda: not self._sick, patience)
        for hit, _ in self._sick:
            self.report.problems.append(f"{hit.kind} at {hit.at:.0f} s: never worked again")

    def _begin(self) -> None:
        if not self._deck:
            self._deck = [fault for fault in self.faults for _ in range(fault.weight)]
            self.rng.shuffle(self._deck)
        busy = {fault.kind for _, _, fault, _ in self._ends}
        for fault in list(self._deck):
            if fault.kind in busy or (ending := fault.begin()) is None:
                continue  # under way, or nothing there to hit: later
            self._deck.remove(fault)
            hit = Hit(fault.kind, time.monotonic() - self.began)
            lasts = self.rng.uniform(*fault.seconds)
            self.report.hits.append(hit)
            self.say(f"{hit.at:6.1f} s  {fault.kind}" + (f" for {lasts:.1f} s" if lasts else ""))
            self._ends.append((time.monotonic() + lasts, hit, fault, ending))
            return

    def _end(self, hit: Hit, fault: Fault, ending: Callable[[], None]) -> None:
        ending()
        hit.ended = time.monotonic() - self.began
        with self._lock:
            self._sick.append((hit, fault))

    def _look_after(self) -> None:
        """See when what was hit works again; a thread, since asking may take its time."""
        while True:
            time.sleep(0.2)
            for entry in list(self._sick):
                hit, fault = entry
                if fault.is_over(self.began + (hit.ended or 0.0)):
                    hit.well = time.monotonic() - self.began
                    with self._lock:
                        self._sick.remove(entry)


class Starter:
    """Keeps runs going: as soon as one is over, somebody starts another."""

    def __init__(self, bed: Bed, witness: Witness, seed: int) -> None:
        self.bed, self.witness, self.seed = bed, witness, seed
        self.runs: list[int] = []  # those that somebody was told of
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep_going, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Start no more."""
        self._stop.set()
        self._thread.join(60)

    def states(self) -> dict[int, str]:
        """Return the state of every run.

        Raises:
            OSError: the database does not answer.
        """
        return dict(self.witness.query("SELECT id, state FROM archive_run"))  # type: ignore[arg-type]

    def all_finished(self) -> bool:
        """Whether every run that exists has found its end."""
        try:
            return all(state in ("finished", "failed") for state in self.states().values())
        except OSError:
            return False

    def _keep_going(self) -> None:
        while not self._stop.wait(1):
            try:
                running = sum(state == "running" for state in self.states().values())
            except OSError:
                continue
            if running < RUNS_AT_ONCE:
                self._begin_one()

    def _begin_one(self) -> None:
        script = START.format(
            budget=BUDGET, parents=PARENTS, rng_seed=self.seed * 1000 + len(self.runs)
        )
        try:
            made = self.bed.stack.manage("shell", "--no-imports", "-c", script, timeout=60)
        except OSError:  # a full disk
            return
        words = made.stdout.split()
        if made.returncode == 0 and words[:1] == ["run"]:
            self.runs.append(int(words[1]))


def verdict(bed: Bed, witness: Witness, runs: list[int]) -> list[str]:
    """Return a sentence for everything that is not as it must be."""
    problems = [f"a child was lost or changed: {sentence}" for sentence in witness.lost()]
    states = witness.query("SELECT id, state, last_seq, reason FROM archive_run ORDER BY id")
    problems += [f"run {run} is gone" for run in runs if run not in {row[0] for row in states}]
    for run, state, last_seq, reason in states:
        ((count,),) = witness.query(f"SELECT count(*) FROM archive_child WHERE run_id = {run}")
        if state != "finished":
            problems.append(f"run {run} is {state}, expected finished: {reason}")
        elif not count == last_seq + 1 == BUDGET + 1:  # the seed program and its budget
            problems.append(f"run {run} has {count} children, expected {BUDGET + 1}")
        check = bed.stack.manage("rebuild", str(run), "--check")
        if check.returncode:
            problems.append(f"rebuild {run} --check: {check.stderr.strip()[-300:]}")
    uneven = witness.query(
        "SELECT job.id, job.children, count(child.id) FROM archive_job job "
        "LEFT JOIN archive_child child ON child.job_id = job.id "
        "WHERE job.kind = 'evaluate' AND job.state = 'done' AND job.children > 0 "
        "GROUP BY job.id, job.children HAVING count(child.id) <> job.children"
    )
    problems += [f"job {job} stands for {n} children, {m} came" for job, n, m in uneven]
    stuck = witness.query(
        "SELECT id, kind, state, attempt FROM archive_job WHERE state NOT IN ('done', 'cancelled')"
    )
    problems += [f"{kind} job {job} is {state} after {n} attempts" for job, kind, state, n in stuck]
    return problems


def _live_jobs(witness: Witness) -> bool:
    try:
        return bool(
            witness.query("SELECT 1 FROM archive_job WHERE state IN ('queued', 'leased') LIMIT 1")
        )
    except OSError:
        return True


def _wait(seen: Callable[[], bool], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while not seen():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True
