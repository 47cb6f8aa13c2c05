"""Whether a key is welcome everywhere, asked before the person does anything with it; and once more at each party."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import structlog

from kiosk.contract.enrollments import CheckedKey, CheckKey, KeyReport, Phase
from kiosk.service.directories.connector import Person
from kiosk.service.enrollments import rules
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.connector import RelyingParty, RelyingPartyRefused, RelyingPartyUnavailable
from kiosk.service.relying_parties.policy import refusals
from kiosk.service.store.enrollments import enrollment
from kiosk.service.tokens.rules import Caller

TAKES_NO_KEYS: Final = frozenset({"not_enabled", "no_model_allowed"})
"""What a party says whose policy lets nobody register any key."""

_log = structlog.get_logger("keywright.service")


def check_key(parts: Parts, caller: Caller, enrollment_id: str, asked: CheckKey) -> CheckedKey:
    """What the key is called, if it would be taken everywhere.

    Raises NotFound, WrongPhase, Expired, SimulatedKey, KeyNotAllowed.
    """
    with parts.store.read() as tx:
        found = enrollment(tx, enrollment_id, caller.client_id)
    row = rules.require_phase(found, parts.clock.now(), Phase.KEY)
    assert row.person is not None
    admit(parts, row.person, asked.key, parts.relying_parties.values())
    model = parts.trust.model(asked.key.aaguid)
    doubts = parts.trust.doubts(asked.key, parts.clock.now())
    return CheckedKey(model.name if model else "", model.picture if model else "", doubts)


def admit(parts: Parts, person: Person, key: KeyReport, parties: Iterable[RelyingParty]) -> None:
    """Let the key in by our rules, by what its maker's metadata say, and by the parties' own policies.

    Raises SimulatedKey, KeyNotAllowed with every reason; `<relying party>:<word>` where only that one refuses.
    """
    rules.admit_key(key, rules.policy_for(parts.settings, person), embedded=parts.embedded)
    if reasons := parts.trust.refusals(key, parts.clock.now()):
        raise rules.KeyNotAllowed(*reasons)
    if refused := [f"{party.name.id}:{word}" for party in parties for word in _words(party, key)]:
        raise rules.KeyNotAllowed(*refused)


def _words(party: RelyingParty, key: KeyReport) -> tuple[str, ...]:
    """A party whose policy cannot be read now decides when it is asked to register; one that takes no keys says so."""
    try:
        return refusals(party.policy(), key)
    except RelyingPartyRefused as refusal:
        if refusal.word in TAKES_NO_KEYS:
            return (refusal.word,)
        _log.warning("policy_not_read", relying_party=party.name.id, word=refusal.word)
    except RelyingPartyUnavailable:
        _log.warning("policy_not_read", relying_party=party.name.id)
    return ()
