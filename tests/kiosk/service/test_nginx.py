"""The nginx that administrators begin with, before two replicas: who asks is told, and nothing is cut or held back."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

import pytest

from kiosk.resources import resource
from kiosk.service.tls import Identity, issue_server_certificate
from tests.evening.proxy import free_port
from tests.kiosk.service.console.desk import desk_of
from tests.kiosk.service.console.test_events import listening, until
from tests.kiosk.service.running import Running, served
from tests.kiosk.service.staff.crew import Crew, staffed

A_MINUTE: Final = 20
_PATIENCE: Final = 20.0
_MODULES: Final = Path("/usr/lib/nginx/modules/ngx_stream_module.so")


@dataclass
class Nginx:
    """A real one, with the example at addresses of this test."""

    folder: Path
    port: int = field(default_factory=free_port)

    def write(self, replicas: Sequence[str]) -> Path:
        """Pass what comes on to these: a port, and perhaps ` down`."""
        example = resource("proxy/nginx.conf").read_text()
        places = zip(("listen 443;", "127.0.0.1:8443", "127.0.0.1:8444"), (str(self.port), *replicas), strict=True)
        for old, new in places:
            assert old in example
            here = f"listen 127.0.0.1:{new};" if old.startswith("listen") else f"127.0.0.1:{new}"
            example = example.replace(old, here)
        conf = self.folder / "nginx.conf"
        conf.write_text(example)
        return conf

    @contextmanager
    def running(self, replicas: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        """Started, until the block ends."""
        program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
        if program is None or not _MODULES.exists():
            message = "needs nginx and libnginx-mod-stream"
            if os.environ.get("CI") == "true":
                pytest.fail(message)
            pytest.skip(message)
        more = f"daemon off; pid {self.folder}/nginx.pid;"
        log = self.folder / "error.log"
        process = subprocess.Popen([program, "-c", self.write(replicas), "-e", log, "-g", more])
        try:
            self._wait(process, set())
            yield process
        finally:
            process.terminate()
            process.wait(_PATIENCE)
        assert all("111: Connection refused" in line for line in log.read_text().splitlines())

    def reload(self, process: subprocess.Popen[bytes], replicas: Sequence[str]) -> None:
        """As `nginx -s reload`, until only new processes take connections."""
        old = _workers(process)
        self.write(replicas)
        process.send_signal(signal.SIGHUP)
        self._wait(process, old)

    def _wait(self, process: subprocess.Popen[bytes], old: set[str]) -> None:
        ends = monotonic() + _PATIENCE
        while monotonic() < ends:
            assert process.poll() is None, (self.folder / "error.log").read_text()
            now = _workers(process)
            if now and not now & old:
                with socket.create_connection(("127.0.0.1", self.port), 5):
                    return
            Event().wait(0.01)
        raise AssertionError("nginx does not begin")


def _workers(process: subprocess.Popen[bytes]) -> set[str]:
    """The processes that take connections now: each names itself when it is ready, and when it only ends."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    titles = {each: Path(f"/proc/{each}/cmdline") for each in children}
    named = {each: file.read_bytes() if file.exists() else b"" for each, file in titles.items()}
    return {each for each, title in named.items() if title.startswith(b"nginx: worker") and b"shutting" not in title}


@pytest.fixture
def replicas(tmp_path: Path, tls: tuple[Identity, Identity]) -> Iterator[tuple[Running, Running]]:
    """Two over one database, each with a certificate of its own; an address may ask for so many pages a minute."""
    authority, first = tls
    (tmp_path / "second").mkdir()
    second = issue_server_certificate(tmp_path / "second", ("localhost", "127.0.0.1"), datetime.now(UTC), authority)
    server = {"proxies": ["127.0.0.1"], "data_directory": str(tmp_path)}
    settings = staffed(tmp_path, server=server, phone={"requests_per_minute": A_MINUTE})
    with served(tmp_path, settings, (authority, first)) as one, served(tmp_path, settings, (authority, second)) as two:
        yield one, two


def port_of(replica: Running) -> str:
    return str(urlsplit(replica.url).port)


def asked(port: int, authority: Path, source: str) -> tuple[str, str]:
    """The status of a page asked for from `source`, and the number of the certificate that it came under."""
    context = ssl.create_default_context(cafile=str(authority))
    line = socket.create_connection(("127.0.0.1", port), 10, (source, 0))
    with context.wrap_socket(line, server_hostname="localhost") as secure:
        secure.sendall(b"GET /m/nobody HTTP/1.1\r\nHost: localhost\r\n\r\n")
        certificate = secure.getpeercert() or {}
        return secure.recv(4096).split()[1].decode(), str(certificate["serialNumber"])


def test_a_real_nginx_tells_who_asks_and_cuts_nothing_when_a_replica_is_taken_out(
    replicas: tuple[Running, Running], tmp_path: Path
) -> None:
    one, two = replicas
    nginx = Nginx(tmp_path)
    with nginx.running((port_of(one), f"{port_of(two)} down")) as process:
        first = port_of(one)
        one.url = f"https://localhost:{nginx.port}"
        crew, desk = Crew(one), desk_of(one)
        caller = crew.caller()
        visit = crew.visit(caller)
        with listening(desk) as words:
            until(words, "event: stations")
            nginx.reload(process, (f"{first} down", port_of(two)))
            sources = ["127.0.0.2"] * (A_MINUTE + 1) + ["127.0.0.3"]
            told = [asked(nginx.port, one.authority, each) for each in sources]
            assert [status for status, _ in told] == ["404"] * A_MINUTE + ["429", "404"]
            (second,) = {number for _, number in told}
            begun = monotonic()
            crew.asked(caller, visit)
            until(words, "event: requests")
            assert monotonic() - begun < 1
        nginx.reload(process, (first, str(free_port())))
        passed = {asked(nginx.port, one.authority, f"127.0.0.{last}") for last in range(4, 8)}
        assert [status for status, _ in passed] == ["404"]
        assert second not in {number for _, number in passed}
