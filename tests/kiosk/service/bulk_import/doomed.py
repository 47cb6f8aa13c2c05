"""Receives and takes in a batch in processes that are killed from outside at any moment.

For each line of the standard input (minutes) there is another one, which tells its number and each step that it takes.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kiosk.service.assembly import Surroundings, assemble
from kiosk.service.bulk_import.rules import Form
from kiosk.service.bulk_import.uploads import Upload, Wanted
from kiosk.service.bulk_import.worker import Migrator
from kiosk.service.sources import SystemClock
from tests.kiosk.service.bulk_import.people import MAIN, SITES
from tests.kiosk.service.running import secret, settings_for


def main(folder: Path, database: str, source: Path, minutes: int) -> None:
    """Upload under the same key, then work until there is nothing left, so many minutes from now: the lease of whoever
    was killed is over."""
    settings = settings_for(folder, database=json.loads(database), accounts=SITES)
    clock = SystemClock(lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    service = assemble(settings, Surroundings(b"k" * 32, secret, clock=clock))
    told(str(os.getpid()))
    upload = Upload(service.parts, MAIN, Wanted("main", Form.NDJSON, "the only one"))
    with source.open("rb") as file:
        while piece := file.read(100_000):
            upload.take(piece)
    accepted = upload.finish()
    told(accepted.migration_batch_id)
    migrator = Migrator(service.parts)
    while migrator.work():
        told("block")
    told("done")
    service.close()


def told(word: str) -> None:
    """Say it at once."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


def nursery(folder: Path, database: str, source: Path) -> None:
    """A process for each line: what takes longest, to begin, is done once."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            main(folder, database, source, int(line))
            os._exit(0)
        os.waitpid(child, 0)
        told("ended")


if __name__ == "__main__":
    nursery(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
