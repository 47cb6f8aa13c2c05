"""Whole lists: new people invited, changed ones updated, missing ones removed and told; all of it or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kiosk.service.projects import activation, invitations, members
from kiosk.service.projects.member_bodies import ListTaken, Member
from kiosk.service.projects.member_deletion import delete_next
from kiosk.service.projects.member_rules import ListRejected, MemberState
from kiosk.service.projects.whole_list import Wanted, take_list
from tests.kiosk.service.projects.campaign import FIRST, MANAGER, a_project, phone
from tests.kiosk.service.projects.people import link_of, told_by_mail
from tests.kiosk.service.running import Running

pytestmark = pytest.mark.databases

HEADER = "First name,Last name,E-mail address,ID,Sync ID"
ANN = "Ann,Archer,ann@example.org,1001,s1"
BEN = "Ben,Baker,ben@example.org,,s2"
CLEO = "Cleo,Cook,cleo@example.org,,s99"


@pytest.fixture
def project(local: Running) -> str:
    return a_project(local, self_service=False, last_id=FIRST + 20_000)


def taken(running: Running, project: str, *lines: str, **wanted: bool) -> ListTaken:
    content = "\r\n".join((HEADER, *lines)).encode()
    return take_list(running.parts, MANAGER, project, content, Wanted(**wanted))


def counts(told: ListTaken) -> tuple[int, ...]:
    return told.added, told.changed, told.same, told.removed, told.returned, told.invited


def people(running: Running, project: str) -> dict[str, Member]:
    return {each.email: each for each in members.overview(running.parts, MANAGER, project, "", 1000).users}


def outbox(running: Running) -> int:
    with running.parts.store.read() as tx:
        return int(tx.connection.exec_driver_sql("SELECT count(*) FROM messages").scalar_one())


def active(running: Running, email: str, number: int) -> int:
    return invitations.activate(running.parts, link_of(running, email), phone(number)).number


def test_new_people_are_added_and_invited_and_the_same_list_again_does_nothing(local: Running, project: str) -> None:
    assert counts(taken(local, project, ANN, BEN, dry_run=True)) == (2, 0, 0, 0, 0, 2)
    assert (people(local, project), outbox(local)) == ({}, 0)
    assert counts(taken(local, project, ANN, BEN)) == (2, 0, 0, 0, 0, 2)
    before = people(local, project), outbox(local)
    assert counts(taken(local, project, ANN, BEN)) == (0, 0, 2, 0, 0, 0)
    assert (people(local, project), outbox(local)) == before


def test_changed_people_are_updated_and_another_address_is_invited_anew(local: Running, project: str) -> None:
    taken(local, project, ANN, BEN)
    assert active(local, "ann@example.org", 1) == 1001
    told = taken(local, project, "Anna,Archer,ann@example.org,1001,s1", "Ben,Baker,benny@example.org,,s2")
    assert counts(told) == (0, 2, 0, 0, 0, 1)
    assert people(local, project)["ann@example.org"].given_name == "Anna"
    assert people(local, project)["ann@example.org"].status == MemberState.ACTIVE
    assert told_by_mail(local, "ben@example.org") == []
    assert active(local, "benny@example.org", 2) == FIRST


def test_missing_people_are_told_and_back_in_time_they_are_as_they_were(local: Running, project: str) -> None:
    taken(local, project, ANN, BEN)
    active(local, "ann@example.org", 1)
    assert counts(taken(local, project, BEN)) == (0, 0, 1, 1, 0, 0)
    assert people(local, project)["ann@example.org"].status == MemberState.DELETION_PENDING
    assert [kind for kind, _ in told_by_mail(local, "ann@example.org")] == ["removed"]
    assert counts(taken(local, project, BEN)) == (0, 0, 1, 0, 0, 0)
    assert counts(taken(local, project, ANN, BEN)) == (0, 0, 1, 0, 1, 0)
    ann = people(local, project)["ann@example.org"]
    assert (ann.status, ann.number) == (MemberState.ACTIVE, 1001)
    assert [each.row.number for each in activation.of_phone(local.parts, phone(1))] == [1001]
    taken(local, project, BEN)
    local.clock.advance(days=1)
    assert delete_next(local.parts)
    assert counts(taken(local, project, ANN, BEN)) == (1, 0, 1, 0, 0, 1)
    assert active(local, "ann@example.org", 1) == 1001


def test_who_was_reset_stays_so(local: Running, project: str) -> None:
    taken(local, project, ANN)
    ann = people(local, project)["ann@example.org"]
    members.reset(local.parts, MANAGER, project, ann.member_id)
    sent = outbox(local)
    assert counts(taken(local, project, "Ann,Archer,anna@example.org,1001,s1")) == (0, 1, 0, 0, 0, 0)
    assert people(local, project)["anna@example.org"].status == MemberState.RESET
    assert outbox(local) == sent


def test_ids_of_active_people_may_go_round(local: Running, project: str) -> None:
    taken(local, project, ANN, "Ben,Baker,ben@example.org,1002,s2")
    assert (active(local, "ann@example.org", 1), active(local, "ben@example.org", 2)) == (1001, 1002)
    taken(local, project, "Ann,Archer,ann@example.org,1002,s1", "Ben,Baker,ben@example.org,1001,s2")
    found = people(local, project)
    assert (found["ann@example.org"].number, found["ben@example.org"].number) == (1002, 1001)
    assert [each.row.number for each in activation.of_phone(local.parts, phone(1))] == [1002]


def test_a_list_with_errors_is_refused_as_a_whole(local: Running, project: str) -> None:
    taken(local, project, ANN, BEN)
    before = people(local, project)
    with pytest.raises(ListRejected) as refused:
        taken(local, project, ANN, "Dora,Dean,nowhere,7,s4", "Ed,Ely,ed@example.org,x,s5")
    assert refused.value.reasons == ("line 3: email: not_an_address", "line 4: id: not_a_number")
    assert people(local, project) == before
    active(local, "ben@example.org", 2)
    with pytest.raises(ListRejected) as refused:
        taken(local, project, f"Ann,Archer,ann@example.org,{FIRST},s1", BEN)
    assert refused.value.reasons == ("line 2: id: taken",)


def test_lists_with_and_without_sync_ids_know_the_same_people(local: Running, project: str) -> None:
    taken(local, project, ANN, BEN)
    plain = b"First name;Last name;E-mail address;ID\nAnn;Archer;ann@example.org;1001\nBen;Baker;BEN@example.org;\n"
    assert counts(take_list(local.parts, MANAGER, project, plain, Wanted())) == (0, 2, 0, 0, 0, 0)
    assert counts(taken(local, project, ANN, BEN)) == (0, 2, 0, 0, 0, 0)


@pytest.mark.parametrize("left", [0, 4])
def test_a_list_that_would_empty_a_company_must_be_confirmed(local: Running, project: str, left: int) -> None:
    lines = [f"P{n},Person,p{n}@example.org,,s{n}" for n in range(10)]
    taken(local, project, *lines)
    assert taken(local, project, *lines[:left], dry_run=True).needs_confirmation
    with pytest.raises(ListRejected) as refused:
        taken(local, project, *lines[:left])
    assert refused.value.reasons == ("line 1: removes_too_many",)
    assert counts(taken(local, project, *lines[:5], dry_run=True))[3] == 5
    assert taken(local, project, *lines[:left], confirm_removals=True).removed == 10 - left


def test_two_lists_at_once_are_one_after_the_other_and_activations_between_them(local: Running, project: str) -> None:
    lines = [f"P{n},Person,p{n}@example.org,,s{n}" for n in range(30)]
    taken(local, project, *lines)
    codes = [link_of(local, f"p{n}@example.org") for n in range(30)]
    with ThreadPoolExecutor(8) as pool:
        lists = [pool.submit(taken, local, project, *lines[n : n + 20], CLEO) for n in (0, 5)]
        phones = [pool.submit(invitations.activate, local.parts, codes[n], phone(n)) for n in range(10, 16)]
        results = [each.result() for each in lists]
        numbers = {each.result().number for each in phones}
    assert sorted(each.added for each in results) == [0, 1]
    assert len(numbers) == 6
    standing = [each.status for each in people(local, project).values()]
    assert (len(standing), standing.count(MemberState.ACTIVE)) == (31, 6)
    assert standing.count(MemberState.DELETION_PENDING) == 10


def test_two_thousand_lines_are_taken_once(local: Running, project: str) -> None:
    lines = [f"Given{n},Family{n},p{n}@example.org,{FIRST + n},s{n}" for n in range(2_000)]
    for expected in ((2_000, 0, 0, 0, 0, 2_000), (0, 0, 2_000, 0, 0, 0)):
        assert counts(taken(local, project, *lines)) == expected
