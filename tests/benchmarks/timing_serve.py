"""Processes of the timing benchmark: a service with people of every kind, and the mail server that it sends to.

Each prints one line of JSON with how to reach it, and ends when its input does. Nothing shares an interpreter with the
client that measures.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from kiosk import logs
from kiosk.commands.embedded import embedded_service
from kiosk.commands.mailbox import Mailbox
from kiosk.contract.paths import Scope
from kiosk.service.accounts import totp
from kiosk.service.accounts.people import NewPerson, create
from kiosk.service.accounts.rules import AccountState, TotpState
from kiosk.service.accounts.second_factor import second_factor
from kiosk.service.parts import Parts
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.passwords import put_password
from kiosk.service.store.totp import TotpRow, put_totp
from kiosk.service.tls import LOOPBACK, issue_server_certificate, make_authority, server_context
from kiosk.service.tokens.actions import Rights, create_client

SITE: Final = "campus"
_AT_ONCE = 200
_PASSWORD = "nine green bicycles uphill"

_SETTINGS: Final[dict[str, Any]] = {
    "identify": {"email_domain": "example.org", "minimum_seconds": 0.04},
    "verification": {"methods": ["email", "totp"], "limits": {"per_station": 1000}},
    "accounts": {
        "sites": [{"id": SITE, "name": "Campus", "domains": ["example.org"]}],
        "kiosk": {"site": SITE, "forms": ["member"]},
        "requests_per_minute": 1_000_000,
    },
}
"""Identifying somebody answers after 40 ms, and not after 1.5 s: more would only take longer to measure."""


class Spent:
    """ASGI middleware: tells with each answer how many microseconds of the processor it took. No other process is in
    that figure, so it shows what a busy machine hides."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve, and add the header."""
        begun = time.process_time_ns()

        async def told(message: Any) -> None:
            if message["type"] == "http.response.start":
                spent = str((time.process_time_ns() - begun) // 1000).encode()
                message["headers"] = [*message["headers"], (b"x-spent", spent)]
            await send(message)

        await self._app(scope, receive, told)


@contextmanager
def mail(folder: Path) -> Iterator[dict[str, Any]]:
    """A mail server."""
    now = datetime.now(UTC)
    authority = make_authority(folder, now)
    with Mailbox(server_context(issue_server_certificate(folder, LOOPBACK, now, authority))) as box:
        yield {
            "host": "localhost",
            "port": box.port,
            "sender": "security-keys@example.org",
            "certificate_authority": str(authority.certificate),
        }


@contextmanager
def service(
    folder: Path, sent_by: dict[str, Any], groups: dict[str, str], each: int, stations: int
) -> Iterator[dict[str, Any]]:
    """A service that knows `each` people of every group, `<group>-<number>@example.org`; what they are is `pending`,
    `active`, or `app` for who has an authenticator app."""
    with embedded_service(folder, _SETTINGS | {"mail": sent_by}) as embedded:
        embedded.service.app.add_middleware(Spent)
        parts = embedded.service.parts
        ids = {group: _people(parts, group, kind, each) for group, kind in groups.items()}
        yield {
            "url": embedded.station.service.url,
            "authority": str(embedded.station.service.ca_file),
            "ids": ids,
            "portal": _client(parts, Scope.USER_RW),
            "stations": [_client(parts, Scope.ENROLL) for _ in range(stations)],
        }


def _people(parts: Parts, group: str, kind: str, count: int) -> list[str]:
    kept, ids = parts.passwords.hash(_PASSWORD), []

    def some(tx: WriteTx, numbers: range) -> list[str]:
        return [_person(tx, parts, f"{group}-{number}", kind, kept) for number in numbers]

    for start in range(0, count, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, count))
        ids += parts.store.write(lambda tx, numbers=numbers: some(tx, numbers))  # type: ignore[misc]  # bound now
    return ids


def _person(tx: WriteTx, parts: Parts, name: str, kind: str, kept: str) -> str:
    address = f"{name}@example.org"
    state = AccountState.PENDING if kind == "pending" else AccountState.ACTIVE
    user_id = create(tx, parts, NewPerson("default", SITE, address, address, "Person", name, locale="en", state=state))
    put_password(tx, user_id, kept, parts.clock.now())
    if kind == "app":
        sealed = second_factor(parts).seal(parts.random, user_id, parts.random.token(totp.SECRET_BYTES))
        put_totp(tx, TotpRow(user_id, TotpState.ENROLLED, sealed, -1, parts.clock.now()))
    return user_id


def _client(parts: Parts, scope: Scope) -> dict[str, str]:
    rights = Rights(frozenset({scope}), sites=frozenset({SITE}))
    made = create_client(parts.store, parts.clock, parts.random, "Measured", rights)
    return {"client_id": made.client_id, "secret": made.secret}


def main(kind: str, *more: str) -> None:
    """Serve until the input ends."""
    logs.install(logs.LogSettings(level=logging.ERROR))
    with TemporaryDirectory(prefix="keywright-bench-") as name:
        told = [json.loads(each) for each in more]
        with mail(Path(name)) if kind == "mail" else service(Path(name), *told) as reach:
            sys.stdout.write(json.dumps(reach) + "\n")
            sys.stdout.flush()
            sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
