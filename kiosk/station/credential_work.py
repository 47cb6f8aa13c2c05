"""A credential is made on a key, or taken off it: journaled before and after, whatever happens in between."""

from __future__ import annotations

import structlog

from hardware.authenticator import Authenticator, Watch, WebAuthnJson
from hardware.errors import AgentLost, HardwareError, KeyFault, KeyGone, KeySilent, KeySwapped, MissingExtension
from kiosk.contract.enrollments import AbandonReason
from kiosk.enrollment.effects import CleanUp, MakeCredential
from kiosk.errors import KioskError
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark, Row, credential_id_of
from kiosk.station.recovery import clean_key
from kiosk.station.work import ForgetParty

_log = structlog.get_logger("keywright.station")
_PERHAPS_MADE = (KeyGone, KeySwapped, KeySilent, KeyFault, MissingExtension, AgentLost)
"""After these the key may have made the credential although we have no answer; after all others it has not."""


def make_credential(
    work: MakeCredential, journal: Journal, key: Authenticator, mark: KeyMark, watch: Watch
) -> WebAuthnJson:
    """Journal the intent, make the credential, journal the response."""
    ceremony_id = work.ceremony.ceremony_id
    clean_key(journal, key, mark)
    journal.intend(Row.of(work.enrollment_id, work.ceremony, mark, rolls_back=work.rolls_back))
    try:
        response = key.make_credential(work.ceremony.public_key, work.ceremony.origin, watch)
    except _PERHAPS_MADE:
        raise
    except HardwareError:
        journal.not_made(ceremony_id)
        raise
    _record(journal, key, ceremony_id, response)
    return response


def _record(journal: Journal, key: Authenticator, ceremony_id: str, response: WebAuthnJson) -> None:
    """Journal the response before anybody sees it; a credential that cannot be journaled is taken back at once."""
    try:
        journal.made(ceremony_id, response)
        journal.overwritten(ceremony_id)
    except KioskError:
        try:
            _delete_credential(key, credential_id_of(response))
        except HardwareError as error:
            _log.error("credential_left_on_key", error=type(error).__name__, ceremony=ceremony_id)
        raise


def clean_up(work: CleanUp, journal: Journal, key: Authenticator | None, mark: KeyMark | None) -> ForgetParty:
    """The key's half: nothing of a ceremony that is being proved, or was, is taken off the key, unless that is what
    the enrollment comes to."""
    ceremony_id = work.ceremony.ceremony_id
    another = work.reason is AbandonReason.ANOTHER_KEY
    may_delete = journal.revoke(ceremony_id) if another else journal.clean(ceremony_id)
    row = journal.find(ceremony_id)
    credential_id = credential_id_of(work.response) if work.response else row.credential_id if row else None
    if credential_id is None:
        return ForgetParty(work, left_on_key=False)
    ours = key if row is None or row.key == mark else None
    deleted = may_delete and _delete(ours, credential_id, row)
    if deleted:
        journal.off_key(ceremony_id)
    return ForgetParty(work, left_on_key=not deleted)


def _delete(key: Authenticator | None, credential_id: bytes, row: Row | None) -> bool:
    if key is None:
        return False
    if row is not None and not row.on_key:
        return True
    try:
        _delete_credential(key, credential_id)
    except HardwareError as error:
        _log.info("credential_left_on_key", error=type(error).__name__, ceremony=row.ceremony_id if row else "")
        return False
    return True


def _delete_credential(key: Authenticator, credential_id: bytes) -> None:
    """Absent is success, so it may be asked for again when the key agent was lost over it."""
    try:
        key.delete_credential(credential_id)
    except AgentLost:
        key.delete_credential(credential_id)
