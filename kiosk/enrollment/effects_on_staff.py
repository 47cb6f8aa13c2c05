"""What is asked of the service for staff to approve, and of somebody's further keys: part of `enrollment.effects`."""

from __future__ import annotations

from dataclasses import dataclass

from hardware.authenticator import KeyInfo
from kiosk.contract.keys import Intent
from kiosk.contract.staff import ApprovalAction


@dataclass(frozen=True, slots=True)
class RequestApproval:
    """Ask staff, with the key that it is about, if any. Answer: ApprovalOpened."""

    attempt: int
    enrollment_id: str
    action: ApprovalAction
    key: KeyInfo | None = None


@dataclass(frozen=True, slots=True)
class WatchApproval:
    """Look what staff say, without holding up anything else, until that is decided, TakeBackApproval, or some
    time after `seconds`. Answers: ApprovalMoved each time it moved, ApprovalUnseen when the line fails, Failed when it
    is given up."""

    attempt: int
    enrollment_id: str
    approval_id: str
    seconds: int


@dataclass(frozen=True, slots=True)
class TakeBackApproval:
    """Ask staff no more, and look no more what they say. Failures are logged: a request ends by itself. No answer."""

    enrollment_id: str
    approval_id: str


@dataclass(frozen=True, slots=True)
class ChooseIntent:
    """Say what the verified person is here for. Answer: IntentAccepted."""

    attempt: int
    enrollment_id: str
    intent: Intent
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenNextKey:
    """Go on with one more key. Answer: NextKeyReady."""

    attempt: int
    enrollment_id: str
