"""Identify in the built-in table: among a million people it is as quick as among a thousand."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from kiosk.service.directories.connector import Criteria
from kiosk.service.store.engine import Store, WriteTx
from kiosk.service.store.upgrade import upgrade
from kiosk.service.store.users import DEFAULT_TENANT, find_active
from tests.benchmarks.measure import Row

_MANY, _FEW = 1_000_000, 1_000
_BOUND: Final = 1.3
_ASKED = 1_000
_FAMILY_NAMES, _GIVEN_NAMES = 5_000, 500
"""How many names a million people share: 200 have the same family name, 2,000 the same given name."""

_VALUES: Final = {
    "upn": "'user' || n || '@example.org'",
    "email": "'user' || n || '@example.org'",
    "employee_id": "'e' || n",
    "phone": "'+4915' || (100000000 + n)",
    "family_name": f"'family' || (n % {_FAMILY_NAMES})",
    "given_name": f"'given' || (n % {_GIVEN_NAMES})",
}


def run(runs: int) -> list[Row]:
    """A row for each way to say who one is; `runs` blocks of questions, asked of both tables in turn."""
    with TemporaryDirectory(prefix="keywright-bench-") as folder:
        began = time.perf_counter()
        with _table(Path(folder) / "many.db", _MANY) as many, _table(Path(folder) / "few.db", _FEW) as few:
            built = time.perf_counter() - began
            return [_row(name, ways, many, few, runs, built) for name, ways in _ALTERNATIVES.items()]


def _row(name: str, way: Callable[[int], Criteria], many: Store, few: Store, runs: int, built: float) -> Row:
    blocks: list[tuple[list[float], list[float]]] = []
    gc.collect()
    gc.disable()
    try:
        for block in range(runs + 1):
            numbers = [(block * _ASKED + turn) * 7919 + 13 for turn in range(_ASKED)]
            pairs = [(_asked(many, way(number % _MANY)), _asked(few, way(number % _FEW))) for number in numbers]
            blocks.append(([a for a, _ in pairs], [b for _, b in pairs]))
    finally:
        gc.enable()
    del blocks[0]  # it warmed both up
    p99 = median(_percentile(slow, 99) for slow, _ in blocks)
    other = median(_percentile(quick, 99) for _, quick in blocks)
    ratio = median(_percentile(slow, 99) / _percentile(quick, 99) for slow, quick in blocks)
    notes = {
        "median_us": median(median(slow) for slow, _ in blocks) * 1e6,
        "other_median_us": median(median(quick) for _, quick in blocks) * 1e6,
        "questions": runs * _ASKED,
        "built_s": built,
    }
    title = f"identify by {name} among a million people, p99; the other: among a thousand"
    return Row(title, p99 * 1e6, other * 1e6, "µs", ratio, f"≤ {_BOUND}", ratio <= _BOUND, notes)


def _asked(store: Store, criteria: Criteria) -> float:
    began = time.perf_counter()
    with store.read() as tx:
        found = find_active(tx, DEFAULT_TENANT, criteria, 2)
    took = time.perf_counter() - began
    assert len(found) == 1, criteria
    return took


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[len(values) * percent // 100]


_ALTERNATIVES: Final[dict[str, Callable[[int], Criteria]]] = {
    "upn": lambda n: {"upn": f"user{n}@example.org"},
    "phone": lambda n: {"phone": f"+4915{100_000_000 + n}"},
    "name and employee id": lambda n: {
        "given_name": f"given{n % _GIVEN_NAMES}",
        "family_name": f"family{n % _FAMILY_NAMES}",
        "employee_id": f"e{n}",
    },
}


@contextmanager
def _table(path: Path, people: int) -> Iterator[Store]:
    """A table of so many people, made by the database itself: it needs no memory of ours."""
    store = Store.open(f"sqlite:///{path}")
    try:
        upgrade(store)
        store.write(lambda tx: _fill(tx, people))
        yield store
    finally:
        store.close()


def _fill(tx: WriteTx, people: int) -> None:
    numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {people - 1}) "
    columns = "id, upn, upn_key, given_name, family_name, email, phone, employee_id, attributes, status, changed_at"
    person = (
        f"SELECT printf('%032x', n), {_VALUES['upn']}, {_VALUES['upn']}, {_VALUES['given_name']}, "
        f"{_VALUES['family_name']}, {_VALUES['email']}, {_VALUES['phone']}, {_VALUES['employee_id']}, "
        f"'{json.dumps({})}', 'active', '2026-01-01 00:00:00.000000' FROM numbers"
    )
    tx.connection.exec_driver_sql(f"{numbers} INSERT INTO users ({columns}) {person}")
    for name, value in _VALUES.items():
        # In the order of the index: a million rows at random places would take minutes.
        each = f"SELECT '{name}', {value} AS value, printf('%032x', n) AS id FROM numbers ORDER BY value, id"
        tx.connection.exec_driver_sql(f"{numbers} INSERT INTO user_values (field, value, user_id) {each}")
