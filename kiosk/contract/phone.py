"""A person's phone takes part: a code on the kiosk's screen, a page on the phone, a screen that notices.

POST /omi/qr/enrol makes the code, GET /omi/qr/enrol/status tells how it stands, DELETE /omi/qr/enrol takes it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kiosk.contract.profile import FormKind


class PhonePurpose(StrEnum):
    """What the phone is wanted for.

    `passkey`: it registers a passkey of its own, for an account that exists. `confirm`: it verifies the person of an
    enrollment with a passkey that they have already. `code`: the mailed or texted code of an enrollment is typed there
    instead of at the kiosk. `register`: the form of somebody who is not known yet is filled in there, and its code
    typed.
    """

    PASSKEY = "passkey"
    CONFIRM = "confirm"
    CODE = "code"
    REGISTER = "register"


class PhoneStatus(StrEnum):
    """How a code stands; forward only. The last four are ends."""

    PENDING = "PENDING"
    SCANNED = "SCANNED"
    COMPLETED = "COMPLETED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def over(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self not in LIVE


LIVE: Final = frozenset({PhoneStatus.PENDING, PhoneStatus.SCANNED})
"""While the code may still be scanned, or a phone works on it."""


class PhoneReason(StrEnum):
    """Why a code FAILED or was CANCELLED; empty reasons are not told.

    `wrong_number`: too often another number than the kiosk shows. `wrong_account`: the passkey is somebody else's.
    `another_phone`: a second phone tried to go on with it. `declined`: the person said on the phone that it is not
    them. `refused`: what the phone sent did not hold. `locked`: too many wrong codes. `replaced`: a newer code took its
    place. `taken_back`: the kiosk or its visit ended.
    """

    WRONG_NUMBER = "wrong_number"
    WRONG_ACCOUNT = "wrong_account"
    ANOTHER_PHONE = "another_phone"
    DECLINED = "declined"
    REFUSED = "refused"
    LOCKED = "locked"
    REPLACED = "replaced"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class OpenPhone:
    """POST /omi/qr/enrol. Either `uuid` (an existing account, purpose `passkey`) or the station's own `enrollment_id`.

    `form` with purpose `register` only. The members are camelCase on the wire; `{"uuid": …}` alone is all that
    organizations' own registration pages need to send.
    """

    uuid: str = ""
    enrollment_id: str = ""
    purpose: PhonePurpose = PhonePurpose.PASSKEY
    form: FormKind | None = None


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """200. `qr_code` is a PNG in base64, for an <img>; `link` is what is in it, empty where a service elsewhere does
    not tell. `expires_in` in seconds. Whoever has the link has the code: both are kept out of logs."""

    transaction_id: str
    qr_code: str = field(repr=False)
    expires_in: int
    link: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PhoneStanding:
    """200 of the status. `number` is shown by the kiosk once the code is SCANNED, and typed on the phone: a
    photographed code is worth nothing without it. Empty where a service elsewhere has none. `expires_in` in
    seconds."""

    status: PhoneStatus
    number: str = ""
    expires_in: int = 0
    reason: str = ""
