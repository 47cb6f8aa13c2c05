"""Registration, activation by mail, and only then signing in: over HTTPS."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from kiosk.resources import resource
from kiosk.service.accounts.consents import Answer
from kiosk.service.accounts.registration import Registration, Standing, activate, register
from kiosk.service.accounts.rules import ActivationExpired, TermsNotAccepted
from kiosk.service.messages.connector import Channel, TemplateName
from kiosk.service.messages.templates import Templates
from kiosk.service.once import Asked
from kiosk.service.store.consents import consents
from kiosk.service.store.passwords import password_hash
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.accounts.desk import ANOTHER, PASSWORD, TEAM, Desk, desk_at, letters, settings_with_accounts
from tests.kiosk.service.running import Running, assembled

NOBODY = "0" * 32
DESK = Caller("desk", frozenset(), "default", frozenset({"staff"}))
FORM: dict[str, Any] = {
    "given_name": "Maria",
    "family_name": "Okafor",
    "phone": "",
    "locale": "en",
    "password": None,
    "attributes": {"team": "Red"},
}
EXPIRED = {"error": "activation_expired", "errorDetails": "Activation token expired"}


def tokens(desk: Desk) -> list[str]:
    """The activation tokens that wait to be mailed, oldest first: one that is replaced does not."""
    return [each.values["code"] for each in desk.letters() if each.template == "activation"]


def test_a_person_registers_activates_and_signs_in(desk: Desk) -> None:
    made = desk.post("/user/registration", desk.form("maria"), 201)
    assert made["status"] == "pending"
    letter = desk.letters()[-1]
    assert (letter.to, letter.template, letter.values["name"]) == ("maria@example.org", "activation", "Maria Okafor")
    body = {"token": letter.values["code"], "password": PASSWORD}
    activated = desk.post(f"/user/activate-token/{made['userId']}", body, 200)
    assert activated == {"userId": made["userId"], "status": "active"}
    session = desk.login().json()
    assert session.keys() == {"accessToken", "tokenType", "expiresIn", "userId", "mfa"}
    assert (session["tokenType"], session["userId"], session["mfa"]) == ("Bearer", made["userId"], False)
    told = desk.call("GET", "/user/session", session=session["accessToken"]).json()
    assert (told["userId"], told["siteId"], told["username"]) == (made["userId"], "staff", "maria")
    assert told["method"] == "password"
    assert [each.event for each in desk.trail(made["userId"])] == ["registered", "activated", "signed_in"]


def test_creation_comes_before_activation_and_activation_before_signing_in(desk: Desk) -> None:
    answer = desk.call("POST", f"/user/activate-token/{NOBODY}", {"token": "q3v1H0mF8r2Yw9ZkT5xNdA"})
    assert (answer.status_code, answer.json()) == (404, EXPIRED)
    user_id = desk.registered(password=PASSWORD)
    assert desk.login().status_code == 401
    desk.post(f"/user/activate-token/{user_id}", {"token": tokens(desk)[-1]}, 200)
    assert desk.login().status_code == 200


def test_who_chose_no_password_is_active_and_signs_in_with_none(desk: Desk) -> None:
    desk.member(password=None)
    for guess in ("x", PASSWORD, "None"):
        assert desk.login(password=guess).status_code == 401


def test_a_token_works_once_for_its_person_within_a_day(desk: Desk) -> None:
    maria, other = desk.registered(), desk.registered("other", email="other@example.org")
    hers, theirs = tokens(desk)
    for user_id, token in ((maria, theirs), (other, hers), (NOBODY, hers), (maria, hers + "x"), (maria, hers[:-1])):
        answer = desk.call("POST", f"/user/activate-token/{user_id}", {"token": token})
        assert (answer.status_code, answer.json()) == (404, EXPIRED)
    desk.post(f"/user/activate-token/{maria}", {"token": hers}, 200)
    assert desk.call("POST", f"/user/activate-token/{maria}", {"token": hers}).json() == EXPIRED
    desk.running.clock.advance(days=1)
    desk.station.sign_in()
    assert desk.call("POST", f"/user/activate-token/{other}", {"token": theirs}).json() == EXPIRED
    refused = [each.event for each in desk.trail(maria)]
    assert refused.count("activated") == 1
    assert refused.count("activation_refused") == 4


def test_another_token_kills_the_first_and_the_answer_is_the_same_for_nobody(desk: Desk) -> None:
    user_id, first = desk.registered(), tokens(desk)[0]
    desk.running.clock.advance(seconds=61)
    answers = [desk.call("POST", f"/user/activate-token/{each}/resend", {}) for each in (user_id, NOBODY)]
    assert [each.status_code for each in answers] == [202, 202]
    assert answers[0].content == answers[1].content == b'{"status":"accepted"}'
    [second] = tokens(desk)
    assert desk.call("POST", f"/user/activate-token/{user_id}", {"token": first}).status_code == 404
    desk.post(f"/user/activate-token/{user_id}", {"token": second}, 200)
    desk.running.clock.advance(seconds=61)
    desk.post(f"/user/activate-token/{user_id}/resend", {}, 202)
    assert tokens(desk) == [second]


def test_tokens_asked_for_too_often_are_not_sent_and_the_last_one_stays_good(desk: Desk) -> None:
    user_id = desk.registered()
    seen = tokens(desk)
    for _ in range(3):
        desk.post(f"/user/activate-token/{user_id}/resend", {}, 202)
    assert tokens(desk) == seen
    for _ in range(5):
        desk.running.clock.advance(seconds=61)
        desk.post(f"/user/activate-token/{user_id}/resend", {}, 202)
        seen += tokens(desk)
    assert len(set(seen)) == 3
    desk.post(f"/user/activate-token/{user_id}", {"token": tokens(desk)[-1]}, 200)


def test_a_name_that_somebody_has_is_a_duplicate(desk: Desk) -> None:
    desk.member("maria")
    desk.post("/user/aliases", {"alias": "Zed"}, 201, session=desk.signed_in())
    for name in ("maria", "MARIA", "ｍａｒｉａ", "zed"):
        assert desk.post("/user/registration", desk.form(name), 400) == {
            "error": "duplicate",
            "errorDetails": "Somebody has this name already",
        }


def test_the_same_key_registers_once(desk: Desk) -> None:
    key = {"Idempotency-Key": "one"}
    first = desk.call("POST", "/user/registration", desk.form(), headers=key)
    again = desk.call("POST", "/user/registration", desk.form(), headers=key)
    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (201, first.json())
    assert len(tokens(desk)) == 1
    other = desk.call("POST", "/user/registration", desk.form("other"), headers=key)
    assert (other.status_code, other.json()["error"]) == (409, "idempotency_conflict")


def test_what_does_not_fit_is_refused_by_name(desk: Desk) -> None:
    wrong = (
        (desk.form(email="nobody"), "email"),
        (desk.form(at={"attributes": {}}), "attribute:team"),
        (desk.form(at={"attributes": {"team": "Red", "shirt": "L"}}), "attribute:shirt"),
        (desk.form(password="short"), "too_short"),
        (desk.form(password="maria@example.org"), "own_name"),
        (desk.form(surprise="x"), "surprise"),
        (desk.form(primaryUserIdentifier=""), "primaryUserIdentifier"),
        (desk.form(at={"locale": "not a language"}), "locale"),
    )
    for body, named in wrong:
        told = desk.post("/user/registration", body, 400)
        assert told.keys() == {"error", "errorDetails"}
        assert named in told["errorDetails"]
    assert desk.letters() == []


@pytest.mark.parametrize("text", [rb"\u0000", rb"\ud800", rb"\u202e"])
def test_text_that_no_database_or_person_wants_is_refused(desk: Desk, text: bytes) -> None:
    at = b'"userSiteRegistrationRequest":{"siteId":"staff","attributes":{"team":"Red%s"}}'
    for body in (
        b'{"primaryUserIdentifier":"a%s","email":"a@example.org",' + at % b"" + b"}",
        b'{"primaryUserIdentifier":"a","email":"a%s@example.org",' + at % b"" + b"}",
        b'{"primaryUserIdentifier":"a","email":"a@example.org","givenName":"a%s",' + at % b"" + b"}",
        b'{"primaryUserIdentifier":"a","email":"a@example.org",' + at % text + b"}",
    ):
        content = body.replace(b"%s", text)
        headers = {"Content-Type": "application/json"}
        answer = desk.station.session.post(
            f"{desk.station.url}/user/registration", data=content, headers=headers, timeout=20
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "malformed"), answer.text


def test_a_site_that_is_not_the_callers_is_refused_and_so_is_a_domain_that_is_not_the_sites(accounts: Running) -> None:
    with desk_at(accounts, ("club",)) as club:
        for site in ("staff", "abroad", "nowhere"):
            told = club.post("/user/registration", club.form(at={"siteId": site}), 403)
            assert told["error"] == "site_not_allowed"
        told = club.post("/user/registration", club.form(email="maria@evil.example"), 400)
        assert told["errorDetails"].endswith("(email)")
        club.registered()


def test_a_weak_password_is_refused_with_the_token_unspent(desk: Desk) -> None:
    user_id = desk.registered()
    token = tokens(desk)[-1]
    for password, reason in (("short", "too_short"), ("Maria Okafor 12345", "own_name"), ("x" * 200, "too_long")):
        told = desk.post(f"/user/activate-token/{user_id}", {"token": token, "password": password}, 400)
        assert (told["error"], reason in told["errorDetails"]) == ("password_refused", True)
    told = desk.post(f"/user/activate-token/{user_id}", {"token": "wrong", "password": "Maria Okafor 12345"}, 404)
    assert told == EXPIRED  # what the names are is told to nobody without the token
    desk.post(f"/user/activate-token/{user_id}", {"token": token, "password": PASSWORD}, 200)


def test_the_password_that_is_chosen_with_the_token_replaces_the_one_of_the_registration(desk: Desk) -> None:
    user_id = desk.registered(password=ANOTHER)
    desk.post(f"/user/activate-token/{user_id}", {"token": tokens(desk)[-1], "password": PASSWORD}, 200)
    assert desk.login(password=ANOTHER).status_code == 401
    assert desk.login(password=PASSWORD).status_code == 200


@pytest.mark.databases
def test_of_two_activations_with_one_token_one_succeeds(accounts: Running) -> None:
    with desk_at(accounts, ("staff",)) as desk:
        user_id, token = desk.registered(), tokens(desk)[-1]
        start, told = Barrier(2), list[object]()

        def run(password: str) -> None:
            start.wait(10)
            try:
                told.append(activate(accounts.parts, DESK, user_id, token, password))
            except ActivationExpired as refused:
                told.append(refused)

        threads = [Thread(target=run, args=(each,)) for each in (PASSWORD, ANOTHER)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sum(isinstance(each, Standing) for each in told) == 1
        assert sum(isinstance(each, ActivationExpired) for each in told) == 1
        assert [each.event for each in desk.trail(user_id)].count("activated") == 1


def test_secrets_are_in_no_row_and_in_no_answer(desk: Desk) -> None:
    user_id = desk.registered(password=PASSWORD)
    with desk.running.parts.store.read() as tx:
        kept = password_hash(tx, user_id)
        rows = [
            str(row)
            for table in ("users", "one_time", "audit", "once", "passwords", "messages")
            for row in tx.connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    assert kept is not None
    text = "\n".join(rows)
    assert PASSWORD not in text
    assert tokens(desk)[-1] not in text


def test_a_link_is_mailed_where_the_settings_say_where_it_leads(tmp_path: Path, backend: dict[str, str]) -> None:
    url = "https://accounts.example.org/activate#{user_id}/{token}"
    with assembled(tmp_path, settings_with_accounts(tmp_path, backend, sign_in={"activation_url": url})) as running:
        asked = Asked("desk", "", "/user/registration", "")
        made = register(running.parts, DESK, Registration("staff", "maria", "maria@example.org", **FORM), asked)
        values = letters(running)[-1].values
        assert values["link"] == f"https://accounts.example.org/activate#{made.user_id}/{values['code']}"
        written = Templates(resource("templates")).render(Channel.MAIL, TemplateName.ACTIVATION, "en", values)
        assert values["link"] in written.text
        assert values["code"] not in written.subject


def test_nobody_registers_without_accepting_what_the_site_asks_for_and_the_very_text_is_kept(
    tmp_path: Path, backend: dict[str, str]
) -> None:
    rules = {"id": "rules", "version": "2", "titles": {"en": "House rules"}, "texts": {"en": "Be kind."}}
    site = {"id": "staff", "name": "Staff", "attributes": {"team": TEAM}, "terms": ["rules"]}
    settings = settings_with_accounts(tmp_path, backend, terms=[rules], sites=[site])
    maria = Registration("staff", "maria", "maria@example.org", **FORM)
    asked = Asked("desk", "", "/user/registration", "")
    with assembled(tmp_path, settings) as running:
        for answers in ((), (Answer("rules", "1", "en"),), (Answer("rules", "2", "en", accepted=False),)):
            with pytest.raises(TermsNotAccepted) as refused:
                register(running.parts, DESK, replace(maria, answers=answers), asked)
            assert refused.value.reasons == ("rules",)
        made = register(running.parts, DESK, replace(maria, answers=(Answer("rules", "2", "en-GB"),)), asked)
        with running.parts.store.read() as tx:
            [kept] = tx.connection.execute(select(consents)).all()
        assert (kept.user_id, kept.terms, kept.version, kept.language) == (made.user_id, "rules", "2", "en")
        assert kept.text_digest == hashlib.sha256(b"Be kind.").hexdigest()
