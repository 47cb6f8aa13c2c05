"""One person at a kiosk whose service registers at several parties: what a station does with each answer.

Time stands, and is moved on instead of being waited for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from kiosk.contract import enrollments as wire
from kiosk.contract.enrollments import AbandonReason, PartyResult, Phase
from kiosk.contract.profile import VerificationMethod
from kiosk.service.enrollments import actions, admission, ceremonies, completion, finish, proof, reconciliation, rules
from kiosk.service.enrollments.ceremonies import Place
from kiosk.service.enrollments.removal import remove_next
from kiosk.service.outbound import Call, Outbound, Reply
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import RelyingPartyUnavailable
from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.store.removals import open_removals
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.running import Running, StandingClock
from tests.kiosk.service.soft_key import SoftKey

CALLER = Caller("lobby", frozenset())
TRIES = 12
"""So often does a station come again with the same answer."""

T = TypeVar("T")


class Hurried(Outbound):
    """Waits for nobody longer than so many seconds."""

    def __init__(self, longest: float) -> None:
        super().__init__()
        self._longest = longest

    def call(self, call: Call) -> Reply:
        return super().call(replace(call, timeout=min(call.timeout, self._longest)))


class GivenUp(Exception):
    """The station came often enough."""


@dataclass
class Visit:
    """A visit of the person with this user name. `told` is what the screen says in the end, by party."""

    running: Running
    clock: StandingClock
    upn: str
    key: SoftKey
    told: dict[str, PartyResult] = field(default_factory=dict)
    enrollment: str = ""
    user: str = ""
    made: set[bytes] = field(default_factory=set)
    before: frozenset[bytes] = frozenset()

    @property
    def parts(self) -> Parts:
        return self.running.parts

    def run(self, changes_mind_at: str = "") -> Mapping[str, PartyResult]:
        """From the door to the end. `changes_mind_at` is a party whose fresh credential the person does not want."""
        self._verified()
        report = wire.KeyReport(str(self.key.aaguid), ("FIDO_2_1",), ("hmac-secret", "credProtect"), self._options())
        admission.check_key(self.parts, CALLER, self.enrollment, wire.CheckKey(report))
        phase = Phase.KEY
        for party in self.parts.relying_parties:
            try:
                phase = self._register(party, report, wanted=party != changes_mind_at)
                self.told[party] = PartyResult.REGISTERED
            except (GivenUp, rules.EnrollmentRefused):
                self.told[party] = PartyResult.REFUSED
        if phase is not Phase.DONE and PartyResult.REGISTERED in self.told.values():
            outcomes = finish.finish(self.parts, CALLER, self.enrollment).outcomes
            self.told = {each.relying_party.id: each.result for each in outcomes}
        return self.told

    def settle(self) -> None:
        """The visit's time ends, and the workers of a quiet day do what is left."""
        for _ in range(8):
            self.clock.advance(minutes=15)
            reconciliation.expire(self.parts)
            while remove_next(self.parts):
                pass
        self.running.service.outbound.close()  # nothing of this visit stays connected
        with self.parts.store.read() as tx:
            assert open_removals(tx) == ()

    def proved(self) -> Mapping[str, set[bytes]]:
        """What our side holds as proved, by party."""
        with self.parts.store.read() as tx:
            rows = credentials_of_user(tx, self.user)
        held: dict[str, set[bytes]] = {party: set() for party in self.parts.relying_parties}
        for each in rows:
            assert each.proved_at is not None
            held[each.relying_party].add(each.credential_id)
        return {party: ids - self.before for party, ids in held.items()}

    @staticmethod
    def _options() -> dict[str, bool]:
        return {"rk": True, "clientPin": True, "credMgmt": True}

    def _verified(self) -> None:
        self.clock.advance(hours=2)
        self.enrollment = actions.open_enrollment(self.parts, CALLER, wire.OpenEnrollment()).enrollment_id
        self._patiently(
            lambda: actions.identify(self.parts, CALLER, self.enrollment, wire.Identify("upn", {"upn": self.upn}))
        )
        actions.send_code(self.parts, CALLER, self.enrollment, wire.SendCode(VerificationMethod.EMAIL))
        answer = wire.Verify(VerificationMethod.EMAIL, self.running.random.codes[-1])
        actions.verify(self.parts, CALLER, self.enrollment, answer)
        (person,) = self.parts.directories.find_people({"upn": self.upn})
        self.user = person.user_id
        self.before = frozenset().union(*self.proved().values())

    def _register(self, party: str, report: wire.KeyReport, *, wanted: bool) -> Phase:
        """Raises GivenUp, EnrollmentRefused."""
        asked = wire.BeginCeremony(party, report)
        begun = self._patiently(lambda: ceremonies.begin_ceremony(self.parts, CALLER, self.enrollment, asked))
        place = Place(CALLER, self.enrollment, begun.ceremony_id)
        made = replace(self.key, credential_id=self.running.random.token(32))
        self.made.add(made.credential_id)
        response = wire.CompleteCeremony(made.register(begun.public_key, begun.origin), "Blue key")
        try:
            completed = self._patiently(lambda: completion.complete(self.parts, place, response))
            _still(wanted)
            assertion = wire.ProveCeremony(made.prove(completed.proof, begun.origin))
            return self._patiently(lambda: proof.prove(self.parts, place, assertion)).phase
        except (GivenUp, rules.EnrollmentRefused):
            ceremonies.abandon(self.parts, place, AbandonReason.NOT_PROVED)
            raise

    def _patiently(self, call: Callable[[], T]) -> T:
        """Come again with the same when the service says that it does not know yet."""
        for _ in range(TRIES):
            try:
                return call()
            except (RelyingPartyUnavailable, rules.OutcomeUnknown, rules.InProgress) as error:
                self.clock.advance(seconds=max(error.retry_after, 2))
        raise GivenUp


def _still(wanted: bool) -> None:
    """Raises GivenUp: the person has changed their mind."""
    if not wanted:
        raise GivenUp


def person(upn: str) -> Any:
    """A row of the people file."""
    return f"upn,given_name,family_name,email,status\n{upn},Nada,Hassan,{upn},active\n"
