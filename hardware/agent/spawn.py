"""Where the station finds its agent: one that it started itself, or the one that the system runs as a service."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import AuthenticationError
from pathlib import Path
from threading import Event, Lock, Timer
from time import monotonic
from typing import Protocol

import structlog

from hardware.agent.pipes import TELLS_PEERS, Peer, Pipe, knock, knock_with_key
from hardware.agent.protocol import SILENCE
from hardware.errors import NoAccess

_log = structlog.get_logger("keywright.agent")

READY = b"ready\n"
"""What a started agent writes to its standard output once it can be connected to."""

STARTING_SECONDS = 30.0
MOST_STARTS, WITHIN = 10, 10.0
"""So many starts in so many seconds are no accident: then nothing is started for a while."""

SERVICE_SECONDS = 6.0
"""How long a service may take until it is there again."""

START_IT = "start the key agent: systemctl start keywright-agent, and add this account to its group"
CANNOT_START = "the key agent does not start: see the log, and run keywright agent by hand"
STRANGER = "another account answers in place of the key agent: give the path of its own socket"


@dataclass(frozen=True, slots=True)
class Reached:
    """A connection to an agent, and how to make an end of that agent when it hangs."""

    pipe: Pipe
    give_up: Callable[[], None]


class Connector(Protocol):
    """Leads to an agent. Thread-safe."""

    @property
    def place(self) -> str:
        """Where the agent is, for staff."""
        ...

    def connect(self) -> Reached:
        """A new connection to an agent that is alive. Raises NoAccess when there is none."""
        ...


class ServiceAgent:
    """The agent that listens on the Unix socket at `path`; whoever owns its folder is believed."""

    def __init__(self, path: Path, clock: Callable[[], float] = monotonic, patience: float = SERVICE_SECONDS) -> None:
        self._path = path
        self._clock = clock
        self._patience = patience
        self._pause = Event()

    @property
    def place(self) -> str:
        """As Connector."""
        return str(self._path)

    def connect(self) -> Reached:
        """As Connector; waits a while for one that is being started again."""
        until = self._clock() + self._patience
        while True:
            try:
                pipe = knock(self._path, self._trusted)
            except OSError as error:
                if self._clock() >= until or isinstance(error, PermissionError):
                    raise NoAccess(self.place, START_IT) from error
                self._pause.wait(0.1)
                continue
            if pipe is None:
                raise NoAccess(self.place, STRANGER)
            return Reached(pipe, lambda: None)  # its service manager notices that it hangs

    def _trusted(self, peer: Peer) -> bool:
        return peer.uid in (0, os.getuid(), self._path.parent.stat().st_uid)


class SpawnedAgent:
    """An agent that is started when it is needed, started again when it is lost, and ends with this process.

    `command` starts it; `environment` is all that it inherits.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        keyed: bool = not TELLS_PEERS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`keyed`: the two prove themselves by a key, where the system does not tell who is who."""
        self._command = tuple(command)
        self._environment = dict(environment)
        self._keyed = keyed
        self._clock = clock
        self._lock = Lock()
        self._running: _Running | None = None
        self._starts: deque[float] = deque(maxlen=MOST_STARTS)

    @property
    def place(self) -> str:
        """As Connector."""
        return "keywright agent"

    @property
    def pid(self) -> int | None:
        """The process that was started last."""
        return None if self._running is None else self._running.process.pid

    def connect(self) -> Reached:
        """As Connector."""
        with self._lock:
            running = self._alive() or self._start()
            try:
                pipe = running.knock()
            except (OSError, EOFError, AuthenticationError):  # it died in between
                running.end()
                running = self._start()
                try:
                    pipe = running.knock()
                except (OSError, EOFError, AuthenticationError) as error:
                    running.end()
                    raise NoAccess(self.place, CANNOT_START) from error
        return Reached(pipe, running.end)

    def close(self) -> None:
        """End the agent. It is started again when somebody connects."""
        with self._lock:
            if self._running is not None:
                self._running.end()

    def _alive(self) -> _Running | None:
        running = self._running
        return running if running is not None and running.process.poll() is None else None

    def _start(self) -> _Running:
        if len(self._starts) == MOST_STARTS and self._clock() - self._starts[0] < WITHIN:
            raise NoAccess(self.place, CANNOT_START)
        self._starts.append(self._clock())
        if self._running is not None:
            _log.info("agent_started_again", pid=self._running.process.pid)
            self._running.end()
        try:
            self._running = _Running.start(self._command, self._environment, keyed=self._keyed)
        except OSError as error:
            raise NoAccess(self.place, CANNOT_START) from error
        return self._running


class _Running:
    """One process of an agent, with the socket that it listens on. Ends when it is forgotten."""

    def __init__(self, process: subprocess.Popen[bytes], address: str, key: bytes | None, folder: Path) -> None:
        self.process = process
        self._address = address
        self._key = key
        self._finish = weakref.finalize(self, _end, process, folder)

    @classmethod
    def start(cls, command: Sequence[str], environment: Mapping[str, str], *, keyed: bool) -> _Running:
        """Start it and wait until it listens. Raises OSError when it does not."""
        folder = Path(tempfile.mkdtemp(prefix="keywright-agent-"))
        address = str(folder / "socket")
        if sys.platform == "win32":
            address = rf"\\.\pipe\{folder.name}-{secrets.token_hex(8)}"
        key = secrets.token_bytes(32) if keyed else None
        options = ["--socket", address, "--child", *(["--keyed"] if keyed else [])]
        try:
            process = subprocess.Popen(  # noqa: S603 - a command of ours
                [*command, *options],
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        running = cls(process, address, key, folder)
        if not running._ready():
            running.end()
            raise ChildProcessError
        return running

    def _ready(self) -> bool:
        """Hand the key over by its standard input, which stays open as long as we live, and wait for its word."""
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            with self._ended_after(STARTING_SECONDS):
                if self._key is not None:
                    process.stdin.write(self._key.hex().encode() + b"\n")
                    process.stdin.flush()
                return process.stdout.readline() == READY
        except OSError:
            return False

    @contextmanager
    def _ended_after(self, seconds: float) -> Iterator[None]:
        """Kill the process when the block takes longer, which ends whatever waits for it there."""
        alarm = Timer(seconds, self.process.kill)
        alarm.start()
        try:
            yield
        finally:
            alarm.cancel()
            alarm.join()

    def knock(self) -> Pipe:
        """Connect. Raises OSError, EOFError, AuthenticationError."""
        if self._key is not None:
            with self._ended_after(SILENCE):  # there is no patience in how the two prove themselves
                return knock_with_key(self._address, self._key)
        pipe = knock(Path(self._address), lambda peer: peer.pid == self.process.pid)
        if pipe is None:
            raise PermissionError
        return pipe

    def end(self) -> None:
        """Kill it, whatever it does."""
        self._finish()


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    shutil.rmtree(folder, ignore_errors=True)
