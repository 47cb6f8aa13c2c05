"""What is asked of the service for the person's phone and mobile ID: part of the network lane's work."""

from __future__ import annotations

import structlog

from kiosk.contract import phone
from kiosk.contract.phone import PhonePurpose
from kiosk.enrollment.answers_of_phone import IdClaimed, PhoneOpened
from kiosk.enrollment.effects import ClaimMobileId, ClosePhone, OpenPhone, WatchPhone
from kiosk.enrollment.events import Event
from kiosk.errors import ServiceError
from kiosk.station.client import Client
from kiosk.station.phone_watch import PhoneWatch

_log = structlog.get_logger("keywright.station")


class PhoneWork:
    """Does these effects with the lane's client; `watch` looks at the code on the screen. For one thread."""

    def __init__(self, client: Client, watch: PhoneWatch) -> None:
        self._client = client
        self._watch = watch

    @property
    def watch(self) -> PhoneWatch:
        """What looks at the code on the screen, or at what staff say: at one of them at a time."""
        return self._watch

    def perform(self, work: OpenPhone | WatchPhone | ClosePhone | ClaimMobileId) -> Event | None:
        """As `Performer.perform`."""
        match work:
            case OpenPhone():
                return self._open(work)
            case WatchPhone():
                self._watch.watch(work)
            case ClosePhone(transaction_id):
                self._watch.leave()
                self._client.close_phone(transaction_id)
            case ClaimMobileId(attempt, enrollment_id, shown):
                return IdClaimed(attempt, self._client.show_mobile_id(enrollment_id, shown.reveal()))
        return None

    def close(self) -> None:
        """Watch nothing more."""
        self._watch.stop()

    def _open(self, work: OpenPhone) -> Event:
        """Who registers has no enrollment yet; one that a phone has begun with is of no use to the next."""
        client, registers = self._client, work.purpose is PhonePurpose.REGISTER
        if registers and work.enrollment_id:
            cancel(client, work.enrollment_id)
        enrollment_id = client.open(work.locale).enrollment_id if registers else work.enrollment_id
        asked = phone.OpenPhone(enrollment_id=enrollment_id, purpose=work.purpose, form=work.form)
        try:
            return PhoneOpened(work.attempt, enrollment_id, client.open_phone(asked))
        except ServiceError:
            if registers:
                cancel(client, enrollment_id)  # nobody else knows that it is open
            raise


def cancel(client: Client, enrollment_id: str) -> None:
    """End an enrollment that nobody goes on with; one that cannot be reached ends by itself."""
    try:
        client.cancel(enrollment_id)
    except ServiceError as error:
        _log.info("cancel_failed", error=type(error).__name__, reference=error.reference)
