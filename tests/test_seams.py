"""The seams of docs/architecture.md: what loads without what."""

import subprocess
import sys

import pytest

CORE = [
    "archive.grid",
    "archive.stats",
    "archive.lineage",
    "archive.tuning",
    "archive.comparison",
    "simulation.evaluate",
    "simulation.replay",
    "simulation.sandbox",
    "simulation.domains",
    "workers.mutation.diff",
    "workers.mutation.operator",
    "workers.training.harvest",
    "workers.training.finetune",
    "workers.benchmark.measure",
    "workers.experiment.figures",
    "workers.experiment.picture",
]


@pytest.mark.parametrize("module", CORE)
def test_the_core_loads_without_django_celery_and_redis(module):
    load_without(["django", "celery", "redis", "channels"], module)


@pytest.mark.parametrize("module", ["elmweb.asgi", "elmweb.celery", "workers.tasks"])
def test_web_and_evaluate_processes_load_without_torch(module):
    setup = "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'elmweb.settings'; "
    setup += "import django; django.setup(); "
    load_without(["torch", "transformers", "tokenizers"], module, setup)


def load_without(absent: list[str], module: str, setup: str = "") -> None:
    code = f"import sys; sys.modules.update(dict.fromkeys({absent})); {setup}import {module}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
