"""Takes people out of the trail: their fields go, the chain stays whole, and an entry says which entries they were."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from kiosk.service.audit.actions import Event, record
from kiosk.service.audit.chain import ERASED, ranges
from kiosk.service.parts import Parts
from kiosk.service.store import audit as rows
from kiosk.service.store.engine import WriteTx

_AT_ONCE: Final = 500
_ALONE: Final = "audit\0pseudonymise"
"""Two replicas would tell of the same entries."""


def erase_person(tx: WriteTx, parts: Parts, actor: str, tenant: str, subject: str, reason: str) -> int:
    """No entry names this person from now on, as whom it is about or as who did it; how many there were. `subject` is
    their id. `reason` is a word."""
    about, did = rows.numbers_of_person(tx, subject)
    rows.erase_about(tx, about)
    rows.erase_who(tx, did)
    numbers = {*about, *did}
    if numbers:
        record(tx, parts, Event(ERASED, tenant, actor, reason=reason, details={"numbers": ranges(numbers)}))
    return len(numbers)


def pseudonymise_next(parts: Parts) -> bool:
    """Let the oldest entries, past the days of the settings, name nobody any more; whether there may be more."""
    days = parts.settings.audit.pseudonymise
    if days is None:
        return False
    before = parts.clock.now() - timedelta(days=days)

    def work(tx: WriteTx) -> int:
        tx.alone_with(_ALONE)
        numbers = rows.numbers_before(tx, before, _AT_ONCE)
        if numbers:
            rows.erase_about(tx, numbers)
            rows.erase_who(tx, numbers)
            details: dict[str, str | int | bool] = {"numbers": ranges(numbers)}
            record(tx, parts, Event(ERASED, "default", "service", reason="age", details=details))
        return len(numbers)

    return parts.store.write(work) == _AT_ONCE
