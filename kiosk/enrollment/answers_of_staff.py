"""What the service says of staff's approval, and of somebody's further keys: part of `enrollment.answers`."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.contract.keys import NextKeyOpened
from kiosk.contract.staff import Approval
from kiosk.enrollment.visit import Trouble


@dataclass(frozen=True, slots=True)
class ApprovalOpened:
    """RequestApproval succeeded: staff can see it."""

    attempt: int
    approval: Approval


@dataclass(frozen=True, slots=True)
class ApprovalMoved:
    """WatchApproval: the request stands so now."""

    attempt: int
    approval: Approval


@dataclass(frozen=True, slots=True)
class ApprovalUnseen:
    """WatchApproval: how it stands cannot be told now; it is tried again."""

    attempt: int
    error: Trouble


@dataclass(frozen=True, slots=True)
class IntentAccepted:
    """ChooseIntent succeeded."""

    attempt: int


@dataclass(frozen=True, slots=True)
class NextKeyReady:
    """OpenNextKey succeeded."""

    attempt: int
    opened: NextKeyOpened
