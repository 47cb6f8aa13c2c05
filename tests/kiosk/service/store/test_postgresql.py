"""What only a server can do to us: not be there, go away, be somebody else, have no room; and what it must be shown."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from sqlalchemy import text

from kiosk.errors import ConfigurationError, StorageFull
from kiosk.service.database import open_database
from kiosk.service.store.engine import ATTEMPTS, Store, StoreBusy, StoreGone, WriteTx
from kiosk.service.store.settings import DatabaseSettings
from kiosk.service.store.upgrade import upgrade
from kiosk.service.tls import Identity, make_authority
from tests.kiosk.service.running import opened
from tests.kiosk.service.soft_key import Json
from tests.postgres.server import Cluster, cluster

pytestmark = pytest.mark.postgres


@pytest.fixture
def database(postgres: Cluster) -> Iterator[Json]:
    with postgres.fresh() as given:
        yield given


@pytest.fixture
def store(database: Json) -> Iterator[Store]:
    with closing(opened(database | {"busy_timeout": 1.0})) as made:
        made.write(lambda tx: tx.connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
        yield made
        made.write(lambda tx: tx.connection.execute(text("DROP TABLE numbers")))


def add(tx: WriteTx) -> None:
    tx.connection.execute(text("INSERT INTO numbers VALUES (1)"))


def added(store: Store) -> int:
    with store.read() as tx:
        return int(tx.connection.execute(text("SELECT count(*) FROM numbers")).scalar_one())


def raising(state: str) -> Callable[[WriteTx], object]:
    statement = text(f"DO $$ BEGIN RAISE EXCEPTION 'a secret' USING ERRCODE = '{state}'; END $$")
    return lambda tx: tx.connection.execute(statement)


def test_what_is_said_is_encrypted_and_whoever_says_it_is_checked(store: Store, tmp_path: Path, database: Json) -> None:
    query = text("SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    with store.read() as tx:
        assert tx.connection.execute(query).one() == (True, "TLSv1.3")
    stranger = make_authority(tmp_path, datetime.now(UTC))
    for wrong in (
        database | {"certificate_authority": str(stranger.certificate)},
        database | {"url": database["url"].replace("localhost", "127.0.0.2")},
    ):
        with closing(opened(wrong)) as misled, pytest.raises(StoreGone):
            added(misled)


def test_a_wrong_password_is_told_without_it(database: Json) -> None:
    settings = DatabaseSettings.model_validate(database)
    with closing(open_database(settings, lambda _: "not the password")) as store, pytest.raises(StoreGone) as caught:
        added(store)
    assert "password authentication failed" in caught.value.why
    assert "not the password" not in caught.value.why + repr(caught.value) + repr(caught.value.__cause__)


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"url": "postgresql://u@db.example.org/k"}, "database.certificate_authority"),
        ({"url": "postgresql://u@/k?host=/run/postgresql,10.0.0.7:5433"}, "database.certificate_authority"),
        ({"url": "postgresql://u@localhost/k?hostaddr=10.0.0.7"}, "database.certificate_authority"),
        ({"url": "postgresql://u@[2001:db8::1]/k"}, "database.certificate_authority"),
        ({"url": "postgresql://u:word@localhost/k"}, "database.url"),
        ({"url": "postgresql://u@localhost/k?sslmode=disable"}, "database.url"),
        ({"url": "postgresql+psycopg2://u@localhost/k"}, "database.url"),
        ({"url": "postgresql://u@localhost/k", "certificate_authority": "/nowhere"}, "database.certificate_authority"),
    ],
)
def test_a_server_elsewhere_is_vouched_for_and_no_secret_is_in_the_url(changes: Json, path: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        opened(changes)
    assert caught.value.path == path
    assert "word" not in caught.value.problem.replace("password", "")


@pytest.mark.parametrize("url", ["postgresql://u@[::1]/k", "postgresql://u@/k?host=/run/postgresql", "postgresql:///k"])
def test_a_server_on_this_machine_may_do_without(url: str) -> None:
    opened({"url": url}).close()


@pytest.mark.parametrize(
    ("state", "error", "runs"),
    [
        ("40001", StoreBusy, ATTEMPTS),
        ("40P01", StoreBusy, ATTEMPTS),
        ("55P03", StoreBusy, ATTEMPTS),
        ("23505", StoreBusy, ATTEMPTS),
        ("23503", StoreBusy, ATTEMPTS),
        ("53100", StorageFull, 1),
        ("53300", StoreGone, 1),
        ("57P01", StoreGone, 1),
        ("08006", StoreGone, 1),
        ("25006", ConfigurationError, 1),
        ("42501", ConfigurationError, 1),
    ],
)
def test_each_state_means_what_it_says(store: Store, state: str, error: type[Exception], runs: int) -> None:
    seen: list[int] = []

    def work(tx: WriteTx) -> None:
        seen.append(1)
        raising(state)(tx)

    with pytest.raises(error) as caught:
        store.write(work)
    assert type(caught.value) is error
    assert len(seen) == runs


def test_no_value_of_a_statement_is_in_an_error(store: Store) -> None:
    with pytest.raises(Exception, match="numbers") as caught:
        store.write(lambda tx: tx.connection.execute(text("INSERT INTO numbers VALUES (:a)"), {"a": "geheim"}))
    assert "geheim" not in str(caught.value).partition("invalid input")[0]


def test_whoever_reads_cannot_write(store: Store) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written"), store.read() as tx:
        tx.connection.execute(text("INSERT INTO numbers VALUES (1)"))
    store.write(add)
    assert added(store) == 1


def test_a_server_that_hangs_is_given_up_and_comes_back(postgres: Cluster, database: Json) -> None:
    with closing(opened(database | {"busy_timeout": 0.5})) as store:
        postgres.process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(StoreGone):
                store.write(lambda _: None)
        finally:
            postgres.process.send_signal(signal.SIGCONT)
        store.write(lambda _: None)


def test_a_restart_between_two_requests_is_nobodys_failure(tls: tuple[Identity, Identity]) -> None:
    with cluster(tls) as server, server.bare() as given, closing(opened(given)) as store:
        store.write(lambda tx: tx.connection.execute(text("CREATE TABLE numbers (number INTEGER)")))
        store.write(add)
        server.restart()
        store.write(add)
        assert added(store) == 2
        server.stop()
        with pytest.raises(StoreGone, match=r"^$") as caught:
            store.write(add)
        assert "refused" in caught.value.why
        server.restart()
        assert added(store) == 2


def test_a_connection_is_used_again_until_the_server_ends_it(store: Store, postgres: Cluster) -> None:
    def backend(tx: WriteTx) -> int:
        return int(tx.connection.execute(text("SELECT pg_backend_pid()")).scalar_one())

    first = store.write(backend)
    assert {store.write(backend) for _ in range(3)} == {first}
    with postgres.administrator() as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    second = store.write(backend)
    assert second != first
    assert store.write(backend) == second


def test_what_was_cut_off_is_not_done_and_not_tried_twice(store: Store, postgres: Cluster) -> None:
    runs: list[int] = []

    def work(tx: WriteTx) -> None:
        runs.append(1)
        add(tx)
        mine = tx.connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with postgres.administrator() as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", [mine])
        add(tx)

    with pytest.raises(StoreGone):
        store.write(work)
    assert len(runs) == 1
    assert added(store) == 0
    store.write(add)
    assert added(store) == 1


def test_a_replica_that_sleeps_in_a_transaction_lets_go(store: Store) -> None:
    with store.read() as tx:
        limit = tx.connection.execute(text("SHOW idle_in_transaction_session_timeout")).scalar_one()
        waits = tx.connection.execute(text("SHOW lock_timeout")).scalar_one()
    assert (limit, waits) == ("1min", "1s")


def test_when_every_connection_is_taken_the_store_is_busy(database: Json) -> None:
    with closing(opened(database | {"busy_timeout": 0.05})) as store:
        full, done, inside = Event(), Event(), []

        def hold(_tx: WriteTx) -> None:
            inside.append(1)
            if len(inside) == 40:
                full.set()
            done.wait(30)

        threads = [Thread(target=lambda: store.write(hold)) for _ in range(40)]
        for thread in threads:
            thread.start()
        try:
            assert full.wait(30)
            with pytest.raises(StoreBusy):
                store.write(lambda _: None)
        finally:
            done.set()
            for thread in threads:
                thread.join()


def test_a_role_that_may_make_nothing_is_named_as_the_reason(postgres: Cluster) -> None:
    with postgres.bare() as given:
        postgres.tell("ALTER DATABASE {} OWNER TO {}", given["url"].rsplit("/", 1)[1], "administrator")
        with closing(opened(given)) as store, pytest.raises(ConfigurationError, match="does not own"):
            upgrade(store)


def test_the_server_of_tests_is_nobody_else_s(postgres: Cluster) -> None:
    """As root we become the account of the server; nobody without TLS gets in."""
    owner = (postgres.folder / "data").stat().st_uid
    assert owner != 0
    with pytest.raises(psycopg.OperationalError, match="rejects connection"):
        psycopg.connect(host="127.0.0.1", port=postgres.port, user="keywright", dbname="postgres", sslmode="disable")
    listed = subprocess.run(["ps", "-o", "uid=", "-p", str(postgres.process.pid)], capture_output=True, check=True)
    assert int(listed.stdout) == owner
