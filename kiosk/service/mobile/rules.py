"""What may happen to a code that a phone scans, pure: its moves, the number, when its purposes fit, what is refused.

PhoneRefused
├── NoSuchCode     no such code (or account, or enrollment) for who asks: not told apart
├── CodeOver       it has ended, with `status` and `reason`
├── AnotherPhone   the first phone that went on with it is another one
├── WrongNumber    not the number that the kiosk shows; `tries_left`
├── NotNow         the enrollment, or the code, is at another step
├── NotOffered     the settings do not offer this
└── NotEnrolled    the service elsewhere certainly enrolls no phone for this account, for `reasons`
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from kiosk.contract.enrollments import Phase
from kiosk.contract.phone import OpenPhone, PhonePurpose, PhoneReason, PhoneStanding, PhoneStatus
from kiosk.contract.profile import VerificationMethod
from kiosk.service.settings import ServiceSettings
from kiosk.service.sources import Random
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.store.phone_codes import Glimpse, PhoneCodeRow
from kiosk.service.tokens.rules import live

TRIES: Final = 3
"""How often another number may be typed, the last time included, which ends the code."""
KEPT: Final = timedelta(days=1)
"""How long the status of a code is told after it was shown."""

_NUMBER: Final = 3  # digits
_LINK_BYTES: Final = 16
_CODE: Final = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

_ENDS: Final = frozenset({PhoneStatus.EXPIRED, PhoneStatus.FAILED, PhoneStatus.CANCELLED})
MOVES: Final[Mapping[PhoneStatus, frozenset[PhoneStatus]]] = {
    PhoneStatus.PENDING: frozenset({PhoneStatus.SCANNED, PhoneStatus.EXPIRED, PhoneStatus.CANCELLED}),
    PhoneStatus.SCANNED: frozenset({PhoneStatus.COMPLETED}) | _ENDS,
    PhoneStatus.COMPLETED: frozenset(),
    PhoneStatus.EXPIRED: frozenset(),
    PhoneStatus.FAILED: frozenset(),
    PhoneStatus.CANCELLED: frozenset(),
}
"""Where each status may lead, on our own pages."""
MOVES_OUTSIDE: Final[Mapping[PhoneStatus, frozenset[PhoneStatus]]] = {
    **MOVES,
    PhoneStatus.PENDING: frozenset({PhoneStatus.SCANNED, PhoneStatus.COMPLETED}) | _ENDS,
}
"""Where it may lead at a service elsewhere, which is looked at now and then: steps are missed."""

PHASES: Final[Mapping[PhonePurpose, frozenset[Phase]]] = {
    PhonePurpose.PASSKEY: frozenset({Phase.KEY, Phase.DONE}),
    PhonePurpose.CONFIRM: frozenset({Phase.VERIFY}),
    PhonePurpose.CODE: frozenset({Phase.VERIFY}),
    PhonePurpose.REGISTER: frozenset({Phase.IDENTIFY}),
}
"""When an enrollment may want a phone for what."""


class PhoneRefused(Exception):
    """Refused, for a reason that is the class. Carries data, never a sentence."""


class NoSuchCode(PhoneRefused):
    """There is nothing of this name for who asks; whether somebody else has it is not told."""


@dataclass(eq=False)
class CodeOver(PhoneRefused):
    """Nothing happens to this code any more."""

    status: PhoneStatus
    reason: str = ""


class AnotherPhone(PhoneRefused):
    """The code belongs to the phone that scanned it first."""


@dataclass(eq=False)
class WrongNumber(PhoneRefused):
    """It is not the number on the kiosk's screen."""

    tries_left: int


class NotNow(PhoneRefused):
    """The enrollment is at another step, or the number was not typed yet."""


class NotOffered(PhoneRefused):
    """The settings do not let a phone do this."""


@dataclass(eq=False)
class NotEnrolled(PhoneRefused):
    """No code will ever be made for this account; `reasons` are words."""

    reasons: tuple[str, ...]


def new_link(random: Random) -> str:
    """128 random bits as 22 characters that need no quoting in a link."""
    return base64.urlsafe_b64encode(random.token(_LINK_BYTES)).rstrip(b"=").decode()


def new_number(random: Random) -> str:
    """What the kiosk shows and the phone types."""
    return random.digits(_NUMBER)


def digits_of(typed: str) -> str:
    """The digits of what somebody typed, of whichever script."""
    return "".join(str(unicodedata.decimal(each)) for each in typed[:32] if each.isdecimal())


