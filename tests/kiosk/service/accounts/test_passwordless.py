"""Signing in with a mailed code over HTTPS: once, in time, locked after failures, and alike for nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from requests import Response

from kiosk.contract.paths import Scope
from kiosk.service.accounts.people import move
from kiosk.service.accounts.rules import AccountState
from kiosk.service.tls import Identity
from tests.kiosk.service.accounts.people_with_apps import Town, town
from tests.kiosk.service.running import Station

SEND = "/user/pwless-login-send-otp"
LOGIN = "/user/site/campus/login/pwless-otp"
WRONG = "000000"


@pytest.fixture
def here(tmp_path: Path, tls: tuple[Identity, Identity], backend: dict[str, str]) -> Iterator[Town]:
    with town(tmp_path, tls, database=backend) as made:
        yield made


@pytest.fixture
def portal(here: Town) -> Iterator[Station]:
    client = here.client(Scope.USER_RW)
    yield client
    client.session.close()


def send(portal: Station, site: str = "campus", **named: str) -> Response:
    return portal.call("POST", SEND, {"siteId": site, **named})


def login(portal: Station, path: str = LOGIN, **body: str) -> Response:
    return portal.call("POST", path, body)


def method_of(portal: Station, signed_in: Response) -> str:
    """How the session that began says that the person showed who they are."""
    bearer = {"Authorization": f"Bearer {signed_in.json()['accessToken']}"}
    return str(portal.session.get(f"{portal.url}/user/session", headers=bearer, timeout=20).json()["method"])


def code_of(here: Town) -> str:
    return here.mails()[-1][2]["code"]


def same(answers: list[Response]) -> set[Any]:
    return {(each.status_code, each.text, tuple(sorted(set(each.headers) - {"Date"}))) for each in answers}


@pytest.mark.databases
@pytest.mark.parametrize("by", ["email", "username"])
def test_a_mailed_code_signs_in_once(here: Town, portal: Station, by: str) -> None:
    mona = here.person("mona")
    sent = send(portal, **{by: "Mona@Example.org"})
    assert sent.status_code == 202
    assert sent.json() == {"resendAfter": 60, "expiresIn": 600, "digits": 6}
    template, to, values = here.mails()[-1]
    assert (template, to) == ("sign_in_code", "mona@example.org")
    signed_in = login(portal, email="mona@example.org", otp=f"{values['code'][:3]} {values['code'][3:]}")
    assert signed_in.status_code == 200, signed_in.text
    assert signed_in.json()["userId"] == mona
    assert method_of(portal, signed_in) == "email_otp"
    assert login(portal, email="mona@example.org", otp=values["code"]).status_code == 401, "each code once"


def test_only_the_newest_code_is_good_and_not_for_long(here: Town, portal: Station) -> None:
    here.person("mona")
    send(portal, email="mona@example.org")
    first = code_of(here)
    here.running.clock.advance(seconds=61)
    send(portal, email="mona@example.org")
    second = code_of(here)
    if first != second:
        assert login(portal, email="mona@example.org", otp=first).status_code == 401
    here.running.clock.advance(seconds=600)
    portal.sign_in()
    assert login(portal, email="mona@example.org", otp=second).status_code == 401
    send(portal, email="mona@example.org")
    assert login(portal, email="mona@example.org", otp=code_of(here)).status_code == 200


def test_nobody_and_who_may_not_are_answered_as_everybody_is(here: Town, portal: Station) -> None:
    here.person("mona")
    here.person("clinician", site="clinic")
    here.person("pending", state=AccountState.PENDING)
    here.person("guest", email="guest@elsewhere.example")
    parts = here.running.parts
    held = here.person("held")
    parts.store.write(lambda tx: move(tx, parts, held, AccountState.ACTIVE, AccountState.ON_HOLD))
    names = ["mona", "clinician", "pending", "guest", "held", "nobody"]
    assert len(same([send(portal, username=f"{name}@example.org") for name in names])) == 1
    assert [to for _template, to, _values in here.mails()] == ["mona@example.org"]
    with parts.store.read() as tx:
        rows = tx.connection.exec_driver_sql("SELECT count(*) FROM messages").scalar_one()
        secrets = tx.connection.exec_driver_sql("SELECT count(*) FROM one_time").scalar_one()
    assert (rows, secrets) == (6, 6), "the same is written for everybody"
    assert len(same([login(portal, username=f"{name}@example.org", otp=WRONG) for name in names])) == 1


def test_a_domain_that_the_site_does_not_allow_is_refused_alike(here: Town, portal: Station) -> None:
    here.person("guest", email="guest@elsewhere.example")
    answers = [send(portal, email=f"{name}@elsewhere.example") for name in ("guest", "nobody")]
    assert len(same(answers)) == 1
    assert (answers[0].status_code, answers[0].json()["error"]) == (400, "malformed")
    clinic = here.client(Scope.USER_RW, sites=("clinic",))
    assert send(clinic, "clinic", email="nobody@elsewhere.example").status_code == 202, "this one allows any"
    clinic.session.close()


def test_after_failures_even_the_right_code_is_refused_for_a_while(here: Town, portal: Station) -> None:
    here.person("mona")
    tries = here.running.parts.settings.verification.limits.per_person
    for name in ("mona", "nobody"):
        send(portal, email=f"{name}@example.org")
    code = code_of(here)
    answers = [
        login(portal, email=f"{name}@example.org", otp=WRONG) for name in ("mona", "nobody") for _ in range(tries)
    ]
    answers += [login(portal, email=f"{name}@example.org", otp=code) for name in ("mona", "nobody")]
    assert len(same(answers)) == 1
    assert answers[0].status_code == 401
    here.running.clock.advance(hours=1)
    portal.sign_in()
    send(portal, email="mona@example.org")
    assert login(portal, email="mona@example.org", otp=code_of(here)).status_code == 200


def test_who_has_an_app_shows_its_code_too_and_a_wrong_one_does_not_use_up_that_of_the_mail(
    here: Town, portal: Station
) -> None:
    with here.session(here.person("mona")) as session:
        phone, recovery = here.enrolled(session)
    here.running.clock.advance(seconds=30)
    send(portal, email="mona@example.org")
    mailed = code_of(here)
    assert login(portal, email="mona@example.org", otp=mailed).status_code == 401
    assert login(portal, email="mona@example.org", otp=mailed, totp=WRONG).status_code == 401
    signed_in = login(portal, email="mona@example.org", otp=mailed, totp=phone.code())
    assert method_of(portal, signed_in) == "email_otp+totp"
    here.running.clock.advance(seconds=61)
    send(portal, email="mona@example.org")
    assert login(portal, email="mona@example.org", otp=code_of(here), totp=recovery[0]).status_code == 200


def test_sites_of_others_are_out_of_reach(here: Town, portal: Station) -> None:
    here.person("mona")
    for site in ("clinic", "abroad", "nowhere"):
        assert send(portal, site, email="mona@example.org").json()["error"] == "site_not_allowed"
        refused = login(portal, f"/user/site/{site}/login/pwless-otp", email="mona@example.org", otp=WRONG)
        assert (refused.status_code, refused.json()["error"]) == (403, "site_not_allowed")


@pytest.mark.parametrize(
    "body",
    [
        {"siteId": "campus"},
        {"siteId": "campus", "email": "a@example.org", "username": "a"},
        {"siteId": "campus", "email": " "},
        {"siteId": "campus", "email": "a@example.org", "more": 1},
        {"email": "a@example.org"},
    ],
)
def test_what_names_nobody_or_two_is_malformed(portal: Station, body: dict[str, Any]) -> None:
    refused = portal.call("POST", SEND, body)
    assert (refused.status_code, refused.json()["error"]) == (400, "malformed")


def test_the_trail_tells_who_asked_and_who_came_in(here: Town, portal: Station) -> None:
    mona = here.person("mona")
    send(portal, email="mona@example.org")
    login(portal, email="mona@example.org", otp=WRONG)
    login(portal, email="mona@example.org", otp=code_of(here))
    assert here.trail(mona) == ["sign_in_code_asked_for", "sign_in_refused", "signed_in"]
