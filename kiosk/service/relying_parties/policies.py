"""What the relying parties' own policies were when they were last read: nobody at a kiosk waits for them to be read.

The worker reads them again and again. One that cannot be read stays what it was; one that was never read keeps nobody
out, since the party itself decides in the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

import structlog

from kiosk.contract.enrollments import KeyReport
from kiosk.service.relying_parties.connector import (
    PartyPolicy,
    RelyingParty,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
)
from kiosk.service.relying_parties.policy import refusals

TAKES_NO_KEYS: Final = frozenset({"not_enabled", "no_model_allowed"})
"""What a party says whose policy lets nobody register any key."""

OLD: Final = timedelta(minutes=15)
"""After this somebody who asks does wait: the worker would have read it long ago, if there were one."""

_log = structlog.get_logger("keywright.service")


@dataclass(frozen=True, slots=True)
class _Known:
    """`word` is why the party takes no keys at all; `read` whether the last attempt succeeded."""

    policy: PartyPolicy
    word: str
    read: bool
    asked_at: datetime

    def refusals(self, key: KeyReport) -> tuple[str, ...]:
        return (self.word,) if self.word else refusals(self.policy, key)


@dataclass(slots=True)
class Policies:
    """By party; safe to share between threads."""

    _known: dict[str, _Known] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def refusals(self, party: RelyingParty, key: KeyReport, now: datetime) -> tuple[str, ...]:
        """Words for why the party will not take the key, as far as is known."""
        known = self._known.get(party.name.id)
        if known is None or not now - OLD < known.asked_at <= now:
            known = self._read(party, now)
        return known.refusals(key)

    def read_all(self, parties: Iterable[RelyingParty], now: datetime) -> None:
        """Read them anew."""
        for party in parties:
            self._read(party, now)

    def _read(self, party: RelyingParty, now: datetime) -> _Known:
        before = self._known.get(party.name.id, _Known(PartyPolicy(), "", True, now))
        try:
            known = _Known(party.policy(), "", True, now)
        except RelyingPartyRefused as refusal:
            if refusal.word in TAKES_NO_KEYS:
                known = _Known(PartyPolicy(), refusal.word, True, now)
            else:
                known = self._not_read(party, before, now, refusal.word)
        except RelyingPartyUnavailable:
            known = self._not_read(party, before, now, "unavailable")
        with self._lock:
            self._known[party.name.id] = known
        return known

    @staticmethod
    def _not_read(party: RelyingParty, before: _Known, now: datetime, word: str) -> _Known:
        """What was known stays so; told once, until it can be read again."""
        if before.read:
            _log.warning("policy_not_read", relying_party=party.name.id, word=word)
        return _Known(before.policy, before.word, False, now)
