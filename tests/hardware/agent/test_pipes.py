"""Who may come in, and who is believed to be the agent."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path
from threading import Thread

import pytest

from hardware.agent.client import AgentSource
from hardware.agent.pipes import TELLS_PEERS, KeyedDoor, Peer, Pipe, SocketDoor, knock, knock_with_key, peer_of
from hardware.agent.spawn import STRANGER, ServiceAgent
from hardware.errors import NoAccess

pytestmark = pytest.mark.skipif(not TELLS_PEERS, reason="the system does not tell who is at the other end")


def everybody(_: Peer) -> bool:
    return True


def nobody(_: Peer) -> bool:
    return False


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.sock"


def let_in(door: SocketDoor | KeyedDoor, visit: Callable[[], object]) -> Pipe | None:
    visitor = Thread(target=visit)
    visitor.start()
    came = door.wait(5)
    visitor.join()
    return came


def test_the_kernel_tells_who_is_there() -> None:
    one, other = socket.socketpair()
    with one, other:
        peer = peer_of(one)
    assert (peer.pid, peer.uid) == (os.getpid(), os.getuid())
    assert os.getgid() in peer.groups
    assert set(os.getgroups()) <= peer.groups


def test_a_frame_goes_both_ways(path: Path) -> None:
    door = SocketDoor(path, everybody)
    visitors: list[Pipe | None] = []
    came = let_in(door, lambda: visitors.append(knock(path, everybody)))
    (visitor,) = visitors
    assert came is not None
    assert visitor is not None
    visitor.send_bytes(b"one")
    assert came.recv_bytes() == b"one"
    came.send_bytes(b"two")
    assert visitor.recv_bytes() == b"two"
    came.close()
    with pytest.raises(EOFError):
        visitor.recv_bytes()
    visitor.close()
    door.close()
    assert not path.exists()


def test_a_stranger_is_not_let_in(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    door = SocketDoor(path, nobody)
    visitors: list[Pipe | None] = []
    assert let_in(door, lambda: visitors.append(knock(path, everybody))) is None
    (visitor,) = visitors
    assert visitor is not None
    with pytest.raises(EOFError):
        visitor.recv_bytes()
    visitor.close()
    door.close()
    assert [record.getMessage() for record in caplog.records] == ["agent_refused_stranger"]
    caplog.clear()


def test_a_stranger_is_not_taken_for_the_agent(path: Path) -> None:
    door = SocketDoor(path, everybody)
    visitors: list[Pipe | None] = []
    came = let_in(door, lambda: visitors.append(knock(path, nobody)))
    assert visitors == [None]
    assert came is not None
    came.close()
    door.close()


def test_only_its_own_account_and_its_group_reach_the_socket(path: Path) -> None:
    door = SocketDoor(path, everybody)
    assert path.stat().st_mode & 0o777 == 0o600
    door.close()
    door = SocketDoor(path, everybody, group=os.getgid())
    assert path.stat().st_mode & 0o777 == 0o660
    door.close()


def test_a_socket_left_behind_is_taken_over_and_one_in_use_is_not(path: Path) -> None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(path))
    left.close()
    door = SocketDoor(path, everybody)
    with pytest.raises(OSError, match="in use") as caught:
        SocketDoor(path, everybody)
    assert caught.value.errno == errno.EADDRINUSE
    door.close()


def test_whoever_knows_the_key_is_let_in(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    door = KeyedDoor(str(path), b"key")
    visitors: list[Pipe] = []

    def stranger() -> None:
        with pytest.raises((AuthenticationError, EOFError, OSError)):
            knock_with_key(str(path), b"other")

    def rude() -> None:
        Client(str(path)).close()

    for visit in (stranger, rude):
        thread = Thread(target=visit)
        thread.start()
        assert door.wait(0.2) is None
        thread.join()
    came = let_in(door, lambda: visitors.append(knock_with_key(str(path), b"key")))
    assert came is not None
    came.send_bytes(b"welcome")
    assert visitors[0].recv_bytes() == b"welcome"
    came.close()
    visitors[0].close()
    door.close()
    assert {record.getMessage() for record in caplog.records} == {"agent_refused_stranger"}
    caplog.clear()


def test_a_service_that_is_not_there_is_said_with_the_remedy(path: Path) -> None:
    with pytest.raises(NoAccess) as caught:
        AgentSource(ServiceAgent(path, patience=0.2)).attached()
    assert caught.value.path == str(path)
    assert "systemctl start keywright-agent" in caught.value.remedy


def test_a_service_of_another_account_is_not_believed(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    door = SocketDoor(path, everybody)
    monkeypatch.setattr(
        "hardware.agent.spawn.knock", lambda path, trusted: knock(path, lambda _: trusted(Peer(1, 4711)))
    )
    with pytest.raises(NoAccess) as caught:
        AgentSource(ServiceAgent(path, patience=0.2)).attached()
    assert caught.value.remedy == STRANGER
    door.close()
