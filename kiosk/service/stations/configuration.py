"""What a station shows or obeys: signed, under a version that grows when something of it changes."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from pydantic import TypeAdapter

from kiosk.contract.stations import StationConfiguration
from kiosk.service.enrollments.profile import profile_of
from kiosk.service.parts import Parts
from kiosk.service.policies.actions import under
from kiosk.service.store import fleet_stations as rows
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.fleet import StationRow
from kiosk.signing import Signer, canonical

_WRITTEN: Final[TypeAdapter[StationConfiguration]] = TypeAdapter(StationConfiguration)


def signer(parts: Parts) -> Signer:
    """Signs configurations."""
    return Signer.of(parts.hmac_key, "configuration")


def settled(tx: WriteTx, parts: Parts, row: StationRow) -> StationRow:
    """The station with the version of what holds now. Raises StaleRow, BadPolicy."""
    digest = _digest(tx, parts, row)
    if digest == row.configuration_hash:
        return row
    return rows.move_station(tx, row, configuration=row.configuration + 1, configuration_hash=digest)


def is_settled(tx: ReadTx, parts: Parts, row: StationRow) -> bool:
    """Whether nothing has changed that the station must obey. Raises BadPolicy."""
    return _digest(tx, parts, row) == row.configuration_hash


def signed(tx: ReadTx, parts: Parts, row: StationRow) -> str:
    """The configuration of a station that is settled, as a compact JWS. Raises BadPolicy."""
    return signer(parts).sign(_plain(tx, parts, row, row.configuration, int(parts.clock.now().timestamp())))


def _digest(tx: ReadTx, parts: Parts, row: StationRow) -> str:
    return hashlib.sha256(canonical(_plain(tx, parts, row, 0, 0))).hexdigest()


def _plain(tx: ReadTx, parts: Parts, row: StationRow, version: int, issued_at: int) -> Any:
    """As JSON has it. Policy is read in this transaction: two replicas tell the same at the same moment."""
    governed = under(tx, parts, row.client_id or "")
    told = StationConfiguration(
        version=version,
        issued_at=issued_at,
        station_id=row.id,
        name=row.name,
        site=row.site,
        profile=profile_of(governed),
        heartbeat=parts.settings.stations.heartbeat,
    )
    return _WRITTEN.dump_python(told, mode="json", by_alias=True)
