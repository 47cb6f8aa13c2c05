"""What becomes of a ceremony that nobody is finishing: settled with the service, remembered for its key.

All of it may be done twice. A pass makes at most a few calls for each ceremony and stops at the first sign that the
service does not answer; what is left waits for the next pass.
"""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

import structlog

from hardware.authenticator import Authenticator
from hardware.errors import HardwareError
from kiosk.contract.enrollments import AbandonReason, Phase, ProvedCeremony
from kiosk.errors import OutcomeUnknown, OutOfStep, PartyUnavailable, Refusal, ServiceError
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark, OwedPin, Row, Step

_log = structlog.get_logger("keywright.station")


class Settling(Protocol):
    """What recovery calls at the service: `client.Client`."""

    def complete(self, enrollment_id: str, ceremony_id: str, credential: dict[str, Any], name: str = "") -> object:
        """Hand over a response again."""
        ...

    def prove(self, enrollment_id: str, ceremony_id: str, credential: dict[str, Any]) -> ProvedCeremony:
        """Hand over an assertion again."""
        ...

    def abandon(self, enrollment_id: str, ceremony_id: str, reason: AbandonReason) -> None:
        """Have the service forget."""
        ...

    def finish(self, enrollment_id: str) -> object:
        """End an enrollment with what was proved."""
        ...

    def cancel(self, enrollment_id: str) -> None:
        """End an enrollment without success."""
        ...


def settle(journal: Journal, service: Settling) -> bool:
    """Bring every unsettled ceremony to its end at the service; False when some must wait.

    Raises the errors of the journal.
    """
    undecided: set[str] = set()
    for row in journal.unsettled():
        try:
            if row.step is not Step.HELD:
                settle_one(journal, service, row)
        except (OutcomeUnknown, PartyUnavailable):
            undecided.add(row.enrollment_id)
        except ServiceError as error:
            return _waits(row, error)
    for row in journal.unsettled():  # what was held, now that all else of its enrollment is decided
        now = journal.find(row.ceremony_id)
        if now is None or now.step is not Step.HELD or row.enrollment_id in undecided:
            continue  # settled with another one of its enrollment, or not yet to be
        try:
            _end(journal, service, row)
        except ServiceError as error:
            return _waits(row, error)
    return not undecided


def _waits(row: Row, error: ServiceError) -> bool:
    _log.info("recovery_waits", step=row.step.value, error=type(error).__name__, reference=error.reference)
    return False


def _end(journal: Journal, service: Settling, row: Row) -> None:
    """End the enrollment of something that was proved: well, or with nothing, as policy was."""
    if row.rolls_back and _cancelled(service, row.enrollment_id):
        journal.revoke(row.ceremony_id)
        forget(journal, service, row.enrollment_id, row.ceremony_id, AbandonReason.ANOTHER_KEY)
        _log.info("recovered", step=row.step.value, outcome="rolled_back")
        return
    try:
        service.finish(row.enrollment_id)
    except Refusal as error:  # it is over, and the service keeps what was proved
        _log.info("finish_refused", error=type(error).__name__, reference=error.reference)
    journal.ended(row.enrollment_id)
    _log.info("recovered", step=row.step.value, outcome="proved")


def _cancelled(service: Settling, enrollment_id: str) -> bool:
    """Whether the enrollment has come to nothing; False when it had ended well before."""
    try:
        service.cancel(enrollment_id)
    except OutOfStep:
        return False
    except Refusal as error:  # over already
        _log.info("cancel_failed", error=type(error).__name__, reference=error.reference)
    return True


