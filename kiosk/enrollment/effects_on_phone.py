"""What is asked of the service for the person's phone, and for the mobile ID on it: part of `enrollment.effects`."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.phone import PhonePurpose
from kiosk.contract.profile import FormKind
from kiosk.secret import Secret


@dataclass(frozen=True, slots=True)
class OpenPhone:
    """Show a code for this purpose. For `register` nobody has said who they are yet: an enrollment is opened first, and
    the one named here (if any) is cancelled. Answer: PhoneOpened."""

    attempt: int
    enrollment_id: str
    purpose: PhonePurpose
    form: FormKind | None = None
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class WatchPhone:
    """Look how the code stands, without holding up anything else, until it is over, ClosePhone, or some time after
    `seconds`. Answers: PhoneMoved each time it moved, PhoneUnseen each time the line fails, Failed when it is given
    up."""

    attempt: int
    transaction_id: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ClosePhone:
    """Take the code back, and look at it no more. Failures are logged: the service ends it anyway. No answer."""

    transaction_id: str


@dataclass(frozen=True, slots=True)
class ClaimMobileId:
    """Tie what was shown (a code, or a number) to the verified person. Answer: IdClaimed."""

    attempt: int
    enrollment_id: str
    shown: Secret
