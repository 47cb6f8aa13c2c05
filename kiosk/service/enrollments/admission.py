"""Whether a key is welcome everywhere, asked before the person does anything with it; and once more at each party."""

from __future__ import annotations

from collections.abc import Iterable

from kiosk.contract.enrollments import CheckedKey, CheckKey, KeyReport, Phase
from kiosk.service.directories.connector import Person
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.inventory import require_welcome
from kiosk.service.enrollments.policy import policy_for
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import RelyingParty
from kiosk.service.store.enrollments import enrollment
from kiosk.service.tokens.rules import Caller


def check_key(parts: Parts, caller: Caller, enrollment_id: str, asked: CheckKey) -> CheckedKey:
    """What the key is called, if it would be taken everywhere.

    Raises NotFound, WrongPhase, Expired, SimulatedKey, KeyNotAllowed.
    """
    with parts.store.read() as tx:
        found = enrollment(tx, enrollment_id, caller.client_id)
    row = rules.require_phase(found, parts.clock.now(), Phase.KEY)
    assert row.person is not None
    admit(parts, row.person, asked.key, parts.relying_parties.values())
    with parts.store.read() as tx:
        require_welcome(tx, parts, caller, row, asked.key)
    model = parts.trust.model(asked.key.aaguid)
    doubts = parts.trust.doubts(asked.key, parts.clock.now())
    return CheckedKey(model.name if model else "", model.picture if model else "", doubts)


def admit(parts: Parts, person: Person, key: KeyReport, parties: Iterable[RelyingParty]) -> None:
    """Let the key in by our rules, by what its maker's metadata say, and by the parties' own policies.

    Raises SimulatedKey, KeyNotAllowed with every reason; `<relying party>:<word>` where only that one refuses.
    """
    rules.admit_key(key, policy_for(parts.settings, person), embedded=parts.embedded)
    now = parts.clock.now()
    if reasons := parts.trust.refusals(key, now):
        raise rules.KeyNotAllowed(*reasons)
    words = ((party, word) for party in parties for word in parts.policies.refusals(party, key, now))
    if refused := [f"{party.name.id}:{word}" for party, word in words]:
        raise rules.KeyNotAllowed(*refused)
