"""Identify in directories elsewhere: on a connection that is kept, and on a new one each time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from kiosk.logs import route_to_stdlib
from kiosk.service.directories.connector import Directory
from kiosk.service.outbound import Outbound
from kiosk.service.tls import LOOPBACK, issue_server_certificate, make_authority
from tests.benchmarks.measure import Row, in_turn, seconds
from tests.kiosk.service.directories.contract.stand import ANNA
from tests.kiosk.service.directories.contract.stand_ldap import OpenLdapStand
from tests.kiosk.service.directories.contract.stand_scim import ScimStand
from tests.kiosk.service.directories.door import Door

_VISITS = 10
"""How many people are identified in each run."""


def run(runs: int) -> list[Row]:
    """LDAPS (OpenLDAP) and HTTPS (scim2-server)."""
    route_to_stdlib()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="keywright-bench-")))
        authority = make_authority(folder, datetime.now(UTC))
        tls = authority, issue_server_certificate(folder, LOOPBACK, datetime.now(UTC), authority)
        ldap = stack.enter_context(OpenLdapStand.open(folder, tls))
        scim = stack.enter_context(ScimStand.open(folder, tls))
        return [
            _row("LDAPS", ldap.directory, ldap.way, ldap.made_anew, runs),
            _row("HTTPS (SCIM)", scim.directory, scim.way, scim.made_anew, runs),
        ]


def _row(name: str, kept: Directory, way: Door, fresh: Callable[[Outbound], Directory], runs: int) -> Row:
    entered = {"kept": 0, "fresh": 0}

    def with_kept() -> float:
        before = way.entered
        took = seconds(lambda: _often(lambda: _identify(kept))) / _VISITS
        entered["kept"] += way.entered - before
        return took

    def with_fresh() -> float:
        before = way.entered
        took = seconds(lambda: _often(lambda: _identify_anew(fresh))) / _VISITS
        entered["fresh"] += way.entered - before
        return took

    ours, other, ratio = in_turn(with_kept, with_fresh, runs)
    visits = _VISITS * (runs + 1)
    holds = ratio < 1 and entered["kept"] <= 1 and entered["fresh"] == visits
    notes = {"visits": visits, "connections_kept": entered["kept"], "connections_fresh": entered["fresh"]}
    title = f"identify over {name} on a kept connection; the other: on a new one each time"
    return Row(title, ours * 1e3, other * 1e3, "ms", ratio, "< 1, and one connection", holds, notes)


def _often(visit: Callable[[], None]) -> None:
    for _ in range(_VISITS):
        visit()


def _identify(directory: Directory) -> None:
    assert len(directory.find_people({"upn": ANNA.upn.lower()})) == 1


def _identify_anew(fresh: Callable[[Outbound], Directory]) -> None:
    outbound = Outbound()
    directory = fresh(outbound)
    try:
        _identify(directory)
    finally:
        directory.close()
        outbound.close()
