"""What FIDO metadata say of models of keys, read entry by entry: one that makes no sense takes no other with it.

FIDO Metadata Service v3.1.1, sections 3.1.1 to 3.1.6, and FIDO Metadata Statement v3.1.1. Where a report is not legible
it counts for more when it accuses, and for nothing when it praises.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from kiosk.service.attestation.anchors import TrustAnchors, read_certificate
from kiosk.service.attestation.blob import BlobFault, BlobRejected
from kiosk.service.attestation.pictures import picture

LONGEST_NAME: Final = 100
_MOST_ENTRIES: Final = 20_000
_MOST_ITEMS: Final = 200
"""Of roots, of reports, of types in one entry."""
_SELF_MADE: Final = frozenset({"basic_surrogate", "none"})
"""Attestation types in which nobody but the key speaks for itself (FIDO Registry, section 3.6.3)."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """What became known of a model. `version` is the least firmware that it concerns, None for all; in UPDATE_AVAILABLE
    the new one. `since` None: as long as it is told. With `certificate` (DER) only the batch of that certificate."""

    status: str
    since: date | None = None
    version: int | None = None
    certificate: bytes = b""


@dataclass(frozen=True, slots=True)
class Entry:
    """One model. `version` is the newest firmware that its metadata describe; `attested`: somebody besides the key
    speaks for it; `roots` speak for this model only."""

    aaguid: str
    name: str
    picture: str = ""
    version: int | None = None
    attested: bool = True
    roots: TrustAnchors = field(default_factory=TrustAnchors)
    reports: tuple[StatusReport, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """A whole BLOB. `models` by AAGUID in lower-case UUID form; `skipped` counts entries that made no sense."""

    number: int
    next_update: date
    models: Mapping[str, Entry]
    skipped: int = 0


def read_metadata(payload: bytes) -> Metadata:
    """Read what `blob.payload_of` gave. Raises BlobRejected(MALFORMED) where number, date or list make no sense."""
    try:
        number, next_update, entries = _frame(json.loads(payload, parse_constant=_no_constant))
    except (ValueError, TypeError, LookupError, RecursionError):
        raise BlobRejected(BlobFault.MALFORMED) from None
    models: dict[str, Entry] = {}
    skipped = 0
    for each in entries:
        try:
            entry = _entry(each)
        except (ValueError, TypeError, LookupError, AttributeError):
            skipped += 1
            continue
        if entry is not None:
            known = models.get(entry.aaguid)
            models[entry.aaguid] = entry if known is None else replace(known, reports=known.reports + entry.reports)
    return Metadata(number, next_update, MappingProxyType(models), skipped)


def _frame(told: Any) -> tuple[int, date, list[Any]]:
    number, next_update, entries = told["no"], date.fromisoformat(told["nextUpdate"]), told["entries"]
    if not _is_number(number) or not isinstance(entries, list) or len(entries) > _MOST_ENTRIES:
        raise ValueError("no metadata")
    return number, next_update, entries


def _entry(told: Any) -> Entry | None:
    """None for what is no FIDO2 model: UAF and U2F authenticators have no AAGUID."""
    if "aaguid" not in told:
        if "aaid" in told or "attestationCertificateKeyIdentifiers" in told:
            return None
        raise ValueError("nobody's entry")
    aaguid = _aaguid(UUID(told["aaguid"]))
    reports = tuple(filter(None, map(_report, _items(told.get("statusReports")))))
    statement = told.get("metadataStatement")
    if not isinstance(statement, dict):  # the status counts without it, too
        return Entry(aaguid, "", reports=reports)
    types = [each for each in _items(statement.get("attestationTypes")) if isinstance(each, str)]
    version = statement.get("authenticatorVersion")
    return Entry(
        aaguid=aaguid,
        name=_name(statement.get("description")),
        picture=picture(statement.get("icon")),
        version=version if _is_number(version) else None,
        attested=not types or any(each not in _SELF_MADE for each in types),
        roots=_roots(_items(statement.get("attestationRootCertificates"))),
        reports=reports,
    )


def _aaguid(told: UUID) -> str:
    """Raises ValueError for zeros, with which keys hide their model (WebAuthn L3, section 6.5.1)."""
    if not told.int:
        raise ValueError("no model")
    return str(told)


def _report(told: Any) -> StatusReport | None:
    if not isinstance(told, dict) or not isinstance(told.get("status"), str):
        return None
    status, since, version = told["status"], told.get("effectiveDate"), told.get("authenticatorVersion")
    legible = True
    try:
        since = None if since is None else date.fromisoformat(since)
    except (ValueError, TypeError):
        since, legible = None, False
    if version is not None and not _is_number(version):
        version, legible = None, False
    if not legible and status.startswith(("FIDO_CERTIFIED", "UPDATE_AVAILABLE")):
        return None
    return StatusReport(status[:64], since, version, _der(told.get("batchCertificate") or told.get("certificate")))


def _der(told: object) -> bytes:
    """The DER of a certificate; nothing for what is none, so that the report concerns all keys of the model."""
    try:
        der = base64.b64decode("".join(told.split()), validate=True) if isinstance(told, str) else b""
    except (binascii.Error, ValueError):
        return b""
    return der if der and read_certificate(der) is not None else b""


def _roots(told: Iterable[Any]) -> TrustAnchors:
    found = (read_certificate(der) for der in map(_der, told) if der)
    return TrustAnchors(tuple(dict.fromkeys(each for each in found if each is not None)))


def _items(told: object) -> list[Any]:
    return told[:_MOST_ITEMS] if isinstance(told, list) else []


def _name(told: object) -> str:
    """One line that may be shown: no control characters, nothing that turns the writing."""
    if not isinstance(told, str):
        return ""
    return " ".join("".join(one if one.isprintable() else " " for one in told[: 2 * LONGEST_NAME]).split())[
        :LONGEST_NAME
    ]


def _is_number(told: object) -> bool:
    return isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 1 << 63


def _no_constant(name: str) -> None:
    raise ValueError(name)
