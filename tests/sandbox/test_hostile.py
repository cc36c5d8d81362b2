"""Every attack fails, and the program after it runs as if nothing had been."""

import threading
from collections.abc import Iterator

import pytest

from simulation.sandbox import Limits, RemoteSandbox, Sandbox, SandboxPool, Status, Tier
from simulation.sandbox.service import Service, listen

from .canaries import SECRET, SECRET_VARIABLE, Canaries, claims_breach
from .conftest import GOOD, started
from .corpus import Attack, attacks

# Half a second is plenty for an attack that is expected to be stopped by the clock.
# The others end by themselves or by the limit of processor time, however busy the machine is.
SHORT, WHOLE = Limits(wall_s=0.5), Limits(wall_s=20)
ATTACKS = attacks()


@pytest.fixture(scope="module")
def canaries() -> Iterator[Canaries]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET_VARIABLE, SECRET)
        canaries = Canaries()
        yield canaries
        canaries.close()


@pytest.fixture(scope="module")
def strict(canaries: Canaries) -> Iterator[Sandbox]:
    with started() as sandbox:
        if sandbox.report["tier"] != Tier.STRICT:
            pytest.skip("this machine allows no namespaces")
        yield sandbox


@pytest.fixture(scope="module")
def locked(canaries: Canaries) -> Iterator[Sandbox]:
    """What plain docker and Ubuntu 24.04 allow: no namespaces."""
    with started(without={"namespaces"}) as sandbox:
        if sandbox.report["tier"] != Tier.LOCKED:
            pytest.skip("this machine has no Landlock")
        yield sandbox


@pytest.fixture(scope="module")
def remote(canaries: Canaries) -> Iterator[RemoteSandbox]:
    """The service over TCP, with one zygote that all attacks meet."""
    with SandboxPool(1) as pool:
        service = Service(pool, listen("127.0.0.1", 0))
        threading.Thread(target=service.serve, daemon=True).start()
        with RemoteSandbox("127.0.0.1", service.port) as remote:
            yield remote
        service.close()


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_contained(attack: Attack, strict: Sandbox, canaries: Canaries) -> None:
    assert_contained(attack, strict, canaries)


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_contained_without_namespaces(
    attack: Attack, locked: Sandbox, canaries: Canaries
) -> None:
    assert_contained(attack, locked, canaries)


@pytest.mark.slow
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_contained_at_the_service(
    attack: Attack, remote: RemoteSandbox, canaries: Canaries
) -> None:
    assert_contained(attack, remote, canaries)


@pytest.mark.slow
def test_harness_sees_attacks_succeed_when_the_filter_is_off(canaries: Canaries) -> None:
    """Without seccomp some attacks must get through, else the tests above see nothing."""
    with started(without={"seccomp"}) as sandbox:
        breached = breaches(sandbox, canaries)
    assert {"065_kill_all_probe", "070_prlimit_parent", "074_userns_nested"} <= breached


@pytest.mark.slow
def test_harness_sees_files_and_sockets_reached_when_every_layer_is_off(canaries: Canaries) -> None:
    with started(without={"seccomp", "landlock", "namespaces"}) as sandbox:
        if sandbox.report["uid"] != 65534:
            pytest.skip("only safe where programs run as nobody: start the tests as root")
        breached = breaches(sandbox, canaries)
    assert {"054_tamper_db", "055_mknod", "133_abstract_after_close"} <= breached


def assert_contained(attack: Attack, sandbox: Sandbox | RemoteSandbox, canaries: Canaries) -> None:
    for _ in range(attack.times):
        verdict = sandbox.run(canaries.aim(attack.source), limits=limits_of(attack))
        assert verdict.status in attack.expected, verdict
        assert not claims_breach(verdict), verdict
        assert canaries.breaches() == []
    assert sandbox.run(GOOD).status is Status.OK


def breaches(sandbox: Sandbox, canaries: Canaries) -> set[str]:
    """Names of the attacks that got through."""
    through = set()
    for attack in ATTACKS:
        for _ in range(attack.times):
            verdict = sandbox.run(canaries.aim(attack.source), limits=SHORT)
            if claims_breach(verdict) or canaries.breaches():
                through.add(attack.name)
                canaries.reset()
    return through


def limits_of(attack: Attack) -> Limits:
    return SHORT if Status.TIMEOUT in attack.expected else WHOLE
