"""Writes down, beside the stack, every child that was ever in the database; asks for them later."""

import contextlib
import sqlite3
import threading
import time
from typing import Any, NamedTuple

from tests.chaos.bed import Bed

LOOK_EVERY = 0.5  # [s]


class Seen(NamedTuple):
    """What may never change of a child."""

    pk: int
    program: int | None
    outcome: str
    fitness: float | None
    placement: str


class Witness:
    """Looks at the database twice a second, through a connection of its own."""

    def __init__(self, bed: Bed) -> None:
        self.bed = bed
        self.children: dict[tuple[int, int], Seen] = {}  # by run and number
        self.last_news = time.monotonic()
        self.longest_quiet = 0.0  # [s] between two looks that found new children
        self._newest: dict[int, int] = {}  # by run
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        self.last_news = time.monotonic()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(30)

    def lost(self) -> list[str]:
        """Return a sentence for each child that was seen and is gone or another now."""
        problems = []
        for run in sorted({run for run, _ in self.children}):
            now = {(run, seq): child for seq, child in self._read(run, -1)}
            for key, seen in self.children.items():
                if key[0] == run and now.get(key) != seen:
                    problems.append(f"run {run}, child {key[1]}: was {seen}, is {now.get(key)}")
        return problems

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the stack's database, without going through any process of it.

        Raises:
            OSError: it does not answer at the moment.
        """
        try:
            return self._query(sql)
        except Exception as error:  # each driver has errors of its own
            raise OSError(f"the database does not answer: {error}") from error

    def _query(self, sql: str) -> list[tuple[Any, ...]]:
        if self.bed.cluster is None:
            database = sqlite3.connect(self.bed.stack.data / "elmweb.sqlite3", timeout=10)
            with contextlib.closing(database):
                return database.execute(sql).fetchall()
        import psycopg

        with psycopg.connect(self.bed.cluster.url(), connect_timeout=2) as connection:
            return connection.execute(sql).fetchall()  # type: ignore[arg-type]

    def _watch(self) -> None:
        while not self._stop.wait(LOOK_EVERY):
            with contextlib.suppress(OSError):
                self.look()

    def look(self) -> None:
        """Write down what is new."""
        for (run,) in self.query("SELECT id FROM archive_run"):
            for seq, child in self._read(run, self._newest.get(run, -1)):
                self.children[run, seq] = child
                self._newest[run] = seq
                now = time.monotonic()
                self.longest_quiet = max(self.longest_quiet, now - self.last_news)
                self.last_news = now

    def _read(self, run: int, after: int) -> list[tuple[int, Seen]]:
        rows = self.query(
            "SELECT seq, id, program_id, outcome, fitness, placement FROM archive_child "
            f"WHERE run_id = {run} AND seq > {after} ORDER BY seq"
        )
        return [(seq, Seen(*rest)) for seq, *rest in rows]
