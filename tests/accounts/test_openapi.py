"""The API's description is complete, and nothing that fits it breaks the server."""

from types import SimpleNamespace

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from archive import openapi
from tests.accounts.conftest import client_of

EXAMPLES = 2  # of each operation, by default; the slow test tries many


def test_every_address_of_the_api_is_described():
    names = {one.name for one in openapi.routes()}
    assert names == set(openapi.OPERATIONS)
    addresses = {str(one.pattern) for one in openapi.routes()}
    assert len(openapi.description()["paths"]) == len(addresses) == len(names)


def test_the_description_is_served_and_valid(people):
    served = client_of(people.vera).get("/api/openapi.json").json()
    assert served == openapi.description()
    assert schemathesis.openapi.from_dict(served).statistic.operations.total == 1 + len(
        openapi.OPERATIONS
    )  # one of them reads and begins


def sendable(body: dict) -> dict:
    """Return a form's fields without nulls, which no form can say."""
    return {
        name: [item for item in value if item is not None] if isinstance(value, list) else value
        for name, value in body.items()
        if value is not None
    }


def break_it(things: SimpleNamespace, people: SimpleNamespace, examples: int) -> None:
    """Send ``examples`` requests of each operation, half of them about things that exist."""
    browser = client_of(people.ada)
    schema = schemathesis.openapi.from_dict(openapi.description())
    ours = {
        "run_id": things.run.pk, "seq": 1, "index": 0, "seed_id": things.seed.pk,
        "training_id": things.training.pk, "job_id": things.check.pk,
    }  # fmt: skip
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.label == "POST /api/models/smollm2/install":
            continue  # would download a model

        @settings(
            max_examples=examples, database=None, derandomize=True,
            phases=[Phase.generate], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(), exists=st.booleans())
        def send(case, exists):
            values = ours if exists else case.path_parameters or {}
            address = case.path.format(**{**ours, **values})
            if case.method == "GET":
                answer = browser.get(address, case.query or {})
            else:
                body = case.body if isinstance(case.body, dict) else {}
                answer = browser.post(address, sendable(body))
            assert answer.status_code < 500, (case.method, address, case.query, case.body)
            if answer.status_code >= 400:
                assert answer.json()["error"], (address, answer.status_code)

        send()


def test_nothing_that_fits_the_description_breaks_the_server(things, people):
    break_it(things, people, EXAMPLES)


@pytest.mark.slow
def test_many_requests_that_fit_the_description_do_not_break_it_either(things, people):
    break_it(things, people, 200)
