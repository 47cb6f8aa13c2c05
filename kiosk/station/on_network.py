"""The network lane's work: every effect that asks the service, journaled before and after where it decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import random
from time import monotonic
from uuid import UUID

import structlog

from kiosk.config import ServiceEndpoint, StationSettings
from kiosk.contract.enrollments import AbandonReason, Phase
from kiosk.enrollment.answers import (
    CeremonyBegun,
    CeremonyCompleted,
    CleanedUp,
    CodeDelivered,
    EnrollmentFinished,
    KeyAllowed,
    PersonIdentified,
    PersonVerified,
    ProfileLoaded,
    ProofAccepted,
    TotpEnrolled,
    TotpReady,
)
from kiosk.enrollment.effects import (
    BeginCeremony,
    CancelEnrollment,
    CheckKey,
    ChooseIntent,
    ClaimMobileId,
    ClosePhone,
    CompleteCeremony,
    ConfirmTotp,
    FetchTotp,
    FinishEnrollment,
    IdentifyPerson,
    LoadProfile,
    OpenNextKey,
    OpenPhone,
    RegisterPerson,
    RequestApproval,
    SendCode,
    SubmitProof,
    TakeBackApproval,
    VerifyPerson,
    WatchApproval,
    WatchPhone,
)
from kiosk.enrollment.events import Event
from kiosk.errors import InputRefused, KioskError, OutcomeUnknown, OutOfStep, Refusal, ServiceError
from kiosk.station.client import Client
from kiosk.station.journal import Journal
from kiosk.station.journal_row import OwedPin
from kiosk.station.key_report import key_report
from kiosk.station.own_key import Credential
from kiosk.station.phone_watch import HOLD, PhoneWatch
from kiosk.station.phone_work import PhoneWork, cancel
from kiosk.station.recovery import forget, settle, settle_one, tell_owed
from kiosk.station.staff_work import StaffWork
from kiosk.station.work import Build, ForgetParty, Job, LaneContext, Settle

_log = structlog.get_logger("keywright.station")
_PHONE = OpenPhone | WatchPhone | ClosePhone | ClaimMobileId
_STAFF = RequestApproval | WatchApproval | TakeBackApproval | ChooseIntent | OpenNextKey


class NetworkWork:
    """Does the network effects with one client. Lives in the network lane's thread.

    `simulator` accepts keys that are no hardware, whatever the service is; `languages`, if any, are offered instead
    of the service's.
    """

    def __init__(
        self,
        client: Client,
        journal: Journal,
        phones: PhoneWork,
        *,
        simulator: bool = False,
        languages: tuple[str, ...] = (),
    ) -> None:
        self._client = client
        self._phones = phones
        self._staff = StaffWork(client, phones.watch)
        self._journal = journal
        self._simulator = simulator
        self._languages = languages
        self._resting = False
        self._told: frozenset[OwedPin] = frozenset()

    def perform(self, job: Job) -> Event | None:
        """As `Performer.perform`."""
        work = job.work
        self._resting = isinstance(work, Settle)
        if isinstance(work, _PHONE | _STAFF):
            return self._beside(work)
        match work:
            case LoadProfile(attempt):
                profile = self._client.profile()
                profile = replace(profile, languages=self._languages or profile.languages)
                return ProfileLoaded(attempt, profile, profile.embedded or self._simulator)
            case IdentifyPerson() | RegisterPerson() | SendCode() | VerifyPerson() | FetchTotp() | ConfirmTotp():
                return self._person(work)
            case CheckKey() | BeginCeremony() | CompleteCeremony() | SubmitProof() | FinishEnrollment():
                return self._ceremony(work)
            case ForgetParty():
                return self._forget(work)
            case CancelEnrollment(enrollment_id):
                self._client.cancel(enrollment_id)
            case Settle():
                self.idle()
            case _:
                raise TypeError(f"not for this lane: {type(work).__name__}")
        return None

    def _beside(self, work: _PHONE | _STAFF) -> Event | None:
        """What goes on beside the visit itself: a phone, or staff."""
        return self._phones.perform(work) if isinstance(work, _PHONE) else self._staff.perform(work)

    def idle(self) -> None:
        """Nobody is at the kiosk: settle what the journal holds. Otherwise nothing."""
        if self._resting:
            self._told = tell_owed(self._journal, self._told)
            settle(self._journal, self._client)

    def close(self) -> None:
        """Close the connections."""
        self._phones.close()
        self._client.close()

    def _say_who(self, work: IdentifyPerson | RegisterPerson) -> Event:
        client = self._client
        if work.replaces:
            cancel(client, work.replaces)
        opened = client.open(work.locale)
        try:
            if isinstance(work, IdentifyPerson):
                identified = client.identify(opened.enrollment_id, work.alternative, work.criteria)
            else:
                identified = client.register(opened.enrollment_id, work.form, work.values, work.accepted)
        except (Refusal, InputRefused):
            cancel(client, opened.enrollment_id)  # nobody else knows that it is open
            raise
        return PersonIdentified(work.attempt, opened.enrollment_id, identified)

    def _person(
        self, work: IdentifyPerson | RegisterPerson | SendCode | VerifyPerson | FetchTotp | ConfirmTotp
    ) -> Event:
        client = self._client
        match work:
            case IdentifyPerson() | RegisterPerson():
                return self._say_who(work)
            case SendCode(attempt, enrollment_id, method):
                return CodeDelivered(attempt, client.send_code(enrollment_id, method))
            case VerifyPerson(attempt, enrollment_id, method, answer, confirmed):
                text = "" if answer is None else answer.reveal()
                return PersonVerified(attempt, client.verify(enrollment_id, method, text, confirmed=confirmed))
            case FetchTotp(attempt, enrollment_id):
                return TotpReady(attempt, client.set_up_totp(enrollment_id))
            case ConfirmTotp(attempt, enrollment_id, code):
                enrolled = client.confirm_totp(enrollment_id, code.reveal())
                return TotpEnrolled(attempt, enrolled.recovery_codes)

    def _ceremony(self, work: CheckKey | BeginCeremony | CompleteCeremony | SubmitProof | FinishEnrollment) -> Event:
        match work:
            case CheckKey():
                return self._check(work)
            case BeginCeremony(attempt, enrollment_id, party, key):
                return CeremonyBegun(attempt, self._client.begin(enrollment_id, party, key_report(key)))
            case CompleteCeremony():
                return self._complete(work)
            case SubmitProof():
                return self._prove(work)
            case FinishEnrollment():
                return self._finish(work)

    def _check(self, work: CheckKey) -> Event:
        checked = self._client.check(work.enrollment_id, key_report(work.key))
        if checked.doubts:
            _log.warning("key_doubtful", reasons=list(checked.doubts), aaguid=str(UUID(bytes=work.key.aaguid)))
        return KeyAllowed(work.attempt, checked)

    def _finish(self, work: FinishEnrollment) -> Event:
        finished = self._client.finish(work.enrollment_id)
        with _outcome():
            self._journal.ended(work.enrollment_id)
        return EnrollmentFinished(work.attempt, finished)

    def _complete(self, work: CompleteCeremony) -> Event:
        ceremony_id = work.ceremony.ceremony_id
        self._journal.completing(ceremony_id)
        completed = self._client.complete(work.enrollment_id, ceremony_id, dict(work.response), work.name)
        with _outcome():
            self._journal.completed(ceremony_id)
        return CeremonyCompleted(work.attempt, completed)

    def _prove(self, work: SubmitProof) -> Event:
        ceremony_id = work.ceremony.ceremony_id
        self._journal.proving(ceremony_id, work.assertion)
        try:
            proved = self._client.prove(work.enrollment_id, ceremony_id, dict(work.assertion))
        except OutcomeUnknown:
            raise
        except Refusal:
            self._journal.disproved(ceremony_id)
            raise
        with _outcome():
            if proved.phase is Phase.DONE:
                self._journal.proved(ceremony_id)
            else:
                self._journal.held(ceremony_id)
        return ProofAccepted(work.attempt, proved)

    def _forget(self, work: ForgetParty) -> Event:
        """The relying party's half of a CleanUp. What fails now is in the journal, and the person need not wait."""
        effect = work.clean_up
        ceremony_id = effect.ceremony.ceremony_id
        row = self._journal.find(ceremony_id)
        try:
            if row is None:
                forget(self._journal, self._client, effect.enrollment_id, ceremony_id, effect.reason)
            else:
                settle_one(self._journal, self._client, row, effect.reason)
        except ServiceError as error:
            _log.info("clean_up_waits", error=type(error).__name__, reference=error.reference)
        this_key = effect.reason is not AbandonReason.ANOTHER_KEY
        return CleanedUp(effect.attempt, work.left_on_key, effect.enrollment_id if this_key else "")


