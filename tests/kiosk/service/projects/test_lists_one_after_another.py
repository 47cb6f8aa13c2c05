"""A list stands for itself: whatever list was there before, the same people are on it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.service.projects import members
from kiosk.service.projects.whole_list import Wanted, take_list
from kiosk.service.sources import new_id
from tests.kiosk.service.projects.campaign import FIRST, MANAGER, PAGES, a_project
from tests.kiosk.service.running import Running, assembled, settings_for

Line = tuple[str, str, int | None, str]


def _once(lines: list[Line]) -> list[Line]:
    """Without those whose address, number or Sync ID another line has."""
    kept: list[Line] = []
    for line in lines:
        if not any(a == b for other in kept for a, b in zip(line[1:], other[1:], strict=True) if a is not None):
            kept.append(line)
    return kept


_LINES = st.tuples(
    st.sampled_from(("Ann", "Ben")),
    st.sampled_from(("a", "b", "c", "d")),
    st.none() | st.integers(FIRST, FIRST + 3),
    st.sampled_from(("s1", "s2", "s3", "s4")),
)
_LISTS = st.tuples(
    st.lists(_LINES, max_size=4).map(_once),
    st.booleans(),
).map(lambda told: [(*each[:3], each[3] if told[1] else "") for each in told[0]])
"""With Sync IDs on each line or on none."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("lists")
    with assembled(folder, settings_for(folder, projects=PAGES)) as running:
        yield running


def take(running: Running, project: str, lines: list[Line]) -> tuple[int, int, int, int]:
    """Take it, and tell what changed."""
    rows = [f"{name},Person,{mail}@example.org,{number or ''},{sync}" for name, mail, number, sync in lines]
    if not any(each[3] for each in lines):
        rows = [each.removesuffix(",") for each in rows]
    head = "First name,Last name,E-mail address,ID" + ",Sync ID" * any(each[3] for each in lines)
    content = "\n".join((head, *rows)).encode()
    told = take_list(running.parts, MANAGER, project, content, Wanted(confirm_removals=True))
    return told.added, told.changed, told.removed, told.returned


def people(running: Running, project: str) -> list[tuple[str, str, int | None, str]]:
    found = members.overview(running.parts, MANAGER, project, "", 100).users
    here = [each for each in found if each.status != "deletion_pending"]
    return sorted(((each.given_name, each.email, each.id, each.sync_id) for each in here), key=itemgetter(1))


def mails(running: Running) -> int:
    with running.parts.store.read() as tx:
        return int(tx.connection.exec_driver_sql("SELECT count(*) FROM messages").scalar_one())


@settings(max_examples=40, deadline=None)
@given(first=_LISTS, second=_LISTS)
def test_after_a_list_its_people_are_there_whatever_was_before(
    running: Running, first: list[Line], second: list[Line]
) -> None:
    after, alone = (a_project(running, new_id(running.parts.random), self_service=False) for _ in range(2))
    take(running, after, first)
    for project in (after, alone):
        take(running, project, second)
        there, sent = people(running, project), mails(running)
        assert take(running, project, second) == (0, 0, 0, 0)
        assert (people(running, project), mails(running)) == (there, sent)
    expected = [(name, f"{mail}@example.org", number, sync) for name, mail, number, sync in second]
    assert people(running, after) == people(running, alone) == sorted(expected, key=itemgetter(1))
