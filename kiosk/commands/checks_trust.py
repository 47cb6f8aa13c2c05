"""What doctor looks at for a service's trust in keys: its roots, and its FIDO metadata. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from kiosk.commands.checks import Finding, Level, bad, good
from kiosk.commands.words import sentence
from kiosk.errors import KioskError
from kiosk.resources import resource
from kiosk.service.assembly import SHIPPED_ROOTS
from kiosk.service.attestation.anchors import load_anchors
from kiosk.service.attestation.keeper import keeper
from kiosk.service.attestation.settings import MetadataSettings
from kiosk.service.settings import ServiceSettings

SOON = timedelta(days=90)
"""Before a maker's root ends, doctor warns."""


def examine_trust(settings: ServiceSettings, now: datetime) -> Iterator[Finding]:
    """Whose keys would be believed."""
    yield check_roots(settings, now)
    if settings.attestation.metadata is not None:
        yield check_metadata(settings.attestation.metadata, settings, now)


def check_roots(settings: ServiceSettings, now: datetime) -> Finding:
    """Whether the roots can be read, and are valid for a while."""
    folder = settings.attestation.roots or resource(SHIPPED_ROOTS)
    try:
        found = load_anchors(folder).certificates
    except KioskError as error:
        return bad("makers of keys", sentence(error), "correct attestation.roots")
    if not found and settings.attestation.require_trusted and settings.attestation.metadata is None:
        remedy = "add roots as resources/attestation/roots/README.md says, or [attestation.metadata]"
        return bad("makers of keys", f"no root in {folder}: no key would be believed", remedy)
    ending = [each for each in found if each.not_valid_after_utc < now + SOON]
    if ending:
        first = min(ending, key=lambda each: each.not_valid_after_utc)
        seen = f"{first.subject.rfc4514_string()} ends on {first.not_valid_after_utc:%Y-%m-%d}"
        return bad("makers of keys", seen, "take its successor from its maker, beside it", Level.WARN)
    return good("makers of keys", f"{len(found)} roots")


def check_metadata(asked: MetadataSettings, settings: ServiceSettings, now: datetime) -> Finding:
    """Whether there are metadata, and how old they are; without a way out that is a warning."""
    try:
        known = keeper(asked, settings.server.data_directory).current()
    except KioskError as error:
        return bad("metadata", sentence(error), "correct attestation.metadata")
    remedy = _remedy(asked)
    if known is None:
        return bad("metadata", "none yet", remedy, Level.FAIL if asked.required else Level.WARN)
    seen = f"number {known.number}, {len(known.models)} models, next update {known.next_update.isoformat()}"
    if known.next_update < now.date():
        return bad("metadata", f"out of date: {seen}", remedy, Level.WARN)
    return good("metadata", seen)


def _remedy(asked: MetadataSettings) -> str:
    if asked.file is not None:
        return f"put newer ones into {asked.file}"
    if asked.fetch:
        return f"start the service, and let it reach {asked.url}; or bring them with keywright metadata"
    return "bring newer ones with keywright metadata FILE"
