"""Stations as they are set up and as they stand: their keys, their one-time codes, what they last told, and how long
people were at each step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    text,
)

from kiosk.service.store.columns import UtcDateTime, id_column, metadata

_NOT_REVOKED = text("revoked_at IS NULL")

stations = Table(
    "stations",
    metadata,
    id_column(),
    Column("tenant", String(40), nullable=False),
    Column("name", String(64), nullable=False),
    Column("site", String(40), nullable=False),
    Column("project_id", String(32)),
    Column("client_id", ForeignKey("clients.id")),
    Column("public_key", JSON(none_as_null=True)),
    Column("thumbprint", String(43), nullable=False),
    Column("configuration", Integer, nullable=False),
    Column("configuration_hash", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("activated_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Column("version", Integer, nullable=False),
    Index("uq_stations_name", "tenant", "name", unique=True, sqlite_where=_NOT_REVOKED, postgresql_where=_NOT_REVOKED),
    Index("ix_stations_client_id", "client_id", unique=True),
    Index("ix_stations_thumbprint", "thumbprint"),
)
"""`thumbprint` is RFC 7638's of its public key, empty before it is activated; `configuration` the version that grows
each time something changes that it must obey, `configuration_hash` of what that was. A name is free again once its
station was revoked."""

station_codes = Table(
    "station_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    id_column("station_id", references="stations.id"),
    Column("made_by", String(128), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_station_codes_station_id", "station_id"),
)

station_standings = Table(
    "station_standings",
    metadata,
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), primary_key=True),
    Column("heard_at", UtcDateTime, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("step", String(32), nullable=False),
    Column("step_since", UtcDateTime, nullable=False),
    Column("queue", Integer, nullable=False),
    Column("problem", String(40), nullable=False),
    Column("version", String(40), nullable=False),
    Column("configuration", Integer, nullable=False),
    Column("skew", Float, nullable=False),
    Column("commands", String(200), nullable=False),
    Column("told", String(200), nullable=False),
    Index("ix_station_standings_heard_at", "heard_at"),
)
"""`skew` is how many seconds its clock is ahead of ours; `commands` are those that it was not told yet, `told` those
that the answer to `counter` had."""

station_steps = Table(
    "station_steps",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("station_id", ForeignKey("stations.id", ondelete="CASCADE"), nullable=False),
    Column("tenant", String(40), nullable=False),
    Column("site", String(40), nullable=False),
    Column("step", String(32), nullable=False),
    Column("tenths", Integer, nullable=False),
    Column("ended", String(32), nullable=False),
    Column("day", Integer, nullable=False),
    Index("ix_station_steps_tenant_day", "tenant", "day", "step", "site", "tenths", "ended"),
    Index("ix_station_steps_station_id", "station_id"),
    Index("ix_station_steps_day", "day"),
)
"""`tenths` of a second that somebody was there; `day` is the one that it ended on (days since 1970, UTC). The index has
all that figures are made of."""

client_assertions = Table(
    "client_assertions",
    metadata,
    Column("jti_hash", String(64), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("ix_client_assertions_expires_at", "expires_at"),
)
"""Assertions of private_key_jwt that were taken (RFC 7523, 3: `jti`), so that none is taken twice."""


@dataclass(frozen=True, slots=True)
class StationRow:
    """A station, activated or not yet."""

    id: str
    tenant: str
    name: str
    site: str
    created_at: datetime
    project_id: str | None = None
    client_id: str | None = None
    public_key: Mapping[str, str] | None = None
    thumbprint: str = ""
    configuration: int = 0
    configuration_hash: str = ""
    activated_at: datetime | None = None
    revoked_at: datetime | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class StandingRow:
    """What a station last told of itself."""

    station_id: str
    heard_at: datetime
    counter: int
    step: str
    step_since: datetime
    queue: int
    problem: str
    version: str
    configuration: int
    skew: float
    commands: str = ""
    told: str = ""


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code that activates a station once."""

    code_hash: str
    station_id: str
    made_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepRow:
    """How long somebody was at a step of a station, and how it ended."""

    station_id: str
    tenant: str
    site: str
    step: str
    tenths: int
    ended: str
    day: int
