"""What projects have, how far their ranges reach, how their numbers stand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service import errors
from kiosk.service.projects import rules
from kiosk.service.projects.rules import IdState, Part
from kiosk.service.projects.settings import ProjectsSettings
from kiosk.service.store.mobile_ids import MobileIdRow
from tests.kiosk.service.projects.rows import NOW, a_project_row, an_id_row

times = st.none() | st.just(NOW)


@pytest.mark.parametrize("part", [*Part])
@pytest.mark.parametrize("self_service", [True, False])
def test_each_part_is_in_one_kind_of_project(part: Part, self_service: bool) -> None:
    project = a_project_row(self_service=self_service)
    if self_service is (part is Part.ACTIVATION_CODE):
        rules.require_part(project, part)
    else:
        with pytest.raises(rules.NotInThisProject) as refusal:
            rules.require_part(project, part)
        assert refusal.value.reasons == (part,)


def test_numbers_of_a_manager_elsewhere_have_no_activation_code() -> None:
    with pytest.raises(rules.NotInThisProject):
        rules.require_part(a_project_row(assigned_here=False), Part.ACTIVATION_CODE)


@given(first=st.integers(0, 10**15), size=st.integers(1, 10**6), taken=st.integers(0, 10**6))
def test_what_is_left_is_what_was_not_handed_out(first: int, size: int, taken: int) -> None:
    taken = min(taken, size)
    project = a_project_row(first_id=first, last_id=first + size - 1, next_id=first + taken)
    assert rules.left(project) == size - taken
    assert rules.few_left(project) is (size - taken < 20 or (size - taken) / size < 0.05)


def test_a_number_is_in_the_range_at_both_its_ends() -> None:
    project = a_project_row(first_id=5, last_id=7)
    assert [number for number in range(10) if rules.in_range(project, number)] == [5, 6, 7]


def test_a_range_grows_and_never_shrinks() -> None:
    project = a_project_row()
    assert [rules.extended(project, last) for last in (1999, 2000)] == [1999, 2000]
    with pytest.raises(rules.RangeShrinks):
        rules.extended(project, 1998)


@given(claimed=times, registered=times, active=times)
def test_each_state_is_told_apart(claimed: object, registered: object, active: object) -> None:
    row = an_id_row(claimed_at=claimed, registered_at=registered, active_at=active)
    told = rules.states_of(row, NOW)
    assert told[0] is IdState.ASSIGNED
    assert (IdState.CLAIMED in told) is (claimed is not None)
    assert (IdState.REGISTERED in told) is (registered is not None)
    assert (IdState.ACTIVE in told) is (active is not None)
    assert rules.states_of(an_id_row(claimed_at=claimed, released_at=NOW), NOW) == (IdState.RELEASED,)


def test_a_phone_that_was_not_seen_for_thirty_days_is_not_active() -> None:
    row = an_id_row(active_at=NOW)
    assert IdState.ACTIVE in rules.states_of(row, NOW + timedelta(days=30) - timedelta(seconds=1))
    assert IdState.ACTIVE not in rules.states_of(row, NOW + timedelta(days=30))


@pytest.mark.parametrize(
    ("row", "refusal"),
    [
        (None, rules.IdOutOfRange),
        (an_id_row(released_at=NOW), rules.IdOutOfRange),
        (an_id_row(user_id="somebody"), rules.IdTaken),
        (an_id_row(member_id="somebody"), rules.IdTaken),
    ],
)
def test_a_number_is_tied_only_if_somebody_was_given_it_and_nobody_has_it(
    row: MobileIdRow | None, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rules.to_be_tied(row)
    free = an_id_row(registered_at=NOW)
    assert rules.to_be_tied(free) is free


def test_settings_are_named_by_projects_of_their_tenant_only() -> None:
    settings = ProjectsSettings.model_validate({"named": {"spring": {}, "theirs": {"tenant": "elsewhere"}}})
    assert rules.settings_of(settings, a_project_row(details={"settings": "spring"})) is settings.named["spring"]
    assert rules.settings_of(settings, a_project_row(details={"settings": "theirs"})) is None
    theirs = a_project_row(tenant="elsewhere", details={"settings": "theirs"})
    assert rules.settings_of(settings, theirs) is settings.named["theirs"]
    for details in ({}, {"settings": None}, {"settings": "nothing"}):
        assert rules.settings_of(settings, a_project_row(details=details)) is None


def test_every_refusal_has_an_answer() -> None:
    pending: list[type[Exception]] = [rules.ProjectRefused]
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if kind is not rules.ProjectRefused and not kind.__name__.startswith("_"):
            assert any(each in errors.TABLE for each in kind.__mro__), kind.__name__
