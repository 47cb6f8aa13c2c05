"""Signed heads of the trail, kept where the administrator of the database cannot reach: what is before one of them
cannot be rewritten without it showing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog

from kiosk.service.audit.chain import Head
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.store.audit import head
from kiosk.signing import NotSigned, Signer, verified

_log = structlog.get_logger("keywright.service")

PURPOSE: Final = "audit"
SUFFIX: Final = ".anchor"
_MOST: Final = 100_000


class BadAnchor(Exception):
    """A file that is no anchor of this chain, or whose signature does not hold: its name, and `why`."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(name, why)
        self.name, self.why = name, why


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of a chain at a time, as it was signed (a compact JWS over these members)."""

    chain: str
    head: Head
    at: datetime


def public_key(parts: Parts) -> dict[str, str]:
    """What anchors are verified with (a JWK); it stays the same for a service."""
    return Signer.of(parts.hmac_key, PURPOSE).public


def sign_head(parts: Parts) -> tuple[Anchor, str]:
    """The head of now, and what signs it."""
    with parts.store.read() as tx:
        chain, last = head(tx)
    anchor = Anchor(chain, last, parts.clock.now())
    told = {"chain": chain, "number": last.number, "hash": last.hash, "at": anchor.at.isoformat(timespec="seconds")}
    return anchor, Signer.of(parts.hmac_key, PURPOSE).sign(told)


def write_anchor(parts: Parts, folder: Path) -> Path | None:
    """Put the head of now into a folder, under its number; None where it is there already, or nothing happened yet.

    Several replicas may do so: they write the same thing. Raises OSError.
    """
    anchor, signed = sign_head(parts)
    path = folder / f"{anchor.chain[:8]}-{anchor.head.number:012}{SUFFIX}"
    if anchor.head.number == 0 or path.exists():
        return None
    fresh = path.with_name(f".{path.name}.{new_id(parts.random)}")
    fresh.write_text(signed + "\n", encoding="ascii")
    fresh.replace(path)
    return path


def anchor_next(parts: Parts, folder: Path) -> bool:
    """Write an anchor, if there is something new; there is never more to do at once. A folder that cannot be written to
    is told, and tried again at the next turn."""
    try:
        write_anchor(parts, folder)
    except OSError as error:
        _log.error("anchor_not_written", reason=error.strerror or "os_error")
    return False


def read_anchor(signed: str, public: Mapping[str, str], name: str) -> Anchor:
    """What was signed. Raises BadAnchor."""
    try:
        told: Any = verified(signed.strip(), dict(public))
        number, made, at = told["number"], told["hash"], datetime.fromisoformat(told["at"])
        if not isinstance(number, int) or not isinstance(made, str) or not isinstance(told["chain"], str):
            raise BadAnchor(name, "is no anchor")
        return Anchor(told["chain"], Head(number, made), at.astimezone(UTC))
    except NotSigned as error:
        raise BadAnchor(name, "was not signed with this key") from error
    except (KeyError, TypeError, ValueError) as error:
        raise BadAnchor(name, "is no anchor") from error


def read_anchors(place: Path, public: Mapping[str, str]) -> tuple[Anchor, ...]:
    """Those of a folder, or of one file with one a line. Raises BadAnchor, OSError."""
    files = sorted(place.glob(f"*{SUFFIX}")) if place.is_dir() else [place]
    found: list[Anchor] = []
    for file in files[:_MOST]:
        lines = file.read_text(encoding="ascii", errors="replace").splitlines()
        found += [read_anchor(line, public, file.name) for line in lines if line.strip()]
    return tuple(found)


def pinned(anchors: Iterable[Anchor], chain: str) -> dict[int, str]:
    """The hashes that anchors pin, by number. Raises BadAnchor for one of another chain, or two that differ."""
    hashes: dict[int, str] = {}
    for each in anchors:
        if each.chain != chain:
            raise BadAnchor(f"number {each.head.number}", "is of another chain")
        if hashes.setdefault(each.head.number, each.head.hash) != each.head.hash:
            raise BadAnchor(f"number {each.head.number}", "is there twice, with different hashes")
    return hashes
