"""What replicas tell each other of busy clients: after every sixteenth of a bucket, and in no request."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Final

from kiosk.service.parts import Parts
from kiosk.service.store import rates as store
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.rates import RATES
from kiosk.service.tokens.rates import Key, Rates
from kiosk.service.worker import Chore

_AT_ONCE: Final = 500
_SECONDS: Final = 5.0  # until it is tried again what was not told
_HOURLY: Final = 3600.0


class Sharing:
    """Tells and learns for one replica. Clients and addresses are in the database as keyed hashes alone."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._kinds: Mapping[str, Rates] = {"clients": parts.rates, "addresses": parts.addresses}

    def chores(self) -> tuple[Chore, ...]:
        """Tell when there is something, and forget."""
        return (
            Chore("share_rates", self.share_next, _SECONDS, hears=RATES),
            Chore("forget_rates", self._forget, _HOURLY),
        )

    def share_next(self) -> bool:
        """Tell what the others must be told, and learn what they said; whether there is more. Raises StoreBusy."""
        told = [self._share(kind, rates) for kind, rates in self._kinds.items()]
        return any(each >= _AT_ONCE for each in told)

    def _share(self, kind: str, rates: Rates) -> int:
        untold, now = dict(islice(rates.untold().items(), _AT_ONCE)), self._parts.clock.now()
        if not untold:
            return 0
        subjects = {self._subject(kind, key): key for key in untold}

        def write(tx: WriteTx) -> Mapping[str, datetime]:
            known = store.full_at(tx, subjects)
            filling = {
                subject: rates.full_after(known.get(subject), untold[key], now) for subject, key in subjects.items()
            }
            store.put_full_at(tx, filling)
            return filling

        for subject, at in self._parts.store.write(write, hasty=True).items():
            key = subjects[subject]
            rates.learn(key, untold[key], at, now)
        return len(untold)

    def _forget(self) -> bool:
        self._parts.store.write(lambda tx: store.forget_full(tx, self._parts.clock.now()))
        return False

    def _subject(self, kind: str, key: Key) -> str:
        return hmac.digest(self._parts.hmac_key, "\0".join(("rates", kind, *key)).encode(), "sha256").hex()
