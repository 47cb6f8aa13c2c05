"""A station is activated: by a one-time code, with a key pair that it made itself."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from kiosk.contract.stations import ActivatedStation, ActivateStation
from kiosk.service.audit.actions import record
from kiosk.service.parts import Parts
from kiosk.service.staff.rules import code_as_made
from kiosk.service.stations import configuration, rules
from kiosk.service.stations.actions import event, shut_out
from kiosk.service.stations.rules import BadActivation, NotActivated
from kiosk.service.store import attempts
from kiosk.service.store import fleet_stations as rows
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.fleet import StationRow
from kiosk.service.store.fleet_standings import drop_standing
from kiosk.service.store.stations import NO_SECRET, ClientRow, add_client
from kiosk.service.tokens import es256
from kiosk.service.tokens.actions import STATION
from kiosk.service.tokens.es256 import BadKey, NotSigned
from kiosk.service.tokens.rules import as_called, hashed, live
from kiosk.service.verification import rules as verification

ATTEMPTS: Final = "activation:"
"""How the subjects begin that tries are counted for."""


@dataclass(frozen=True, slots=True)
class Knock:
    """Whoever sends a code: from which address, calling us how."""

    address: str
    audiences: frozenset[str]


def activate(parts: Parts, knock: Knock, asked: ActivateStation) -> ActivatedStation:
    """Take the code, and let the key sign in from now on. The same code with the same key again: the same answer.

    Raises BadActivation, NotActivated, Locked.
    """
    key = _proved_key(parts, knock, asked)
    code_hash, subject = hashed(code_as_made(asked.code)), _subject(parts, knock.address)

    def work(tx: WriteTx) -> ActivatedStation | verification.Locked | None:
        now = parts.clock.now()
        try:
            _count(tx, subject, now)
        except verification.Locked as locked:
            return locked
        row = _activated(tx, parts, code_hash, key, asked.version)
        if row is None:
            return None
        attempts.forget_failures(tx, subject)
        return _told(tx, parts, row)

    done = parts.store.write(work)
    if isinstance(done, verification.Locked):
        raise done
    if done is None:
        raise NotActivated
    return done


def _proved_key(parts: Parts, knock: Knock, asked: ActivateStation) -> dict[str, str]:
    """The public key, whose holder sends this code to us now. What the code is worth is not looked at. Raises
    BadActivation."""
    try:
        key = es256.checked(asked.public_key)
        told = es256.read(asked.proof)
    except BadKey as error:
        raise BadActivation("public_key") from error
    except NotSigned as error:
        raise BadActivation("proof") from error
    about = (told.said("code_sha256"), as_called(told.said("aud")) in knock.audiences)
    begun = told.time("iat")
    if not es256.signed_by(told, key) or about != (hashed(asked.code), True) or begun is None:
        raise BadActivation("proof")
    moment = parts.clock.now().timestamp()
    if abs(moment - begun) > rules.CLOCK_OF_ACTIVATION:
        raise BadActivation("clock", moment)
    return key


def _activated(tx: WriteTx, parts: Parts, code_hash: str, key: dict[str, str], version: str) -> StationRow | None:
    """The station with its key; None where the code activates nothing. Raises StaleRow."""
    now, thumbprint = parts.clock.now(), es256.thumbprint(key)
    tx.alone_with(f"station-keys\0{thumbprint}")
    code, holder = rows.code(tx, code_hash), rows.station_with_key(tx, thumbprint)
    if code is None or not live(code.created_at, code.expires_at, now):
        return None
    row = rows.station(tx, code.station_id)
    if row is None or row.revoked_at is not None or (holder is not None and holder.id != row.id):
        return None
    if code.used_at is not None:
        return row if row.thumbprint == thumbprint else None  # the answer was lost
    if not rows.use_code(tx, code.code_hash, now):
        return None
    shut_out(tx, parts, row)
    drop_standing(tx, row.id)
    client = f"station-{parts.random.token(6).hex()}"
    scopes = " ".join(sorted(STATION.scopes))
    add_client(tx, ClientRow(client, row.name, NO_SECRET, scopes, tenant=row.tenant, sites=row.site), now)
    activated = event(row, f"client:{client}", "station.activated")
    record(tx, parts, replace(activated, details={"thumbprint": thumbprint, "program": version}))
    return rows.move_station(tx, row, client_id=client, public_key=key, thumbprint=thumbprint, activated_at=now)


def _told(tx: WriteTx, parts: Parts, row: StationRow) -> ActivatedStation:
    settled = configuration.settled(tx, parts, row)
    assert settled.client_id is not None
    return ActivatedStation(
        station_id=settled.id,
        client_id=settled.client_id,
        name=settled.name,
        site=settled.site,
        verify_key=configuration.signer(parts).public,
        configuration=configuration.signed(tx, parts, settled),
    )


def _count(tx: WriteTx, subject: str, now: datetime) -> None:
    """Count one try, until one was right. Raises Locked."""
    found = attempts.failures(tx, subject)
    tried = verification.Failures() if found is None else verification.steadied(verification.Failures(*found), now)
    verification.admit(tried, rules.ACTIVATION_LIMITS, now)
    attempts.put_failures(tx, subject, None if found is None else found[0], tried.count + 1, now)


def _subject(parts: Parts, address: str) -> str:
    return ATTEMPTS + hmac.digest(parts.hmac_key, f"{ATTEMPTS}{address}".encode(), "sha256").hex()
