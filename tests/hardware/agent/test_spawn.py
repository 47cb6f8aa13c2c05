"""The real process: it is killed, stopped, left alone; another takes over, and how long that takes is measured."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from hardware.agent.client import AgentSource
from hardware.agent.pipes import TELLS_PEERS
from hardware.agent.spawn import MOST_STARTS, SpawnedAgent
from hardware.authenticator import Authenticator
from hardware.errors import AgentLost, KeyBusy, NoAccess
from hardware.simulated.key import SimulatedKey
from kiosk.commands.sources import agent_command, agent_environment
from kiosk.secret import Secret
from tests.hardware.ways import PIN, free_port, prove, register, served

pytestmark = [
    pytest.mark.kill,
    pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes are not stopped here"),
]
SOON = 2.0
"""Seconds within which an agent that hangs is replaced."""


@dataclass
class Stand:
    """A simulated key on UDP, and the process that opens it."""

    key: SimulatedKey
    agent: SpawnedAgent
    source: AgentSource

    def open(self) -> Authenticator:
        opened = self.source.open(self.source.attached()[0])
        opened.inspect()
        return opened

    def send(self, number: int) -> None:
        """The signal has had its effect: a busy machine takes its time to stop a process."""
        assert self.agent.pid is not None
        os.kill(self.agent.pid, number)
        os.waitid(os.P_PID, self.agent.pid, os.WEXITED | os.WSTOPPED | os.WNOWAIT)


@pytest.fixture(params=[False, True] if TELLS_PEERS else [True], ids=lambda keyed: "by key" if keyed else "by account")
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    key = SimulatedKey()
    key.touch_automatically = True
    key.plug()
    answers = free_port()
    with served(key, answers) as port:
        command = (*agent_command(), "--key", f"udp:{port}:{answers}")
        agent = SpawnedAgent(command, agent_environment(os.environ), keyed=request.param)
        source = AgentSource(agent)
        yield Stand(key, agent, source)
        source.close()
        agent.close()


def test_an_enrollment_through_a_process_of_its_own(stand: Stand) -> None:
    with closing(stand.open()) as opened:
        opened.set_pin(Secret(PIN))
        made = register(opened)
        assert prove(opened, made["id"])["id"] == made["id"]
        with pytest.raises(KeyBusy):
            stand.source.open(opened.address)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "hung"])
def test_another_takes_over_soon(stand: Stand, number: int, record_property: Callable[[str, object], None]) -> None:
    began = monotonic()
    stand.source.attached()
    started = monotonic() - began
    with closing(stand.open()) as opened:
        opened.set_pin(Secret(PIN))
        made = register(opened)
        took = []
        for ask in (lambda: prove(opened, made["id"]), opened.inspect, stand.source.attached):
            first = stand.agent.pid
            stand.send(number)
            began = monotonic()
            assert ask()
            took.append(monotonic() - began)
            assert stand.agent.pid != first
        record_property("seconds", [round(each, 3) for each in (started, *took)])
        assert min(took) < max(SOON, 4 * started)  # a machine that is that slow is busy with something else
        assert register(opened)["type"] == "public-key"
        assert stand.key.pin_retries == 8


def test_a_process_that_hangs_before_anybody_says_hello_is_replaced(stand: Stand) -> None:
    assert stand.source.attached()
    stand.send(signal.SIGSTOP)
    with closing(AgentSource(stand.agent)) as other:
        assert other.attached()


def test_a_pin_that_a_hung_process_swallowed_is_not_tried_again(stand: Stand) -> None:
    with closing(stand.open()) as opened:
        opened.set_pin(Secret(PIN))
    with closing(stand.open()) as opened:
        stand.send(signal.SIGSTOP)
        secret = Secret("9999-wrong")
        with pytest.raises(AgentLost):
            opened.verify_pin(secret)
        assert secret.wiped
        assert opened.inspect().pin_retries == stand.key.pin_retries == 8


def test_it_ends_with_its_station(tmp_path: Path) -> None:
    program = (
        "import os, sys, time\n"
        "from hardware.agent.spawn import SpawnedAgent\n"
        "from kiosk.commands.sources import agent_command, agent_environment\n"
        "agent = SpawnedAgent(agent_command(), agent_environment(os.environ))\n"
        "agent.connect()\n"
        "print(agent.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    environment = agent_environment(os.environ) | {"TMPDIR": str(tmp_path)}
    asked = subprocess.run(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True, check=False, timeout=60
    )
    assert _gone(int(asked.stdout))


def _gone(pid: int) -> bool:
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if "Z" in Path(f"/proc/{pid}/stat").read_text(encoding="ascii").split()[2]:
            return True  # nobody has buried it yet
        Event().wait(0.02)
    return False


def test_a_program_that_is_no_agent_is_said() -> None:
    for command in ((sys.executable, "-c", "raise SystemExit(3)"), ("/nowhere/keywright",)):
        agent = SpawnedAgent(command, {})
        with pytest.raises(NoAccess) as caught:
            AgentSource(agent).attached()
        assert "keywright agent" in caught.value.path


def test_an_agent_that_dies_again_and_again_is_left_alone_for_a_while(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    program = f"open({str(starts)!r}, 'a').write('x')"
    agent = SpawnedAgent((sys.executable, "-c", program), {}, clock=lambda: 0.0)
    for _ in range(MOST_STARTS + 5):
        with pytest.raises(NoAccess):
            agent.connect()
    assert len(starts.read_text()) == MOST_STARTS
