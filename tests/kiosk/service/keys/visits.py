"""People with security keys, at kiosks of a service: the actions on a real database, without HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kiosk.contract import enrollments as wire
from kiosk.contract.keys import ChooseIntent, Intent
from kiosk.contract.profile import VerificationMethod
from kiosk.service.enrollments import actions, ceremonies, completion, proof
from kiosk.service.enrollments.ceremonies import Place
from kiosk.service.enrollments.intents import choose_intent
from kiosk.service.keys.actions import show
from kiosk.service.keys.rules import Actor
from kiosk.service.messages.connector import Message, TemplateName
from kiosk.service.parts import Parts
from kiosk.service.store.credentials import CredentialRow, credentials_of_user
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.keys import KeyRow, KeyState, keys_of_holder
from kiosk.service.store.stations import ClientRow, add_client, client
from kiosk.service.store.users import user_ids
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.accounts.desk import letters
from tests.kiosk.service.running import Running
from tests.kiosk.service.soft_key import SoftKey

MARIA = "m.okafor@example.org"
JEAN = "j.dubois@example.org"
STAFF = Actor("staff:ines")


def key_like(running: Running, serial: str = "", **told: Any) -> SoftKey:
    """Another key of the maker whom the service believes; its certificate tells `serial`."""
    return SoftKey(root=running.key.root, serial=serial.encode(), **told)


@dataclass
class Visit:
    """Somebody at a kiosk, who is verified."""

    running: Running
    name: str = MARIA
    caller: Caller = field(default_factory=lambda: Caller("lobby", frozenset()))
    method: VerificationMethod = VerificationMethod.EMAIL
    parts: Parts | None = None
    enrollment: str = ""
    verified: wire.Verified | None = None

    def __post_init__(self) -> None:
        self.parts = self.parts or self.running.parts
        parts, caller = self.made, self.caller
        parts.store.write(self._is_a_client)
        self.enrollment = actions.open_enrollment(parts, caller, wire.OpenEnrollment()).enrollment_id
        actions.identify(parts, caller, self.enrollment, wire.Identify("upn", {"upn": self.name}))
        if self.method is VerificationMethod.EMAIL:
            self.running.clock.advance(seconds=61)  # codes for one person are sent a minute apart
            actions.send_code(parts, caller, self.enrollment, wire.SendCode(self.method))
            answer = wire.Verify(self.method, self.running.random.codes[-1])
        else:
            answer = wire.Verify(self.method, confirmed=True)
        self.verified = actions.verify(parts, caller, self.enrollment, answer)

    def _is_a_client(self, tx: WriteTx) -> None:
        if client(tx, self.caller.client_id) is None:
            row = ClientRow(self.caller.client_id, "Kiosk", "", "", tenant=self.caller.tenant)
            add_client(tx, row, self.running.clock.now())

    @property
    def made(self) -> Parts:
        assert self.parts is not None
        return self.parts

    def told(self) -> wire.Verified:
        assert self.verified is not None
        return self.verified

    def intends(self, intent: Intent, *lost: str) -> None:
        choose_intent(self.made, self.caller, self.enrollment, ChooseIntent(intent, lost))

    def report(self, key: SoftKey, **told: Any) -> wire.KeyReport:
        shown = wire.KeyReport(str(key.aaguid), ("FIDO_2_1",), (), {"rk": True, "clientPin": True})
        return replace(shown, **told)

    def begun(self, key: SoftKey, party: str = "staff", **told: Any) -> wire.Ceremony:
        asked = wire.BeginCeremony(party, self.report(key, **told))
        return ceremonies.begin_ceremony(self.made, self.caller, self.enrollment, asked)

    def place(self, ceremony: wire.Ceremony) -> Place:
        return Place(self.caller, self.enrollment, ceremony.ceremony_id)

    def completed(self, key: SoftKey, ceremony: wire.Ceremony) -> wire.CompletedCeremony:
        asked = wire.CompleteCeremony(key.register(ceremony.public_key, ceremony.origin), "Mine")
        return completion.complete(self.made, self.place(ceremony), asked)

    def proved(self, key: SoftKey, ceremony: wire.Ceremony, completed: wire.CompletedCeremony) -> wire.ProvedCeremony:
        asked = wire.ProveCeremony(key.prove(completed.proof, ceremony.origin))
        return proof.prove(self.made, self.place(ceremony), asked)

    def enrolls(self, key: SoftKey, parties: Sequence[str] = ("staff",), **told: Any) -> wire.ProvedCeremony:
        """Registered and proved at each of the parties; what the last proof was answered with."""
        answers = [self.registered(key, party, **told) for party in parties]
        return answers[-1]

    def registered(self, key: SoftKey, party: str, **told: Any) -> wire.ProvedCeremony:
        ceremony = self.begun(key, party, **told)
        return self.proved(key, ceremony, self.completed(key, ceremony))


def user_of(running: Running, name: str = MARIA) -> str:
    with running.parts.store.read() as tx:
        return user_ids(tx, "upn", name)[0]


def held(running: Running, name: str = MARIA) -> tuple[KeyRow, ...]:
    user_id = user_of(running, name)
    with running.parts.store.read() as tx:
        return keys_of_holder(tx, user_id)


def state(running: Running, key_id: str) -> KeyState:
    return show(running.parts, STAFF, key_id).key.state


def credentials(running: Running, name: str = MARIA) -> tuple[CredentialRow, ...]:
    user_id = user_of(running, name)
    with running.parts.store.read() as tx:
        return credentials_of_user(tx, user_id)


def told(running: Running) -> list[Message]:
    """The mails about keys that lie in the outbox."""
    return [each for each in letters(running) if each.template is TemplateName.KEY_CHANGED]
