"""What staff are told of a request: the masked person, the key, and what went before; nothing that verifies anybody."""

from __future__ import annotations

from typing import Final

from kiosk.contract.staff import ApprovalAction, OpenApproval
from kiosk.service import masking
from kiosk.service.store.attempts import failures
from kiosk.service.store.engine import ReadTx
from kiosk.service.store.enrollments import EnrollmentRow
from kiosk.service.verification.self_confirmation import masked_person

Lines = tuple[tuple[str, str], ...]

_TEXT: Final = 64


def about(tx: ReadTx, visit: EnrollmentRow, asked: OpenApproval, model: str) -> Lines:
    """Lines (name, text): `person` or `nobody`, `employee_id`, `form`, `company`, `failures`, `model` or `aaguid`,
    `serial`, `receipt`."""
    lines = (
        *(_registering(visit) if visit.registration is not None else _known(visit)),
        *(_failures(tx, visit) if asked.action is ApprovalAction.OVERRIDE else ()),
        *_key(asked, model),
        ("receipt", visit.receipt),
    )
    return tuple((name, _plain(text)) for name, text in lines)


def _known(visit: EnrollmentRow) -> Lines:
    """Staff see that nobody was found; what they say then verifies nobody."""
    if visit.person is None:
        return (("nobody", ""),)
    shown = masked_person(visit.person)
    return (("person", shown.name), *shown.details)


def _registering(visit: EnrollmentRow) -> Lines:
    told = visit.registration or {}
    values = told.get("values", {})
    name = f"{values.get('given_name', '')} {values.get('family_name', '')}".strip()
    lines = (
        ("person", masking.mask_name(name) if name else ""),
        ("form", str(told.get("form", ""))),
        ("company", str(values.get("company", ""))),
    )
    return tuple(line for line in lines if line[1])


def _failures(tx: ReadTx, visit: EnrollmentRow) -> Lines:
    found = failures(tx, visit.subject)
    return () if found is None else (("failures", str(found[0])),)


def _key(asked: OpenApproval, model: str) -> Lines:
    if asked.key is None:
        return ()
    named = ("model", model) if model else ("aaguid", asked.key.aaguid)
    return (named, *((("serial", asked.key.serial),) if asked.key.serial else ()))


def _plain(text: str) -> str:
    return "".join(each for each in text if each.isprintable())[:_TEXT]
