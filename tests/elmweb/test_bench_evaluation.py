"""The whole evaluation is measured on the real archive, which it leaves as it was."""

import pytest

from archive.models import Child, Run
from elmweb import bench
from simulation.domains import get_domain


@pytest.mark.django_db
def test_measuring_evaluations_leaves_no_trace_in_the_archive() -> None:
    seeds = get_domain("sodarace").seed_programs
    assert 0 < bench.evaluation_cpu([seeds["square"].source], 3, 2) < 5
    assert not Child.objects.exists()
    assert not Run.objects.exists()
