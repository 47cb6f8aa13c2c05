"""What is asked of the service for staff to approve, and of further keys: part of the network lane's work."""

from __future__ import annotations

from kiosk.enrollment.answers_of_staff import ApprovalOpened, IntentAccepted, NextKeyReady
from kiosk.enrollment.effects import ChooseIntent, OpenNextKey, RequestApproval, TakeBackApproval, WatchApproval
from kiosk.enrollment.events import Event
from kiosk.station.client import Client
from kiosk.station.key_report import key_report
from kiosk.station.phone_watch import PhoneWatch


class StaffWork:
    """Does these effects with the lane's client; `watch` looks what staff say. For one thread."""

    def __init__(self, client: Client, watch: PhoneWatch) -> None:
        self._client = client
        self._watch = watch

    def perform(
        self, work: RequestApproval | WatchApproval | TakeBackApproval | ChooseIntent | OpenNextKey
    ) -> Event | None:
        """As `Performer.perform`."""
        client = self._client
        match work:
            case RequestApproval(attempt, enrollment_id, action, key):
                report = None if key is None else key_report(key)
                return ApprovalOpened(attempt, client.ask_staff(enrollment_id, action, report))
            case WatchApproval():
                self._watch.watch(work)
            case TakeBackApproval(enrollment_id, approval_id):
                self._watch.leave()
                client.take_back_approval(enrollment_id, approval_id)
            case ChooseIntent(attempt, enrollment_id, intent, lost):
                client.choose_intent(enrollment_id, intent, lost)
                return IntentAccepted(attempt)
            case OpenNextKey(attempt, enrollment_id):
                return NextKeyReady(attempt, client.next_key(enrollment_id))
        return None