def settle_one(journal: Journal, service: Settling, row: Row, reason: AbandonReason = AbandonReason.RECOVERED) -> None:
    """Bring one ceremony to its end. Raises a ServiceError when nothing is decided yet.

    An assertion that was sent, or was about to be, is sent again: if the service took it, key and service agree and
    the credential stays. A response likewise, so that the service knows what it is to forget; then it forgets.
    """
    if row.step is Step.PROVING and row.assertion is not None and _proved(journal, service, row, row.assertion):
        _log.info("recovered", step=row.step.value, outcome="proved")
        return
    if row.step in (Step.MADE, Step.COMPLETING) and row.response is not None:
        _handed_over(service, row, row.response)
    reason = AbandonReason.ANOTHER_KEY if row.step is Step.REVOKING else reason
    forget(journal, service, row.enrollment_id, row.ceremony_id, reason)
    _log.info("recovered", step=row.step.value, outcome="forgotten")


def forget(journal: Journal, service: Settling, enrollment_id: str, ceremony_id: str, reason: AbandonReason) -> None:
    """Have the service forget a ceremony; one that it does not know is forgotten already."""
    try:
        service.abandon(enrollment_id, ceremony_id, reason)
    except OutcomeUnknown:
        raise
    except Refusal as error:
        _log.info("abandon_refused", error=type(error).__name__, reference=error.reference)
    journal.forgotten(ceremony_id)


def clean_key(journal: Journal, key: Authenticator, mark: KeyMark) -> int:
    """Delete from an unlocked key what earlier ceremonies left on it; the number of credentials deleted.

    A ceremony whose credential id is not known (power was lost between touch and answer) is left to be overwritten.
    Without a serial number, a key that does not have the credential may be another one of its model.
    """
    deleted = 0
    for row in journal.orphans(mark):
        if row.credential_id is None:
            continue
        try:
            present = key.has_credential(row.rp_id, row.credential_id)
            if present:
                key.delete_credential(row.credential_id)
        except HardwareError as error:
            _log.info("orphan_stays", error=type(error).__name__)
            continue
        if present or mark.serial:
            journal.off_key(row.ceremony_id)
        deleted += present
    return deleted


def wiped_key(journal: Journal, mark: KeyMark) -> None:
    """The key was reset, so that nothing is left on it. One without a serial number may still be another one of its
    model, whose credentials are remembered on."""
    while mark.serial and (rows := journal.orphans(mark)):
        for row in rows:
            journal.off_key(row.ceremony_id)
    if any(each.key == mark for each in journal.pins_owed()):
        journal.pin_wiped(mark)


def owed_no_more(journal: Journal, mark: KeyMark) -> None:
    """The key has no PIN, or one that was typed: it has none that nobody knows, whatever was remembered. Without a
    serial number it may be another one of its model."""
    if mark.serial and any(each.key == mark for each in journal.pins_owed()):
        journal.pin_wiped(mark)


def tell_owed(journal: Journal, told: frozenset[OwedPin]) -> frozenset[OwedPin]:
    """Log each key with a PIN that nobody knows, once, while nobody is at the kiosk; all that were told. Raises the
    errors of the journal."""
    owed = frozenset(journal.pins_owed())
    for each in owed - told:
        aaguid = str(UUID(bytes=each.key.aaguid))
        _log.error("pin_nobody_knows", enrollment=each.enrollment_id, aaguid=aaguid)
    return owed


def _proved(journal: Journal, service: Settling, row: Row, assertion: dict[str, Any]) -> bool:
    """Whether the service takes the assertion; False when it certainly does not."""
    try:
        proved = service.prove(row.enrollment_id, row.ceremony_id, assertion)
    except (OutcomeUnknown, PartyUnavailable):
        raise
    except Refusal:
        return False
    if proved.phase is Phase.DONE:
        journal.proved(row.ceremony_id)
    else:
        journal.held(row.ceremony_id)
    return True


def _handed_over(service: Settling, row: Row, response: dict[str, Any]) -> None:
    """Let the service see the response, so that it knows what to forget."""
    try:
        service.complete(row.enrollment_id, row.ceremony_id, response)
    except OutcomeUnknown:
        raise
    except Refusal as error:
        _log.info("complete_refused", error=type(error).__name__, reference=error.reference)