@contextmanager
def _outcome() -> Iterator[None]:
    """The journal of something that has happened: that it cannot be written must not undo it. A restart asks again."""
    try:
        yield
    except OutOfStep:
        _log.info("outcome_overtaken")  # the visit was given up meanwhile, and what it made is being taken back
    except KioskError as error:
        _log.error("journal_behind", error=type(error).__name__)


def build_network(
    settings: StationSettings,
    secret: Callable[[], Credential],
    journal: Journal,
    reference: Callable[[], str],
    *,
    clock: Callable[[], float] = monotonic,
    chance: Callable[[], float] = random,
    on_client: Callable[[Client], None] = lambda _: None,
) -> Build:
    """How the network lane makes its work. `secret` is asked when a token is needed; `on_client` is told each
    client, whose `requests_made` may be read from any thread; `chance` gives numbers from 0 up to 1."""

    def client(endpoint: ServiceEndpoint, wait: Callable[[float], bool]) -> Client:
        made = Client(endpoint, secret, clock=clock, wait=wait, reference=reference)
        on_client(made)
        return made

    def build(context: LaneContext) -> NetworkWork:
        wait, service = context.stopping.wait, settings.service
        patient = replace(service, read_timeout=max(service.read_timeout, HOLD + 3.0))
        watch = PhoneWatch(lambda: client(patient, wait), context.post, clock, chance)
        made = client(service, wait)
        return NetworkWork(
            made,
            journal,
            PhoneWork(made, watch),
            simulator=settings.simulator,
            languages=settings.languages,
        )

    return build