def link_hash(code: str) -> bytes:
    """What is kept of a link. Raises NoSuchCode for what is none."""
    if not _CODE.fullmatch(code):
        raise NoSuchCode
    return hashlib.sha256(code.encode()).digest()


def phone_hash(secret: str) -> bytes:
    """What is kept of a phone's cookie. Raises NoSuchCode for what is none."""
    if not 22 <= len(secret) <= 128 or not secret.isascii():
        raise NoSuchCode
    return hashlib.sha256(secret.encode()).digest()


def account_id(uuid: str) -> str:
    """The id of an account from its UUID, with dashes or without. Raises NoSuchCode."""
    if not _UUID.fullmatch(uuid):
        raise NoSuchCode
    return uuid.replace("-", "").lower()


def subject_of_account(hmac_key: bytes, user_id: str) -> str:
    """Whose code it is, for one live code per account."""
    return _keyed(hmac_key, ["phone", user_id])


def subject_of_enrollment(hmac_key: bytes, row: EnrollmentRow) -> str:
    """The same for whoever an enrollment is of; it is its own subject where nobody was matched."""
    return subject_of_account(hmac_key, row.user_id) if row.user_id else _keyed(hmac_key, ["phone of", row.id])


def _keyed(hmac_key: bytes, told: list[str]) -> str:
    return hmac.new(hmac_key, json.dumps(told).encode(), "sha256").hexdigest()


def check_offered(settings: ServiceSettings, asked: OpenPhone) -> None:
    """Raise NotOffered for what the settings do not let phones do."""
    phone, kiosk = settings.phone, settings.accounts.kiosk
    pages = phone.url is not None
    offered = {
        PhonePurpose.PASSKEY: (pages or phone.enroller is not None) and (bool(asked.uuid) or phone.place is not None),
        PhonePurpose.CONFIRM: pages and VerificationMethod.PHONE in settings.verification.methods,
        PhonePurpose.CODE: pages and phone.codes,
        PhonePurpose.REGISTER: pages and phone.forms and kiosk is not None and asked.form in kiosk.forms,
    }
    if not offered[asked.purpose]:
        raise NotOffered


def require_step(row: EnrollmentRow | None, purpose: PhonePurpose, now: datetime) -> EnrollmentRow:
    """The enrollment, if a phone may do this for it now. Raises NoSuchCode, NotNow, CodeOver."""
    if row is None:
        raise NoSuchCode
    if row.phase in (Phase.CANCELLED, Phase.EXPIRED, Phase.LOCKED) or not live(row.opened_at, row.expires_at, now):
        raise CodeOver(PhoneStatus.EXPIRED)
    form = row.registration is not None
    if row.phase not in PHASES[purpose] or (form and purpose is PhonePurpose.CONFIRM):
        raise NotNow
    return row


def as_of(row: PhoneCodeRow, now: datetime) -> PhoneCodeRow:
    """The row with the status that it has now, whether time was written down or not."""
    if row.status.over or live(row.opened_at, row.expires_at, now):
        return row
    return replace(row, status=PhoneStatus.EXPIRED, reason="")


def require_live(row: PhoneCodeRow | None, now: datetime) -> PhoneCodeRow:
    """The row, if something may still happen to it. Raises NoSuchCode, CodeOver."""
    if row is None:
        raise NoSuchCode
    known = as_of(row, now)
    if known.status.over:
        raise CodeOver(known.status, known.reason)
    return row


def standing_of(known: Glimpse, now: datetime) -> PhoneStanding:
    """What is told to the station: the number only while a phone works on the code, no time once it is over."""
    if known.status.over:
        return PhoneStanding(known.status, reason=known.reason)
    if not live(known.opened_at, known.expires_at, now):
        return PhoneStanding(PhoneStatus.EXPIRED)
    left = (known.expires_at - now).total_seconds()
    number = known.number if known.status is PhoneStatus.SCANNED else ""
    return PhoneStanding(known.status, number, max(1, int(left)), known.reason)


def after_wrong_number(row: PhoneCodeRow) -> tuple[PhoneStatus, str, int]:
    """Status, reason and tries left, after one more wrong number."""
    left = TRIES - row.number_tries - 1
    if left > 0:
        return row.status, row.reason, left
    return PhoneStatus.FAILED, PhoneReason.WRONG_NUMBER, 0
