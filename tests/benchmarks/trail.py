"""How fast a trail is verified, from a file and from both databases, beside the bare hashes over canonical bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from kiosk.service.audit.chain import ChainVerdict, Entry, verify
from kiosk.service.audit.checking import exported, verify_export
from kiosk.service.database import open_database
from kiosk.service.store.audit import AuditRow, add_audits, entries, head
from kiosk.service.store.engine import Store
from kiosk.service.store.settings import DatabaseSettings
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import LOOPBACK, issue_server_certificate, make_authority
from kiosk.signing import canonical
from tests.benchmarks.measure import Row, in_turn, seconds
from tests.postgres.server import cluster

EVENTS: Final = 20_000
_AT_ONCE: Final = 20
_BOUND: Final = 0.25


def run(runs: int, events: int = EVENTS) -> list[Row]:
    """A row for a file, and for each database."""
    with TemporaryDirectory(prefix="keywright-bench-") as name:
        folder = Path(name)
        with _store({"url": f"sqlite:///{folder}/service.db"}) as store:
            _fill(store, events)
            found = _of_file(store, folder / "trail.jsonl", runs), _row("from SQLite", store, runs)
        now = datetime.now(UTC)
        authority = make_authority(folder, now)
        tls = authority, issue_server_certificate(folder, LOOPBACK, now, authority)
        with cluster(tls) as running, running.fresh() as database, _store(database) as store:
            _fill(store, events)
            return [*found, _row("from PostgreSQL", store, runs)]


@contextmanager
def _store(database: dict[str, str]) -> Iterator[Store]:
    settings = DatabaseSettings.model_validate(database)
    with closing(open_database(settings, lambda name: f"the secret {name}")) as store:
        upgrade(store)
        yield store


def _fill(store: Store, events: int) -> None:
    """What a service writes down of enrollments, in transactions of a few entries."""
    random, at = Random(7), datetime.now(UTC)
    for first in range(0, events, _AT_ONCE):
        rows = [(_event(number, at, random), random.randbytes(32)) for number in range(first, first + _AT_ONCE)]
        store.write(partial(add_audits, rows=rows), hasty=True)


def _event(number: int, at: datetime, random: Random) -> AuditRow:
    return AuditRow(
        at=at + timedelta(milliseconds=number),
        event=("enrollment_begun", "person_identified", "code_sent", "person_verified", "key_enrolled")[number % 5],
        tenant="default",
        actor=f"client:{random.randbytes(8).hex()}",
        subject=random.randbytes(16).hex(),
        site="main",
        reason="email" if number % 2 else "",
        reference=random.randbytes(8).hex(),
        details={"receipt": random.randbytes(4).hex(), "method": "email", "count": number % 7, "asked": True},
    )


def _of_file(store: Store, file: Path, runs: int) -> Row:
    with store.read() as tx, file.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in exported(entries(tx)))

    def read() -> ChainVerdict:
        with file.open(encoding="utf-8") as lines:
            return verify_export(lines)

    return _measured("from a file", store, read, runs)


def _row(name: str, store: Store, runs: int) -> Row:
    def read() -> ChainVerdict:
        with store.read() as tx:
            return verify(entries(tx), head(tx)[1])

    return _measured(name, store, read, runs)


def _measured(name: str, store: Store, read: Callable[[], ChainVerdict], runs: int) -> Row:
    with store.read() as tx:
        known = [_bare(each) for each in entries(tx)]
    verdict = read()
    if not verdict.whole or verdict.entries != len(known):
        raise AssertionError(verdict)
    many = len(known)
    ours, other, ratio = in_turn(lambda: many / seconds(read), lambda: many / seconds(lambda: _hash(known)), runs)
    title = f"a trail verified {name}, events per second; the other: the same hashes over the same fields in memory"
    return Row(title, ours, other, "/s", ratio, f"≥ {_BOUND}", ratio >= _BOUND, {"events": many})


Bare = tuple[bytes, list[Any], bytes, list[Any], list[Any]]


def _bare(entry: Entry) -> Bare:
    """What is hashed of an entry, as plain values: both salts and the fields behind them, and the entry's own."""
    own = [entry.number, "", entry.at.isoformat(), entry.event, entry.tenant, entry.site, entry.reference]
    about = [entry.subject, entry.reason, dict(entry.details)]
    return bytes.fromhex(entry.who_salt), [entry.actor], bytes.fromhex(entry.about_salt), about, own


def _hash(known: Sequence[Bare]) -> str:
    previous = "0" * 64
    for who_salt, who, about_salt, about, own in known:
        one = sha256(who_salt + canonical(who)).hexdigest()
        two = sha256(about_salt + canonical(about)).hexdigest()
        previous = sha256(canonical([own[0], previous, *own[2:], one, two])).hexdigest()
    return previous
