"""What happens to numbers: taken, given, tied, kept up, seen, given back; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pytest

from kiosk.service.projects import actions, activation, numbers, rules
from kiosk.service.projects.bodies_ids import ClaimId
from kiosk.service.projects.numbers import Holder
from kiosk.service.store import members, mobile_ids, projects
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.mobile_ids import MobileIdRow
from kiosk.service.store.projects import ProjectRow
from tests.kiosk.service.projects.campaign import FIRST, MANAGER, a_project, code_of, events, phone
from tests.kiosk.service.running import Running

pytestmark = pytest.mark.databases

T = TypeVar("T")
MONA = Holder(user_id="mona", given_name="Mona", family_name="Okafor", email="m.okafor@example.org")


def doing(running: Running, project_id: str, work: Callable[[WriteTx, ProjectRow], T]) -> T:
    """In one transaction, with the project as it is."""

    def write(tx: WriteTx) -> T:
        project = projects.project(tx, project_id)
        assert project is not None
        return work(tx, project)

    return running.parts.store.write(write)


def taken(running: Running, project_id: str, holder: Holder) -> MobileIdRow:
    return doing(running, project_id, lambda tx, project: numbers.take_number(tx, running.parts, project, holder, "x"))


def given(running: Running, project_id: str, number: int, holder: Holder) -> MobileIdRow:
    return doing(
        running, project_id, lambda tx, project: numbers.give_number(tx, running.parts, project, number, holder, "x")
    )


def tied(running: Running, project_id: str, number: int, holder: Holder) -> tuple[MobileIdRow, bool]:
    return doing(running, project_id, lambda tx, project: numbers.tie(tx, running.parts, project, number, holder, "x"))


def test_the_same_phone_person_or_member_gets_the_same_number(local: Running) -> None:
    project = a_project(local)
    for number, holder in enumerate((Holder(phone_hash=phone(0)), MONA, Holder(member_id="m" * 32)), FIRST):
        assert [taken(local, project, holder).number for _ in range(2)] == [number, number]
    for known in (MONA, Holder(member_id="m" * 32)):
        assert taken(local, project, known).claimed_at is not None
    assert taken(local, project, Holder(phone_hash=phone(0))).claimed_at is None


def test_two_projects_count_by_themselves(local: Running) -> None:
    first, second = a_project(local), a_project(local, name="Summer", first_id=1, last_id=2)
    assert taken(local, first, MONA).number == FIRST
    assert taken(local, second, MONA).number == 1


def test_a_list_keeps_the_numbers_that_it_gives(local: Running) -> None:
    project = a_project(local, self_service=False, first_id=1, last_id=6)

    def wanted(tx: WriteTx, row: ProjectRow) -> None:
        for number in (1, 4):
            values = {
                "id": f"{number:032x}",
                "project_id": row.id,
                "sync_key": f"key {number}",
                "given_name": "",
                "family_name": "",
                "email": "",
                "sync_id": "",
                "wanted_id": number,
                "locale": "en",
                "status": "invited",
                "version": 1,
                "changed_at": row.created_at,
            }
            tx.connection.execute(members.members.insert(), values)

    doing(local, project, wanted)
    given(local, project, 3, Holder(member_id="a"))
    assert [taken(local, project, Holder(member_id=each)).number for each in "bcd"] == [2, 5, 6]
    with pytest.raises(rules.RangeExhausted):
        taken(local, project, Holder(member_id="e"))


def test_a_certain_number_is_given_once(local: Running) -> None:
    project = a_project(local, self_service=False)
    assert given(local, project, FIRST + 5, MONA) == given(local, project, FIRST + 5, MONA)
    for number, holder in ((FIRST + 5, Holder(user_id="other")), (FIRST + 6, MONA)):
        with pytest.raises(rules.IdTaken):
            given(local, project, number, holder)
    with pytest.raises(rules.IdOutOfRange):
        given(local, project, FIRST - 1, Holder(user_id="other"))


def test_who_claims_again_is_kept_up_with(local: Running) -> None:
    project = a_project(local)
    number = taken(local, project, Holder(phone_hash=phone(0))).number
    row, news = tied(local, project, number, MONA)
    assert (row.user_id, row.email, news) == ("mona", "m.okafor@example.org", True)
    married = replace(MONA, family_name="Almeida", email="")
    row, news = tied(local, project, number, married)
    assert (row.family_name, row.email, news) == ("Almeida", "m.okafor@example.org", False)
    assert tied(local, project, number, married) == (row, False)
    names = [name for name, _ in events(local)]
    assert (names.count("mobile_id_claimed"), names.count("mobile_id_changed")) == (1, 1)


def test_many_claims_of_one_number_at_once_leave_it_to_one_person(local: Running) -> None:
    project = a_project(local)
    number = taken(local, project, Holder(phone_hash=phone(0))).number

    def claim(each: int) -> str:
        body = ClaimId(user_id=f"person {each % 5}", assigned_id=number)
        try:
            return actions.claim(local.parts, MANAGER, body)[0].user_id
        except rules.IdTaken:
            return ""

    with ThreadPoolExecutor(20) as pool:
        told = list(pool.map(claim, range(40)))
    (row,) = actions.ids(local.parts, MANAGER, project, actions.Page()).ids
    assert set(told) - {""} == {row.user_id}


def test_one_person_who_claims_two_numbers_at_once_gets_one(local: Running) -> None:
    project = a_project(local)
    both = [taken(local, project, Holder(phone_hash=phone(each))).number for each in range(2)]

    def claim(each: int) -> int | None:
        try:
            return tied(local, project, both[each % 2], MONA)[0].number
        except rules.IdTaken:
            return None

    with ThreadPoolExecutor(10) as pool:
        assert len({number for number in pool.map(claim, range(20)) if number is not None}) == 1


def test_a_number_that_was_given_back_is_nobodys_ever_after(local: Running) -> None:
    project = a_project(local)
    row = tied(local, project, taken(local, project, Holder(phone_hash=phone(0))).number, MONA)[0]
    for _ in range(2):
        doing(
            local,
            project,
            lambda tx, of: numbers.release(
                tx, local.parts, of, mobile_ids.mobile_id(tx, of.id, row.number) or row, "x", "lost"
            ),
        )
    (shown,) = actions.ids(local.parts, MANAGER, project, actions.Page()).ids
    assert (shown.states, shown.user_id) == ((rules.IdState.RELEASED,), "")
    assert [name for name, _ in events(local)].count("mobile_id_released") == 1
    with pytest.raises(rules.IdOutOfRange):
        tied(local, project, row.number, Holder(user_id="other"))
    assert taken(local, project, MONA).number == taken(local, project, MONA).number == row.number + 1
    confirmed = actions.confirm_registered(local.parts, MANAGER, project, (row.number,))
    assert confirmed.unknown == (row.number,)
    counted = actions.show(local.parts, MANAGER, project).ids
    assert (counted.assigned, counted.released) == (1, 1)


def test_a_phone_that_comes_back_is_seen(local: Running) -> None:
    project = a_project(local)
    activation.activate(local.parts, code_of(local, project), phone(0))
    assert activation.of_phone(local.parts, phone(1)) == ()
    for _ in range(2):
        local.clock.advance(days=1)
        (told,) = activation.of_phone(local.parts, phone(0))
        assert told.row.active_at == local.clock.now()
    seen_at = local.clock.now()
    local.clock.advance(seconds=30)
    assert activation.of_phone(local.parts, phone(0))[0].row.active_at == seen_at


def test_more_phones_than_may_in_a_minute_have_to_wait(local: Running) -> None:
    few = local.parts.settings.projects.model_copy(update={"activations_per_minute": 3})
    parts = replace(local.parts, settings=local.parts.settings.model_copy(update={"projects": few}))
    project = a_project(local)
    code = code_of(local, project)
    for number in range(3):
        activation.activate(parts, code, phone(number))
        local.clock.advance(seconds=10)
    with pytest.raises(rules.TooManyActivations) as refusal:
        activation.activate(parts, code, phone(3))
    assert refusal.value.retry_after == 30
    assert activation.activate(parts, code, phone(0)).row.number == FIRST
    local.clock.advance(seconds=30)
    assert activation.activate(parts, code, phone(3)).row.number == FIRST + 3


def test_a_closed_project_hands_out_nothing(local: Running) -> None:
    project = a_project(local)
    code = code_of(local, project)
    number = activation.activate(local.parts, code, phone(0)).row.number
    actions.close(local.parts, MANAGER, project)
    for work in (
        lambda: activation.activate(local.parts, code, phone(1)),
        lambda: activation.look(local.parts, code),
        lambda: taken(local, project, Holder(phone_hash=phone(1))),
        lambda: given(local, project, FIRST + 7, MONA),
        lambda: tied(local, project, number, MONA),
    ):
        with pytest.raises(rules.ProjectClosed):
            work()
    assert actions.confirm_registered(local.parts, MANAGER, project, (number,)).registered == 1
