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


def mail_invitation(
    tx: WriteTx, parts: Parts, project: ProjectRow, row: MemberRow, code: str, expires_at: datetime
) -> None:
    """The link that one phone goes on with, and how long it works."""
    days = str(parts.settings.projects.invitation_days)
    values = {"link": f"{origin_of(parts)}/i/{code}", "days": days}
    _mail(tx, parts, project, row, TemplateName.INVITATION, values, expires_at)


def mail_removed(tx: WriteTx, parts: Parts, project: ProjectRow, row: MemberRow) -> None:
    """That they were taken off the list."""
    _mail(tx, parts, project, row, TemplateName.REMOVED, {}, parts.clock.now() + NOTICE_LIFE)


def mail_reset(tx: WriteTx, parts: Parts, project: ProjectRow, row: MemberRow) -> None:
    """That their phone was unbound, and that an invitation is to follow."""
    _mail(tx, parts, project, row, TemplateName.RESET, {}, parts.clock.now() + NOTICE_LIFE)


def _mail(
    tx: WriteTx,
    parts: Parts,
    project: ProjectRow,
    row: MemberRow,
    template: TemplateName,
    values: Mapping[str, str],
    useless_after: datetime,
) -> None:
    """A later mail takes the place of an earlier one that has not left yet."""
    about = {
        "organization": parts.settings.organization,
        "name": f"{row.given_name} {row.family_name}".strip(),
        "project": project.name,
    }
    sendable = parts.settings.mail is not None
    message = Message(Channel.MAIL, row.email, template, row.locale, {**about, **values}, deliverable=sendable)
    once = f"{template}:{new_id(parts.random)}"
    enqueue(tx, parts, message, useless_after=useless_after, once=once, topic=f"member:{row.id}")
