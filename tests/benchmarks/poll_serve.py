"""The service of its own process for the benchmark of polling kiosks: codes of many kiosks, and phones that scan them.

Prints one line of JSON with how to reach it. Then each line of its input is a command, which it answers by one line.
"""

from __future__ import annotations

import json
import logging
import random
import resource
import sys
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kiosk import logs
from kiosk.commands.embedded import Embedded, embedded_service
from kiosk.contract.phone import OpenPhone
from kiosk.service.bulk_import.files import Importer
from kiosk.service.mobile import codes
from kiosk.service.server import leave_alone_what_is_there
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.users import user_ids
from kiosk.service.tokens.actions import STATION, create_client, issue_token
from kiosk.service.tokens.rules import Caller

URL = "https://enroll.keywright.example"


class Kiosks:
    """Kiosks with a code each. A few clients share them: the service does not care whose a code is."""

    def __init__(self, embedded: Embedded, folder: Path, count: int) -> None:
        self._parts = embedded.service.parts
        self._links: list[tuple[str, str]] = []
        self.tokens: list[str] = []
        self.codes: list[tuple[int, str]] = []
        self._walk(folder, count)

    def _walk(self, folder: Path, count: int) -> None:
        parts = self._parts
        file = folder / "people.csv"
        rows = "\n".join(f"p{n}@example.org,{700000 + n},Person,Number {n},p{n}@example.org" for n in range(count))
        file.write_text(f"upn,employee_id,given_name,family_name,email\n{rows}\n")
        Importer(parts.store, parts.clock, parts.random, parts.settings).people(file)
        with parts.store.read() as tx:
            people = [user_ids(tx, "employee_id", str(700000 + n))[0] for n in range(count)]
        for number, person in enumerate(people):
            credentials = create_client(parts.store, parts.clock, parts.random, f"Kiosk {number}", STATION)
            self.tokens.append(issue_token(parts, credentials, "").token)
            made = codes.open_code(parts, Caller(credentials.client_id, STATION.scopes), OpenPhone(uuid=person))
            self._links.append((made.transaction_id, made.link.rpartition("/")[2]))
            self.codes.append((number, made.transaction_id))

    def walk(self, first: int, end: int, seconds: float) -> None:
        """Some codes are scanned, matched and completed, at random moments of the time that is given; no step follows
        another within two seconds, for a kiosk asks less often than that."""
        chance = random.Random(7)
        steps: list[tuple[float, str, str, str]] = []
        for transaction, link in self._links[first:end]:
            scanned_at, done_at = sorted((chance.uniform(0, seconds), chance.uniform(0, seconds)))
            phone = f"{chance.getrandbits(160):040x}"
            steps += [(scanned_at, transaction, link, phone), (done_at + 2.0, transaction, "", phone)]
        begun = time.monotonic()
        for at, _, link, phone in sorted(steps):
            time.sleep(max(0.0, begun + at - time.monotonic()))
            if link:
                codes.scanned(self._parts, link, phone)
            else:
                self._complete(phone)

    def _complete(self, phone: str) -> None:
        row = codes.of_phone(self._parts, phone)
        row = codes.matched(self._parts, row, row.number)

        def work(tx: WriteTx) -> None:
            codes.completed(tx, self._parts, row)

        self._parts.store.write(work)


def spent() -> float:
    """Seconds of a processor that this process took so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def say(told: Any) -> None:
    """One line."""
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def main(count: str) -> None:
    """Serve until the input ends."""
    logs.install(logs.LogSettings(level=logging.ERROR))
    changes = {"phone": {"url": URL, "lifetime": 600}, "identify": {"email_domain": "example.org"}}
    with TemporaryDirectory(prefix="keywright-bench-") as name, embedded_service(Path(name), changes) as embedded:
        kiosks = Kiosks(embedded, Path(name), int(count))
        service = embedded.station.service
        leave_alone_what_is_there()
        say({"url": service.url, "authority": str(service.ca_file), "tokens": kiosks.tokens, "codes": kiosks.codes})
        for line in sys.stdin:
            word, *told = line.split()
            if word == "walk":
                first, end, seconds = map(int, told)
                threading.Thread(target=kiosks.walk, args=(first, end, seconds), daemon=True).start()
            say(spent())


if __name__ == "__main__":
    main(*sys.argv[1:])
