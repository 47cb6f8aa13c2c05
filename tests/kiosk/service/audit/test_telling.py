"""The trail told to a real log server: each entry once, in order, also after a restart or a lost server."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import ConfigurationError
from kiosk.service.audit.actions import Event, record_all
from kiosk.service.audit.settings import AuditSettings
from kiosk.service.audit.syslog import LogServer, NotTold, message
from kiosk.service.audit.telling import AT_ONCE, Teller, due_after
from kiosk.service.parts import Parts
from kiosk.service.store.audit import AuditRow, chained
from kiosk.service.store.audit_told import claim_telling, settle_telling, told
from kiosk.service.store.engine import StaleRow
from kiosk.service.tls import Identity, server_context
from tests.kiosk.service.audit.listener import LogListener, unframed
from tests.kiosk.service.running import Running, assembled, settings_for
from tests.kiosk.service.soft_key import Json

EVENT = Event("key_enrolled", "default", "client:kiosk", "grace", "main", "because", {"count": 1})
SYSLOG = re.compile(
    rb"<(?P<pri>1\d\d)>1 (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z) (?P<host>[!-~]{1,255}) keywright - "
    rb"(?P<event>[!-~]{1,32}) - \xef\xbb\xbf(?P<told>[^\r\n]*)"
)
NUMBER = re.compile(r"externalId=(\d+)")
OFTEN = 12


@pytest.fixture
def local(tmp_path: Path, backend: Json) -> Iterator[Running]:
    """A service on each of the databases."""
    with assembled(tmp_path, settings_for(tmp_path, database=backend)) as running:
        yield running


@pytest.fixture
def listener(tls: tuple[Identity, Identity]) -> Iterator[LogListener]:
    """A log server with TLS."""
    with LogListener(server_context(tls[1])) as running:
        yield running


@pytest.fixture
def teller(local: Running, listener: LogListener, tls: tuple[Identity, Identity]) -> Teller:
    """One that tells it."""
    return Teller(local.parts, LogServer.of(f"tls://localhost:{listener.port}", tls[0].certificate), "kiosks.example")


def write(parts: Parts, many: int = 1, event: Event = EVENT) -> None:
    parts.store.write(lambda tx: record_all(tx, parts, [event] * many))


def length(parts: Parts) -> int:
    """How many entries there are: importing people left some."""
    with parts.store.read() as tx:
        return int(tx.connection.exec_driver_sql("SELECT number FROM audit_head").scalar_one())


def numbers(messages: list[bytes]) -> list[int]:
    """Of the entries in CEF messages."""
    found = [NUMBER.search(each.decode()) for each in messages]
    return [int(each[1]) for each in found if each is not None]


def all_of(teller: Teller) -> None:
    while teller.tell_next():
        pass


@pytest.mark.databases
def test_every_entry_is_told_once_and_in_order(teller: Teller, listener: LogListener) -> None:
    write(teller.parts, AT_ONCE + 7)
    all_of(teller)
    all_of(teller)
    assert numbers(listener.messages) == list(range(1, length(teller.parts) + 1))
    assert listener.connections == 2


@pytest.mark.databases
def test_what_happens_later_is_told_after_a_restart_without_the_rest(teller: Teller, listener: LogListener) -> None:
    write(teller.parts, 3)
    all_of(teller)
    already = length(teller.parts)
    write(teller.parts, 2)
    all_of(replace(teller))
    assert numbers(listener.messages)[already:] == [already + 1, already + 2]


@pytest.mark.databases
def test_replicas_tell_one_at_a_time(teller: Teller, listener: LogListener) -> None:
    write(teller.parts, 2 * AT_ONCE)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: all_of(replace(teller)), range(4)))
    all_of(teller)
    assert numbers(listener.messages) == list(range(1, length(teller.parts) + 1))


@pytest.mark.databases
def test_one_whose_claim_ended_settles_nothing(local: Running) -> None:
    store, now = local.parts.store, local.clock.now()
    write(local.parts)
    lease = timedelta(seconds=60)
    slow = store.write(lambda tx: claim_telling(tx, now, lease))
    assert slow is not None
    assert store.write(lambda tx: claim_telling(tx, now, lease)) is None
    later = now + timedelta(seconds=61)
    other = store.write(lambda tx: claim_telling(tx, later, lease))
    assert other is not None
    with pytest.raises(StaleRow):
        store.write(lambda tx: settle_telling(tx, slow, 1, now))
    store.write(lambda tx: settle_telling(tx, other, 1, now))
    with store.read() as tx:
        assert told(tx).number == 1


def test_a_server_that_is_lost_is_told_again_later(
    teller: Teller, local: Running, listener: LogListener, caplog: pytest.LogCaptureFixture
) -> None:
    write(teller.parts, 3)
    listener.deaf = True
    for tries in range(1, 4):
        assert teller.tell_next() is False
        assert teller.tell_next() is False  # it is not time yet
        local.clock.advance(seconds=2 ** (tries - 1))
        assert listener.connections == tries
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 3
    caplog.clear()
    with teller.parts.store.read() as tx:
        assert (told(tx).number, told(tx).tries, bool(told(tx).trouble)) == (0, 3, True)
    listener.deaf = False
    all_of(teller)
    assert numbers(listener.messages) == list(range(1, length(teller.parts) + 1))
    with teller.parts.store.read() as tx:
        assert (told(tx).tries, told(tx).trouble) == (0, "")


def test_what_a_server_did_not_read_is_told_again_over_tcp(local: Running, caplog: pytest.LogCaptureFixture) -> None:
    with LogListener(deaf=True) as listener:
        teller = Teller(local.parts, LogServer.of(f"tcp://127.0.0.1:{listener.port}", None), "host")
        write(local.parts, 3)
        teller.tell_next()
        assert "trail_not_told" in caplog.text
        caplog.clear()
        listener.deaf = False
        local.clock.advance(seconds=1)
        all_of(teller)
        assert numbers(listener.messages) == list(range(1, length(local.parts) + 1))


def test_a_server_that_nobody_vouches_for_hears_nothing(local: Running, listener: LogListener) -> None:
    server = LogServer.of(f"tls://localhost:{listener.port}", None)
    with pytest.raises(NotTold) as refused:
        server.tell([b"secret"])
    assert (refused.value.reason, listener.messages) == ("untrusted", [])


def test_nobody_there_is_said_so() -> None:
    with LogListener() as gone:
        port = gone.port
    with pytest.raises(NotTold) as refused:
        LogServer.of(f"tcp://127.0.0.1:{port}", None).tell([b"one"])
    assert refused.value.reason == "refused"


def test_datagrams_are_one_message_each() -> None:
    with LogListener(datagrams=True) as listener:
        LogServer.of(f"udp://127.0.0.1:{listener.port}", None).tell([b"one", b"two"])
    assert listener.messages == [b"one", b"two"]


@pytest.mark.parametrize("url", ["tls://:6514", "tls://localhost:99999", "tls://[::1:6514"])
def test_an_address_that_is_none_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigurationError):
        LogServer.of(url, None)


def test_an_authority_that_cannot_be_read_is_a_wrong_setting(tmp_path: Path) -> None:
    (tmp_path / "authority.pem").write_text("none")
    for file in ("authority.pem", "missing.pem"):
        with pytest.raises(ConfigurationError, match="authority"):
            LogServer.of("tls://localhost:6514", tmp_path / file)


def test_a_service_with_a_log_server_has_a_lane_for_it(
    tmp_path: Path, listener: LogListener, tls: tuple[Identity, Identity]
) -> None:
    audit = AuditSettings(syslog=f"tls://localhost:{listener.port}", syslog_authority=tls[0].certificate, form="json")
    with assembled(tmp_path, settings_for(tmp_path, audit=audit.model_dump())) as running:
        write(running.parts)
        running.service.worker.run_due()
        entry = [json.loads(SYSLOG.fullmatch(each)["told"]) for each in listener.messages][-1]  # type: ignore[index]  # it is one
    assert (entry["event"], entry["subject"], entry["details"]) == ("key_enrolled", "grace", {"count": 1})
    assert not [name for name in entry if "salt" in name]


def test_pauses_double_up_to_ten_minutes() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    pauses = [(due_after(tries, now) - now).total_seconds() for tries in range(1, OFTEN)]
    assert pauses[:4] == [1, 2, 4, 8]
    assert all(a <= b for a, b in pairwise(pauses))
    assert due_after(10**6, now) - now == timedelta(minutes=10)


TEXT = st.text(max_size=40)


@given(TEXT, TEXT, TEXT, TEXT, st.sampled_from(["cef", "json"]))
def test_whatever_an_entry_says_it_is_one_message(event: str, actor: str, reason: str, host: str, form: str) -> None:
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    row = AuditRow(at, event, "default", actor.encode(errors="replace").decode(), reason=reason, details={"a": reason})
    try:
        sent = message(chained(row, 7, "0" * 64, bytes(32)), form, host)
    except UnicodeEncodeError:
        return  # half a character is in no database
    found = SYSLOG.fullmatch(sent)
    assert found is not None
    assert unframed(b"%d %b" % (len(sent), sent)) == [sent]
    if form == "json":
        assert json.loads(found["told"])["reason"] == reason


def test_events_to_look_at_are_warnings() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)

    def priority(event: str) -> int:
        found = SYSLOG.fullmatch(
            message(chained(AuditRow(at, event, "t", "service"), 1, "0" * 64, bytes(32)), "cef", "h")
        )
        assert found is not None
        return int(found["pri"])

    assert priority("key_enrolled") == 13 * 8 + 6
    assert priority("staff_refused") == 13 * 8 + 4
