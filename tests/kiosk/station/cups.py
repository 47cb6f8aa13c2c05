"""A CUPS of a test's own, with queues, and a printer at the end of one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from threading import Event, Thread
from time import monotonic

import pytest

from kiosk.station.printing import Printer

_FILES = """\
ServerRoot {0}/etc
RequestRoot {0}/spool
TempDir {0}/spool/tmp
CacheDir {0}/cache
StateDir {0}/run
AccessLog {0}/log/access
ErrorLog {0}/log/error
PageLog {0}/log/page
Sandboxing relaxed
SystemGroup root
User lp
Group lp
"""
_CONF = """\
LogLevel warn
Listen {0}/run/cups.sock
Browsing No
PreserveJobFiles Yes
DefaultAuthType None
<Location />
  Order allow,deny
  Allow all
</Location>
<Policy default>
  JobPrivateAccess default
  JobPrivateValues default
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues default
  <Limit Cancel-Job>
    Require user @OWNER
    Order deny,allow
  </Limit>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
<Policy strict>
  JobPrivateAccess default
  JobPrivateValues default
  SubscriptionPrivateAccess default
  SubscriptionPrivateValues default
  <Limit Cancel-Job>
    Require user nobody
    Order deny,allow
  </Limit>
  <Limit All>
    Order allow,deny
    Allow all
  </Limit>
</Policy>
"""


class Paper:
    """A printer that keeps what it is sent; out of paper until it is `filled`."""

    def __init__(self) -> None:
        self.pages: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                taken = b""
                while chunk := connection.recv(65536):
                    taken += chunk
            if taken == b"end":
                return
            self.pages.append(taken)

    def close(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.sendall(b"end")
        self._thread.join(20)
        self._listener.close()


class Cups:
    """A CUPS of its own, with queues."""

    def __init__(self, folder: Path) -> None:
        self.socket, self._spool = folder / "run/cups.sock", folder / "spool"
        for name in ("etc/ppd", "run", "spool/tmp", "cache", "log"):
            (folder / name).mkdir(parents=True)
        files, conf = folder / "etc/cups-files.conf", folder / "etc/cupsd.conf"
        files.write_text(_FILES.format(folder), encoding="utf-8")
        conf.write_text(_CONF.format(folder), encoding="utf-8")
        folder.chmod(0o711)
        for name in ("spool", "spool/tmp", "cache", "log"):
            shutil.chown(folder / name, "lp", "lp")
        self._server = subprocess.Popen(
            [shutil.which("cupsd") or "", "-f", "-c", str(conf), "-s", str(files)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        ends = monotonic() + 20
        while self.tell("lpstat", "-r").stdout.strip() != b"scheduler is running":
            assert monotonic() < ends
            assert self._server.poll() is None
            Event().wait(0.05)

    def kept(self) -> list[Path]:
        """The documents that are on its disk."""
        return sorted(self._spool.glob("d*"))

    def tell(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        environment = {"PATH": os.environ["PATH"], "CUPS_SERVER": str(self.socket), "LC_ALL": "C"}
        return subprocess.run(command, env=environment, capture_output=True, check=False, timeout=20)

    def add(self, queue: str, port: int, policy: str = "default") -> Printer:
        device, policy = f"socket://127.0.0.1:{port}", f"printer-op-policy={policy}"
        assert self.tell("lpadmin", "-p", queue, "-E", "-v", device, "-m", "raw", "-o", policy).returncode == 0
        return Printer(queue, str(self.socket), patience=20)

    def close(self) -> None:
        self._server.terminate()
        self._server.wait(20)


@contextmanager
def own_cups() -> Iterator[Cups]:
    """CUPS runs as root alone, and drops its rights."""
    missing = shutil.which("cupsd") is None or shutil.which("lp") is None
    if (missing or os.geteuid() != 0) and os.environ.get("CI") != "true":
        pytest.skip("needs the Debian packages cups and cups-client, and root")
    assert not missing
    folder = Path(mkdtemp(prefix="keywright-cups-"))  # short: the name of a socket has a hundred letters at most
    server = Cups(folder)
    try:
        yield server
    finally:
        server.close()
        shutil.rmtree(folder)
