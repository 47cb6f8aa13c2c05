"""What guests, and those who answer for them, are told by mail; in the transaction that makes it necessary."""

from __future__ import annotations

from datetime import UTC, date, datetime

from kiosk.service.accounts import one_time
from kiosk.service.accounts.letters import mail_passcode
from kiosk.service.accounts.one_time import Purpose
from kiosk.service.messages.actions import NOTICE_LIFE
from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.outbox import enqueue
from kiosk.service.parts import Parts
from kiosk.service.store.accounts import AccountRow
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.guests import GuestRow


def send_passcode(tx: WriteTx, parts: Parts, who: AccountRow) -> None:
    """A passcode, by which somebody sets their first password."""
    subject = one_time.subject_of(parts, who.id, who.tenant, who.upn_key)
    issued = one_time.issue(tx, parts, Purpose.PASSCODE, subject, who.id)
    if issued is None:  # they were sent one just now, which is still good
        return
    mail_passcode(tx, parts, who, issued)


def tell_known(tx: WriteTx, parts: Parts, address: str, name: str, locale: str) -> None:
    """Somebody tried to register with an address that is known already: who reads its mail should hear of it, once a
    day. For an unknown address (no `name`) the same is done, and nothing is sent."""
    now = parts.clock.now()
    values = {"name": name, "when": _moment(now)}
    message = _message(parts, address, TemplateName.KNOWN, locale, values, deliverable=bool(name))
    once = one_time.subject_of(parts, None, "known", f"{address}\0{now.date()}\0{bool(name)}")
    enqueue(tx, parts, message, useless_after=now + NOTICE_LIFE, once=f"known:{once}")


def tell_sponsor(tx: WriteTx, parts: Parts, guest: GuestRow, name: str, enrollment_id: str) -> None:
    """Who answers for a guest hears that they have a key now."""
    values = {"name": guest.sponsor_name, "guest": name, "company": guest.company or "-", "until": _day(guest.ends_on)}
    message = _message(parts, guest.sponsor_email, TemplateName.SPONSOR, _first_language(parts), values)
    _notice(tx, parts, message, f"sponsor:{enrollment_id}")


def tell_visit_ended(tx: WriteTx, parts: Parts, guest: GuestRow, who: AccountRow) -> None:
    """The guest, and who answers for them, hear that the visit is over."""
    told = {"guest": who.display_name, "until": _day(guest.ends_on)}
    to_guest = _message(parts, who.email, TemplateName.VISIT_ENDED, who.locale, {**told, "name": who.display_name})
    to_sponsor = _message(
        parts,
        guest.sponsor_email,
        TemplateName.VISIT_ENDED,
        _first_language(parts),
        {**told, "name": guest.sponsor_name},
    )
    _notice(tx, parts, to_guest, f"visit_ended:{who.id}:guest")
    _notice(tx, parts, to_sponsor, f"visit_ended:{who.id}:sponsor")


def _notice(tx: WriteTx, parts: Parts, message: Message, once: str) -> None:
    if message.deliverable:
        enqueue(tx, parts, message, useless_after=parts.clock.now() + NOTICE_LIFE, once=once)


def _message(
    parts: Parts, to: str, template: TemplateName, locale: str, values: dict[str, str], *, deliverable: bool = True
) -> Message:
    told = {**values, "organization": parts.settings.organization}
    return Message(
        Channel.MAIL,
        to,
        template,
        locale,
        told,
        deliverable=deliverable and bool(to) and parts.settings.mail is not None,
    )


def _first_language(parts: Parts) -> str:
    return parts.settings.languages[0]


def _day(day: date | None) -> str:
    return "-" if day is None else day.isoformat()


def _moment(now: datetime) -> str:
    return now.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
