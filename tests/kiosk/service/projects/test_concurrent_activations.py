"""Numbers are consecutive, without a gap and without a double, however many ask for them at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from kiosk.service.projects import actions, activation, numbers, rules
from kiosk.service.projects.numbers import Holder
from kiosk.service.store import mobile_ids, projects
from kiosk.service.store.engine import WriteTx
from tests.kiosk.service.projects.campaign import FIRST, MANAGER, a_project, code_of, phone
from tests.kiosk.service.running import Running, assembled, settings_for

PHONES = 200

pytestmark = pytest.mark.databases


@pytest.fixture
def replicas(tmp_path: Path, backend: dict[str, str]) -> Iterator[tuple[Running, Running]]:
    """Two services over one database."""
    with ExitStack() as stack:
        folders = [tmp_path / name for name in ("one", "two")]
        for folder in folders:
            folder.mkdir()
        first, second = (stack.enter_context(assembled(each, settings_for(each, database=backend))) for each in folders)
        yield first, second


def given(running: Running, project_id: str) -> list[int]:
    page = actions.Page(limit=1000)
    return [each.number for each in actions.ids(running.parts, MANAGER, project_id, page).ids]


def test_two_hundred_phones_at_once_get_consecutive_numbers(replicas: tuple[Running, Running]) -> None:
    project = a_project(replicas[0])
    code = code_of(replicas[0], project)
    with ThreadPoolExecutor(40) as pool:
        told = list(
            pool.map(lambda n: activation.activate(replicas[n % 2].parts, code, phone(n)).row.number, range(PHONES))
        )
    assert sorted(told) == list(range(FIRST, FIRST + PHONES))
    assert given(replicas[0], project) == sorted(told)
    assert actions.show(replicas[1].parts, MANAGER, project).next_id == FIRST + PHONES


def test_activations_that_break_off_leave_no_gap(replicas: tuple[Running, Running]) -> None:
    project = a_project(replicas[0])

    def activate(n: int) -> int | None:
        parts = replicas[n % 2].parts

        def work(tx: WriteTx) -> int:
            row = projects.project(tx, project)
            assert row is not None
            number = numbers.take_number(tx, parts, row, Holder(phone_hash=phone(n)), "phone").number
            if n % 3 == 0:
                raise ConnectionAbortedError
            return number

        try:
            return parts.store.write(work)
        except ConnectionAbortedError:
            return None

    with ThreadPoolExecutor(40) as pool:
        told = [number for number in pool.map(activate, range(PHONES)) if number is not None]
    assert len(told) == PHONES - len(range(0, PHONES, 3))
    assert sorted(told) == list(range(FIRST, FIRST + len(told)))
    assert given(replicas[0], project) == sorted(told)


def test_at_the_end_of_the_range_everybody_else_is_told_so(replicas: tuple[Running, Running]) -> None:
    project = a_project(replicas[0], last_id=FIRST + 49)
    code = code_of(replicas[0], project)

    def activate(n: int) -> int | None:
        try:
            return activation.activate(replicas[n % 2].parts, code, phone(n)).row.number
        except rules.RangeExhausted:
            return None

    with ThreadPoolExecutor(40) as pool:
        told = list(pool.map(activate, range(PHONES)))
    assert sorted(n for n in told if n is not None) == list(range(FIRST, FIRST + 50))
    shown = actions.show(replicas[0].parts, MANAGER, project)
    assert (shown.next_id, shown.left, shown.few_left, shown.ids.assigned) == (None, 0, True, 50)


def test_one_phone_that_asks_many_times_at_once_gets_one_number(replicas: tuple[Running, Running]) -> None:
    project = a_project(replicas[0])
    code = code_of(replicas[0], project)
    with ThreadPoolExecutor(20) as pool:
        told = set(pool.map(lambda n: activation.activate(replicas[n % 2].parts, code, phone(0)).row.number, range(60)))
    assert told == {FIRST}
    with replicas[0].parts.store.read() as tx:
        assert len(mobile_ids.ids_of_phone(tx, phone(0))) == 1
    assert actions.show(replicas[0].parts, MANAGER, project).next_id == FIRST + 1
