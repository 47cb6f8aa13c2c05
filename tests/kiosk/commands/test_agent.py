"""`keywright agent` as somebody starts it, and where the other commands find one."""

from __future__ import annotations

import grp
import os
import signal
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from hardware.agent.client import AgentSource
from hardware.agent.pipes import TELLS_PEERS
from hardware.agent.spawn import ServiceAgent, SpawnedAgent
from hardware.authenticator import Authenticator, KeyAddress, Transport
from hardware.errors import KeyGone
from hardware.simulated.key import SimulatedKey
from hardware.simulated.traits import CTAP21
from hardware.transport.udp import UdpSource
from kiosk.commands.key_choice import KeyChoice, parse_key
from kiosk.commands.sources import SIMULATED, OnlySimulated, agent, agent_command, agent_environment, key_source
from tests.hardware.ways import free_port, served
from tests.kiosk.commands.conftest import Keywright, Start

pytestmark = pytest.mark.skipif(not TELLS_PEERS, reason="the system does not tell who is at the other end")
LONG = 60


def appears(path: Path) -> bool:
    for _ in range(500):
        if path.exists():
            return True
        Event().wait(0.02)
    return False


def test_it_serves_at_its_socket_until_it_is_told_to_end(start: Start, tmp_path: Path) -> None:
    key = SimulatedKey()
    key.plug()
    answers = free_port()
    path = tmp_path / "agent.sock"
    with served(key, answers) as port:
        process = start("agent", "--socket", path, "--key", f"udp:{port}:{answers}")
        assert appears(path)
        with closing(AgentSource(ServiceAgent(path))) as source:
            (address,) = source.attached()
            with closing(source.open(address)) as opened:
                assert opened.inspect().aaguid == CTAP21.aaguid
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONG) == 0
    assert not path.exists()


def test_one_socket_has_one_agent(start: Start, tmp_path: Path, plain: Callable[[str], None]) -> None:
    path = tmp_path / "agent.sock"
    process = start("agent", "--socket", path)
    assert appears(path)
    second = start("agent", "--socket", path)
    _, said = second.communicate(timeout=LONG)
    assert second.returncode == 3
    assert said.strip() == f"An agent serves at {path} already."
    process.send_signal(signal.SIGINT)
    assert process.wait(LONG) == 0


@pytest.mark.parametrize("path", ["/nowhere/agent.sock", "/tmp/" + "long" * 40])
def test_a_place_where_nobody_can_listen_is_said(start: Start, path: str, plain: Callable[[str], None]) -> None:
    process = start("agent", "--socket", path)
    _, said = process.communicate(timeout=LONG)
    assert process.returncode == 3
    assert f"The agent cannot listen at {path}" in said
    plain(said)


def test_a_group_may_connect_and_one_that_is_none_is_said(start: Start, keywright: Keywright, tmp_path: Path) -> None:
    path = tmp_path / "agent.sock"
    start("agent", "--socket", path, "--group", grp.getgrgid(os.getgid()).gr_name)
    assert appears(path)
    for _ in range(100):
        if path.stat().st_mode & 0o777 == 0o660:
            break
        Event().wait(0.02)
    assert path.stat().st_mode & 0o777 == 0o660
    result = keywright("agent", "--socket", tmp_path / "other.sock", "--group", "nobody-is-in-it")
    assert result.exit_code == 2
    assert "is no group of this system" in result.output


def test_keys_that_are_hardware_are_behind_an_agent_and_simulators_are_not() -> None:
    assert isinstance(key_source(None), AgentSource)
    assert isinstance(key_source(parse_key("usb")), AgentSource)
    assert isinstance(key_source(parse_key("gadget")), OnlySimulated)
    assert isinstance(key_source(parse_key("udp")), UdpSource)
    assert isinstance(agent(), SpawnedAgent)
    assert agent(Path("/run/agent.sock")).place == "/run/agent.sock"
    assert [KeyChoice().simulated, parse_key("gadget").simulated, parse_key("udp").simulated] == [False, True, True]


def test_an_agent_is_this_program_and_inherits_nothing_that_is_ours_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert agent_command() == (sys.executable, "-P", "-m", "kiosk", "agent")
    kept = agent_environment({"NOTIFY_SOCKET": "/run/n", "CREDENTIALS_DIRECTORY": "/run/c", "LANG": "C"})
    assert set(kept) == {"LANG", "PYTHONPATH"}
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert agent_command() == (sys.executable, "agent")


class Port:
    """Keys of people, and ours."""

    ours = KeyAddress(
        Transport.USB, "/dev/hidraw1", 1, vendor_id=SIMULATED[0], product_id=SIMULATED[1], product=SIMULATED[2]
    )
    other = KeyAddress(Transport.USB, "/dev/hidraw2", 2, vendor_id=0x1050, product_id=0x0407, product="Another Key")

    def __init__(self) -> None:
        self.opened: list[KeyAddress] = []

    def attached(self) -> tuple[KeyAddress, ...]:
        return self.ours, self.other

    def open(self, address: KeyAddress) -> Authenticator:
        self.opened.append(address)
        raise KeyGone

    def changed(self, seconds: float) -> bool:
        return seconds > 1


def test_a_self_test_touches_no_key_of_a_person() -> None:
    port = Port()
    source = OnlySimulated(port)
    assert source.attached() == (Port.ours,)
    for address in (Port.other, Port.ours):
        with pytest.raises(KeyGone):
            source.open(address)
    assert port.opened == [Port.ours]
    assert source.changed(2)


def test_what_is_taken_for_the_simulated_key_is_the_simulated_key() -> None:
    assert (CTAP21.vendor_id, CTAP21.product_id, CTAP21.product) == SIMULATED
