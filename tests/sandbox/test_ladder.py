"""Which protection is enough, and what is said where it is not."""

import copy
import dataclasses
from typing import Any

import pytest

from simulation.sandbox import Sandbox, SandboxUnavailable, Status, Tier, explain
from simulation.sandbox.ladder import tier_of

from .conftest import GOOD, started

HOLDS = {"active": True, "holds": True, "refused": {"read_file": True}}
ABSENT = {"active": False, "holds": False, "refused": {}, "reason": "not there"}
LEAKS = {"active": True, "holds": False, "refused": {"read_file": False}}
ALL = {"seccomp": HOLDS, "landlock": HOLDS, "namespaces": HOLDS, "limits": HOLDS}


def report(selftest: dict[str, bool] | None = None, **layers: Any) -> dict[str, Any]:
    return {
        "layers": {**ALL, **layers},
        "selftest": {"read_file": True} if selftest is None else selftest,
    }


@pytest.mark.parametrize(
    ("found", "outer", "tier"),
    [
        (report(), "", Tier.STRICT),
        (report(landlock=ABSENT), "", Tier.STRICT),
        (report(namespaces=ABSENT), "", Tier.LOCKED),
        (report(namespaces=LEAKS), "", Tier.LOCKED),
        (report(namespaces=ABSENT, landlock=ABSENT), "container", Tier.BOXED),
        (report(namespaces=ABSENT, landlock=LEAKS), "container", Tier.BOXED),
        (report(namespaces=ABSENT, landlock=ABSENT), "", Tier.REFUSED),
        (report(namespaces=ABSENT, landlock=ABSENT), "yes", Tier.REFUSED),
        (report(seccomp=ABSENT), "container", Tier.REFUSED),
        (report(seccomp=LEAKS), "", Tier.REFUSED),
        (report(limits=LEAKS), "", Tier.REFUSED),
        (report(selftest={}), "", Tier.REFUSED),
        (report(selftest={"exec": False}), "", Tier.REFUSED),
    ],
)
def test_tier_is_what_the_layers_earn(found: dict[str, Any], outer: str, tier: Tier) -> None:
    earned, reason = tier_of(found, outer)
    assert earned is tier
    assert bool(reason) == (tier is Tier.REFUSED)


def test_refusal_says_what_to_do() -> None:
    _, reason = tier_of(report(namespaces=ABSENT, landlock=ABSENT), "")
    assert "SANDBOX_OUTER=container" in reason
    assert "exec" in tier_of(report(selftest={"exec": False}), "")[1]


def test_explanation_names_every_layer_and_its_gaps() -> None:
    lines = "\n".join(explain({"tier": "locked", **report(namespaces=ABSENT, landlock=LEAKS)}))
    assert lines.startswith("locked: ")
    assert "[holds] system-call filter" in lines
    assert "(not refused: read_file)" in lines
    assert "[absent] namespaces" in lines
    assert "(not there)" in lines


@pytest.mark.parametrize(
    ("without", "outer", "tier"),
    [
        ({"namespaces"}, "", Tier.LOCKED),
        ({"namespaces", "landlock"}, "container", Tier.BOXED),
        ({"landlock"}, "", Tier.STRICT),
    ],
)
def test_programs_run_on_every_step_of_the_ladder(
    without: set[str], outer: str, tier: Tier
) -> None:
    with started(without=without, outer=outer) as sandbox:
        if tier is Tier.STRICT and sandbox.report["tier"] != Tier.STRICT:
            pytest.skip("this machine allows no namespaces")
        assert sandbox.report["tier"] == tier
        assert sandbox.run(GOOD).status is Status.OK


def test_each_layer_was_tried_alone(sandbox: Sandbox) -> None:
    for name, layer in sandbox.report["layers"].items():
        if layer["active"]:
            assert layer["refused"], name
            assert layer["holds"] == all(layer["refused"].values())
    assert sandbox.report["layers"]["seccomp"]["holds"]
    assert "exec" in sandbox.report["selftest"]


def test_too_little_protection_is_refused_with_the_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has neither layer is imitated by a report that says so."""
    from simulation.sandbox import process

    real_start = process.start

    def start(*args: Any) -> process.ZygoteProcess:
        zygote = real_start(*args)
        zygote.report = copy.deepcopy(zygote.report)
        zygote.report["layers"].update(namespaces=ABSENT, landlock=ABSENT)
        started_processes.append(zygote)
        return zygote

    started_processes: list[process.ZygoteProcess] = []
    monkeypatch.setattr(process, "start", start)
    with pytest.raises(SandboxUnavailable, match="neither namespaces nor Landlock") as refusal:
        Sandbox(outer="").run(GOOD)
    assert refusal.value.report["tier"] == Tier.REFUSED
    assert not any(zygote.is_alive for zygote in started_processes)


def test_verdict_and_limits_cannot_be_changed(sandbox: Sandbox) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        sandbox.limits.wall_s = 9  # type: ignore[misc]
