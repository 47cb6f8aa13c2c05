"""What staff on the phone may ask: who somebody is, which keys they have, and whether it is they who call.

Somebody who is at none of the caller's sites is nobody: the same statements run, the same rows are written, and the
trail does not tell them apart. Every look-up is in the trail with the reason that staff gave, also one that finds
nobody; of what was searched for it keeps a keyed hash, so that a row of guesses shows as one.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, TypeVar

from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.service.accounts.one_time import Purpose, issue, judge, subject_of
from kiosk.service.accounts.rules import NoSuchAccount
from kiosk.service.audit.actions import Event, record
from kiosk.service.concierge import rules
from kiosk.service.concierge.bodies import (
    CardholderDetails,
    CheckCode,
    CodeChannel,
    CodeChecked,
    CodeSent,
    Search,
    SendCode,
    UserDetails,
)
from kiosk.service.directories.rules import BadValue, Site, normalise
from kiosk.service.masking import mask_mail, mask_phone
from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.outbox import enqueue
from kiosk.service.parts import Parts
from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.store.desk import By, DeskPerson, seen_person, seen_sites
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.sites import sites_of
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.rules import TooSoon

Answer = TypeVar("Answer")

_NOBODY: Final = "0" * 32
_CHANNELS: Final = {CodeChannel.MAIL: Channel.MAIL, CodeChannel.SMS: Channel.SMS}


def user_details(parts: Parts, caller: Caller, search: Search) -> UserDetails:
    """Who somebody is, masked. Raises NoSuchAccount, when that is in the trail."""

    def work(tx: WriteTx) -> UserDetails | None:
        person = _looked_up(tx, parts, caller, search, "concierge_user_details")
        whose = _id_of(person)
        sites = seen_sites(tx, whose, sites_of(tx, whose) if caller.everywhere else caller.sites)
        return None if person is None else rules.user_details(person, sites)

    return _found(parts.store.write(work))


def cardholder_details(parts: Parts, caller: Caller, search: Search) -> CardholderDetails:
    """Which keys somebody has. Raises NoSuchAccount, when that is in the trail."""
    names = {each.id: each.name for each in parts.settings.relying_parties}

    def work(tx: WriteTx) -> CardholderDetails | None:
        person = _looked_up(tx, parts, caller, search, "concierge_cardholder_details")
        held = credentials_of_user(tx, _id_of(person))
        return (
            None if person is None else rules.cardholder_details(person, held, lambda each: _model(parts, each), names)
        )

    return _found(parts.store.write(work))


def send_code(parts: Parts, caller: Caller, body: SendCode) -> CodeSent:
    """Send somebody a code to the address on file, which they read back. Raises NoSuchAccount, TooSoon, when that is in
    the trail."""

    def work(tx: WriteTx) -> CodeSent | TooSoon | None:
        person = seen_person(tx, caller.tenant, _sites(caller), By.USER_ID, body.user_id)
        subject = _subject(parts, caller, body.user_id)
        issued = issue(tx, parts, Purpose.CONCIERGE, subject, None if person is None else person.user_id)
        told = {"channel": body.channel.value, "sent": issued is not None}
        record(tx, parts, _event(caller, person, "concierge_code_sent", body.reason, told))
        if issued is None:
            return None if person is None else TooSoon(parts.settings.verification.code.resend_after)
        message = _code_message(parts, person, body.channel, issued.text, issued.life)
        enqueue(
            tx,
            parts,
            message,
            useless_after=parts.clock.now() + timedelta(seconds=issued.life),
            once=f"concierge:{subject}:{issued.expires_at.isoformat()}",
            topic=f"concierge:{subject}",
        )
        shown = _masked(body.channel, message.to) if message.deliverable else ""
        return None if person is None else CodeSent(sent_to=shown, digits=len(issued.text), life=issued.life)

    outcome = parts.store.write(work)
    if isinstance(outcome, TooSoon):
        raise outcome
    return _found(outcome)


def check_code(parts: Parts, caller: Caller, body: CheckCode) -> CodeChecked:
    """Whether this is the code that the same client had sent to them: it works once, and five tries end it.

    Raises NoSuchAccount, when that is in the trail.
    """

    def work(tx: WriteTx) -> CodeChecked | None:
        person = seen_person(tx, caller.tenant, _sites(caller), By.USER_ID, body.user_id)
        whose = judge(tx, parts, Purpose.CONCIERGE, _subject(parts, caller, body.user_id), body.code)
        confirmed = person is not None and whose == person.user_id
        record(tx, parts, _event(caller, person, "concierge_code_checked", "", {"confirmed": confirmed}))
        return None if person is None else CodeChecked(confirmed=confirmed)

    return _found(parts.store.write(work))


def _looked_up(tx: WriteTx, parts: Parts, caller: Caller, search: Search, event: str) -> DeskPerson | None:
    by, wanted = _wanted(parts, search)
    person = seen_person(tx, caller.tenant, _sites(caller), by, wanted)
    asked = hmac.digest(parts.hmac_key, f"concierge\0{by}\0{wanted}".encode(), "sha256").hex()[:16]
    details = {"by": by.value, "asked": asked, "found": person is not None}
    record(tx, parts, _event(caller, person, event, search.reason, details))
    return person


def _sites(caller: Caller) -> frozenset[str] | None:
    return None if caller.everywhere else caller.sites


def _wanted(parts: Parts, search: Search) -> tuple[By, str]:
    """What to look for, as it is stored; what nobody can be called is looked for all the same."""
    if search.user_id is not None:
        return By.USER_ID, search.user_id
    asked = (
        (By.NAME, FieldKind.UPN, search.primary_user_identifier),
        (By.EMAIL, FieldKind.EMAIL, search.email),
        (By.NUMBER, FieldKind.TEXT, search.employee_id),
    )
    by, kind, typed = next(each for each in asked if each[2] is not None)
    place = Site(parts.settings.identify.region, parts.settings.identify.email_domain)
    try:
        return by, normalise(IdentifyField(by.value, kind, max_length=256), typed or "", place)
    except BadValue:
        return by, ""


def _event(
    caller: Caller, person: DeskPerson | None, name: str, reason: str, details: Mapping[str, str | int | bool]
) -> Event:
    """Whoever was not found is not told in the trail either: it is the tenant's, and they may be another's."""
    return Event(
        name,
        caller.tenant,
        caller.actor,
        subject="" if person is None else person.user_id,
        reason=reason,
        details=details,
    )


def _subject(parts: Parts, caller: Caller, user_id: str) -> str:
    """Codes are of a person and of the client that asked for them (OWASP ASVS 6.6.2)."""
    return subject_of(parts, None, caller.tenant, f"concierge\0{caller.client_id}\0{user_id}")


def _code_message(parts: Parts, person: DeskPerson | None, channel: CodeChannel, code: str, life: int) -> Message:
    """For nobody, and for who has no such address, the same row and the same work."""
    address = "" if person is None else person.email if channel is CodeChannel.MAIL else person.phone
    values = {"code": code, "minutes": str(life // 60), "organization": parts.settings.organization}
    return Message(
        _CHANNELS[channel],
        address or "nobody@example.org",
        TemplateName.DESK_CODE,
        "" if person is None else person.locale,
        values,
        deliverable=bool(address),
    )


def _masked(channel: CodeChannel, address: str) -> str:
    return mask_mail(address) if channel is CodeChannel.MAIL else mask_phone(address)


def _model(parts: Parts, aaguid: str) -> str:
    """What the maker calls the model, or else the number of it."""
    known = parts.trust.model(aaguid)
    return aaguid if known is None else known.name


def _id_of(person: DeskPerson | None) -> str:
    return _NOBODY if person is None else person.user_id


def _found(found: Answer | None) -> Answer:
    if found is None:
        raise NoSuchAccount
    return found
