"""What the service asks of a service elsewhere that enrolls phones, and the values it gets back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from kiosk.contract.phone import PhoneStatus


class PhonesUnavailable(Exception):
    """Nobody can tell a code now; the same call may be made again in `retry_after` seconds."""

    def __init__(self, retry_after: int = 5) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class PhonesRefused(Exception):
    """Certainly no code for this account. `word` says why, for the log and for staff."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True, slots=True)
class OutsideCode:
    """A code as the service elsewhere made it: its own name of it, the picture (PNG), how long it may be scanned."""

    reference: str = field(repr=False)
    picture: bytes = field(repr=False)
    lifetime: timedelta


class PhoneEnroller(Protocol):
    """A service elsewhere that enrolls phones. Called outside transactions; raises the two errors above only."""

    @property
    def id(self) -> str:
        """The word for it, kept with each code."""
        ...

    @property
    def deadline(self) -> timedelta:
        """The longest that one call takes."""
        ...

    def account_of(self, user_id: str, attributes: dict[str, str]) -> str:
        """What it calls this person: their id here, or one of their attributes. Raises PhonesRefused (`no_account`)."""
        ...

    def open(self, account: str) -> OutsideCode:
        """A code for the account."""
        ...

    def standing(self, reference: str) -> PhoneStatus:
        """How a code stands."""
        ...

    def probe(self) -> str:
        """What the doctor sees, with the least harm: nothing is written. Raises ProbeFailed."""
        ...
