"""People of every role, and one of everything that can be steered, which belongs to anna."""

from types import SimpleNamespace

import pytest
from django.test import Client

from archive import services
from archive.models import Job, ModelVersion, SeedProgram, Training, TrainingState
from archive.services import registry
from elmweb.accounts.models import Role, User
from tests.archive.factories import add_children, make_run

PASSWORD = "correct horse battery"


def client_of(user: User) -> Client:
    """A browser that ``user`` is logged in with; errors of the server are answers."""
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


@pytest.fixture
def people(db: None) -> SimpleNamespace:
    def make(name: str, role: Role) -> User:
        return User.objects.create_user(name, role=role)

    return SimpleNamespace(
        vera=make("vera", Role.VIEWER),
        anna=make("anna", Role.OPERATOR),
        ben=make("ben", Role.OPERATOR),
        ada=make("ada", Role.ADMIN),
    )


@pytest.fixture
def things(people: SimpleNamespace) -> SimpleNamespace:
    """A run with two children, a seed program, a terrain, a model, a training and a check."""
    run = make_run()
    run.owner = people.anna
    run.save()
    add_children(run, [((8.0, 4.0, 20.0), 3.0)])
    seed = SeedProgram.objects.create(
        name="mine", program=run.program, fitness=1.0, measures=[1, 1, 1], owner=people.anna
    )
    terrain = services.save_terrain("hill", [(-50, 0), (0, 2), (60, 0)], people.anna)
    base, _ = registry.tunable("bundled")
    model = ModelVersion.objects.create(
        name="tuned-x", backend="tuned", version="tuned-x-1", parent=base, owner=people.anna
    )
    training = Training.objects.create(
        name="t", state=TrainingState.STOPPED, base=base, run=run, owner=people.anna,
        config={"base": "bundled", "runs": [run.pk]},
    )  # fmt: skip
    check = Job.objects.create(
        kind=Job.Kind.CHECK, state=Job.State.DONE, payload={"source": "x = 1\n"}, result={}
    )
    return SimpleNamespace(
        run=run, seed=seed, terrain=terrain, model=model, training=training, check=check
    )
