"""The page of the mutation benchmark."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from archive import bugfix_rows
from elmweb.accounts.models import User
from tests.benchmark.test_measure import a_row
from workers.benchmark import results

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, tmp_path, monkeypatch: pytest.MonkeyPatch):
    """Fetch the page of somebody whose own rows lie in ``tmp_path``."""
    client.force_login(User.objects.create_user("somebody", role="admin"))
    monkeypatch.setattr(bugfix_rows, "OWN", tmp_path / "own.json")

    def fetch() -> str:
        answer = client.get(reverse("bugfix"))
        assert answer.status_code == 200
        return answer.content.decode()

    return fetch


def lines_of(html: str) -> list[dict]:
    found = re.search(r'id="bugfix-lines" type="application/json">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_it_shows_what_was_measured_beside_what_was_published(page):
    html = page()
    groups = {line["group"] for line in lines_of(html)}
    assert groups == {"measured here", "Lehman et al. 2022", "OpenELM"}
    for text in ("Tiny GP", "Diff model, 300M", "28.3 %", "Diff CodeGen 6B", "49.6 %"):
        assert text in html


def test_ones_own_rows_take_the_place_of_the_shipped_ones(page, tmp_path):
    own = a_row(operator="tiny_gp", task="quadratic", bugs=1, solved=5, rate=0.5)
    results.store(tmp_path / "own.json", own)
    blind = lines_of(page())[0]
    assert blind["name"] == "Tiny GP"
    rates = {(cell["task"], cell["bugs"]): cell["rate"] for cell in blind["cells"]}
    assert rates["quadratic", 1] == 0.5
    assert len(rates) == 7


def test_a_model_that_somebody_added_appears_by_its_name(page, tmp_path):
    results.store(tmp_path / "own.json", a_row(operator="my-<model>"))
    assert "my-&lt;model&gt;" in page()


def test_a_damaged_file_of_ones_own_is_told_and_hides_nothing(page, tmp_path):
    (tmp_path / "own.json").write_text("{")
    html = page()
    assert "own.json holds no rows" in html
    assert "28.3 %" in html
