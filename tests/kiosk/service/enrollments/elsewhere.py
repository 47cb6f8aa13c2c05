"""A relying party that somebody else keeps, in memory: it takes and forgets, and fails as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.contract.profile import RelyingPartyName
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    ListedCredential,
    OutcomeUnknown,
    PartyPolicy,
    RegisteredCredential,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
)
from kiosk.service.relying_parties.options import canonical
from kiosk.service.relying_parties.registration import checked
from kiosk.service.relying_parties.webauthn import encode
from kiosk.service.sources import Clock


class Killed(BaseException):
    """The process dies here: nobody catches it."""


class Fault(Enum):
    """What goes wrong with one call."""

    DOWN = "down"
    REFUSED = "refused"
    LOST_BEFORE = "lost before the effect"
    LOST_AFTER = "lost after the effect"
    LATE = "lost, and the effect comes later"
    KILLED_BEFORE = "killed before the effect"
    KILLED_AFTER = "killed after the effect"


_BEFORE = {
    Fault.DOWN: RelyingPartyUnavailable(1),
    Fault.REFUSED: RelyingPartyRefused("policy"),
    Fault.LOST_BEFORE: OutcomeUnknown("maria"),
    Fault.KILLED_BEFORE: Killed(),
}
_AFTER = {Fault.LOST_AFTER: OutcomeUnknown("maria"), Fault.KILLED_AFTER: Killed()}


@dataclass
class Elsewhere:
    """A `RelyingParty`. `held` are credentials by their reference, `half_made` the begun registrations; `late` arrives
    at the next look. `closed` is why it takes no keys at all. `hidden_looks` is how many lists hide what is there."""

    clock: Clock
    id: str = "mail"
    rp_id: str = "mail.example"
    allowed: frozenset[str] = frozenset()
    closed: str = ""
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    held: dict[str, bytes] = field(default_factory=dict)
    half_made: dict[str, datetime] = field(default_factory=dict)
    late: dict[str, bytes] = field(default_factory=dict)
    hidden_looks: int = 0
    handed_over: list[bytes] = field(default_factory=list)
    begun: int = 0

    remote = True
    deadline = timedelta(seconds=5)

    @property
    def name(self) -> RelyingPartyName:
        return RelyingPartyName(self.id, self.id.title())

    def policy(self) -> PartyPolicy:
        if self.closed:
            raise RelyingPartyRefused(self.closed)
        with self._faulty("policy"):
            return PartyPolicy(aaguids_allowed=self.allowed)

    def begin(self, request: CreationRequest) -> CreationOptions:
        with self._faulty("begin"):
            self.begun += 1
            reference = f"factor-{self.begun}"
            self.half_made[reference] = self.clock.now()
        told = {
            "rp": {"name": self.id},
            "user": {"id": encode(b"maria-there"), "name": request.person.upn},
            "challenge": encode(reference.encode().ljust(32, b".")),
            "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
        }
        options = canonical(told, rp_id=self.rp_id, exclude=request.exclude)
        return CreationOptions(options, f"https://{self.rp_id}", timedelta(minutes=5), "maria", reference)

    def complete(self, begun: BegunCeremony, response: WebAuthnObject) -> RegisteredCredential:
        made = checked(begun, response).credential
        self.handed_over.append(made.credential_id)
        if self._next("complete", Fault.LATE):
            self.late[begun.reference] = made.credential_id
            raise OutcomeUnknown(begun.account)
        with self._faulty("complete"):
            self.half_made.pop(begun.reference)
            self.held[begun.reference] = made.credential_id
        return RegisteredCredential(made.credential_id, made.public_key, 1, made.aaguid, "", reference=begun.reference)

    def abort(self, account: str, reference: str, since: datetime) -> None:
        with self._faulty("abort"):
            for each, begun_at in tuple(self.half_made.items()):
                if each == reference or (not reference and begun_at >= since):
                    del self.half_made[each]

    def list_credentials(self, account: str) -> tuple[ListedCredential, ...]:
        with self._faulty("list"):
            if self.hidden_looks:
                self.hidden_looks -= 1
                return ()
            return tuple(ListedCredential(reference, frozenset({id_})) for reference, id_ in self.held.items())

    def delete(self, account: str, reference: str) -> None:
        with self._faulty("delete"):
            self.held.pop(reference, None)

    def probe(self) -> str:
        return "here"

    def arrive(self) -> None:
        """What was under way gets there, unless its registration was taken away meanwhile."""
        for reference, credential_id in self.late.items():
            if self.half_made.pop(reference, None):
                self.held[reference] = credential_id
        self.late.clear()

    def _next(self, call: str, fault: Fault) -> bool:
        waiting = self.faults.get(call, [])
        if waiting[:1] != [fault]:
            return False
        waiting.pop(0)
        return True

    @contextmanager
    def _faulty(self, call: str) -> Iterator[None]:
        fault = self.faults[call].pop(0) if self.faults.get(call) else None
        if fault in _BEFORE:
            raise _BEFORE[fault]
        yield
        if fault in _AFTER:
            raise _AFTER[fault]
