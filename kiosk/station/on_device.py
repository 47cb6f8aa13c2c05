"""The device lane's work: every effect that talks to the key, journaled before and after where it decides."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from hardware.authenticator import Authenticator, KeyAddress, KeyInfo, KeySource, PinState, Sample, Watch
from hardware.errors import Cancelled, HardwareError, KeyGone, KeySilent, KeySwapped
from kiosk.enrollment import effects
from kiosk.enrollment.answers import (
    CredentialAsserted,
    CredentialMade,
    CredentialsCounted,
    FingerEnrolled,
    KeyConfigured,
    KeyInspected,
    KeyReset,
    KeySelected,
    LetterPrinted,
    PinAccepted,
    PinGenerated,
    SampleTaken,
    TouchWanted,
)
from kiosk.enrollment.effects import CleanUp, CloseKey
from kiosk.enrollment.events import Event
from kiosk.enrollment.identity import may_be_wiped
from kiosk.station.credential_work import clean_up, make_credential
from kiosk.station.journal import Journal
from kiosk.station.journal_row import KeyMark
from kiosk.station.letter_work import Letters, PaperWay
from kiosk.station.models import model_of
from kiosk.station.owed_pins import OwedPins
from kiosk.station.pin_work import RandomPins
from kiosk.station.random_pin import Choose
from kiosk.station.recovery import owed_no_more, wiped_key
from kiosk.station.selection import select_key
from kiosk.station.work import Build, Job, LaneContext, Outcome

_Unlock = effects.SetPin | effects.VerifyPin | effects.ChangePin | effects.UseBuiltInUv
_RESET_SECONDS = 30
"""A key that took the reset in time waits so long for its touch (CTAP 2.1 section 6.6)."""


class DeviceWork:
    """Does the device effects with at most one open key. Lives in the device lane's thread."""

    def __init__(
        self,
        source: KeySource,
        journal: Journal,
        post: Callable[[Event], None],
        *,
        choose: Choose = secrets.choice,
        printer: PaperWay | None = None,
    ) -> None:
        self._source = source
        self._journal = journal
        self._post = post
        self._random_pins = RandomPins(choose)
        self._letters, self._owed = Letters(printer), OwedPins(journal)
        self._key: Authenticator | None = None
        self._mark: KeyMark | None = None

    def perform(self, job: Job) -> Outcome | None:
        """As `Performer.perform`. What was cancelled before it began is not begun; taking back and closing are."""
        match job.work:
            case CleanUp() as work:
                return clean_up(work, self._journal, self._key, self._mark)
            case effects.CountCredentials(attempt):
                return CredentialsCounted(attempt, self._count())
            case CloseKey(same_visit):
                self._close()
                if not same_visit:
                    self._random_pins.forget()
                return None
            case effects.PinNoted():
                self._owed.settle()
                return None
            case _:
                return self._ask(job)

    def idle(self) -> None:
        """Nothing: a key is only touched when somebody asks."""

    def close(self) -> None:
        """Close the key."""
        self._close()
        self._random_pins.forget()

    def _ask(self, job: Job) -> Event:
        if job.cancel.is_set():
            raise Cancelled
        match job.work:
            case effects.InspectKey() as work:
                return self._inspected(work)
            case effects.SelectKey() as work:
                return self._select(work, job)
            case effects.ResetKey() as work:
                return self._reset(work, job)
            case effects.PrintLetter(attempt, pin, letter):
                self._letters.print_one(letter, pin, job.cancel)
                self._owed.settle()
                return LetterPrinted(attempt)
            case _:
                return self._with_key(job, self._open_key())

    def _with_key(self, job: Job, key: Authenticator) -> Event:
        """What needs the key that was read."""
        match job.work:
            case effects.SetRandomPin() as work:
                return self._set_random_pin(work, key)
            case effects.SetPin() | effects.VerifyPin() | effects.ChangePin() | effects.UseBuiltInUv() as work:
                return self._unlock(work, key)
            case effects.EnrollFingerprint(attempt, seconds):
                key.enroll_fingerprint("", self._watch(job, attempt, seconds), self._on_sample(attempt))
                return FingerEnrolled(attempt)
            case effects.MakeCredential() as work:
                assert self._mark is not None  # an open key was read
                watch = self._watch(job, work.attempt, work.seconds)
                return CredentialMade(work.attempt, make_credential(work, self._journal, key, self._mark, watch))
            case effects.ProveCredential(attempt, ceremony, completed, seconds):
                watch = self._watch(job, attempt, seconds)
                return CredentialAsserted(attempt, key.prove(completed.proof, ceremony.origin, watch))
            case effects.ConfigureKey(attempt, settings):
                key.configure(settings)
                return KeyConfigured(attempt)
            case _:
                raise TypeError(f"not for this lane: {type(job.work).__name__}")

    def _set_random_pin(self, work: effects.SetRandomPin, key: Authenticator) -> PinGenerated:
        assert self._mark is not None  # an open key was read
        if work.letter:
            self._letters.make_ready()
        self._owed.begin(self._mark, work.enrollment_id)
        try:
            return PinGenerated(work.attempt, self._random_pins.set(key, work.rules, work.length))
        except HardwareError:
            if not self._random_pins.unsure:
                self._owed.settle()
            raise

    def _unlock(self, work: _Unlock, key: Authenticator) -> PinAccepted:
        assert self._mark is not None  # an open key was read
        accepted = _unlock(work, key)
        if isinstance(work, effects.VerifyPin | effects.ChangePin):
            self._owed.typed(self._mark)
        return accepted

    def _select(self, work: effects.SelectKey, job: Job) -> KeySelected:
        def on_wait() -> None:
            self._post(TouchWanted(work.attempt))

        self._close()
        return KeySelected(work.attempt, select_key(self._source, work.keys, work.seconds, job.cancel, on_wait))

    def _inspected(self, work: effects.InspectKey) -> KeyInspected:
        info = self._inspect(work.address)
        ours = any(self._open_key().has_credential(*probe) for probe in work.probes) if work.probes else None
        return KeyInspected(work.attempt, info, model_of(info), ours)

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
        if info.pin is PinState.NOT_SET:
            owed_no_more(self._journal, self._mark)
        return info

    def _reset(self, work: effects.ResetKey, job: Job) -> KeyReset:
        """Wipe the key that was just put in, unless it is another one; what was remembered of it is over then."""
        self._close()
        info = self._inspect(work.address)
        if not may_be_wiped(work.expected, work.before, info):
            self._close()
            raise KeySwapped
        self._open_key().reset(self._watch(job, work.attempt, _RESET_SECONDS))
        wiped_key(self._journal, KeyMark.of(info))
        return KeyReset(work.attempt, self._inspect(work.address))

    def _count(self) -> int | None:
        try:
            return len(self._open_key().stored_credentials())
        except HardwareError:
            return None

    def _watch(self, job: Job, attempt: int, seconds: int) -> Watch:
        def on_touch() -> None:
            self._post(TouchWanted(attempt))

        def on_verify() -> None:
            self._post(TouchWanted(attempt, verifying=True))

        return Watch(on_touch, on_verify, job.cancel, float(seconds))

    def _on_sample(self, attempt: int) -> Callable[[Sample], None]:
        def on_sample(sample: Sample) -> None:
            self._post(SampleTaken(attempt, sample))

        return on_sample

    def _open_key(self) -> Authenticator:
        if self._key is None:
            raise KeyGone
        return self._key

    def _close(self) -> None:
        key, self._key, self._mark = self._key, None, None
        if key is not None:
            key.close()


def _unlock(work: _Unlock, key: Authenticator) -> PinAccepted:
    match work:
        case effects.SetPin(_, pin):
            key.set_pin(pin)
        case effects.VerifyPin(_, pin):
            key.verify_pin(pin)
        case effects.ChangePin(_, current, new):
            key.change_pin(current, new)
        case effects.UseBuiltInUv():
            key.use_built_in_uv()
    return PinAccepted(work.attempt)


def build_device(source: Callable[[], KeySource], journal: Journal, printer: PaperWay | None = None) -> Build:
    """How the device lane makes its work; `source` is called in the lane, so that it may import there. `printer` is
    for letters."""

    def build(context: LaneContext) -> DeviceWork:
        return DeviceWork(source(), journal, context.post, printer=printer)

    return build
