"""Takes a whole list in a process that is killed from outside: in the middle of it, it says so and waits for that."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from threading import Event

from kiosk.service.assembly import Surroundings, assemble
from kiosk.service.projects.whole_list import Wanted, take_list
from kiosk.service.sources import SystemRandom
from tests.kiosk.service.projects.campaign import MANAGER, PAGES
from tests.kiosk.service.running import secret, settings_for


class Waiting(SystemRandom):
    """Makes so many tokens, inside the transaction of the list, and no more."""

    def __init__(self, left: int) -> None:
        self._left = left

    def token(self, n: int) -> bytes:
        """Random bytes, while there are any."""
        if self._left == 0:
            told("writing")
            Event().wait()
        self._left -= 1
        return super().token(n)


def main(folder: Path, database: str, project: str, content: bytes, tokens: int) -> None:
    """Take the list, up to the token after so many."""
    settings = settings_for(folder, database=json.loads(database), projects=PAGES)
    service = assemble(settings, Surroundings(b"k" * 32, secret, random=Waiting(tokens)))
    take_list(service.parts, MANAGER, project, content, Wanted(confirm_removals=True))
    told("done")
    service.close()


def told(word: str) -> None:
    """Say it at once."""
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]).read_bytes(), int(sys.argv[5]))
