"""What the trail and the host system are told of people on a list: each thing that happens, once, and in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.service.projects import invitations, members
from kiosk.service.projects.whole_list import Wanted, take_list
from tests.kiosk.service.projects.campaign import MANAGER, phone
from tests.kiosk.service.projects.host import fed_project, feeding
from tests.kiosk.service.projects.people import link_of
from tests.kiosk.service.running import Running, assembled, settings_for

pytestmark = pytest.mark.databases

Told = list[str]
HEADER = "First name,Last name,E-mail address,ID,Sync ID"
ANN = "Ann,Archer,ann@example.org,1001,s1"
BEN = "Ben,Baker,ben@example.org,1002,s2"


@pytest.fixture
def local(tmp_path: Path, backend: dict[str, str]) -> Iterator[Running]:
    """A service that feeds a host system."""
    told = feeding(file=tmp_path / "out.csv")
    with assembled(tmp_path, settings_for(tmp_path, database=backend, projects=told)) as running:
        yield running


@pytest.fixture
def news(local: Running) -> Callable[[], tuple[Told, list[tuple[str, int]]]]:
    """What the trail says of lists, and the feed of numbers, since this was asked last."""
    seen = [0, 0]

    def read() -> tuple[Told, list[tuple[str, int]]]:
        with local.parts.store.read() as tx:
            ask = tx.connection.exec_driver_sql
            trail = [str(each[0]) for each in ask("SELECT event FROM audit ORDER BY number")]
            feed = [(str(kind), int(n)) for kind, n in ask("SELECT kind, number FROM host_feed ORDER BY position")]
        since = trail[seen[0] :], feed[seen[1] :]
        seen[:] = len(trail), len(feed)
        return [each for each in since[0] if each.startswith("member")], since[1]

    return read


def test_each_thing_that_happens_to_people_is_told_once_and_in_order(
    local: Running, news: Callable[[], tuple[Told, list[tuple[str, int]]]]
) -> None:
    project = fed_project(local, self_service=False)

    def take(*lines: str) -> None:
        take_list(local.parts, MANAGER, project, "\n".join((HEADER, *lines)).encode(), Wanted())

    news()
    take(ANN, BEN)
    assert news() == (["member_added", "member_invited"] * 2 + ["member_list_taken"], [])
    take(ANN, BEN)
    assert news() == ([], [])
    for number, who in enumerate(("ann", "ben")):
        invitations.activate(local.parts, link_of(local, f"{who}@example.org"), phone(number))
    assert news() == (["member_activated"] * 2, [("claimed", 1001), ("claimed", 1002)])
    take(ANN.replace("Ann", "Anna", 1), BEN)
    assert news() == (["member_changed", "member_list_taken"], [("changed", 1001)])
    take(ANN.replace("Ann", "Anna", 1).replace("1001", "1005"), BEN)
    assert news() == (["member_changed", "member_list_taken"], [("released", 1001), ("claimed", 1005)])
    take(BEN)
    assert news() == (["member_removed", "member_list_taken"], [])
    take(ANN.replace("Ann", "Anna", 1).replace("1001", "1005"), BEN)
    assert news() == (["member_returned", "member_list_taken"], [])
    ben = next(each for each in members.overview(local.parts, MANAGER, project, "", 9).users if each.sync_id == "s2")
    members.reset(local.parts, MANAGER, project, ben.member_id)
    assert news() == (["member_reset"], [])
    members.invite(local.parts, MANAGER, project, ben.member_id, "once")
    assert news() == (["member_invited"], [])
