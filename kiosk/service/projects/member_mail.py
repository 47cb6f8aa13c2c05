"""What people of a user list are told by mail, in the transaction that makes it necessary."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kiosk.service.messages.actions import NOTICE_LIFE
from kiosk.service.messages.connector import Channel, Message, TemplateName
from kiosk.service.messages.outbox import enqueue
from kiosk.service.parts import Parts
from kiosk.service.projects.member_rules import WrongState
from kiosk.service.sources import new_id
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.members import MemberRow
from kiosk.service.store.projects import ProjectRow


def origin_of(parts: Parts) -> str:
    """Where phones reach the pages. Raises WrongState while the settings do not tell: nobody can be invited then."""
    origin = parts.settings.projects.url or parts.settings.phone.url
    if origin is None:
        raise WrongState("no_url")
    return origin.rstrip("/")


def invitation_mail(
    parts: Parts, project: ProjectRow, row: MemberRow, code: str, expires_at: datetime
) -> tuple[Message, datetime, str]:
    """The link that one phone goes on with, and how long it works; when that is useless, and its topic. Raises
    WrongState."""
    days = str(parts.settings.projects.invitation_days)
    values = {"link": f"{origin_of(parts)}/i/{code}", "days": days}
    return _message(parts, project, row, TemplateName.INVITATION, values), expires_at, _topic(row)


def mail_invitation(
    tx: WriteTx, parts: Parts, project: ProjectRow, row: MemberRow, code: str, expires_at: datetime
) -> None:
    """As `invitation_mail`, into the outbox, in place of what they were told before and has not left."""
    message, useless_after, topic = invitation_mail(parts, project, row, code, expires_at)
    once = f"{message.template}:{new_id(parts.random)}"
    enqueue(tx, parts, message, useless_after=useless_after, once=once, topic=topic)


def mail_removed(tx: WriteTx, parts: Parts, project: ProjectRow, row: MemberRow) -> None:
    """That they were taken off the list."""
    _notice(tx, parts, project, row, TemplateName.REMOVED)


def mail_reset(tx: WriteTx, parts: Parts, project: ProjectRow, row: MemberRow) -> None:
    """That their phone was unbound, and that an invitation is to follow."""
    _notice(tx, parts, project, row, TemplateName.RESET)


def _notice(tx: WriteTx, parts: Parts, project: ProjectRow, row: MemberRow, template: TemplateName) -> None:
    message, until = _message(parts, project, row, template, {}), parts.clock.now() + NOTICE_LIFE
    enqueue(tx, parts, message, useless_after=until, once=f"{template}:{new_id(parts.random)}", topic=_topic(row))


def _topic(row: MemberRow) -> str:
    """A later mail takes the place of an earlier one that has not left yet."""
    return f"member:{row.id}"


def _message(
    parts: Parts, project: ProjectRow, row: MemberRow, template: TemplateName, values: Mapping[str, str]
) -> Message:
    about = {
        "organization": parts.settings.organization,
        "name": f"{row.given_name} {row.family_name}".strip(),
        "project": project.name,
    }
    sendable = parts.settings.mail is not None
    return Message(Channel.MAIL, row.email, template, row.locale, {**about, **values}, deliverable=sendable)
