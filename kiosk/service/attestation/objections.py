"""What speaks against a model of key, decided once: before a key is touched, and after it has answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from kiosk.service.attestation.metadata import Entry, Metadata
from kiosk.service.attestation.settings import AttestationPolicy, StatusFloor
from kiosk.service.attestation.standing import Standing, standing
from kiosk.service.attestation.verdict import Doubt, Reason


def objections(
    policy: AttestationPolicy, metadata: Metadata | None, aaguid: str, firmware: int | None, today: date
) -> tuple[Reason, ...]:
    """Why keys of this model are not taken, most fundamental first. `aaguid` in lower-case UUID form."""
    entry = None if metadata is None else metadata.models.get(aaguid)
    return (
        *_by_lists(policy, aaguid),
        *_by_place(policy, metadata, entry),
        *_by_status(policy, entry, firmware, today),
    )


def doubts(metadata: Metadata | None, aaguid: str, firmware: int | None, today: date) -> tuple[Doubt, ...]:
    """What staff should know of a key of this model that is let in."""
    if metadata is None:
        return (Doubt.METADATA_MISSING,)
    entry = metadata.models.get(aaguid)
    stands = Standing() if entry is None else standing(entry, firmware, today)
    told = (
        (Doubt.METADATA_OLD, metadata.next_update < today),
        (Doubt.SOME_COMPROMISED, stands.some_accused),
        (Doubt.FIRMWARE_UNKNOWN, stands.uncertain),
        (Doubt.RETIRED, stands.retired),
        (Doubt.UPDATE_AVAILABLE, stands.update_available),
    )
    return tuple(doubt for doubt, holds in told if holds)


def _by_lists(policy: AttestationPolicy, aaguid: str) -> Iterator[Reason]:
    if policy.aaguids_allowed and aaguid not in policy.aaguids_allowed:
        yield Reason.MODEL_NOT_ALLOWED
    if aaguid in policy.aaguids_denied:
        yield Reason.MODEL_DENIED


def _by_place(policy: AttestationPolicy, metadata: Metadata | None, entry: Entry | None) -> Iterator[Reason]:
    if policy.metadata_required and metadata is None:
        yield Reason.METADATA_MISSING
    elif policy.metadata_required and entry is None:
        yield Reason.NOT_IN_METADATA


def _by_status(policy: AttestationPolicy, entry: Entry | None, firmware: int | None, today: date) -> Iterator[Reason]:
    stands = Standing() if entry is None else standing(entry, firmware, today)
    if stands.accused is not None:
        yield stands.accused
    if entry is not None and not entry.attested and policy.require_trusted:
        yield Reason.NOT_ATTESTED
    if stands.level < policy.min_level.level:
        yield Reason.NOT_CERTIFIED
    if stands.retired and policy.status_floor is not StatusFloor.NOT_COMPROMISED:
        yield Reason.RETIRED
    if stands.update_available and policy.status_floor is StatusFloor.UP_TO_DATE:
        yield Reason.UPDATE_AVAILABLE
