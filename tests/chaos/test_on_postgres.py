"""The whole ELMWeb on PostgreSQL: page, broker and workers, a run from start to end."""

import json
from pathlib import Path

import pytest

from tests.chaos.test_backup_under_load import shell
from tests.postgres import Cluster
from tests.stack import Stack

pytestmark = [pytest.mark.chaos, pytest.mark.postgres, pytest.mark.slow]

START = """
from archive.config import RunConfig
from archive.services import runs
from simulation.domains import get_domain
source = get_domain("sodarace").seed_programs["square"].source
config = RunConfig(budget=200, models=(("random_gp", 60.0), ("bundled", 40.0)))
run = runs.create_run(config=config, source=source, name="on PostgreSQL", rng_seed=1)
runs.start(run)
print(run.pk)
"""
STATE = """
from archive.models import Job, Run
run = Run.objects.get(pk={})
left = Job.objects.filter(state__in=["queued", "leased"], run=run).count()
print(run.state, run.last_seq, left, run.reason, sep="|")
"""


def test_a_run_on_postgres_is_finished_and_its_map_is_equal(postgres: Cluster, tmp_path: Path):
    url = postgres.make_database("whole")
    with Stack(tmp_path / "data", DATABASE_URL=url) as stack:
        stack.until_ready()
        run = shell(stack, START)

        def state() -> list[str]:
            done = stack.manage("shell", "--no-imports", "-c", STATE.format(run))
            return done.stdout.strip().split("|")

        stack.until(lambda: state()[0] == "finished", 300, f"run {run} to finish")
        assert state() == ["finished", "200", "0", ""]
        check = json.loads(stack.manage("rebuild", str(run), "--check", "--json").stdout)
        assert check["equal"]
        assert check["cells"] > 1
        saved = stack.manage("backup", str(tmp_path / "b.tar"))
        assert saved.returncode == 0, saved.stderr
        refused = stack.manage("restore", "--force", str(tmp_path / "b.tar"))
        assert "stop it with Ctrl-C first" in refused.stderr
        assert not (tmp_path / "data" / "elmweb.sqlite3").exists()
