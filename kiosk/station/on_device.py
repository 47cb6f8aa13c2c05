"""The device lane's work: every effect that talks to the key, journaled before and after where it decides."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from hardware.authenticator import Authenticator, KeyAddress, KeyInfo, KeySource, Watch, WebAuthnJson
from hardware.errors import (
    Cancelled,
    HardwareError,
    KeyFault,
    KeyGone,
    KeySilent,
    KeySwapped,
    MissingExtension,
)
from kiosk.enrollment.answers import CredentialAsserted, CredentialMade, KeyInspected, PinAccepted, TouchWanted
from kiosk.enrollment.effects import (
    CleanUp,
    CloseKey,
    InspectKey,
    MakeCredential,
    ProveCredential,
    SetPin,
    VerifyPin,
)
from kiosk.enrollment.events import Event
from kiosk.errors import KioskError
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark, Row, credential_id_of
from kiosk.station.recovery import clean_key
from kiosk.station.work import Build, ForgetParty, Job, LaneContext, Outcome

_log = structlog.get_logger("keywright.station")
_PERHAPS_MADE = (KeyGone, KeySwapped, KeySilent, KeyFault, MissingExtension)
"""After these the key may have made the credential although we have no answer; after all others it has not."""


class DeviceWork:
    """Does the device effects with at most one open key. Lives in the device lane's thread."""

    def __init__(self, source: KeySource, journal: Journal, post: Callable[[Event], None]) -> None:
        self._source = source
        self._journal = journal
        self._post = post
        self._key: Authenticator | None = None
        self._mark: KeyMark | None = None

    def perform(self, job: Job) -> Outcome | None:
        """As `Performer.perform`. What was cancelled before it began is not begun; taking back and closing are."""
        match job.work:
            case CleanUp() as work:
                return self._clean_up(work)
            case CloseKey():
                self._close()
                return None
            case _:
                return self._ask(job)

    def idle(self) -> None:
        """Nothing: a key is only touched when somebody asks."""

    def close(self) -> None:
        """Close the key."""
        self._close()

    def _ask(self, job: Job) -> Event:
        if job.cancel.is_set():
            raise Cancelled
        work = job.work
        match work:
            case InspectKey(attempt, address):
                return KeyInspected(attempt, self._inspect(address))
            case SetPin(attempt, pin):
                self._open_key().set_pin(pin)
                return PinAccepted(attempt)
            case VerifyPin(attempt, pin):
                self._open_key().verify_pin(pin)
                return PinAccepted(attempt)
            case MakeCredential():
                return CredentialMade(work.attempt, self._make(work, job))
            case ProveCredential(attempt, ceremony, completed, seconds):
                watch = self._watch(job, attempt, seconds)
                return CredentialAsserted(attempt, self._open_key().prove(completed.proof, ceremony.origin, watch))
            case _:
                raise TypeError(f"not for this lane: {type(work).__name__}")

    def _inspect(self, address: KeyAddress) -> KeyInfo:
        if self._key is not None and self._key.address != address:
            self._close()
        if self._key is None:
            self._key = self._source.open(address)
        try:
            info = self._key.inspect()
        except (KeyGone, KeySwapped, KeySilent):
            self._close()
            raise
        self._mark = KeyMark.of(info)
        return info

    def _make(self, work: MakeCredential, job: Job) -> WebAuthnJson:
        key, ceremony_id = self._open_key(), work.ceremony.ceremony_id
        assert self._mark is not None  # an open key was read
        clean_key(self._journal, key, self._mark)
        self._journal.intend(Row.of(work.enrollment_id, work.ceremony, self._mark))
        watch = self._watch(job, work.attempt, work.seconds)
        try:
            response = key.make_credential(work.ceremony.public_key, work.ceremony.origin, watch)
        except _PERHAPS_MADE:
            raise
        except HardwareError:
            self._journal.not_made(ceremony_id)
            raise
        self._record(key, ceremony_id, response)
        return response

    def _record(self, key: Authenticator, ceremony_id: str, response: WebAuthnJson) -> None:
        """Journal the response before anybody sees it; a credential that cannot be journaled is taken back at once."""
        try:
            self._journal.made(ceremony_id, response)
            self._journal.overwritten(ceremony_id)
        except KioskError:
            try:
                key.delete_credential(credential_id_of(response))
            except HardwareError as error:
                _log.error("credential_left_on_key", error=type(error).__name__, ceremony=ceremony_id)
            raise

    def _clean_up(self, work: CleanUp) -> ForgetParty:
        """The key's half: nothing of a ceremony that is being proved, or was, is taken off the key."""
        ceremony_id = work.ceremony.ceremony_id
        may_delete = self._journal.clean(ceremony_id)
        row = self._journal.find(ceremony_id)
        credential_id = credential_id_of(work.response) if work.response else row.credential_id if row else None
        if credential_id is None:
            return ForgetParty(work, left_on_key=False)
        deleted = may_delete and self._delete(credential_id, row)
        if deleted:
            self._journal.off_key(ceremony_id)
        return ForgetParty(work, left_on_key=not deleted)

    def _delete(self, credential_id: bytes, row: Row | None) -> bool:
        if self._key is None or (row is not None and row.key != self._mark):
            return False
        if row is not None and not row.on_key:
            return True
        try:
            self._key.delete_credential(credential_id)
        except HardwareError as error:
            _log.info("credential_left_on_key", error=type(error).__name__, ceremony=row.ceremony_id if row else "")
            return False
        return True

    def _watch(self, job: Job, attempt: int, seconds: int) -> Watch:
        def on_touch() -> None:
            self._post(TouchWanted(attempt))

        return Watch(on_touch=on_touch, cancel=job.cancel, deadline=float(seconds))

    def _open_key(self) -> Authenticator:
        if self._key is None:
            raise KeyGone
        return self._key

    def _close(self) -> None:
        key, self._key, self._mark = self._key, None, None
        if key is not None:
            key.close()


def build_device(source: Callable[[], KeySource], journal: Journal) -> Build:
    """How the device lane makes its work; `source` is called in the lane, so that it may import there."""

    def build(context: LaneContext) -> DeviceWork:
        return DeviceWork(source(), journal, context.post)

    return build
