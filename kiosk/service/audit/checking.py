"""Verifies the trail: the chain in the database against its head and its anchors, or an exported file alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from kiosk.service.audit.anchors import Anchor, pinned
from kiosk.service.audit.chain import ChainVerdict, Entry, verify
from kiosk.service.parts import Parts
from kiosk.service.store.audit import entries, head


class BadExport(Exception):
    """A line of a file that is no entry: its number, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def verify_trail(parts: Parts, anchors: Iterable[Anchor] = ()) -> ChainVerdict:
    """Whether the trail is whole, from its first entry to its head, and agrees with the anchors. Raises BadAnchor."""
    with parts.store.read() as tx:
        chain, last = head(tx)
        return verify(entries(tx), last, pinned(anchors, chain))


def verify_export(lines: Iterable[str], anchors: Iterable[Anchor] = ()) -> ChainVerdict:
    """The same of an exported file (JSON lines), without a database: what was cut off its end shows by anchors alone.

    Raises BadAnchor, BadExport.
    """
    known = tuple(anchors)
    chain = known[0].chain if known else ""
    return verify(_read(lines), None, pinned(known, chain))


def exported(found: Iterable[Entry]) -> Iterator[str]:
    """Entries as JSON lines that can be verified again."""
    for each in found:
        yield json.dumps({**asdict(each), "at": each.at.isoformat(timespec="microseconds")}, ensure_ascii=False)


def _read(lines: Iterable[str]) -> Iterator[Entry]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield _entry(json.loads(line))
        except (ValueError, TypeError, KeyError) as error:
            raise BadExport(number) from error


def _entry(told: Any) -> Entry:
    values: dict[str, Any] = {name: told[name] for name in Entry.__slots__}
    texts = {name: value for name, value in values.items() if name not in ("number", "at", "details")}
    if not all(isinstance(value, str) for value in texts.values()) or not isinstance(values["details"], Mapping):
        raise ValueError("another kind of value")
    if type(values["number"]) is not int:
        raise ValueError("no number")
    return Entry(**{**values, "at": datetime.fromisoformat(values["at"])})
