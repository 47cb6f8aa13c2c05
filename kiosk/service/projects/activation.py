"""Phones that activate: each gets one number of a project, shows it, and is seen again."""

from __future__ import annotations

from dataclasses import dataclass

from kiosk.service.parts import Parts
from kiosk.service.projects import codes, numbers, rules
from kiosk.service.projects.numbers import Holder
from kiosk.service.store import mobile_ids as ids_store
from kiosk.service.store import projects as rows
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.projects import ProjectRow

PHONE = "phone"
"""Who acts, in the trail: a phone that nobody has claimed yet."""


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number on a phone, and whose it is. `text` is what the QR code on its page says."""

    project: ProjectRow
    row: MobileIdRow
    text: str


def project_of_code(tx: ReadTx, parts: Parts, code: str) -> ProjectRow:
    """The project that a code activates. Raises NoSuchCode, CodeRenewed, ProjectClosed, NotInThisProject."""
    candidates = rows.projects_beginning(tx, codes.project_prefix(code))
    project = codes.of_code(parts.hmac_key, code, candidates)
    rules.require_part(project, rules.Part.ACTIVATION_CODE)
    return project


def look(parts: Parts, code: str) -> ProjectRow:
    """The project of a code; nothing happens. Raises as `project_of_code`."""
    with parts.store.read() as tx:
        return project_of_code(tx, parts, code)


def activate(parts: Parts, code: str, phone_hash: bytes) -> PhoneNumber:
    """The number of this phone in the project of the code: the next one, or the one that it has already.

    Raises as `project_of_code`, RangeExhausted, TooManyActivations.
    """

    def work(tx: WriteTx) -> PhoneNumber:
        project = project_of_code(tx, parts, code)
        holder = Holder(phone_hash=phone_hash)
        row = ids_store.held_by(tx, project.id, phone_hash=phone_hash)
        if row is None:
            numbers.admit_phone(tx, parts, project)
            row = numbers.take_number(tx, parts, project, holder, PHONE)
        return _told(parts, project, row)

    return parts.store.write(work)


def of_phone(parts: Parts, phone_hash: bytes) -> tuple[PhoneNumber, ...]:
    """The numbers of a phone that shows itself, which is thereby seen; the newest first."""

    def work(tx: WriteTx) -> tuple[PhoneNumber, ...]:
        found = []
        for row in reversed(ids_store.ids_of_phone(tx, phone_hash)):
            project = rows.project(tx, row.project_id)
            if project is not None:
                found.append(_told(parts, project, numbers.seen(tx, parts, row)))
        return tuple(found)

    return parts.store.write(work, hasty=True)


def _told(parts: Parts, project: ProjectRow, row: MobileIdRow) -> PhoneNumber:
    return PhoneNumber(project, row, codes.id_text(parts.hmac_key, project.id, row.number))
