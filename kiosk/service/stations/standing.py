"""What stations tell of themselves, and what they are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from kiosk.contract.stations import Standing, StandingHeard
from kiosk.service.audit.actions import record
from kiosk.service.parts import Parts
from kiosk.service.sources import new_id
from kiosk.service.stations import configuration, rules
from kiosk.service.stations.actions import event
from kiosk.service.stations.activation import ATTEMPTS
from kiosk.service.stations.rules import NoSuchStation
from kiosk.service.store import fleet_standings as standings
from kiosk.service.store import fleet_stations as rows
from kiosk.service.store.attempts import forget_attempts
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.fleet import StandingRow, StationRow, StepRow
from kiosk.service.store.stations import client
from kiosk.service.tokens.rules import Caller

_LONGEST_NAME: Final = 64
_KEPT: Final = timedelta(days=1)
"""How long old codes, and tries of addresses, are remembered."""


@dataclass(frozen=True, slots=True)
class Current:
    """A station's configuration as it is to be sent; `version` is that of it."""

    version: int
    signed: str


def hear(parts: Parts, caller: Caller, told: Standing) -> StandingHeard:
    """Keep what a station tells, unless it told that before. What it is told to do it is told once; the same standing
    again (its answer was lost) is answered as before."""
    now = parts.clock.now()
    silent = timedelta(seconds=parts.settings.stations.silent)

    def work(tx: WriteTx) -> StandingHeard:
        row = configuration.settled(tx, parts, _station(tx, parts, caller))
        known = standings.standing(tx, row.id)
        if rules.counts(known, told.counter, now, silent):
            heard = _kept(row, told, now, "" if known is None else known.commands)
            standings.put_standing(tx, known, heard)
            standings.add_steps(tx, _steps(row, told, now))
            for each in told.steps:
                tx.afterwards(partial(parts.figures.step, each.step, each.seconds))
            commands = heard.told
        else:
            commands = known.told if known is not None and known.counter == told.counter else ""
        program = parts.settings.stations.program
        update = program if program not in ("", told.version) else ""
        return StandingHeard(now.timestamp(), row.configuration, update, tuple(commands.split()))

    return parts.store.write(work, hasty=not told.steps)


def current(parts: Parts, caller: Caller) -> Current:
    """The station's configuration, signed now."""
    with parts.store.read() as tx:
        row = rows.station_of_client(tx, caller.client_id)
        if row is not None and configuration.is_settled(tx, parts, row):
            return Current(row.configuration, configuration.signed(tx, parts, row))

    def work(tx: WriteTx) -> Current:
        row = configuration.settled(tx, parts, _station(tx, parts, caller))
        return Current(row.configuration, configuration.signed(tx, parts, row))

    return parts.store.write(work)


def forget_old(parts: Parts) -> bool:
    """Forget the times of steps after `stations.statistics` days, and codes and tries that are over. There is never
    more to do at once."""
    now = parts.clock.now()
    first = rules.day_of(now - timedelta(days=parts.settings.stations.statistics))

    def work(tx: WriteTx) -> None:
        standings.forget_steps(tx, first)
        rows.forget_codes(tx, now - _KEPT)
        forget_attempts(tx, ATTEMPTS, now - _KEPT)

    parts.store.write(work)
    return False


def _station(tx: WriteTx, parts: Parts, caller: Caller) -> StationRow:
    """The caller's station; made for a client with a secret, when it first tells of itself. Raises NoSuchStation."""
    found = rows.station_of_client(tx, caller.client_id)
    if found is not None:
        return found
    known = client(tx, caller.client_id)
    if known is None:
        raise NoSuchStation
    rows.alone_with_names(tx, caller.tenant)
    sites = known.sites.split()
    now = parts.clock.now()
    row = StationRow(
        id=new_id(parts.random),
        tenant=known.tenant,
        name=_free_name(tx, known.tenant, known.name, known.id),
        site=sites[0] if len(sites) == 1 else "",
        created_at=now,
        client_id=known.id,
        activated_at=now,
    )
    rows.add_station(tx, row)
    record(tx, parts, event(row, f"client:{known.id}", "station.created"))
    return row


def _free_name(tx: WriteTx, tenant: str, name: str, client_id: str) -> str:
    wanted = name[:_LONGEST_NAME]
    return wanted if wanted and rows.station_named(tx, tenant, wanted) is None else client_id


def _kept(row: StationRow, told: Standing, now: datetime, commands: str) -> StandingRow:
    return StandingRow(
        station_id=row.id,
        heard_at=now,
        counter=told.counter,
        step=told.step,
        step_since=now - timedelta(seconds=told.seconds),
        queue=told.queue,
        problem=told.problem,
        version=told.version,
        configuration=told.configuration,
        skew=told.clock - now.timestamp(),
        commands="",
        told=commands,
    )


def _steps(row: StationRow, told: Standing, now: datetime) -> tuple[StepRow, ...]:
    day = rules.day_of(now)
    return tuple(
        StepRow(row.id, row.tenant, row.site, each.step, round(each.seconds * 10), each.ended, day)
        for each in told.steps
    )
