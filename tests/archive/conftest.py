"""Shared by the tests of the archive."""

import pytest

from archive.live import VIEWS


@pytest.fixture(autouse=True)
def no_view_of_an_earlier_run():
    """Each test's runs begin with number 1: forget what the process knows of the last ones."""
    VIEWS.forget()
