"""Sign-ins of staff: whose token is good where, and how long."""

from __future__ import annotations

import pytest

from kiosk.contract.staff import Role
from kiosk.service.staff import actions, sessions
from kiosk.service.staff.rules import NotConfirmed, StaffRefused, StaffSession
from kiosk.service.staff.sessions import Kind
from kiosk.service.store.staff import staff_challenges, staff_sessions
from tests.kiosk.service.staff.crew import BROWSER, Crew, Member


def opened(crew: Crew, who: Member, kind: Kind = Kind.CONSOLE) -> str:
    return sessions.open_session(crew.parts, who.row, kind, BROWSER)


def found(crew: Crew, token: str, kind: Kind = Kind.CONSOLE, holder: str = BROWSER) -> StaffSession:
    return sessions.session_of(crew.parts, token, kind, holder)


def gone(crew: Crew, token: str, *where: str) -> None:
    with pytest.raises(StaffRefused):
        found(crew, token, *where)  # type: ignore[arg-type]  # as the test says


def test_a_token_is_good_where_it_was_given(crew: Crew) -> None:
    ada = crew.joined("ada")
    token = opened(crew, ada)
    assert found(crew, token).staff == ada.row
    gone(crew, token, Kind.DESK)
    gone(crew, token, Kind.CONSOLE, "browser:another")
    gone(crew, "")
    with crew.parts.store.read() as tx:
        assert token not in str(tx.connection.execute(staff_sessions.select()).all())


def test_a_console_ends_when_nobody_is_there_and_a_desk_after_its_time(crew: Crew) -> None:
    ada, settings = crew.joined("ada"), crew.parts.settings.staff
    console, desk = opened(crew, ada), opened(crew, ada, Kind.DESK)
    crew.running.clock.advance(seconds=settings.desk)
    gone(crew, desk, Kind.DESK)
    for _ in range(3):
        crew.running.clock.advance(seconds=settings.idle / 2)
        assert found(crew, console).staff == ada.row
    crew.running.clock.advance(seconds=settings.idle)
    gone(crew, console)


def test_nobody_is_signed_in_for_longer_than_a_day_at_work(crew: Crew) -> None:
    ada, settings = crew.joined("ada"), crew.parts.settings.staff
    token = opened(crew, ada)
    for _ in range(settings.session // settings.idle * 2):
        assert found(crew, token).staff == ada.row
        crew.running.clock.advance(seconds=settings.idle / 2)
    gone(crew, token)


def test_what_staff_may_do_is_what_they_may_now(crew: Crew) -> None:
    ada = crew.joined("ada")
    token = opened(crew, ada)
    actions.change_member(crew.parts, "service", ada.row.id, roles={Role.VIEW})
    assert found(crew, token).roles == {Role.VIEW}
    actions.disable_member(crew.parts, "service", ada.row.id)
    gone(crew, token)
    with pytest.raises(StaffRefused):
        opened(crew, ada)


def test_a_revoked_key_ends_every_sign_in_of_its_owner(crew: Crew) -> None:
    ada = crew.joined("ada")
    token = opened(crew, ada)
    (key,) = actions.keys_of(crew.parts, ada.row.id)
    actions.revoke_key(crew.parts, "service", ada.row.id, key.id)
    gone(crew, token)


def test_a_touch_is_asked_for_again_after_a_while(crew: Crew) -> None:
    ada, bob = crew.joined("ada"), crew.joined("bob")
    token = opened(crew, ada)
    sessions.require_confirmed(crew.parts, found(crew, token))
    crew.running.clock.advance(seconds=crew.parts.settings.staff.confirm + 1)
    with pytest.raises(NotConfirmed):
        sessions.require_confirmed(crew.parts, found(crew, token))
    with pytest.raises(StaffRefused):
        sessions.confirm(crew.parts, found(crew, token), bob.row)
    sessions.confirm(crew.parts, found(crew, token), ada.row)
    sessions.require_confirmed(crew.parts, found(crew, token))


def test_who_signed_out_is_gone_and_told_once(crew: Crew) -> None:
    token = opened(crew, crew.joined("ada"))
    session = found(crew, token)
    for _ in range(2):
        sessions.close(crew.parts, session)
    gone(crew, token)
    with pytest.raises(StaffRefused):
        sessions.confirm(crew.parts, session, session.staff)
    assert len(crew.events("staff_signed_out")) == 1


def test_a_station_that_is_shut_out_has_nobody_at_its_desk(crew: Crew) -> None:
    ada = crew.joined("ada")
    token = sessions.open_session(crew.parts, ada.row, Kind.DESK, "client:station-1")
    assert crew.parts.store.write(lambda tx: sessions.close_desks(tx, "station-1")) == 1
    gone(crew, token, Kind.DESK, "client:station-1")


def test_what_is_over_is_forgotten(crew: Crew) -> None:
    opened(crew, crew.joined("ada"))
    crew.challenge()
    crew.running.clock.advance(days=1)
    assert sessions.forget_old(crew.parts) is False
    with crew.parts.store.read() as tx:
        assert [tx.connection.execute(each.select()).all() for each in (staff_challenges, staff_sessions)] == [[], []]
