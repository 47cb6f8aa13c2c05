"""Sample states of what a person waits for staff for, and of what they do who have a key already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kiosk import errors as kiosk_errors
from kiosk.contract.keys import HeldKey, Intent
from kiosk.contract.profile import RelyingPartyName
from kiosk.contract.staff import Approval, ApprovalAction, ApprovalState
from kiosk.enrollment import states as s
from kiosk.enrollment.visit import Port, Visit
from ui.tour_keys import Sample

ASKED = Approval("a1", ApprovalAction.VERIFY, ApprovalState.PENDING, "47", 1, 0, 540)
BLUE = HeldKey("k1", "Example Key 5C", "2025-03-02", "4711", "")
BLACK = HeldKey("k2", "Example Key NFC", "2023-11-20", "", "At home")


def staff_samples(visit: Visit) -> Iterator[Sample]:
    """Waiting for staff, and what they may say."""
    came_from = s.ChooseMethod(visit, visit.offers)
    waiting = s.WaitForStaff(visit, ApprovalAction.VERIFY, came_from, ASKED)
    yield Sample("staff-asking", replace(waiting, approval=None))
    for action in ApprovalAction:
        yield Sample(f"staff-{action}", replace(waiting, action=action, approval=replace(ASKED, action=action)))
    yield Sample("staff-one-of-two", replace(waiting, approval=replace(ASKED, needed=2, given=1)))
    yield Sample("staff-unreachable", replace(waiting, problem=kiosk_errors.ServiceUnreachable()))
    denied = replace(ASKED, state=ApprovalState.DENIED, reason="Please bring your badge.")
    yield Sample(
        "staff-denied", replace(waiting, approval=denied, problem=kiosk_errors.Denied("Please bring your badge."))
    )
    yield Sample("staff-expired", replace(waiting, approval=replace(ASKED, state=ApprovalState.EXPIRED)))


def more_key_samples(visit: Visit) -> Iterator[Sample]:
    """Keys that somebody has, and one more in the same visit."""
    away = replace(visit, key=None, port=Port())
    held = s.KeysHeld(away, (BLUE,), (Intent.ANOTHER, Intent.REPLACE))
    yield Sample("keys-held", held)
    yield Sample("keys-held-two", replace(held, held=(BLUE, BLACK)))
    yield Sample("keys-held-lost-alone", replace(held, intents=(Intent.REPLACE,)))
    yield Sample("keys-held-enough", replace(held, held=(BLUE, BLACK), intents=()))
    yield Sample("keys-held-refused", replace(held, problem=kiosk_errors.KeysEnough()))
    backup = s.Backup(replace(away, finished=visit.parties), 2, 2)
    yield Sample("backup", backup)
    yield Sample("backup-optional", replace(backup, optional=True))
    vpn = RelyingPartyName("vpn.example.org", "VPN")
    partly = replace(backup.visit, parties=(*visit.parties[:1], vpn), finished=visit.parties[:1])
    yield Sample("backup-after-a-part", replace(backup, visit=partly))
