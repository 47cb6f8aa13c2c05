"""Have staff asked, from wherever they are needed."""

from __future__ import annotations

from dataclasses import replace

from kiosk.contract.staff import ApprovalAction
from kiosk.enrollment.effects import RequestApproval
from kiosk.enrollment.states import WaitForStaff
from kiosk.enrollment.step import Step, next_attempt


def ask(state: WaitForStaff) -> Step:
    """Ask staff, or ask them once more."""
    visit = next_attempt(state.visit)
    key = visit.key if state.action is ApprovalAction.RESET else None
    effect = RequestApproval(visit.attempt, visit.enrollment_id, state.action, key)
    return replace(state, visit=visit, approval=None, problem=None), (effect,)
