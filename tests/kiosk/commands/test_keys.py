"""`keywright keys`: what a key says of itself, told safely."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from hardware.authenticator import Authenticator, KeyAddress, KeySource
from hardware.errors import HardwareError, KeyBusy, NoAccess
from hardware.simulated.faults import Faults
from hardware.simulated.key import SimulatedKey
from hardware.simulated.models import BIOMETRIC
from hardware.simulated.source import SimulatedSource
from hardware.simulated.traits import CTAP21
from kiosk.commands import keys
from kiosk.commands.keys import Finding, as_dict, as_text, inspect_all
from tests.untouched import untouched_process

HOSTILE = replace(CTAP21, aaguid=bytes(range(16)), product="\x1b[2Jgold key\u202e", serial="4\x077")


class Refusing:
    """A source that says no."""

    def __init__(self, error: HardwareError, address: KeyAddress | None = None) -> None:
        self._error, self._address = error, address

    def attached(self) -> tuple[KeyAddress, ...]:
        if self._address is None:
            raise self._error
        return (self._address,)

    def open(self, address: KeyAddress) -> Authenticator:
        raise self._error

    def changed(self, seconds: float) -> bool:
        raise self._error


@pytest.fixture
def plugged() -> Iterator[SimulatedKey]:
    key = SimulatedKey(HOSTILE)
    key.plug()
    yield key
    key.unplug()


def run(source: KeySource, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(keys, "key_source", lambda _: source)
    with untouched_process():
        result = CliRunner().invoke(keys.command, arguments)
    return result.exit_code, result.output


def test_a_key_is_told_in_a_few_safe_lines(plugged: SimulatedKey) -> None:
    (finding,) = inspect_all(SimulatedSource([plugged]))
    text = as_text(finding)
    assert "gold key" in text
    assert "not set" in text
    assert all(line.isprintable() for line in text.splitlines())


def test_a_known_model_is_called_by_its_name_whatever_the_key_says() -> None:
    key = SimulatedKey(replace(CTAP21, product="Gold"))
    key.plug()
    (finding,) = inspect_all(SimulatedSource([key]))
    assert "Gold" not in as_text(finding)
    assert as_dict(finding)["model"] in as_text(finding)


def test_what_a_key_can_do_besides_is_told() -> None:
    key = SimulatedKey(replace(BIOMETRIC, large_blob_bytes=2048))
    key.plug()
    (finding,) = inspect_all(SimulatedSource([key]))
    assert "2048 bytes" in as_text(finding)
    assert "knows no finger yet" in as_text(finding)
    assert (as_dict(finding)["large_blob_bytes"], as_dict(finding)["built_in_uv"]) == (2048, "not_enrolled")


def test_a_program_that_holds_a_key_is_named() -> None:
    key = SimulatedKey()
    key.plug()
    (address,) = SimulatedSource([key]).attached()
    (finding,) = inspect_all(Refusing(KeyBusy("scdaemon"), address))
    assert "It is scdaemon." in as_text(finding)


def test_a_key_is_told_as_json(plugged: SimulatedKey, monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(SimulatedSource([plugged]), monkeypatch, "--json")
    (key,) = json.loads(output)["keys"]
    assert code == 0
    assert (key["pin"], key["simulated"], "FIDO_2_1" in key["versions"]) == ("not_set", True, True)
    assert "\x1b" not in output


def test_no_key_is_said_and_exits_with_one(monkeypatch: pytest.MonkeyPatch) -> None:
    code, output = run(SimulatedSource([]), monkeypatch)
    assert (code, output) == (1, "No security key is plugged in.\n")


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_a_key_that_may_not_be_opened_comes_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    code, output = run(Refusing(NoAccess("/dev/hidraw0", "copy the udev rule")), monkeypatch, *arguments)
    assert code == 1
    assert "copy the udev rule" in output


def test_a_busy_key_does_not_hide_the_others(plugged: SimulatedKey) -> None:
    (address,) = SimulatedSource([plugged]).attached()
    (finding,) = inspect_all(Refusing(KeyBusy(), address))
    assert "Another program" in as_text(finding)
    assert as_dict(finding)["error"] == "KeyBusy"


def test_a_key_that_falls_silent_while_it_is_read_is_told(plugged: SimulatedKey) -> None:
    plugged.faults = Faults(dies_in=2)
    source = SimulatedSource([plugged])
    (address,) = source.attached()
    findings = (Finding(address, error=KeyBusy()), *inspect_all(source))
    assert len(findings) == 2


def test_the_command_line_names_a_simulator_wrongly(tmp_path: Path) -> None:
    with untouched_process():
        assert CliRunner().invoke(keys.command, ["--key", "udp:x"]).exit_code == 2
