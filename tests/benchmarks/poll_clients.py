"""Kiosks of one process that ask for the status of their codes over connections that they keep.

Reads one line of JSON with what to do, and writes a file of JSON with what it saw. As little as possible is done with
each answer, for what the clients take must not be taken for the service.
"""

from __future__ import annotations

import asyncio
import json
import random
import ssl
import sys
import time
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from tests.benchmarks.poll_serve import say, spent

if sys.platform == "win32":
    from asyncio import run
else:
    from uvloop import run

Json = dict[str, Any]

TICK = 0.0001
"""Seconds of one step of what answers took: thousands of them are told as how many took how many steps."""


class Kiosk(asyncio.Protocol):
    """One connection. It asks each 1.5 seconds, or again at once where the answer is held back."""

    def __init__(self, clients: Clients, number: int, token: str, transaction: str) -> None:
        self._clients, self._number = clients, number
        self._head = (
            f"GET /omi/qr/enrol/status?transactionId={transaction}%s HTTP/1.1\r\n"
            f"Host: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
        )
        self._plain = (self._head % "").encode()
        self._status, self._asked_at, self._read = "PENDING", 0.0, b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TLS is done."""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Only at the end."""
        if not self._clients.over:
            self._clients.broken += 1

    def ask(self) -> None:
        """One question."""
        if self.transport is None or self._clients.over:
            return
        self._asked_at = time.perf_counter()
        held = self._clients.hold
        more = f"&wait={held}&seen={self._status}" if held else ""
        self.transport.write((self._head % more).encode() if held else self._plain)

    def data_received(self, data: bytes) -> None:
        """One answer, mostly in one piece."""
        self._read += data
        if not self._read.endswith(b"}"):
            return
        now, answer, self._read = time.perf_counter(), self._read, b""
        if not answer.startswith(b"HTTP/1.1 200"):
            self._clients.refused += 1
        else:
            self._told(answer.partition(b'"status":"')[2].partition(b'"')[0].decode(), now)
        over = self._status == "COMPLETED"
        wait = 0.0 if self._clients.hold and not over else max(0.0, self._asked_at + self._clients.every - now)
        asyncio.get_running_loop().call_later(wait, self.ask)

    def _told(self, status: str, now: float) -> None:
        self._clients.taken[round((now - self._asked_at) / TICK)] += 1
        if status != self._status:
            self._status = status
            self._clients.seen.append((self._number, status))


class Clients:
    """All kiosks of this process."""

    def __init__(self, told: Json) -> None:
        self.every, self.hold = float(told["every"]), int(told["hold"])
        self.taken: Counter[int] = Counter()
        self.seen: list[tuple[int, str]] = []
        self.broken = self.refused = 0
        self.over = False
        self._told = told

    async def run(self) -> Json:
        """Connect all, then ask for so many seconds."""
        url = urlsplit(self._told["url"])
        context = ssl.create_default_context(cafile=self._told["authority"])
        loop, chance, tokens = asyncio.get_running_loop(), random.Random(11), self._told["tokens"]
        kiosks = [Kiosk(self, number, tokens[number], transaction) for number, transaction in self._told["codes"]]
        for at in range(0, len(kiosks), 50):
            some = kiosks[at : at + 50]
            await asyncio.gather(
                *(
                    loop.create_connection(partial(_itself, it), url.hostname or "", url.port or 443, ssl=context)
                    for it in some
                )
            )
        say("connected")
        await loop.run_in_executor(None, sys.stdin.readline)
        for each in kiosks:
            loop.call_later(chance.uniform(0, self.every), each.ask)
        await asyncio.sleep(float(self._told["warm"]))
        self.taken.clear()
        begun, used = time.perf_counter(), spent()
        await asyncio.sleep(float(self._told["seconds"]))
        took, used = time.perf_counter() - begun, spent() - used
        self.over = True
        for each in kiosks:
            if each.transport is not None:
                each.transport.abort()
        return {
            "taken": sorted(self.taken.items()),
            "seen": self.seen,
            "refused": self.refused,
            "broken": self.broken,
            "share": used / took,
        }


def _itself(kiosk: Kiosk) -> Kiosk:
    return kiosk


def main() -> None:
    """What to do comes in, what was seen goes out: into a file, for it is longer than a pipe holds."""
    told = json.loads(sys.stdin.readline())
    Path(told["into"]).write_text(json.dumps(run(Clients(told).run())), encoding="utf-8")
    say("over")


if __name__ == "__main__":
    main()
