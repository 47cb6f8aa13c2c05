"""A real PC/SC service with virtual readers, for us alone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

from hardware.simulated.smart_card import SmartCard
from hardware.simulated.vpcd import lay_on_reader
from hardware.transport.pcsc import Context, PcscError

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
SLOTS = 2  # of one virtual reader
RUN = "/run/pcscd"  # where the service keeps its socket, which cannot be configured
PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def missing() -> str:
    """The package that is not installed, or what this account may not do; empty when all is there."""
    for program, package in (("pcscd", "pcscd"), ("unshare", "util-linux")):
        if shutil.which(program, path=PATH) is None:
            return package
    if not DRIVER.exists():
        return "vsmartcard-vpcd"
    tried = subprocess.run([*_apart(), "mount -t tmpfs none /run"], capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else f"a mount namespace ({tried.stderr.strip()})"


def _apart() -> list[str]:
    """What starts a shell command among mounts of its own."""
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c"]


@dataclass
class Pcscd:
    """The service: `folder` is its own."""

    folder: Path
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def socket(self) -> Path:
        """Where clients reach it (PCSCLITE_CSOCK_NAME)."""
        return self.folder / "run" / "pcscd.comm"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        readers = self.folder / "readers"
        for folder in (readers, self.folder / "run"):
            folder.mkdir(exist_ok=True)
        device = f'FRIENDLYNAME "Virtual"\nDEVICENAME /dev/null:0x{self.port:X}\n'
        (readers / "vpcd").write_text(f"{device}LIBPATH {DRIVER}\nCHANNELID 0x{self.port:X}\n")
        script = (
            f"mount -t tmpfs none /run && mkdir {RUN} && mount --bind {self.folder}/run {RUN} && "
            f"exec pcscd --foreground --error --config {readers}"
        )
        log = (self.folder / "log").open("wb")
        with log:
            self._process = subprocess.Popen(
                [*_apart(), script], env={"PATH": PATH}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until(self.socket.exists)

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
        self._process = None
        for left in (self.folder / "run").glob("pcscd.*"):
            left.unlink()

    @contextmanager
    def card(self, card: SmartCard, slot: int = 0) -> Iterator[Event]:
        """The card lies in the reader, until the event is set or the block ends."""
        lifted = Event()
        thread = Thread(target=_lie, args=(card, self.port + slot, lifted), name="card on the reader")
        thread.start()
        try:
            yield lifted
        finally:
            lifted.set()
            thread.join(10)
            until(lambda: self._is_empty(slot))

    def _is_empty(self, slot: int) -> bool:
        """Whether the service has noticed that the card is gone, or is gone itself.

        A command that fails empties the reader before the service has looked: only a leaving that it has counted, after
        the coming, lets it see the next card come.
        """
        try:
            with closing(Context()) as context:
                readers = sorted(context.readers())[slot : slot + 1]
                return all(not state.card and state.visit % 2 == 0 for state in context.states(readers).values())
        except PcscError:
            return True


def _lie(card: SmartCard, port: int, lifted: Event) -> None:
    ends = monotonic() + 40
    while not lifted.is_set() and monotonic() < ends:
        with suppress(ConnectionError):
            lay_on_reader(card, port, lifted)
            return
        sleep(0.01)  # the reader is coming up


def until(there: object, seconds: float = 40.0) -> object:
    """What `there()` gives once it is true."""
    assert callable(there)
    ends = monotonic() + seconds
    while not (found := there()):
        assert monotonic() < ends, "it never was"
        sleep(0.01)
    return found


def free_ports(count: int) -> int:
    """The first of so many free TCP ports in a row."""
    while True:
        with closing(socket.socket()) as first:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
        if port + count < 65536 and all(_is_free(port + number) for number in range(count)):
            return port


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
