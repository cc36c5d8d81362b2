"""The partitioning that docs/scaling.md proposes, done to a real database that is then used."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from elmweb import paths
from tests.postgres import Cluster

SCRIPT = paths.BASE_DIR / "docs" / "scaling" / "partition.sql"


@pytest.mark.slow
@pytest.mark.postgres
def test_runs_go_on_in_partitions(postgres: Cluster, tmp_path: Path):
    import psycopg

    url = postgres.make_database("partitions")

    def manage(*args: str) -> str:
        env = os.environ | {"DATABASE_URL": url, "ELMWEB_DATA": str(tmp_path)}
        command = [sys.executable, "manage.py", *args]
        done = subprocess.run(
            command, env=env, cwd=paths.BASE_DIR, text=True, capture_output=True, timeout=240
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def evolve() -> int:
        options = ("--evaluations", "32", "--backend", "random_gp", "--json")
        return json.loads(manage("evolve", *options))["run"]

    before = evolve()
    with psycopg.connect(url, autocommit=True) as database:
        database.execute(SCRIPT.read_text())  # type: ignore[arg-type]
        database.execute("ALTER SEQUENCE archive_run_id_seq RESTART WITH 1000000")
        after = evolve()
        assert after == 1_000_000
        for run in (before, after):
            manage("rebuild", str(run), "--check")
        counted = database.execute(
            "SELECT tableoid::regclass::text, count(*) FROM archive_child GROUP BY 1 ORDER BY 1"
        )
        assert counted.fetchall() == [("archive_child_1000000", 33), ("archive_child_first", 33)]
        plan = database.execute("EXPLAIN SELECT * FROM archive_child WHERE run_id = 1000000")
        assert "archive_child_first" not in str(plan.fetchall())
        database.execute("DELETE FROM archive_cell WHERE run_id < 1000000")
        database.execute("ALTER TABLE archive_child DETACH PARTITION archive_child_first")
        manage("rebuild", str(after), "--check")
