"""What a partner may ask: that a guest from outside is enrolled, in a sealed message.

The number of a message is remembered in a transaction of its own, before anything is done: it is worth one try,
whatever becomes of it. Whoever does not know what became of a message sends another one with the same Idempotency-Key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

import structlog
from pydantic import ValidationError

from kiosk.contract.paths import EXTERNAL_GUESTS
from kiosk.service.accounts.bodies_guests import GuestEnrolled, GuestEnrollment
from kiosk.service.accounts.callers import site_for
from kiosk.service.accounts.guests import Program, enroll_guest
from kiosk.service.accounts.guests_rules import GuestKind
from kiosk.service.accounts.rules import AccountRefused, BadAttributes, SiteNotAllowed
from kiosk.service.accounts.settings import PartnerSettings
from kiosk.service.audit.actions import Event, record
from kiosk.service.once import Asked, IdempotencyConflict
from kiosk.service.partners.envelope import seal_message, unseal, verified
from kiosk.service.partners.rules import (
    Claims,
    MessageRefused,
    NoAgreement,
    PartnerRefused,
    QuotaExceeded,
    Reason,
    claims_of,
    in_force,
    seconds_left_today,
)
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store import partner_messages as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.tokens.rules import Caller

_log = structlog.get_logger("keywright.partners")


@dataclass(frozen=True, slots=True)
class Said:
    """What a partner who has signed its message is answered: where the guest stands, or why there is none. `number` is
    that of the message, empty where it could not be read."""

    partner: PartnerSettings
    answer: GuestEnrolled | Exception = field(repr=False)
    number: str = field(default="", repr=False)


def enroll(parts: Parts, caller: Caller, message: str, key: str) -> Said:
    """Enroll the guest of a sealed message.

    Raises NoAgreement, SiteNotAllowed, and MessageRefused for what no key of the partner has signed; whatever else is
    wrong is an answer to the partner alone.
    """
    partner = _partner_of(parts, caller)
    keys = parts.partners[partner.id]
    number = ""
    try:
        sealed = verified(message, keys)
    except MessageRefused as refusal:
        _note_refused(parts, caller, partner, refusal)
        raise
    try:
        claims = claims_of(unseal(sealed, keys), partner, parts.clock.now())
        number = claims.jti
        _remember(parts, partner, claims)
        return Said(partner, _enroll(parts, caller, partner, claims.guest, key), number)
    except (PartnerRefused, AccountRefused, IdempotencyConflict) as refusal:
        _note_refused(parts, caller, partner, refusal)
        return Said(partner, refusal, number)


def seal_answer(parts: Parts, said: Said, status: int, content: Mapping[str, Any]) -> str:
    """The answer, signed by us and sealed for the partner. It names the message that it answers, and the status that it
    is sent with: who stands between cannot give a partner the answer to another message."""
    claims = {
        "iss": said.partner.audience,
        "aud": said.partner.id,
        "iat": int(parts.clock.now().timestamp()),
        "jti": new_id(parts.random),
        "inReplyTo": said.number,
        "status": status,
        "answer": content,
    }
    return seal_message(claims, parts.partners[said.partner.id])


def forget_old_messages(parts: Parts) -> int:
    """Forget the numbers of messages that are too old to be taken; how many there were."""
    return parts.store.write(lambda tx: rows.forget_messages(tx, parts.clock.now()))


def _partner_of(parts: Parts, caller: Caller) -> PartnerSettings:
    """By who has signed in, never by what a message says. Raises NoAgreement, SiteNotAllowed."""
    known = (each for each in parts.settings.accounts.partners if each.client_id == caller.client_id)
    partner = next(known, None)
    if partner is None or not in_force(partner, parts.clock.now()):
        raise NoAgreement
    site_for(parts, caller, partner.site)
    return partner


def _remember(parts: Parts, partner: PartnerSettings, claims: Claims) -> None:
    """Raises MessageRefused for a number that was seen before."""
    if not parts.store.write(lambda tx: rows.remember_message(tx, partner.id, claims.jti, claims.forget_at)):
        raise MessageRefused(Reason.REPLAY)


def _enroll(
    parts: Parts, caller: Caller, partner: PartnerSettings, guest: Mapping[str, Any], key: str
) -> GuestEnrolled:
    """Raises QuotaExceeded, IdempotencyConflict, and what enrolling a guest raises."""
    try:
        body = GuestEnrollment.model_validate(guest)
    except ValidationError as error:
        wrong = {".".join(map(str, each["loc"]))[:64] for each in error.errors(include_input=False)}
        raise BadAttributes(tuple(sorted(wrong))) from None
    if body.site_id != partner.site:
        raise SiteNotAllowed
    program = Program(caller.client_id, caller.tenant, GuestKind.EXTERNAL)
    asked = Asked(caller.client_id, key, EXTERNAL_GUESTS, body)

    def admit(tx: WriteTx) -> None:
        now = parts.clock.now()
        if not rows.count_guest(tx, partner.id, now.astimezone(UTC).date(), partner.daily):
            raise QuotaExceeded(seconds_left_today(now))

    return enroll_guest(parts, program, body, asked, admit)


def _note_refused(parts: Parts, caller: Caller, partner: PartnerSettings, refusal: Exception) -> None:
    """Staff may know what was wrong, for they help the partner to mend it; the sender of a message that is not signed
    may not."""
    why = refusal.why.value if isinstance(refusal, MessageRefused) else type(refusal).__name__
    _log.info("message_refused", reason=why)
    details = {"partner": partner.id, "why": why}
    event = Event("partner_refused", caller.tenant, f"client:{caller.client_id}", site=partner.site, details=details)
    parts.store.write(lambda tx: record(tx, parts, event))
