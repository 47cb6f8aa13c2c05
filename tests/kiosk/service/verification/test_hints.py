"""A hint tells nobody whether the person who was typed exists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.contract.enrollments import Identify, OpenEnrollment
from kiosk.contract.paths import Scope
from kiosk.contract.profile import FieldSet, IdentifyField
from kiosk.service.directories.connector import Person
from kiosk.service.directories.rules import KINDS, BadCriteria, BadValue, Site, normalise_criteria, tame
from kiosk.service.enrollments import actions
from kiosk.service.masking import DOTS
from kiosk.service.store import enrollments as rows
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.actions import send_code
from kiosk.service.verification.hints import hints
from kiosk.service.verification.mail import MailCode
from kiosk.service.verification.sms import SmsCode

CALLER = Caller("lobby", frozenset({Scope.ENROLL}))
SAME_NAME = [{"name": "name", "fields": ["given_name", "family_name"]}, {"name": "upn", "fields": ["upn"]}]


def as_typed(field: str, text: str, site: Site) -> str | None:
    """What a typed text becomes, None where it is refused."""
    try:
        return normalise_criteria(FieldSet("x", (IdentifyField(field, KINDS[field]),)), {field: text}, site)[field]
    except BadCriteria:
        return None


def as_imported(text: str) -> str | None:
    """What a directory keeps of a text."""
    try:
        return tame(text)
    except BadValue:
        return None


ADDRESSES = st.builds("{}@{}".format, st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20)) | st.emails()


@pytest.mark.parametrize("field", ["email", "upn"])
@given(text=ADDRESSES)
def test_a_typed_address_is_masked_as_that_of_its_owner(field: str, text: str) -> None:
    typed, kept = as_typed(field, text, Site()), as_imported(text)
    if typed is not None and kept is not None:
        mail = MailCode()
        owner = Person("u", "", email=kept)
        assert mail.hint(mail.typed({field: typed}, "example.org")) == mail.hint(mail.address(owner))


@given(number=st.from_regex(r"\+49 ?30 ?[1-9][0-9]{4,7}", fullmatch=True))
def test_a_typed_number_is_masked_as_that_of_its_owner(number: str) -> None:
    typed = as_typed("phone", number, Site())
    assert typed is not None
    sms = SmsCode()
    assert sms.hint(sms.typed({"phone": typed}, "")) == sms.hint(sms.address(Person("u", "", phone=typed)))


@given(name=st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=20))
def test_a_short_user_name_belongs_to_the_place(name: str) -> None:
    mail = MailCode()
    typed = as_typed("upn", name, Site())
    assert typed is not None
    assert mail.hint(mail.typed({"upn": typed}, "example.org")) == mail.hint(f"{name}@example.org")


def identified(lobby: Any, alternative: str, **typed: str) -> tuple[dict[str, str], rows.EnrollmentRow]:
    """The hints as a station hears them, and the row behind them."""
    parts = lobby.parts
    opened = actions.open_enrollment(parts, CALLER, OpenEnrollment("en"))
    told = actions.identify(parts, CALLER, opened.enrollment_id, Identify(alternative, typed))
    with parts.store.read() as tx:
        row = rows.enrollment(tx, opened.enrollment_id, CALLER.client_id)
    assert row is not None
    return {offer.method: offer.hint for offer in told.offers}, row


def test_somebody_nobody_and_many_are_told_the_same_of_what_was_typed(lobbies: Callable[..., Any]) -> None:
    lobby = lobbies({"identify": {"minimum_seconds": 0, "alternatives": SAME_NAME}}, methods=["email"])
    somebody, known = identified(lobby, "upn", upn="M.Okafor@Example.org")
    nobody, unknown = identified(lobby, "upn", upn="M.Nobody@Example.org")
    many, several = identified(lobby, "name", given_name="thomas", family_name="MÜLLER")
    assert somebody == nobody == {"email": f"m{DOTS}@example.org"}
    assert [hint[1:] for hint in many.values()] == [hint[1:] for hint in somebody.values()]
    assert known.person is not None
    assert unknown.person is several.person is None
    assert set(known.hints) == set(unknown.hints) == set(several.hints) == {"email"}


def test_what_is_shown_later_is_what_was_shown_first(lobbies: Callable[..., Any]) -> None:
    lobby = lobbies(methods=["email", "sms"], show_hints=True)
    for number in ("104217", "999999"):
        told, row = identified(lobby, "employee_id", employee_id=number)
        again = {method: lobby_hint(lobby, row, method) for method in told}
        assert again == told
        assert all(told.values())


def lobby_hint(lobby: Any, row: rows.EnrollmentRow, method: Any) -> str:
    sent = send_code(lobby.parts, row, row.person, method)
    lobby.running.clock.advance(seconds=61)
    return str(sent.hint)


def test_hints_are_forgotten_with_the_person(lobbies: Callable[..., Any]) -> None:
    lobby = lobbies(methods=["email"])
    _, row = identified(lobby, "upn", upn="m.okafor@example.org")
    assert row.hints
    actions.cancel(lobby.parts, CALLER, row.id)
    with lobby.parts.store.read() as tx:
        ended = rows.enrollment(tx, row.id, CALLER.client_id)
    assert ended is not None
    assert not ended.hints


def test_one_value_in_two_fields_gets_one_decoy(lobby: Any) -> None:
    decoys = [hints(lobby.parts, {field: "x@example.org"}, None)["sms"] for field in ("upn", "email")]
    assert decoys[0] == decoys[1]


def test_a_person_without_an_address_is_shown_what_nobody_is(lobby: Any) -> None:
    typed = {"upn": "m.okafor@example.org"}
    assert hints(lobby.parts, typed, Person("u", typed["upn"])) == hints(lobby.parts, typed, None)
