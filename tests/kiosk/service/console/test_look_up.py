"""The concierge's page: masked people, with a reason in the trail; a code that they read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk.contract.staff import Role
from kiosk.service.audit.actions import Event, record_all
from kiosk.service.directories.connector import Person
from kiosk.service.keys.actions import hand_over
from kiosk.service.keys.issuing import Recipient, ShownKey, issue
from kiosk.service.store.attempts import put_failures
from kiosk.service.store.users import user_ids
from kiosk.service.tls import Identity
from kiosk.service.verification.counters import subject_of_person
from tests.kiosk.service.console.desk import Desk, desk_of, token_in
from tests.kiosk.service.keys.visits import STAFF, Visit, held, key_like
from tests.kiosk.service.running import Running, served
from tests.kiosk.service.staff.crew import Crew, staffed

PATH = "/console/look-up"
MARIA = {"by": "email", "wanted": "m.okafor@example.org", "reason": "Lost her key"}


def looks(desk: Desk, **form: str) -> str:
    return desk.sends(PATH, PATH, **(MARIA | form)).text


def goes_on(desk: Desk, page: str, what: str, **form: str) -> str:
    """A form of the page that shows her."""
    user = page.partition('name="user_id" value="')[2].partition('"')[0]
    path = f"{PATH}/{what}"
    answer = desk.post(path, {"token": token_in(page, path), "user_id": user, "reason": "Lost her key", **form})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.databases
def test_somebody_is_found_masked_by_mail_name_or_number(online: Running) -> None:
    desk = desk_of(online, "tariq", Role.CONCIERGE)
    for by, wanted in (
        ("email", "M.Okafor@example.org"),
        ("primary_user_identifier", "m.okafor@example.org"),
        ("employee_id", "104217"),
    ):
        page = looks(desk, by=by, wanted=wanted).replace(wanted, "")
        assert "M•••••" in page, by
        assert "okafor" not in page.lower(), by


def test_each_look_is_in_the_trail_with_its_reason_and_who_looked(online: Running) -> None:
    desk = desk_of(online, "tariq", Role.CONCIERGE)
    looks(desk, wanted="nobody@example.org")
    [event] = Crew(online).events("concierge_user_details")
    assert (event.actor, event.reason, event.subject) == (f"staff:{desk.row.id}", "Lost her key", "")


def test_nobody_is_looked_up_without_a_reason(online: Running) -> None:
    desk = desk_of(online, "tariq", Role.CONCIERGE)
    assert desk.sends(PATH, PATH, **(MARIA | {"reason": " "})).status_code == 400
    assert not Crew(online).events("concierge_user_details")


def test_who_works_at_one_site_sees_nobody_of_elsewhere(online: Running) -> None:
    desk = desk_of(online, "tariq", Role.CONCIERGE, sites=frozenset({"north"}))
    assert desk.sends(PATH, PATH, **MARIA).status_code == 404


def test_whoever_calls_reads_back_a_code_that_staff_never_see(online: Running) -> None:
    desk = desk_of(online, "tariq", Role.CONCIERGE)
    page = goes_on(desk, looks(desk), "code", channel="mail")
    code = online.random.codes[-1]
    assert code not in page
    assert "a moment ago" in goes_on(desk, page, "code", channel="mail")
    page = goes_on(desk, page, "check", code="000000")
    assert "That is not the code" in page
    assert "The code is right" in goes_on(desk, page, "check", code=f"{code[:3]} {code[3:]}")


def test_a_code_of_one_member_is_not_the_code_of_another(online: Running) -> None:
    desk, other = desk_of(online, "tariq", Role.CONCIERGE), desk_of(online, "mona", Role.CONCIERGE)
    goes_on(desk, looks(desk), "code", channel="mail")
    code = online.random.codes[-1]
    page = goes_on(other, looks(other), "code", channel="mail")
    assert "That is not the code" in goes_on(other, page, "check", code=code)


@pytest.mark.databases
def test_the_page_of_somebody_has_their_keys_and_what_happened_to_them(online: Running) -> None:
    with online.parts.store.read() as tx:
        (user_id,) = user_ids(tx, "upn", "m.okafor@example.org")
    who = Recipient(Person(user_id, "m.okafor@example.org"), "default", "north", "client:lobby", "e1", "en")
    shown = ShownKey("ee882879-721c-4913-9775-3dfcce97072a", "90001234")
    desk = desk_of(online, "tariq", Role.CONCIERGE)
    looks(desk)
    online.parts.store.write(lambda tx: issue(tx, online.parts, who, shown))
    page = looks(desk)
    assert "90001234" in page
    assert "Issued" in page
    assert "Concierge user details" in page, "also that she was looked up before"
    assert "Tariq" in page


@pytest.mark.databases
def test_a_key_that_works_only_once_it_is_handed_over_is_told_apart(
    tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]
) -> None:
    life = {"activation": "hand_over"}
    with served(tmp_path, staffed(tmp_path, database=backend, life=life), tls) as running:
        Visit(running).enrolls(key_like(running), serial="90001234")
        desk = desk_of(running, "tariq", Role.CONCIERGE)
        (row,) = held(running)
        for page in (looks(desk), desk.get(f"/console/keys/{row.id}").text):
            assert "works once it is handed over" in page.lower()
        hand_over(running.parts, STAFF, row.id)
        for page in (looks(desk), desk.get(f"/console/keys/{row.id}").text):
            assert "handed over</span>" not in page
            assert ">works</span>" in page.lower()


def fails(online: Running, count: int) -> None:
    """She typed something wrong so often, just now."""
    with online.parts.store.read() as tx:
        (user_id,) = user_ids(tx, "upn", "m.okafor@example.org")
    subject, now = subject_of_person(online.parts.hmac_key, user_id), online.clock.now()
    online.parts.store.write(lambda tx: put_failures(tx, subject, None, count, now))


@pytest.mark.databases
def test_who_is_locked_out_is_shown_so_and_unlocked_with_a_reason(online: Running) -> None:
    desk = desk_of(online, "tariq", Role.CONCIERGE)
    assert "Wrong tries" not in looks(desk)
    fails(online, 12)
    page = looks(desk)
    assert "12 in a row" in page
    assert "They may try again from" in page
    page = goes_on(desk, page, "unlock", reason="She called from her desk")
    assert "They may try again." in page
    assert "12 in a row" not in page
    [event] = Crew(online).events("person_unlocked")
    assert (event.actor, event.reason) == (f"staff:{desk.row.id}", "She called from her desk")
    assert event.details == {"failures": 12, "found": True}


def test_who_is_locked_for_good_waits_for_staff(online: Running) -> None:
    fails(online, 100)
    assert "Only staff unlock them." in looks(desk_of(online, "tariq", Role.CONCIERGE))


def test_nobody_is_unlocked_without_a_reason_or_from_another_site(online: Running) -> None:
    fails(online, 12)
    desk = desk_of(online, "tariq", Role.CONCIERGE)
    page, path = looks(desk), f"{PATH}/unlock"
    user = page.partition('name="user_id" value="')[2].partition('"')[0]
    assert desk.post(path, {"token": token_in(page, path), "user_id": user, "reason": " "}).status_code == 400
    other = desk_of(online, "mona", Role.CONCIERGE, sites=frozenset({"north"}))
    sent = {"token": other.browser.form_token(path), "user_id": user, "reason": "Asked"}
    assert other.post(path, sent).status_code == 404
    assert "12 in a row" in looks(desk)
    [event] = Crew(online).events("person_unlocked")
    assert (event.subject, event.details["found"]) == ("", False)


def test_where_more_happened_than_the_page_shows_it_leads_to_all_of_it(online: Running) -> None:
    desk = desk_of(online, "tariq", Role.CONCIERGE)
    assert "all that happened" not in looks(desk)
    with online.parts.store.read() as tx:
        (user_id,) = user_ids(tx, "upn", "m.okafor@example.org")
    more = [Event("signed_in", "default", "service", user_id) for _ in range(50)]
    online.parts.store.write(lambda tx: record_all(tx, online.parts, more))
    assert f'href="/console/trail?subject={user_id}">' in looks(desk)
