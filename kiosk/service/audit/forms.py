"""The trail in the forms that others read: JSON lines, CSV for spreadsheets, CEF for what watches over networks."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from kiosk.service.audit.chain import Entry
from kiosk.service.audit.checking import exported

COLUMNS: Final = (
    *("number", "at", "event", "tenant", "site", "actor"),
    *("subject", "reason", "reference", "details", "hash"),
)
_END: Final = "\r\n"
_CEF_HEAD: Final = "CEF:0|Keywright|Keywright|1|{event}|{name}|{severity}|{told}"
_SEVERE: Final = ("refused", "denied", "locked", "failed", "revoked", "erased", "lost", "recalled")


def json_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Whole entries: this form alone can be verified again."""
    return exported(entries)


def comma_separated(entries: Iterable[Entry]) -> Iterator[str]:
    """CSV (RFC 4180) with a header; no cell is read as a formula."""
    yield csv_line(COLUMNS)
    for each in entries:
        values = {name: getattr(each, name) for name in COLUMNS}
        values["at"] = _time(each.at)
        values["details"] = json.dumps(dict(each.details), sort_keys=True, ensure_ascii=False) if each.details else ""
        yield csv_line(str(values[name]) for name in COLUMNS)


def common_events(entries: Iterable[Entry]) -> Iterator[str]:
    """One CEF event a line (ArcSight CEF 0): suser is who did it, duser whom it is about."""
    for each in entries:
        told = {
            "rt": _time(each.at),
            "externalId": str(each.number),
            "suser": each.actor,
            "duser": each.subject,
            "reason": each.reason,
            "cs1Label": "tenant",
            "cs1": each.tenant,
            "cs2Label": "site",
            "cs2": each.site,
            "cs3Label": "reference",
            "cs3": each.reference,
            "cs4Label": "hash",
            "cs4": each.hash,
            "msg": json.dumps(dict(each.details), sort_keys=True, ensure_ascii=False) if each.details else "",
        }
        name = each.event.replace("_", " ").replace(".", " ")
        severity = 6 if is_severe(each.event) else 3
        yield _CEF_HEAD.format(event=_head(each.event), name=_head(name), severity=severity, told=_extension(told))


def is_severe(event: str) -> bool:
    """Whether somebody should look at such an event sooner than at others."""
    return any(word in event for word in _SEVERE)


FORMS: Final[Mapping[str, Callable[[Iterable[Entry]], Iterator[str]]]] = {
    "jsonl": json_lines,
    "csv": comma_separated,
    "cef": common_events,
}
"""By their names."""


def csv_line(cells: Iterable[str]) -> str:
    """A row of a CSV file, without its end; no cell is read as a formula."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=_END).writerow(map(_plain, cells))  # by its end it knows what must be quoted
    return out.getvalue().removesuffix(_END)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _head(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ").replace("\r", " ")


def _extension(told: Mapping[str, str]) -> str:
    filled = {name: value for name, value in told.items() if value and not _labels_nothing(name, told)}
    return " ".join(f"{name}={_value(value)}" for name, value in filled.items())


def _labels_nothing(name: str, told: Mapping[str, str]) -> bool:
    return name.endswith("Label") and not told[name.removesuffix("Label")]


def _value(text: str) -> str:
    return text.replace("\\", "\\\\").replace("=", "\\=").replace("\r", "\\r").replace("\n", "\\n")


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
