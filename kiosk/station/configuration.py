"""The configuration that the service signs for a station: which one is taken, and the last good one that is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import structlog
from pydantic import TypeAdapter, ValidationError

from kiosk.contract.stations import StationConfiguration
from kiosk.errors import ConfigurationError
from kiosk.signing import NotSigned, verified
from kiosk.station.identity import Identity
from kiosk.station.kept_file import keep, kept

FILE: Final = "configuration.jws"

_log = structlog.get_logger("keywright.station")
_READ: Final = TypeAdapter(StationConfiguration)
_BEATS: Final = (2, 300)
"""Seconds between two heartbeats that a service may ask for."""


class NotTaken(Exception):
    """A configuration is refused; `why`: `signature`, `shape`, `station` (it is another's), `older`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def accepted(token: str, identity: Identity, known: StationConfiguration | None = None) -> StationConfiguration:
    """What a compact JWS tells this station to obey, unless it knows a newer one. Raises NotTaken."""
    try:
        told = _READ.validate_python(verified(token, identity.verify_key))
    except NotSigned:
        raise NotTaken("signature") from None
    except (ValidationError, RecursionError):
        raise NotTaken("shape") from None
    if told.station_id != identity.station_id:
        raise NotTaken("station")
    if not told.profile.languages or not _BEATS[0] <= told.heartbeat <= _BEATS[1]:
        raise NotTaken("shape")
    if known is not None and told.version < known.version:
        raise NotTaken("older")
    return told


def last_good(folder: Path, identity: Identity) -> StationConfiguration | None:
    """The configuration that was kept, if it is still this station's."""
    token = kept(folder / FILE).strip()
    try:
        return accepted(token, identity) if token else None
    except NotTaken as refused:
        tell = _log.info if refused.why == "station" else _log.warning  # what it was before it was activated anew
        tell("configuration_refused", reason=refused.why, place="disk")
        return None


def take(folder: Path, identity: Identity, token: str) -> StationConfiguration:
    """Check what came, and keep it. An older one is not taken: the last good one holds. Raises NotTaken.

    Where it cannot be written, it holds until the end of the program all the same.
    """
    known = last_good(folder, identity)
    try:
        told = accepted(token, identity, known)
    except NotTaken as refused:
        _log.warning("configuration_refused", reason=refused.why, place="service")
        if refused.why == "older" and known is not None:
            return known
        raise
    try:
        keep(folder / FILE, token)
    except ConfigurationError:
        _log.warning("configuration_not_kept", version=told.version)
    return told
