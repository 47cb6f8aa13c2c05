"""`keywright simulate`: a key for other programs, and for the self-test."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hardware.simulated.linux.cable import Need
from hardware.simulated.linux.gadget import GadgetCable
from hardware.simulated.linux.uhid import UhidCable
from kiosk.commands import simulate
from tests.kiosk.commands.conftest import Keywright, Start

LONG = 60


def free_ports() -> tuple[int, int]:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as two,
    ):
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


def test_the_self_test_enrolls_the_key_of_another_process_and_the_key_is_kept(
    start: Start, keywright: Keywright, tmp_path: Path
) -> None:
    listen, answer = free_ports()
    state = tmp_path / "key.json"
    process = start("simulate", "--udp", f"{listen}:{answer}", "--state", state)
    assert process.stderr is not None
    assert f"127.0.0.1:{listen}" in process.stderr.readline()
    result = keywright("selftest", "--json", "--key", f"udp:{listen}:{answer}")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["ok"] is True
    assert keywright("keys", "--json", "--key", f"udp:{listen}:{answer}").exit_code == 0
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG) == 0
    assert "example.org" in state.read_text()


def test_a_port_that_is_taken_is_said(keywright: Keywright, plain: Callable[[str], None]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        result = keywright("simulate", "--udp", f"{port}:{port - 1 if port > 1024 else port + 1}")
    assert result.exit_code == 1
    assert "The simulated key cannot be served: Address already in use." in result.output
    plain(result.output)


@pytest.mark.parametrize("content", ["", "{}", "[1, 2]", "not a key", '{"credentials": 7}'])
def test_a_file_without_a_key_in_it_is_said(
    keywright: Keywright, tmp_path: Path, content: str, plain: Callable[[str], None]
) -> None:
    state = tmp_path / "key.json"
    state.write_text(content)
    listen, answer = free_ports()
    result = keywright("simulate", "--udp", f"{listen}:{answer}", "--state", state)
    assert result.exit_code == 1
    assert f"{state} does not hold a simulated key" in result.output
    plain(result.output)
    assert state.read_text() == content


@pytest.mark.parametrize(
    ("way", "needed"),
    [("--uhid", "modprobe uhid"), ("--gadget", "modprobe libcomposite")],
)
def test_what_the_system_lacks_for_a_key_of_its_own_is_said_with_its_remedy(
    keywright: Keywright, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str, needed: str
) -> None:
    monkeypatch.setattr(simulate, "UhidCable", partial(UhidCable, device=tmp_path / "uhid"))
    monkeypatch.setattr(simulate, "GadgetCable", partial(GadgetCable, root=tmp_path / "usb_gadget"))
    result = keywright("simulate", way)
    assert result.exit_code == 1
    assert needed in result.output


def test_there_is_a_remedy_for_everything_that_may_be_missing() -> None:
    assert set(simulate.NEEDS) == set(Need)


def test_one_key_is_in_one_place(keywright: Keywright) -> None:
    result = keywright("simulate", "--uhid", "--gadget")
    assert result.exit_code == 2
    assert "Choose one" in result.output


def test_it_is_the_kind_of_key_that_was_asked_for(start: Start, keywright: Keywright) -> None:
    listen, answer = free_ports()
    process = start("simulate", "--udp", f"{listen}:{answer}", "--traits", "ctap-2.0")
    assert process.stderr is not None
    assert f"127.0.0.1:{listen}" in process.stderr.readline()
    (key,) = json.loads(keywright("keys", "--json", "--key", f"udp:{listen}:{answer}").stdout)["keys"]
    assert key["versions"] == ["FIDO_2_0"]
    process.send_signal(signal.SIGTERM)
    assert process.wait(LONG) == 0


@pytest.mark.parametrize("ports", ["0:1", "70000:1", "8111:8111", "here:there"])
def test_ports_that_are_none_are_said(keywright: Keywright, ports: str) -> None:
    result = keywright("simulate", "--udp", ports)
    assert result.exit_code == 2
    assert "udp:8111:7112" in result.output
