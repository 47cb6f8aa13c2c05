"""`keywright agent`: the only process that opens keys; the station starts one, or the system runs one for all."""

from __future__ import annotations

import errno
import logging
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import click

from hardware.agent.notify import ALIVE, READY, STOPPING, Systemd
from hardware.agent.pipes import TELLS_PEERS, Door, KeyedDoor, Peer, SocketDoor
from hardware.agent.server import Agent
from hardware.agent.spawn import READY as READY_LINE
from hardware.authenticator import KeySource
from kiosk import logs
from kiosk.commands.key_choice import KeyChoice, key_option
from kiosk.commands.own_sources import own_source

try:
    import grp
except ImportError:  # Windows has none
    grp = None  # type: ignore[assignment]  # mypy looks at one platform only

SOCKET = Path("/run/keywright-agent/agent.sock")
CANNOT_START = 3
STANDARD_INPUT = 0


@click.command()
@click.option(
    "--socket",
    "address",
    default=str(SOCKET),
    show_default=True,
    metavar="PATH",
    help="Where stations connect. Its folder must be the agent's own.",
)
@click.option("--group", metavar="NAME", help="Accounts of this group may connect too.")
@key_option
@click.option("--child", is_flag=True, hidden=True, help="Started by a station, with which it ends.")
@click.option("--keyed", is_flag=True, hidden=True, help="Visitors prove themselves by the key on standard input.")
def command(address: str, group: str | None, key: KeyChoice | None, *, child: bool, keyed: bool) -> None:
    """Open security keys for stations on this machine, until interrupted.

    A station starts an agent of its own unless its settings name the socket of one (agent_socket).
    """
    logs.harden()
    logs.install(logs.LogSettings(level=logging.WARNING if child else logging.INFO))
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    if not keyed and not TELLS_PEERS:
        raise click.UsageError("On this system an agent is started by its station only.")
    try:
        door = _open_door(address, _group_id(group), keyed=keyed)
    except OSError as error:
        click.echo(_reason(address, error), err=True)
        sys.exit(CANNOT_START)
    if child:
        Thread(target=_end_with_station, args=(stop.set,), name="keywright-agent-station", daemon=True).start()
        os.write(sys.stdout.fileno(), READY_LINE)
    serve(own_source(key), door, stop)


def serve(source: KeySource, door: Door, stop: Event) -> None:
    """Serve the keys of this source at this door until `stop`, and keep a service manager informed."""
    manager = Systemd(os.environ)
    manager.tell(READY)
    Agent(source).serve(door, stop, lambda: manager.tell(ALIVE))
    manager.tell(STOPPING)


def _open_door(address: str, group: int | None, *, keyed: bool) -> Door:
    if keyed:
        return KeyedDoor(address, bytes.fromhex(_read_line().decode("ascii")))

    def may_enter(peer: Peer) -> bool:
        return peer.uid in (0, os.getuid()) or (group is not None and group in peer.groups)

    return SocketDoor(Path(address), may_enter, group)


def _group_id(name: str | None) -> int | None:
    if name is None:
        return None
    try:
        return grp.getgrnam(name).gr_gid
    except (KeyError, AttributeError) as error:
        raise click.BadParameter("is no group of this system", param_hint="--group") from error


def _reason(address: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"An agent serves at {address} already."
    return f"The agent cannot listen at {address}: {error.strerror or 'the path is too long'}."


def _end_with_station(end: Callable[[], None]) -> None:
    """Wait until the station closes our standard input, which it does at its latest when it ends.

    Past the buffers of `sys.stdin`: a thread that waits in one would not let the interpreter end.
    """
    while os.read(STANDARD_INPUT, 1):
        pass
    end()


def _read_line() -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(STANDARD_INPUT, 1)
        if not byte:
            break
        line += byte
    return line.strip()
