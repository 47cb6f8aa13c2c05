"""Registration ceremonies: one row each, moved by compare-and-set on its version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    insert,
    select,
    update,
)

from kiosk.service.store.columns import UtcDateTime, id_column, metadata
from kiosk.service.store.engine import ReadTx, StaleRow, WriteTx
from kiosk.service.store.enrollments import hold


class CeremonyState(StrEnum):
    """Where a ceremony stands. `completing` is the intent that is stored before the relying party is called."""

    BEGUN = "begun"
    COMPLETING = "completing"
    REGISTERED = "registered"
    PROVED = "proved"
    REFUSED = "refused"
    ABANDONED = "abandoned"


UNFINISHED: tuple[CeremonyState, ...] = (CeremonyState.BEGUN, CeremonyState.COMPLETING, CeremonyState.REGISTERED)
"""The states that an ending enrollment turns into `abandoned`."""

ceremonies = Table(
    "ceremonies",
    metadata,
    id_column(),
    Column("enrollment_id", ForeignKey("enrollments.id", ondelete="CASCADE"), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("relying_party", String(40), nullable=False),
    Column("user_id", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("challenge", LargeBinary, nullable=False),
    Column("user_handle", LargeBinary(64), nullable=False),
    Column("user_verification", String(16), nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("response_hash", String(64), nullable=False),
    Column("credential_id", LargeBinary(1023)),
    Column("refusal", String(64), nullable=False),
    Column("proof_challenge", LargeBinary),
    Column("proof_hash", String(64), nullable=False),
    Column("key_serial", String(64), nullable=False, server_default=""),
    Column("rp_id", String(253), nullable=False, server_default=""),
    Column("origin", String(2000), nullable=False, server_default=""),
    Column("account", String(320), nullable=False, server_default=""),
    Column("reference", String(1400), nullable=False, server_default=""),
    Column("party_state", JSON, nullable=False, server_default="{}"),
    Column("proof_state", JSON, nullable=False, server_default="{}"),
    Column("handed_over_at", UtcDateTime),
    Column("key_number", Integer, nullable=False, server_default="1"),
    Column("firmware", BigInteger),
    Index("ix_ceremonies_enrollment_id_state", "enrollment_id", "state"),
)


@dataclass(frozen=True, slots=True)
class CeremonyRow:
    """One ceremony.

    `response_hash` and `proof_hash` tell the same answer sent again from another one. `lease_until` is how long the
    caller that stored the intent may take. `refusal` is the word of a refused registration, for sending it again.
    `key_serial` is what the key said of itself over USB. `account` and `reference` are the party's names of the person
    and of the registration, `party_state` and `proof_state` what it wants back with the response and with the proof.
    `handed_over_at` is when the response was about to be sent to a remote party: from then on it may have it.
    `key_number` tells the keys of one visit apart; `firmware` is what the key said of itself.
    """

    id: str
    enrollment_id: str
    client_id: str
    relying_party: str
    user_id: str
    state: CeremonyState
    version: int
    challenge: bytes
    user_handle: bytes
    user_verification: str
    simulated: bool
    begun_at: datetime
    expires_at: datetime
    lease_until: datetime | None = None
    response_hash: str = ""
    credential_id: bytes | None = None
    refusal: str = ""
    proof_challenge: bytes | None = None
    proof_hash: str = ""
    key_serial: str = ""
    rp_id: str = ""
    origin: str = ""
    account: str = ""
    reference: str = ""
    party_state: Mapping[str, str] = field(default_factory=dict)
    proof_state: Mapping[str, Any] = field(default_factory=dict)
    handed_over_at: datetime | None = None
    key_number: int = 1
    firmware: int | None = None


_COLUMNS = tuple(ceremonies.c[name] for name in CeremonyRow.__slots__)


_CHANGING = (
    "state",
    "version",
    "lease_until",
    "response_hash",
    "credential_id",
    "reference",
    "proof_state",
    "handed_over_at",
    "refusal",
    "proof_challenge",
    "proof_hash",
)

# Statements are made once: building one costs more than running it.
_INSERT = insert(ceremonies)
_ONE = select(*_COLUMNS).where(
    ceremonies.c.id == bindparam("wanted"),
    ceremonies.c.enrollment_id == bindparam("enrollment"),
    ceremonies.c.client_id == bindparam("client"),
)
_IN_STATES = select(*_COLUMNS).where(
    ceremonies.c.enrollment_id == bindparam("enrollment"), ceremonies.c.state.in_(bindparam("states", expanding=True))
)
_NAMED = select(*_COLUMNS).where(ceremonies.c.id.in_(bindparam("wanted", expanding=True)))
_MOVE = (
    update(ceremonies)
    .where(ceremonies.c.id == bindparam("wanted"), ceremonies.c.version == bindparam("seen"))
    .values({name: bindparam(f"to_{name}") for name in _CHANGING})
)


def add_ceremony(tx: WriteTx, row: CeremonyRow) -> None:
    """Store a new ceremony."""
    tx.connection.execute(_INSERT, {name: getattr(row, name) for name in CeremonyRow.__slots__})


def ceremony(tx: ReadTx, ceremony_id: str, enrollment_id: str, client_id: str) -> CeremonyRow | None:
    """The client's own ceremony of this id, in this enrollment, which a WriteTx holds until its end."""
    hold(tx, enrollment_id)
    wanted = {"wanted": ceremony_id, "enrollment": enrollment_id, "client": client_id}
    found = tx.connection.execute(_ONE, wanted).one_or_none()
    return None if found is None else _row(found)


def ceremonies_of(tx: ReadTx, enrollment_id: str, states: Sequence[CeremonyState]) -> tuple[CeremonyRow, ...]:
    """The enrollment's ceremonies in these states."""
    wanted = {"enrollment": enrollment_id, "states": states}
    return tuple(map(_row, tx.connection.execute(_IN_STATES, wanted)))


def ceremonies_named(tx: ReadTx, ceremony_ids: Sequence[str]) -> tuple[CeremonyRow, ...]:
    """The ceremonies of these ids."""
    return tuple(map(_row, tx.connection.execute(_NAMED, {"wanted": ceremony_ids})))


def move_ceremony(tx: WriteTx, seen: CeremonyRow, **changes: Any) -> CeremonyRow:
    """Change a row that is still as it was seen, and return it as it is now. Raises StaleRow."""
    now = replace(seen, version=seen.version + 1, **changes)
    moved = {f"to_{name}": getattr(now, name) for name in _CHANGING}
    if tx.connection.execute(_MOVE, {**moved, "wanted": seen.id, "seen": seen.version}).rowcount != 1:
        raise StaleRow
    return now


def _row(found: Sequence[Any]) -> CeremonyRow:
    values = dict(zip(CeremonyRow.__slots__, found, strict=True))
    return CeremonyRow(**{**values, "state": CeremonyState(values["state"])})
