"""Starts a server of `tests.benchmarks.serve`, and the mail server that it sends to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kiosk.commands.mailbox import Mail, Mailbox
from kiosk.service.tls import LOOPBACK, issue_server_certificate, make_authority, server_context

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
"""Seconds until a mail that does not come is given up."""


@dataclass(frozen=True)
class Served:
    """A server that runs, and the mailbox that its mail goes to."""

    reach: dict[str, Any]
    mailbox: Mailbox

    def code(self, number: int) -> str:
        """The code for the `number`-th enrollment, counted from 1. Each sends two mails: the code and the notice."""
        return self._mail(2 * number - 1).code

    def notice(self, number: int) -> None:
        """Wait until the notice of the `number`-th enrollment has arrived."""
        self._mail(2 * number)

    def _mail(self, number: int) -> Mail:
        mails = self.mailbox.wait_for(number, PATIENCE)
        if len(mails) < number:
            raise TimeoutError("a mail did not arrive")
        return mails[number - 1]


@contextmanager
def served(kind: str, delay: float = 0.0) -> Iterator[Served]:
    """Run the server `kind` in a process of its own until the block ends."""
    with TemporaryDirectory(prefix="keywright-bench-") as name:
        folder, now = Path(name), datetime.now(UTC)
        authority = make_authority(folder, now)
        identity = issue_server_certificate(folder, LOOPBACK, now, authority)
        with Mailbox(server_context(identity)) as mailbox:
            mail = {
                "host": "localhost",
                "port": mailbox.port,
                "sender": "security-keys@example.org",
                "certificate_authority": str(authority.certificate),
            }
            with process(kind, delay, mail) as reach:
                yield Served(reach, mailbox)


@contextmanager
def process(kind: str, *told: Any, module: str = "tests.benchmarks.serve") -> Iterator[dict[str, Any]]:
    """Run a process of the module until the block ends; gives what it said first. `told` are JSON values."""
    command = [sys.executable, "-m", module, kind, *map(json.dumps, told)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        try:
            yield json.loads(running.stdout.readline())
        finally:
            running.stdin.close()
            running.wait(30)
