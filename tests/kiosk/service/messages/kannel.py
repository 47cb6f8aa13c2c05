"""A real Kannel on loopback: its bearerbox, its smsbox, and the fake SMSC of its own tests at the far end."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote_to_bytes

import pytest

Found = TypeVar("Found")
PROGRAMS = {
    "bearerbox": "/usr/sbin/bearerbox",
    "smsbox": "/usr/sbin/smsbox",
    "fakesmsc": "/usr/lib/kannel/test/fakesmsc",
}
_CONFIGURATION = """\
group = core
admin-port = {admin}
admin-interface = "127.0.0.1"
admin-password = looking
admin-deny-ip = "*.*.*.*"
admin-allow-ip = "127.0.0.1"
smsbox-port = {box}
smsbox-interface = "127.0.0.1"
box-deny-ip = "*.*.*.*"
box-allow-ip = "127.0.0.1"
log-file = "{folder}/bearerbox.log"
log-level = 1
store-type = file
store-location = "{folder}/kannel.store"
dlr-storage = internal

group = smsc
smsc = fake
smsc-id = FAKE
host = 127.0.0.1
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {box}
sendsms-port = {http}
sendsms-interface = "127.0.0.1"
log-file = "{folder}/smsbox.log"
log-level = 1

group = sendsms-user
username = keywright
password = sms-password
user-deny-ip = "*.*.*.*"
user-allow-ip = "127.0.0.1"
max-messages = 3
concatenation = true

group = sms-service
keyword = default
text = "no service"
max-messages = 0
"""


@dataclass(frozen=True)
class Text:
    """A text as the fake SMSC got it."""

    sender: str
    to: str
    text: str


@dataclass(frozen=True)
class Kannel:
    """A running Kannel: where it takes texts, and what came out at the far end."""

    url: str
    far_end: Path

    def texts(self) -> list[Text]:
        """All whole texts so far, oldest first; those of several parts are put together."""
        lines = self.far_end.read_text(errors="replace").splitlines()
        whole, parts = list[Text](), dict[tuple[str, int], dict[int, bytes]]()
        for line in lines:
            if "Got message " not in line:
                continue
            sender, to, kind, rest = line.partition(": <")[2].rstrip(">").split(" ", 3)
            if kind != "udh":
                whole.append(Text(sender, to, _bytes(rest).decode("utf-16-be") if kind == "ucs-2" else rest))
                continue
            header, _, data = rest.partition(" data ")
            *_, group, count, number = _bytes(header)  # 3GPP TS 23.040, 9.2.3.24.1
            pieces = parts.setdefault((to, group), {})
            pieces[number] = _bytes(data)
            if len(pieces) == count:
                together = b"".join(pieces[each] for each in sorted(pieces))
                whole.append(Text(sender, to, together.decode("utf-16-be")))
        return whole

    def wait_for(self, text: str) -> Text:
        """The text that contains the words, once it came out."""
        return until(lambda: next((each for each in self.texts() if text in each.text), None), "a text")


def _bytes(text: str) -> bytes:
    return unquote_to_bytes(text.replace("+", " "))


def until(look: Callable[[], Found | None], what: str, seconds: float = 20.0) -> Found:
    """What `look` finds, as soon as it does."""
    ends = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < ends, f"{what} did not come"
        time.sleep(0.02)
    return found


@contextmanager
def kannel(folder: Path) -> Iterator[Kannel]:
    """Start Kannel in a folder of its own, and end it."""
    missing = [name for name, path in PROGRAMS.items() if shutil.which(path) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip("needs the packages kannel and kannel-extras")
    assert not missing, "needs the packages kannel and kannel-extras"
    admin, box, smsc, http = free_ports(4)
    configuration = folder / "kannel.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, admin=admin, box=box, smsc=smsc, http=http))
    with ExitStack() as stack:
        _started(stack, [PROGRAMS["bearerbox"], "-v", "4", str(configuration)], folder / "bearerbox.out", box)
        _started(stack, [PROGRAMS["smsbox"], "-v", "4", str(configuration)], folder / "smsbox.out", http)
        far_end = folder / "fakesmsc.out"
        words = [PROGRAMS["fakesmsc"], "-H", "127.0.0.1", "-r", str(smsc), "-m", "0", "0 0 text nop"]
        _started(stack, words, far_end, smsc)
        yield Kannel(f"http://127.0.0.1:{http}/cgi-bin/sendsms", far_end)


def _started(stack: ExitStack, words: Sequence[str], output: Path, port: int) -> None:
    """Start a program and wait for the port, which it listens at or connects to."""
    file = stack.enter_context(output.open("wb"))
    process = subprocess.Popen(words, stdout=file, stderr=subprocess.STDOUT, cwd=output.parent)
    stack.callback(_end, process)
    ends = time.monotonic() + 20
    while not _answers(port):
        assert process.poll() is None, f"{words[0]} ended: {output.read_text(errors='replace')[-2000:]}"
        assert time.monotonic() < ends, f"{words[0]} does not answer"
        time.sleep(0.05)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(5)
    if process.poll() is None:
        process.kill()
        process.wait(5)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens at just now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
