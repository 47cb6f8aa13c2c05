"""What the service says of the person's phone, and of the mobile ID on it: part of `enrollment.answers`."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.mobile_ids import MobileId
from kiosk.contract.phone import PhoneCode, PhoneStanding
from kiosk.enrollment.visit import Trouble


@dataclass(frozen=True, slots=True)
class PhoneOpened:
    """OpenPhone succeeded, for this enrollment."""

    attempt: int
    enrollment_id: str
    code: PhoneCode


@dataclass(frozen=True, slots=True)
class PhoneMoved:
    """WatchPhone: the code stands so now."""

    attempt: int
    standing: PhoneStanding


@dataclass(frozen=True, slots=True)
class PhoneUnseen:
    """WatchPhone: how it stands cannot be told now; it is tried again."""

    attempt: int
    error: Trouble


@dataclass(frozen=True, slots=True)
class IdClaimed:
    """ClaimMobileId succeeded."""

    attempt: int
    mobile_id: MobileId
