"""How the model worker's time is shared between evolution and a training."""

from types import SimpleNamespace

import pytest

from archive.tuning import TuneConfig
from workers.slices import Balance


def training(pk: int, share: float) -> SimpleNamespace:
    config = TuneConfig(base="bundled", runs=(1,), share=share)
    return SimpleNamespace(pk=pk, config=config.to_json())


def shared(share: float, others: float, step: float, *, rounds: int = 200) -> float:
    """Return the share that a training gets when others take ``others`` between two slices.

    A slice goes on by whole steps of ``step`` seconds, so it takes longer than it was given.
    """
    balance, one = Balance(), training(1, share)
    trained = 0.0
    for _ in range(rounds):
        while given := balance.seconds_for(one):
            took = max(step, -(-given // step) * step)
            balance.spent(one, took, is_over=False)
            trained += took
            if not balance.owes(one):
                break
        balance.spend(others)
    return trained / (trained + rounds * others)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
@pytest.mark.parametrize(("others", "step"), [(0.3, 0.1), (3.0, 2.0), (4.0, 7.0), (60.0, 2.0)])
def test_a_training_gets_its_share(share, others, step):
    assert shared(share, others, step) == pytest.approx(share, abs=0.06)


def test_a_training_alone_gets_all_the_time():
    balance, one = Balance(), training(1, 0.2)
    for _ in range(5):
        assert balance.seconds_for(one) == Balance.FULL
        balance.spent(one, Balance.FULL, is_over=False)


def test_no_slice_is_longer_than_a_kill_may_cost():
    balance, one = Balance(), training(1, 0.9)
    balance.seconds_for(one)
    balance.spend(600.0)
    assert balance.seconds_for(one) == Balance.LONGEST


def test_two_trainings_do_not_count_each_others_slices_as_the_runs_work():
    balance, one, two = Balance(), training(1, 0.5), training(2, 0.5)
    for t in (one, two):
        balance.spent(t, balance.seconds_for(t), is_over=False)
    balance.spend(4.0)
    assert balance.seconds_for(one) == pytest.approx(4.0)
    balance.spent(one, 4.0, is_over=False)
    assert balance.seconds_for(two) == pytest.approx(4.0)
