"""Registration at the kiosk, over HTTPS: a form, a code by mail, an account, and on to the key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from kiosk.service.directories.connector import Person
from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.store.messages import messages
from kiosk.service.tls import Identity
from tests.kiosk.service.accounts.checker import HOUSE, account_of, consents_of
from tests.kiosk.service.accounts.desk import desk_at
from tests.kiosk.service.enrollments.lobby import AMINA, MARIA, PRIVACY, Lobby, accepting, lobby_of, member, visitor
from tests.kiosk.service.enrollments.test_identify import shape
from tests.kiosk.service.soft_key import Json


@pytest.fixture
def lobby(tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]) -> Iterator[Lobby]:
    with lobby_of(tmp_path, backend, tls) as opened:
        yield opened


@pytest.mark.databases
def test_a_member_registers_proves_the_address_and_gets_a_key(lobby: Lobby) -> None:
    enrollment, answer = lobby.register(member(phone="0151 2345699", **{"attribute:floor": "３"}))
    assert answer == {"phase": "verify", "offers": [{"method": "email", "hint": "a•••••@example.net"}], "person": None}
    assert not lobby.knows(AMINA)
    lobby.station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
    (letter,) = lobby.letters("code")
    assert letter.to == AMINA
    verified = lobby.verify(enrollment)
    assert (verified["phase"], verified["display_name"]) == ("key", "Amina Haddad")
    assert verified["policy"]["pin"]["own_numbers"] == ["491512345699"]
    user_id = lobby.user_id(AMINA)
    assert lobby.key(enrollment)["phase"] == "done"
    with lobby.running.parts.store.read() as tx:
        (credential,) = credentials_of_user(tx, user_id)
    assert credential.credential_id == lobby.running.key.credential_id
    row = account_of(lobby.running, user_id)
    assert (row.status, row.origin, row.upn, row.phone, row.locale) == (
        "active", "registration", AMINA, "+491512345699", "en",
    )  # fmt: skip
    assert [each.template for each in lobby.letters("registered")] == ["registered"]
    assert lobby.checker.asked == []


def test_the_account_is_a_person_of_the_directory(lobby: Lobby) -> None:
    lobby.verified(member())
    directories = lobby.running.parts.directories
    user_id = lobby.user_id(AMINA)
    told = Person(user_id, AMINA, directory="table", directory_id=user_id)
    found = directories.read(told)
    assert found is not None
    assert (found.email, found.display_name, found.directory) == (AMINA, "Amina Haddad", "table")
    again = lobby.station.open()
    lobby.station.identify(again, upn=AMINA.upper())
    lobby.station.post(f"/enrollments/{again}/send-code", {"method": "email"}, 202)
    lobby.verify(again)


def test_consents_are_kept_with_the_account(lobby: Lobby) -> None:
    news = {"id": "news", "version": "1", "language": "en"}
    lobby.verified(accepting({**PRIVACY, "language": "ar"}, news))
    kept = consents_of(lobby.running, lobby.user_id(AMINA))
    assert {(each.terms, each.version, each.language) for each in kept} == {("privacy", "2", "ar"), ("news", "1", "en")}
    assert kept[0].client_id == lobby.station.credentials.client_id
    digests = {hashlib.sha256(text.encode()).hexdigest() for text in ("نحتفظ بالقليل.", "We write.")}
    assert {each.text_digest for each in kept} == digests


@pytest.mark.databases
def test_somebody_who_is_known_is_answered_alike_and_told_by_mail(lobby: Lobby) -> None:
    new, unknown = lobby.register(member("nobody@example.net"))
    known, answer = lobby.register({**visitor(MARIA), "form": "visitor"})
    assert shape(answer) == shape(unknown)
    sent = lobby.station.post(f"/enrollments/{known}/send-code", {"method": "email"}, 202)
    assert (sent["digits"], sent["hint"]) == (6, "m•••••@example.org")
    assert lobby.letters("code") == []
    (letter,) = lobby.letters("known")
    assert (letter.to, letter.values["name"]) == (MARIA, "Maria Okafor")
    wrong = lobby.verify(known, 400)
    assert (wrong["code"], wrong["tries_left"]) == ("code_invalid", 4)
    assert new != known


def test_known_and_unknown_people_leave_the_same_rows(lobby: Lobby) -> None:
    def rows() -> int:
        with lobby.running.parts.store.read() as tx:
            return len(tx.connection.execute(messages.select()).all())

    lobby.coded(member("nobody@example.net"))
    once = rows()
    lobby.running.clock.advance(minutes=2)
    lobby.coded(visitor(MARIA))
    assert rows() == 2 * once == 4


def test_the_known_are_told_once_a_day(lobby: Lobby) -> None:
    for _ in range(3):
        lobby.register(visitor(MARIA))
    assert len(lobby.letters("known")) == 1
    lobby.running.clock.advance(days=1)
    other = lobby.running.station("Other")
    lobby.station = other
    lobby.register(visitor(MARIA))
    assert len(lobby.letters("known")) == 2
    other.session.close()


def test_people_who_are_held_or_not_active_are_known_too(lobby: Lobby) -> None:
    lobby.checker.says["Visitor"] = "hit"
    enrollment = lobby.coded(visitor("held@elsewhere.example"))
    lobby.verify(enrollment, 403)
    again = lobby.coded(visitor("held@elsewhere.example"))
    assert lobby.verify(again, 400)["code"] == "code_invalid"
    former = lobby.coded(visitor("h.former@example.org"))
    assert lobby.verify(former, 400)["code"] == "code_invalid"


def test_people_of_other_tenants_are_nobody_here(lobby: Lobby) -> None:
    with desk_at(lobby.running, ("abroad",), "other") as abroad:
        abroad.member(AMINA, email=AMINA)
        lobby.verified(member())
        assert lobby.user_id(AMINA)
    assert lobby.letters("known") == []


REFUSED: list[tuple[Json, str, list[str]]] = [
    (member("amina@example.com"), "malformed", ["email"]),
    (member("amina"), "malformed", ["email"]),
    (member(given_name=" "), "malformed", ["given_name"]),
    (member(family_name="a\u202eb"), "malformed", ["family_name"]),
    (member(phone="1"), "malformed", ["phone"]),
    (member(sponsor=MARIA), "malformed", ["sponsor"]),
    (member(**{"attribute:floor": "first"}), "malformed", ["attribute:floor"]),
    (member(given_name="x" * 129), "malformed", ["given_name"]),
    (accepting(), "terms_not_accepted", ["privacy"]),
    (accepting({**PRIVACY, "version": "1"}), "terms_not_accepted", ["privacy"]),
    (accepting(PRIVACY, HOUSE), "terms_not_accepted", ["house"]),
    (visitor(ends_on="2026-05-31"), "malformed", ["ends_on"]),
    (visitor(ends_on="2026-06-16"), "malformed", ["ends_on"]),
    (visitor(ends_on="tomorrow"), "malformed", ["ends_on"]),
    (visitor(sponsor=""), "malformed", ["sponsor"]),
    (visitor(form="contractor", company=""), "malformed", ["company"]),
    (visitor(form="contractor", ends_on="2026-10-20"), "malformed", ["ends_on"]),
    ({**visitor(), "accepted": []}, "terms_not_accepted", ["house"]),
]


def test_a_form_that_does_not_fit_is_refused_and_may_be_mended(lobby: Lobby) -> None:
    enrollment = lobby.station.open()
    for form, code, reasons in REFUSED:
        _, answer = lobby.register(form, 400, enrollment)
        assert (answer["code"], answer["reasons"]) == (code, reasons), form
    lobby.register(visitor(ends_on="2026-06-15", company=""), 202, enrollment)


def test_bodies_that_are_no_form_are_malformed(lobby: Lobby) -> None:
    for body in ({**member(), "form": "owner"}, {**member(), "more": 1}, {"form": "member"}, {**member(), "values": 1}):
        lobby.register(body, 400)


def test_the_profile_tells_the_forms(lobby: Lobby) -> None:
    told = lobby.station.call("GET", "/profile").json()["registrations"]
    assert [(each["kind"], each["longest_days"]) for each in told] == [
        ("member", 0), ("visitor", 14), ("contractor", 140),
    ]  # fmt: skip
    names = [[(each["field"]["name"], each["required"]) for each in form["fields"]] for form in told]
    person = [("given_name", True), ("family_name", True), ("email", True)]
    floor = ("attribute:floor", False)
    assert names[0] == [*person, ("phone", False), floor]
    assert names[1] == [*person, ("company", False), ("sponsor", True), ("ends_on", True), floor]
    assert names[2] == [*person, ("company", True), ("sponsor", True), ("ends_on", True), floor]
    assert [[each["id"] for each in form["terms"]] for form in told] == [["privacy", "news"], ["house"], ["house"]]
    assert told[0]["terms"][0]["texts"]["ar"] == "نحتفظ بالقليل."


def test_where_the_settings_allow_none_nobody_registers(
    tmp_path: Path, backend: dict[str, str], tls: tuple[Identity, Identity]
) -> None:
    with lobby_of(tmp_path, backend, tls, kiosk={"site": "main", "forms": ["member"]}) as lobby:
        assert len(lobby.station.call("GET", "/profile").json()["registrations"]) == 1
        assert lobby.register(visitor(), 400)[1]["reasons"] == ["form"]
        lobby.register(member(phone="0151 2345699"), 400)


def test_the_same_address_again_is_answered_again_and_another_is_not(lobby: Lobby) -> None:
    enrollment, answer = lobby.register(member())
    assert lobby.register(member(AMINA.upper()), 202, enrollment)[1] == answer
    assert lobby.register(member("other@example.net"), 409, enrollment)[1]["code"] == "wrong_phase"
    body = {"alternative": "upn", "criteria": {"upn": MARIA}}
    assert lobby.station.post(f"/enrollments/{enrollment}/identify", body, 409)["code"] == "wrong_phase"


def test_who_is_identified_does_not_register(lobby: Lobby) -> None:
    enrollment = lobby.station.open()
    lobby.station.identify(enrollment)
    assert lobby.register(member(), 409, enrollment)[1]["code"] == "wrong_phase"
    other = lobby.running.station("Other")
    enrollment = lobby.station.open()
    assert other.post(f"/enrollments/{enrollment}/register", member(), 404)["code"] == "not_found"
    other.session.close()


@pytest.mark.databases
def test_two_kiosks_with_one_address_make_one_account(lobby: Lobby) -> None:
    first = lobby.coded(member())
    code = lobby.running.random.codes[-1]
    lobby.running.clock.advance(minutes=2)
    here, lobby.station = lobby.station, lobby.running.station("Other")
    second = lobby.coded(member(given_name="Somebody"))
    lobby.verify(second)
    lobby.station.session.close()
    lobby.station = here
    assert lobby.verify(first, 409, code)["code"] == "conflict"
    assert account_of(lobby.running, lobby.user_id(AMINA)).given_name == "Somebody"


def test_an_answer_that_was_lost_is_given_again(lobby: Lobby) -> None:
    enrollment = lobby.coded(member())
    assert lobby.verify(enrollment) == lobby.verify(enrollment, answer="lost")


def test_only_a_code_by_mail_registers_anybody(lobby: Lobby) -> None:
    enrollment, _ = lobby.register(member())
    wrong = lobby.station.post(f"/enrollments/{enrollment}/send-code", {"method": "sms"}, 400)
    assert wrong["code"] == "method_not_offered"
    for method in ("none", "self_confirmation", "automatic", "totp"):
        body = {"method": method, "answer": "", "confirmed": True}
        answer = lobby.station.post(f"/enrollments/{enrollment}/verify", body, 400)
        assert answer["code"] == "method_not_offered"
    assert not lobby.knows(AMINA)


def test_wrong_codes_are_counted_and_end(lobby: Lobby) -> None:
    enrollment = lobby.coded(member())
    wrong = "000000" if lobby.running.random.codes[-1] != "000000" else "111111"
    assert [lobby.verify(enrollment, 400, wrong)["tries_left"] for _ in range(5)] == [4, 3, 2, 1, 0]
    right = lobby.running.random.codes[-1]
    assert lobby.verify(enrollment, 410, right)["code"] == "code_expired"
    assert not lobby.knows(AMINA)


def test_the_same_statements_run_for_the_known_and_the_unknown(lobby: Lobby) -> None:
    """Also for a sponsor whom there is and one whom there is not."""
    ran: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        ran.append(statement)

    def seen(form: Json) -> list[str]:
        lobby.running.clock.advance(minutes=2)
        enrollment = lobby.station.open()
        ran.clear()
        lobby.register(form, 202, enrollment)
        lobby.station.post(f"/enrollments/{enrollment}/send-code", {"method": "email"}, 202)
        wrong = "000000" if lobby.running.random.codes[-1] != "000000" else "111111"
        lobby.verify(enrollment, 400, wrong)
        return list(ran)

    seen(visitor("first@elsewhere.example"))
    event.listen(lobby.running.parts.store.engine, "before_cursor_execute", note)
    forms = [visitor(MARIA), visitor("nobody@elsewhere.example"), visitor(sponsor="nobody@example.org")]
    known, unknown, unsponsored = map(seen, forms)
    event.remove(lobby.running.parts.store.engine, "before_cursor_execute", note)
    assert known == unknown == unsponsored
