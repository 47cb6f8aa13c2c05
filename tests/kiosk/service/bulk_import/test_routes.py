"""The routes of migrations over HTTPS."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from kiosk.contract.paths import Scope
from kiosk.service.tokens.actions import Rights, create_client
from tests.kiosk.service.bulk_import.people import as_csv, as_json
from tests.kiosk.service.running import Running, Station

PEOPLE = [{"upn": f"p{number}@example.org", "given_name": "Given"} for number in range(3000)]
LINES = {"Content-Type": "application/x-ndjson"}


def upload(
    client: Station, source: bytes | Iterator[bytes], expect: int = 202, headers: dict[str, str] | None = None
) -> requests.Response:
    answer = client.session.post(
        f"{client.url}/migrate?siteId=main", data=source, headers={**LINES, **(headers or {})}, timeout=30
    )
    assert answer.status_code == expect, answer.text
    return answer


def finished(running: Running, client: Station, batch_id: str) -> dict[str, Any]:
    running.service.worker.run_due()
    told = client.call("GET", f"/migrate/{batch_id}")
    assert told.status_code == 200, told.text
    return dict(told.json())


def test_a_source_longer_than_any_other_body_is_taken_in(running: Running, client: Station) -> None:
    source = as_json(PEOPLE)
    assert len(source) > 64 * 1024
    accepted = upload(client, source).json()
    assert accepted["status"] == "importing"
    told = finished(running, client, accepted["migrationBatchId"])
    assert told["batch"] == {
        "migrationBatchId": accepted["migrationBatchId"],
        "status": "done",
        "siteId": "main",
        "form": "ndjson",
        "size": len(source),
        "progress": 1.0,
        "records": 3000,
        "created": 3000,
        "changed": 0,
        "same": 0,
        "failed": 0,
        "merged": 0,
        "receivedAt": "2026-06-01T12:00:00Z",
        "endedAt": "2026-06-01T12:00:00Z",
    }
    listed = client.call("GET", "/migrate/status").json()
    assert [each["status"] for each in listed["batches"]] == ["done"]


def test_csv_in_chunks_of_no_known_length(running: Running, client: Station) -> None:
    source = as_csv(PEOPLE)
    pieces = (source[at : at + 1000] for at in range(0, len(source), 1000))
    accepted = upload(client, pieces, headers={"Content-Type": "text/csv; charset=utf-8"}).json()
    told = finished(running, client, accepted["migrationBatchId"])
    assert dict(told["batch"])["created"] == 3000


def test_the_same_key_answers_the_same(running: Running, client: Station) -> None:
    first = upload(client, as_json(PEOPLE), headers={"Idempotency-Key": "k1"}).json()
    assert upload(client, as_json(PEOPLE), headers={"Idempotency-Key": "k1"}).json() == first
    assert upload(client, b"{}\n", 409, {"Idempotency-Key": "k1"}).json()["error"] == "idempotency_conflict"


def test_a_retry_and_a_merge_over_http(running: Running, client: Station) -> None:
    people = [{"upn": "a@x.org", "employee_id": "1"}, {"upn": "b@x.org", "phone": "12"}]
    batch_id = upload(client, as_json(people)).json()["migrationBatchId"]
    assert client.call("POST", f"/migrate/{batch_id}/retry").json()["error"] == "batch_busy"
    told = finished(running, client, batch_id)
    assert told["failures"] == [{"number": 2, "field": "phone", "reason": "not a phone number", "name": "b•••••@x.org"}]
    corrected = b'{"number": 2, "userId": "b@x.org", "employeeId": 1}'
    answer = client.session.post(f"{client.url}/migrate/{batch_id}/retry", data=corrected, headers=LINES, timeout=20)
    assert (answer.status_code, answer.json()["status"]) == (202, "retrying")
    assert dict(finished(running, client, batch_id)["batch"])["failed"] == 0
    assert client.call("POST", f"/migrate/{batch_id}/retry").status_code == 202
    finished(running, client, batch_id)
    told = client.post(f"/migrate/{batch_id}/merge", {"dryRun": True}, 200)
    assert [each["because"] for each in told["pairs"]] == ["employeeId"]
    assert len(client.post(f"/migrate/{batch_id}/merge", {"dryRun": False}, 200)["pairs"]) == 1


@pytest.mark.parametrize(
    ("query", "kind", "source", "status", "word"),
    [
        ("siteId=second", "text/csv", b"upn\n", 403, "site_not_allowed"),
        ("siteId=other", "text/csv", b"upn\n", 403, "site_not_allowed"),
        ("", "text/csv", b"upn\n", 400, "malformed"),
        ("siteId=main", "text/csv", b"shoe\n", 400, "malformed"),
        ("siteId=main", "application/json", b"{}", 400, "malformed"),
        ("siteId=main", "application/xml", b"<a/>", 415, "malformed"),
    ],
)
def test_what_is_no_migration_is_refused(
    client: Station, query: str, kind: str, source: bytes, status: int, word: str
) -> None:
    answer = client.session.post(
        f"{client.url}/migrate?{query}", data=source, headers={"Content-Type": kind}, timeout=20
    )
    assert (answer.status_code, answer.json()["error"]) == (status, word)


def test_nobody_migrates_without_the_scope(running: Running) -> None:
    rights = Rights(frozenset({Scope.USER_RW}), "default", frozenset({"main"}))
    credentials = create_client(running.parts.store, running.clock, running.random, "No", rights)
    client = Station(running.url, running.authority, credentials).sign_in()
    with client.session:
        assert upload(client, b"{}\n", 403).json()["error"] == "insufficient_scope"
        assert client.call("GET", "/migrate/status").status_code == 403


def test_an_upload_that_breaks_off_is_no_migration(running: Running, client: Station) -> None:
    """The connection ends in the middle of what was announced."""
    port = int(client.url.rpartition(":")[2])
    context = ssl.create_default_context(cafile=str(client.authority))
    head = (
        "POST /migrate?siteId=main HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
        f"Authorization: Bearer {client.token}\r\nContent-Length: 90000000\r\n\r\n"
    )
    with (
        socket.create_connection(("127.0.0.1", port), 20) as bare,
        context.wrap_socket(bare, server_hostname="localhost") as connection,
    ):
        connection.sendall(head.encode() + as_json(PEOPLE) * 8)
        listed: list[dict[str, object]] = []
        while not listed:
            listed = client.call("GET", "/migrate/status").json()["batches"]
    assert (listed[0]["status"], listed[0]["records"]) == ("receiving", 0)
    running.service.worker.run_due()
    assert client.call("GET", "/migrate/status").json()["batches"][0]["status"] == "receiving"
