"""What makes a replica ready, said in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kiosk.service.store.upgrade import Schema

LEAVING: Final = "this replica is about to end"
SILENT: Final = "the database does not answer"
MISSING: Final = {
    Schema.EMPTY: "the database has no tables",
    Schema.OLDER: "the database lacks migrations of this release",
}
"""What stands against each state of the schema. A newer one does not: a replica of the next release has upgraded it
while this one runs, and migrations leave what the release before them uses."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands against sending requests to a replica; nothing, when it is ready."""

    against: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether nothing does."""
        return not self.against


def judge(schema: Schema | None, *, leaving: bool) -> Readiness:
    """From the schema of the database (None: it did not answer) and from whether the replica is about to end."""
    database = SILENT if schema is None else MISSING.get(schema)
    return Readiness(tuple(each for each in (LEAVING if leaving else None, database) if each is not None))
