"""People of a project's user list: added, invited, active on one phone, reset, removed, deleted."""

from __future__ import annotations

import pytest

from kiosk.service.projects import activation, invitations, members
from kiosk.service.projects.member_bodies import ChangeMember, Member, NewMember
from kiosk.service.projects.member_deletion import delete_next
from kiosk.service.projects.member_rules import (
    InvitationExpired,
    InvitationUsed,
    InvitationWithdrawn,
    MemberState,
    NoSuchInvitation,
    NoSuchMember,
    PhoneHasNumber,
    WrongState,
)
from kiosk.service.projects.rules import IdTaken, NameTaken, NoSuchProject, NotInThisProject
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.projects.campaign import FIRST, MANAGER, a_project, phone
from tests.kiosk.service.projects.people import link_of, told_by_mail
from tests.kiosk.service.running import Running

pytestmark = pytest.mark.databases


def added(running: Running, project: str, email: str = "m.okafor@example.org", **told: object) -> Member:
    body = NewMember.model_validate({"given_name": "Mona", "family_name": "Okafor", "email": email, **told})
    return members.add(running.parts, MANAGER, project, body)


def shown(running: Running, project: str, member: Member) -> Member:
    return members.show(running.parts, MANAGER, project, member.member_id)


@pytest.fixture
def project(local: Running) -> str:
    return a_project(local, self_service=False)


def test_who_is_added_is_invited_and_active_on_the_first_phone_alone(local: Running, project: str) -> None:
    member = added(local, project)
    assert (member.status, member.number) == (MemberState.INVITED, None)
    code = link_of(local, member.email)
    assert invitations.look(local.parts, code, None).id == project
    assert invitations.activate(local.parts, code, phone(1)).number == FIRST
    assert invitations.activate(local.parts, code, phone(1)).number == FIRST
    with pytest.raises(InvitationUsed):
        invitations.activate(local.parts, code, phone(2))
    now = shown(local, project, member)
    assert (now.status, now.number) == (MemberState.ACTIVE, FIRST)
    assert [each.row.number for each in activation.of_phone(local.parts, phone(1))] == [FIRST]
    assert activation.of_phone(local.parts, phone(2)) == ()


def test_the_number_of_the_list_is_given_and_the_next_ones_go_round_it(local: Running, project: str) -> None:
    first = added(local, project, "a@example.org", id=FIRST)
    second = added(local, project, "b@example.org")
    assert invitations.activate(local.parts, link_of(local, second.email), phone(2)).number == FIRST + 1
    assert invitations.activate(local.parts, link_of(local, first.email), phone(1)).number == FIRST


def test_an_invitation_works_for_seven_days(local: Running, project: str) -> None:
    code = link_of(local, added(local, project).email)
    local.clock.advance(days=7)
    for attempt in (invitations.look, invitations.activate):
        with pytest.raises(InvitationExpired):
            attempt(local.parts, code, phone(1))


def test_a_new_invitation_revokes_the_old_one_and_the_phone(local: Running, project: str) -> None:
    member = added(local, project)
    old = link_of(local, member.email)
    invitations.activate(local.parts, old, phone(1))
    assert members.invite(local.parts, MANAGER, project, member.member_id).status == MemberState.INVITED
    with pytest.raises(NoSuchInvitation):
        invitations.look(local.parts, old, phone(1))
    assert activation.of_phone(local.parts, phone(1)) == ()
    new = link_of(local, member.email)
    assert new != old
    assert invitations.activate(local.parts, new, phone(2)).number == FIRST


def test_a_reset_unbinds_the_phone_and_keeps_the_number(local: Running, project: str) -> None:
    member = added(local, project)
    code = link_of(local, member.email)
    invitations.activate(local.parts, code, phone(1))
    for _ in range(2):
        reset = members.reset(local.parts, MANAGER, project, member.member_id)
        assert (reset.status, reset.number) == (MemberState.RESET, FIRST)
    assert activation.of_phone(local.parts, phone(1)) == ()
    with pytest.raises(NoSuchInvitation):
        invitations.activate(local.parts, code, phone(1))
    assert told_by_mail(local, member.email)[-1][0] == "reset"


def test_a_phone_is_of_one_person_in_a_project(local: Running, project: str) -> None:
    one, other = added(local, project, "a@example.org"), added(local, project, "b@example.org")
    invitations.activate(local.parts, link_of(local, one.email), phone(1))
    with pytest.raises(PhoneHasNumber):
        invitations.activate(local.parts, link_of(local, other.email), phone(1))
    assert shown(local, project, other).status == MemberState.INVITED


def test_who_is_removed_is_told_and_deleted_a_day_later(local: Running, project: str) -> None:
    member = added(local, project)
    code = link_of(local, member.email)
    number = invitations.activate(local.parts, code, phone(1)).number
    for _ in range(2):
        members.remove(local.parts, MANAGER, project, member.member_id)
    assert [kind for kind, _ in told_by_mail(local, member.email)] == ["removed"]  # the invitation never left
    with pytest.raises(InvitationWithdrawn):
        invitations.activate(local.parts, code, phone(1))
    with pytest.raises(WrongState):
        members.reset(local.parts, MANAGER, project, member.member_id)
    local.clock.advance(hours=23)
    assert not delete_next(local.parts)
    local.clock.advance(hours=1)
    assert delete_next(local.parts)
    assert not delete_next(local.parts)
    with pytest.raises(NoSuchMember):
        shown(local, project, member)
    assert activation.of_phone(local.parts, phone(1)) == ()
    again = added(local, project, id=number)
    assert invitations.activate(local.parts, link_of(local, again.email), phone(1)).number == number


def test_another_id_moves_the_number_of_an_active_user(local: Running, project: str) -> None:
    member = added(local, project)
    invitations.activate(local.parts, link_of(local, member.email), phone(1))
    body = ChangeMember.model_validate({"id": FIRST + 50})
    changed = members.change(local.parts, MANAGER, project, member.member_id, body)
    assert (changed.id, changed.number, changed.status) == (FIRST + 50, FIRST + 50, MemberState.ACTIVE)
    assert [each.row.number for each in activation.of_phone(local.parts, phone(1))] == [FIRST + 50]
    back = ChangeMember.model_validate({"id": FIRST})
    assert members.change(local.parts, MANAGER, project, member.member_id, back).number == FIRST


def test_another_address_is_invited_anew(local: Running, project: str) -> None:
    member = added(local, project)
    invitations.activate(local.parts, link_of(local, member.email), phone(1))
    body = ChangeMember.model_validate({"email": "mona@example.org"})
    changed = members.change(local.parts, MANAGER, project, member.member_id, body)
    assert (changed.status, changed.number) == (MemberState.INVITED, FIRST)
    assert activation.of_phone(local.parts, phone(1)) == ()
    assert invitations.activate(local.parts, link_of(local, "mona@example.org"), phone(2)).number == FIRST


def test_nobody_is_there_twice_and_no_number(local: Running, project: str) -> None:
    added(local, project, id=FIRST)
    with pytest.raises(NameTaken):
        added(local, project, "M.Okafor@Example.org")
    with pytest.raises(IdTaken):
        added(local, project, "b@example.org", id=FIRST)


def test_a_project_with_self_service_has_no_users_and_other_tenants_see_none(local: Running, project: str) -> None:
    with pytest.raises(NotInThisProject):
        added(local, a_project(local, "Other"))
    stranger = Caller("client-stranger", frozenset(), "elsewhere")
    with pytest.raises(NoSuchProject):
        members.overview(local.parts, stranger, project, "", 10)
