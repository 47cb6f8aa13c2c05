"""What the ceremonies of a phone have in common: what is asked and kept, how answers are read, how they are refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.contract.phone import PhoneReason
from kiosk.service.audit.actions import Event, record
from kiosk.service.mobile import codes
from kiosk.service.mobile.rules import NotNow
from kiosk.service.parts import Parts
from kiosk.service.relying_parties.phones import PhoneParty, phone_party
from kiosk.service.relying_parties.webauthn import Unacceptable, decode, encode
from kiosk.service.store.accounts import stopped
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.phone_codes import PhoneCodeRow

STALE: Final = frozenset({"wrong_challenge", "malformed"})
"""Refusals after which the phone may try once more: a page of before, or an answer that was cut off."""

_CHALLENGE: Final = 32  # bytes
_LONGEST: Final = 20_000  # characters of an answer


class Again(Exception):
    """The answer was to another question; the phone is asked once more."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a page has the phone ask its authenticator. `kind` is `create` or `get`."""

    kind: str
    options: WebAuthnObject

    @property
    def text(self) -> str:
        """The options as JSON, for an attribute."""
        return json.dumps(self.options)


def party_of(parts: Parts) -> PhoneParty:
    """The relying party of phones. Raises NotNow: there is none any more."""
    party = phone_party(parts.settings)
    if party is None:
        raise NotNow
    return party


def asked(parts: Parts, row: PhoneCodeRow, step: str) -> PhoneCodeRow:
    """The row with a challenge for the step; the one that it has, if it has one, so that a page may be loaded twice.

    Raises CodeOver, NotNow, StaleRow.
    """
    if row.work is not None and row.work.get("step") == step:
        return row
    return codes.keep_work(parts, row, {"step": step, "challenge": encode(parts.random.token(_CHALLENGE))})


def challenge_of(row: PhoneCodeRow, step: str) -> bytes:
    """What the phone was asked last. Raises NotNow: it was asked nothing, or something else."""
    if row.work is None or row.work.get("step") != step:
        raise NotNow
    return decode(row.work["challenge"])


def answer_of(form: Mapping[str, str]) -> WebAuthnObject:
    """The answer of the phone's authenticator, as WebAuthn's JSON. Raises Unacceptable."""
    text = form.get("answer", "")
    try:
        told: Any = json.loads(text) if len(text) <= _LONGEST else None
    except (ValueError, RecursionError) as error:
        raise Unacceptable("malformed") from error
    if not isinstance(told, dict):
        raise Unacceptable("malformed")
    return told


def get_options(party: PhoneParty, challenge: str, allowed: tuple[str, ...], seconds: int) -> WebAuthnObject:
    """PublicKeyCredentialRequestOptionsJSON; with nothing `allowed` the phone offers what it has."""
    return {
        "challenge": challenge,
        "timeout": seconds * 1000,
        "rpId": party.rp_id,
        "allowCredentials": [{"type": "public-key", "id": each} for each in allowed],
        "userVerification": "required",
    }


def refuse_stopped(parts: Parts, row: PhoneCodeRow) -> bool:
    """End the code of whoever was put on hold or removed since it was shown; whether it was so.

    Raises CodeOver, NotNow, StaleRow.
    """
    with parts.store.read() as tx:
        if not stopped(tx, row.user_id or ""):
            return False
    refuse(parts, row, "account_stopped")
    return True


def refuse(
    parts: Parts,
    row: PhoneCodeRow,
    word: str,
    reason: PhoneReason = PhoneReason.REFUSED,
    then: Callable[[WriteTx], object] = lambda _tx: None,
) -> None:
    """Write down that an answer did not hold, and do what follows in the same transaction. One to another question may
    be given again (Again is raised); any other one ends the code. Raises Again, CodeOver, NotNow, StaleRow."""

    def work(tx: WriteTx) -> None:
        details = {"transaction": row.id, "purpose": row.purpose.value, "word": word}
        event = Event("phone_answer_refused", row.tenant, "phone", row.user_id or "", reason=reason, details=details)
        record(tx, parts, event)
        if word not in STALE:
            codes.failed(tx, parts, row, reason)
        then(tx)

    parts.store.write(work)
    if word in STALE:
        raise Again
