"""No question to the inventory reads all of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from kiosk.service.store import keys as rows
from kiosk.service.store.credentials import activate_credentials, credentials_of_key
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.keys import KeyState, Wanted
from kiosk.service.store.recalls import recalls_of, undone_recall
from tests.kiosk.service.running import NOON, Running

MAKE = "2fc0579f-8113-47ea-b116-bb5a8db9202a"
QUESTIONS: dict[str, Callable[[ReadTx], object]] = {
    "by number": lambda tx: rows.key_numbered(tx, "default", MAKE, "17"),
    "by holder": lambda tx: rows.keys_of_holder(tx, "user17"),
    "a page of a number": lambda tx: rows.find_keys(tx, Wanted("default", serial="17"), "", 10),
    "a page of a holder": lambda tx: rows.find_keys(tx, Wanted("default", user_id="user17"), "", 10),
    "a page of a state": lambda tx: rows.find_keys(tx, Wanted("default", state=KeyState.LOST), "", 10),
    "a page of a model": lambda tx: rows.find_keys(tx, Wanted("default", aaguid=MAKE), "", 10),
    "a page of all": lambda tx: rows.find_keys(tx, Wanted("default"), "0", 10),
    "ending": lambda tx: rows.ending_keys(tx, NOON, 10),
    "waiting": lambda tx: rows.waiting_keys(tx, NOON, 10),
    "concerned": lambda tx: rows.keys_of_model(tx, "default", MAKE, 5, 10),
    "recalls of a model": lambda tx: recalls_of(tx, "default", MAKE),
    "an open recall": undone_recall,
    "credentials": lambda tx: credentials_of_key(tx, "k" * 32),
}


def fill(tx: WriteTx) -> None:
    made = [
        {
            "id": f"{number:032x}",
            "tenant": "default" if number % 50 == 0 else f"tenant{number % 50}",
            "aaguid": MAKE if number % 40 == 0 else f"make{number % 40}",
            "serial": str(number),
            "model": "",
            "state": KeyState.ISSUED.value,
            "state_at": NOON,
            "reason": "",
            "user_id": f"user{number}",
            "site": "",
            "enrollment_id": f"{number:032x}",
            "first_seen_at": NOON,
            "expires_at": NOON + timedelta(days=number % 900),
            "version": 1,
        }
        for number in range(5000)
    ]
    tx.connection.execute(insert(rows.keys), made)


@pytest.mark.databases
def test_every_question_uses_an_index(local: Running) -> None:
    local.parts.store.write(fill)
    engine = local.parts.store.engine
    if not local.parts.store.in_process:
        local.parts.store.write(lambda tx: tx.connection.execute(text("ANALYZE keys")).close())
    asked: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "UPDATE")):
            asked.append((statement, given))

    event.listen(engine, "before_cursor_execute", listen)
    try:
        with local.parts.store.read() as tx:
            for ask in QUESTIONS.values():
                ask(tx)
        local.parts.store.write(lambda tx: activate_credentials(tx, "k" * 32, NOON))
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert len(asked) == len(QUESTIONS) + 1
    explain = "EXPLAIN QUERY PLAN " if local.parts.store.in_process else "EXPLAIN "
    with local.parts.store.read() as tx:
        tx.connection.exec_driver_sql(explain + "SELECT 1").close()
        plans = {
            statement: " ".join(str(row) for row in tx.connection.exec_driver_sql(explain + statement, given))
            for statement, given in asked
        }
    scans = [
        (statement, plan) for statement, plan in plans.items() if "SCAN keys" in plan or "Seq Scan on keys" in plan
    ]
    assert scans == []
    found = "\n".join(plans.values())
    assert "ix_keys_user_id_tenant_id" in found
    assert "ix_keys_serial_tenant_id" in found
    if local.parts.store.in_process:  # with statistics, PostgreSQL knows by itself
        pages = [plan for statement, plan in plans.items() if "keys.serial = ?" in statement]
        assert pages
        assert all("ix_keys_serial_tenant_id" in plan for plan in pages)
