"""The trail as a report to be read and filed (PDF): what was asked for of it, whether all of it is whole, and its head
with the signature."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import typst

from kiosk.resources import fonts, resource
from kiosk.service.audit.anchors import public_key, sign_head
from kiosk.service.audit.chain import ChainVerdict, Entry
from kiosk.service.audit.checking import verify_trail
from kiosk.service.parts import Parts
from kiosk.service.store.audit_pages import EventFilter, events_through

MOST: Final = 20_000
"""Entries of one report: some hundred pages."""
_COLUMNS: Final = ("No.", "Time (UTC)", "Event", "Site", "Who", "About", "Reason and details")
_LONG: Final = re.compile(r"[^\s]{32}(?=[^\s])")
_BREAK: Final = "\u200b"  # where a long word may go on in the next line
_LINES: Final = re.compile(r".{1,109}[^-]|.+")  # a hyphen at the end of a line would be lost by who copies it


@dataclass(frozen=True, slots=True)
class Report:
    """What is in it. `more` when the trail has more of it than `entries`; `signed` is the anchor of its head."""

    organization: str
    made: datetime
    wanted: EventFilter
    entries: tuple[Entry, ...]
    more: bool
    verdict: ChainVerdict
    chain: str
    signed: str
    kid: str


def report_of(parts: Parts, wanted: EventFilter, most: int) -> Report:
    """Read what was asked for, verify all of the trail, and sign its head. The trail may grow meanwhile."""
    verdict = verify_trail(parts)
    anchor, signed = sign_head(parts)
    with parts.store.read() as tx:
        found = tuple(events_through(tx, wanted, most + 1))
    return Report(
        organization=parts.settings.organization,
        made=anchor.at,
        wanted=wanted,
        entries=found[:most],
        more=len(found) > most,
        verdict=verdict,
        chain=anchor.chain,
        signed=signed,
        kid=public_key(parts)["kid"],
    )


def printed(report: Report) -> bytes:
    """The report as PDF, accessible (PDF/UA-1). Nothing that is in the trail is read as markup."""
    template = resource("templates/audit/report.typ")
    faces = sorted({str(face.parent) for face in fonts()})
    made: object = typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=typst.Fonts(not faces, False, list(faces)),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(_told(report), ensure_ascii=False)},
        pdf_standards=["ua-1"],
    )
    assert isinstance(made, bytes)
    return made


def _told(report: Report) -> dict[str, object]:
    return {
        "title": "Trail",
        "organization": report.organization,
        "made": _time(report.made),
        "sentences": _sentences(report),
        "facts": [list(fact) for fact in _facts(report)],
        "columns": list(_COLUMNS),
        "rows": [_row(each) for each in report.entries],
    }


def _sentences(report: Report) -> list[str]:
    many = "1 entry" if len(report.entries) == 1 else f"{len(report.entries)} entries"
    many += ", the first of more." if report.more else "."
    verdict = report.verdict
    if verdict.fault is not None:
        why = str(verdict.fault).replace("_", " ")
        return [many, f"THE TRAIL IS NOT WHOLE: {why} at entry {verdict.at}. It is whole up to {verdict.head.number}."]
    erased = f" {verdict.erased} do not name their people any more." if verdict.erased else ""
    return [many, f"All of the trail was verified, and is whole: {verdict.entries} entries.{erased}"]


def _facts(report: Report) -> list[tuple[str, str]]:
    wanted, head = report.wanted, report.verdict.head
    asked = {
        "Tenant": wanted.tenant,
        "Sites": ", ".join(wanted.sites),
        "Subject": wanted.subject,
        "Who": wanted.actor,
        "Event": wanted.event,
        "From": "" if wanted.since is None else _time(wanted.since),
        "Before": "" if wanted.until is None else _time(wanted.until),
    }
    known = {
        "Chain": report.chain,
        "Verified up to": f"{head.number} {head.hash}",
        "Head, signed": "\n".join(_LINES.findall(report.signed)),
        "Signed with": report.kid,
    }
    return [(name, value) for name, value in {**asked, **known}.items() if value]


def _row(entry: Entry) -> list[str]:
    details = (f"{name} {value}" for name, value in sorted(entry.details.items()))
    more = ", ".join([*([entry.reason] if entry.reason else []), *details])
    at, event = _time(entry.at), entry.event.replace("_", " ")
    return _breakable((str(entry.number), at, event, entry.site, entry.actor, entry.subject, more))


def _breakable(cells: Sequence[str]) -> list[str]:
    return [_LONG.sub(lambda word: word[0] + _BREAK, cell) for cell in cells]


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
