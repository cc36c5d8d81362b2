"""Which sandbox a process uses is read from its environment, and nonsense is refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.sandbox import Limits, RemoteSandbox, SandboxPool, read_setting


def test_nothing_set_is_a_pool_of_one_with_the_usual_limits() -> None:
    setting = read_setting({})
    assert (setting.limits, setting.slots, setting.address) == (Limits(), 1, None)
    assert isinstance(setting.open(), SandboxPool)


def test_the_service_has_its_own_number_of_slots_where_none_is_named() -> None:
    for empty in ({}, {"ELMWEB_SANDBOX_SLOTS": ""}):
        assert read_setting(empty, slots=7).slots == 7
    assert read_setting({"ELMWEB_SANDBOX_SLOTS": "3"}, slots=7).slots == 3


def test_every_variable_is_read() -> None:
    setting = read_setting(
        {
            "ELMWEB_SANDBOX": "tcp://sandbox:7101",
            "ELMWEB_SANDBOX_SLOTS": "3",
            "ELMWEB_SANDBOX_WALL_S": "1.5",
            "ELMWEB_SANDBOX_CPU_S": "2",
            "ELMWEB_SANDBOX_MEMORY_MB": "64",
        }
    )
    assert setting.address == ("sandbox", 7101)
    assert setting.limits == Limits(wall_s=1.5, cpu_s=2, memory_mb=64)
    remote = setting.open()
    assert isinstance(remote, RemoteSandbox)
    assert (remote.slots, remote.limits) == (3, setting.limits)


def test_address_of_six_may_be_written_in_brackets() -> None:
    assert read_setting({"ELMWEB_SANDBOX": "tcp://[::1]:7101"}).address == ("::1", 7101)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("ELMWEB_SANDBOX", "sandbox:7101", "use tcp://host:port"),
        ("ELMWEB_SANDBOX", "tcp://sandbox", "use tcp://host:port"),
        ("ELMWEB_SANDBOX", "tcp://sandbox:70000", "use tcp://host:port"),
        ("ELMWEB_SANDBOX", "tcp://me:secret@sandbox:1", "use tcp://host:port"),
        ("ELMWEB_SANDBOX", "http://sandbox:7101/", "use tcp://host:port"),
        ("ELMWEB_SANDBOX_SLOTS", "0", "whole number from 1 to 64"),
        ("ELMWEB_SANDBOX_SLOTS", "two", "whole number"),
        ("ELMWEB_SANDBOX_WALL_S", "nan", "from 0.1 to 60"),
        ("ELMWEB_SANDBOX_WALL_S", "inf", "from 0.1 to 60"),
        ("ELMWEB_SANDBOX_CPU_S", "1.5", "whole number from 1 to 60"),
        ("ELMWEB_SANDBOX_MEMORY_MB", "1_000", "whole number from 32 to 4096"),
    ],
)
def test_nonsense_is_refused_with_what_is_expected(name: str, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        read_setting({name: text})
    assert str(refusal.value).startswith(f"{name}={text}: ")


NAMES = ("", "_SLOTS", "_WALL_S", "_CPU_S", "_MEMORY_MB")


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=20)))
def test_any_text_is_a_setting_in_range_or_refused(given_texts: dict[str, str]) -> None:
    with contextlib.suppress(ValueError):
        setting = read_setting(
            {f"ELMWEB_SANDBOX{name}": text for name, text in given_texts.items()}
        )
        assert 0.1 <= setting.limits.wall_s <= 60
        assert 1 <= setting.slots <= 64
