"""Takes back at once what a party began and nobody can go on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kiosk.service.relying_parties.connector import OutcomeUnknown, RelyingPartyRefused, RelyingPartyUnavailable


@contextmanager
def taken_back(account: str, take_back: Callable[[], None]) -> Iterator[None]:
    """Around what is done with a fresh beginning. Raises RelyingPartyRefused as it came, once it is taken back, and
    OutcomeUnknown where that fails: something half made is left, which `abort` finds."""
    try:
        yield
    except RelyingPartyRefused as refused:
        try:
            take_back()
        except (RelyingPartyRefused, RelyingPartyUnavailable, OutcomeUnknown):
            raise OutcomeUnknown(account) from refused
        raise
