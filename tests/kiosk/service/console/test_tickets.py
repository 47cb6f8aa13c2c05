"""Tickets at the console: seen and settled by administrators of the whole tenant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.contract.staff import Role
from kiosk.service.store import removals as rows
from tests.kiosk.service.console.desk import Desk, desk_of
from tests.kiosk.service.running import Running
from tests.kiosk.service.staff.crew import Crew

PATH = "/console/tickets"


def ticket(online: Running) -> int:
    """Something that a relying party did not forget, given up by the worker."""
    now = online.parts.clock.now()
    far = now + timedelta(days=9)
    new = rows.NewRemoval("elsewhere", "maria", "", b"id", now, far, "7K3M-QX2A", far)
    online.parts.store.write(lambda tx: rows.add_removal(tx, new, now))
    with online.parts.store.read() as tx:
        [made] = rows.open_removals(tx, "default")
    online.parts.store.write(lambda tx: rows.move_removal(tx, made.number, rows.TICKET, now, "default"))
    return made.number


def settles(desk: Desk, number: int, how: str) -> int:
    return desk.sends(PATH, f"{PATH}/{number}", how=how).status_code


@pytest.mark.databases
def test_a_ticket_is_tried_again_or_settled(online: Running) -> None:
    desk, number = desk_of(online), ticket(online)
    assert "7K3M-QX2A" in desk.get(PATH).text
    assert settles(desk, number, "try_again") == 303
    assert "still at these" in desk.get(PATH).text
    path = f"{PATH}/{number}"
    assert desk.post(path, {"token": desk.browser.form_token(path), "how": "gone"}).status_code == 303
    assert "7K3M-QX2A" not in desk.get(PATH).text
    told = [(each.actor, each.reason) for each in Crew(online).events("ticket_resolved")]
    assert told == [(f"staff:{desk.row.id}", "try_again"), (f"staff:{desk.row.id}", "gone")]


def test_what_is_no_answer_settles_nothing(online: Running) -> None:
    desk, number = desk_of(online), ticket(online)
    assert settles(desk, number, "maybe") == 404
    assert "7K3M-QX2A" in desk.get(PATH).text


def test_who_administers_one_site_settles_no_ticket(online: Running) -> None:
    desk = desk_of(online, "mona", *Role, sites=frozenset({"north"}))
    number = ticket(online)
    path = f"{PATH}/{number}"
    assert desk.get(PATH).status_code == 403
    assert desk.post(path, {"token": desk.browser.form_token(path), "how": "gone"}).status_code == 403
