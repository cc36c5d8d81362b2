"""Shared by all tests: the whole ELMWeb as a fixture, and a browser or the reason there is none."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from elmweb import env
from elmweb.installation import find_chromium
from tests.outside import Outside
from tests.postgres import Cluster, NoPostgres
from tests.stack import Stack

# A deadline of an example asserts a time, and a busy machine does not keep it.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The real ELMWeb: broker, page and workers, on a data folder of its own.

    Where ELMWEB_TEST_URL names one that runs already, that one; ELMWEB_TEST_MANAGE is how to run
    ``manage.py`` there.
    """
    url = env.text("ELMWEB_TEST_URL")
    tested = (
        Outside(url, env.text("ELMWEB_TEST_MANAGE"))
        if url
        else Stack(tmp_path_factory.mktemp("elmweb-data"))
    )
    with tested as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; skips without one, or fails where ELMWEB_REQUIRE_BROWSER=true."""
    path = find_chromium()
    if not path:
        reason = "no Chromium here (Debian, Ubuntu: sudo apt install chromium)"
        if env.boolean("ELMWEB_REQUIRE_BROWSER", False):
            pytest.fail(f"ELMWEB_REQUIRE_BROWSER=true, but {reason}")
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server; skips without one, or fails where ELMWEB_REQUIRE_POSTGRES=true."""
    try:
        cluster = Cluster()
    except NoPostgres as reason:
        if env.boolean("ELMWEB_REQUIRE_POSTGRES", False):
            pytest.fail(f"ELMWEB_REQUIRE_POSTGRES=true, but {reason}")
        pytest.skip(str(reason))
    with cluster:
        yield cluster
