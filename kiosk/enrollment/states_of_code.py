"""The person types a code: part of `enrollment.states`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kiosk.contract.enrollments import VerificationOffer
from kiosk.contract.profile import VerificationMethod
from kiosk.enrollment.visit import Trouble, Visit
from kiosk.secret import Secret


class CodeWork(StrEnum):
    """What is going on with a code."""

    IDLE = "idle"
    SENDING = "sending"
    CHECKING = "checking"


@dataclass(frozen=True, slots=True)
class EnterCode:
    """Type the code. `sent` counts the codes sent, so that a page restarts its countdowns of `resend_after` and
    `expires_in` seconds when it grows. `others` are the ways that remain. By an authenticator app (TOTP) nothing is
    sent: `hint` is empty, `resend_after` and `expires_in` are 0, and a recovery code may be typed instead. `typed` is
    the code that is being checked, for the case that staff must approve first."""

    visit: Visit
    method: VerificationMethod
    hint: str
    digits: int = 6
    sent: int = 0
    resend_after: int = 60
    expires_in: int = 600
    others: tuple[VerificationOffer, ...] = ()
    work: CodeWork = CodeWork.IDLE
    problem: Trouble | None = None
    typed: Secret | None = None
