"""Policies in the console: drafted, compared, published, taken back."""

from __future__ import annotations

import pytest

from kiosk.contract.staff import Role
from kiosk.service.policies.actions import Owner, history, in_force
from tests.kiosk.service.console.desk import Desk, desk_of, token_in
from tests.kiosk.service.running import Running
from tests.kiosk.service.staff.crew import Crew

PATH = "/console/policies"
TENANT = Owner("default")


def shown(desk: Desk) -> str:
    answer = desk.get(PATH)
    assert answer.status_code == 200
    return answer.text


def edition(page: str) -> str:
    return page.partition('name="edition" value="')[2].partition('"')[0]


def kept(desk: Desk, document: str, note: str = "") -> str:
    """The page after the draft was kept."""
    desk.sends(PATH, PATH, document=document, note=note)
    return shown(desk)


def published(desk: Desk, document: str, note: str = "") -> None:
    page = kept(desk, document, note)
    answer = desk.post(f"{PATH}/publish", {"token": token_in(page, f"{PATH}/publish"), "edition": edition(page)})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PATH}?told=policy_published"), answer.text


def min_length(running: Running) -> int:
    with running.parts.store.read() as tx:
        return in_force(tx, running.parts, TENANT).pin.min_length


@pytest.mark.databases
def test_a_draft_is_shown_beside_what_holds_and_holds_once_it_is_published(online: Running) -> None:
    desk = desk_of(online, "ada", Role.ADMINISTER)
    page = kept(desk, "pin.min_length = 9\n", "longer PINs")
    assert "<code>pin.min_length</code>" in page
    assert "<del><code>6</code></del>" in page
    assert "<ins><code>9</code></ins>" in page
    assert min_length(online) == 6
    published(desk, "pin.min_length = 9\n", "longer PINs")
    assert min_length(online) == 9
    assert "longer PINs" in shown(desk)
    assert "<bdi>Ada</bdi>" in shown(desk)
    [event] = Crew(online).events("policy.published")
    assert event.actor == f"staff:{desk.row.id}"


def test_what_makes_no_sense_is_told_and_nothing_typed_is_lost(online: Running) -> None:
    desk = desk_of(online, "ada", Role.ADMINISTER)
    page = desk.sends(PATH, PATH, document="pin.min_length = 3", note="<b>short</b>").text
    assert 'aria-invalid="true"' in page
    assert "pin.min_length = 3</textarea>" in page
    assert "&lt;b&gt;short&lt;/b&gt;" in page
    assert "pin.min_length" in page.partition('class="wrong"')[2][:200]


def test_a_draft_that_moved_is_not_published(online: Running) -> None:
    desk = desk_of(online, "ada", Role.ADMINISTER)
    looked_at = kept(desk, "pin.min_length = 9")
    kept(desk, "pin.min_length = 4")
    form = {"token": token_in(looked_at, f"{PATH}/publish"), "edition": edition(looked_at)}
    answer = desk.post(f"{PATH}/publish", form)
    assert (answer.status_code, min_length(online)) == (409, 6)
    assert desk.post(f"{PATH}/publish", form | {"edition": "x"}).status_code == 400


def test_a_draft_is_given_up(online: Running) -> None:
    desk = desk_of(online, "ada", Role.ADMINISTER)
    page = kept(desk, "pin.min_length = 9")
    desk.post(f"{PATH}/discard", {"token": token_in(page, f"{PATH}/discard"), "edition": edition(page)})
    assert 'name="edition"' not in shown(desk)
    assert history(online.parts, TENANT) == ()


def test_an_earlier_version_is_taken_as_a_draft(online: Running) -> None:
    desk = desk_of(online, "ada", Role.ADMINISTER)
    published(desk, "pin.min_length = 9")
    published(desk, "pin.min_length = 10")
    page = desk.get(f"{PATH}?project=&version=1").text
    assert "pin.min_length = 9\n</textarea>" in page


def test_who_administers_some_sites_sees_no_policy_of_all(online: Running) -> None:
    desk = desk_of(online, "nadia", Role.ADMINISTER, sites=frozenset({"north"}))
    assert desk.get(PATH).status_code == 403
