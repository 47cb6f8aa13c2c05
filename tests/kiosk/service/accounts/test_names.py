"""Aliases: a person's own to add and drop, unique in the tenant in every form."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from kiosk.service.accounts.names import MOST, add_alias
from kiosk.service.accounts.rules import AccountRefused
from kiosk.service.accounts.sign_in_guard import SignedIn
from kiosk.service.once import Asked
from tests.kiosk.service.accounts.desk import Desk, desk_at
from tests.kiosk.service.running import Running

ALIASES = "/user/aliases"


def test_a_person_adds_lists_and_drops_their_names(desk: Desk) -> None:
    user_id = desk.member()
    here = desk.signed_in()
    assert desk.post(ALIASES, {"alias": "Zoë "}, 201, session=here) == {"aliases": ["Zoë"]}
    assert desk.post(ALIASES, {"alias": "M. O."}, 201, session=here) == {"aliases": ["Zoë", "M. O."]}
    assert desk.login("ZOE\u0308").status_code == 200
    assert desk.call("DELETE", ALIASES, session=here, params={"alias": "ZOË"}).status_code == 204
    assert desk.call("GET", ALIASES, session=here).json() == {"aliases": ["M. O."]}
    assert desk.login("Zoë").status_code == 401
    again = desk.call("DELETE", ALIASES, session=here, params={"alias": "zoë"})
    assert (again.status_code, again.json()["error"]) == (404, "not_found")
    events = [each.event for each in desk.trail(user_id)]
    assert (events.count("alias_added"), events.count("alias_dropped")) == (2, 1)


def test_a_name_or_alias_of_somebody_else_is_taken_in_every_form(desk: Desk) -> None:
    desk.member("maria")
    desk.member("other", email="other@example.org")
    hers, theirs = desk.signed_in("maria"), desk.signed_in("other")
    desk.post(ALIASES, {"alias": "Zoë"}, 201, session=hers)
    for taken in ("maria", "ＭＡＲＩＡ", "zoe\u0308", " ZOË"):
        told = desk.post(ALIASES, {"alias": taken}, 400, session=theirs)
        assert told == {"error": "duplicate", "errorDetails": "Somebody has this name already"}
    assert desk.call("GET", ALIASES, session=theirs).json() == {"aliases": []}
    assert desk.call("DELETE", ALIASES, session=theirs, params={"alias": "Zoë"}).status_code == 404
    assert desk.login("zoë").status_code == 200


def test_taking_ones_own_name_again_changes_nothing(desk: Desk) -> None:
    desk.member("maria")
    here = desk.signed_in()
    desk.post(ALIASES, {"alias": "zed"}, 201, session=here)
    for mine in ("ZED", "Maria"):
        assert desk.post(ALIASES, {"alias": mine}, 201, session=here) == {"aliases": ["zed"]}


def test_aliases_need_a_session(desk: Desk) -> None:
    desk.member()
    for method, body in (("GET", None), ("POST", {"alias": "zed"}), ("DELETE", None)):
        answer = desk.call(method, ALIASES, body, params={"alias": "zed"})  # the token of the client
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


def test_what_is_no_name_is_refused(desk: Desk) -> None:
    desk.member()
    here = desk.signed_in()
    for alias in ("\u202ez", "a\u0007b", " ", "x" * 257, ""):
        assert desk.post(ALIASES, {"alias": alias}, 400, session=here)["error"] == "malformed"
    key = {"Idempotency-Key": "one"}
    for _ in range(2):
        assert desk.call("POST", ALIASES, {"alias": "zed"}, here, headers=key).json() == {"aliases": ["zed"]}
    assert desk.call("POST", ALIASES, {"alias": "zod"}, here, headers=key).status_code == 409


@pytest.mark.databases
def test_there_is_an_end_to_how_many_names_somebody_has_also_when_they_hurry(accounts: Running) -> None:
    with desk_at(accounts, ("staff",)) as desk:
        user_id = desk.member()
        who = SignedIn(user_id, "default", "staff", "desk", "")
        start, told = Barrier(4), list[bool]()

        def run(number: int) -> None:
            start.wait(10)
            for each in range(4):
                try:
                    add_alias(accounts.parts, who, f"alias {number} {each}", Asked("desk", "", ALIASES, ""))
                    told.append(True)
                except AccountRefused:
                    told.append(False)

        threads = [Thread(target=run, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sum(told) == MOST
        listed = desk.call("GET", ALIASES, session=desk.signed_in()).json()["aliases"]
        assert len(set(listed)) == MOST
