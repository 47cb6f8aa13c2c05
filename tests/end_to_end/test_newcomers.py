"""Who is not known here, through HTTPS, mail and HID reports: members, visitors, people on hold; and apps on phones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from kiosk.commands.embedded import PERSON, Embedded, embedded_service
from kiosk.commands.sample_site import HELD, sample_accounts
from kiosk.contract.paths import Scope
from kiosk.contract.policy import Demand
from kiosk.contract.profile import FormKind, VerificationMethod
from kiosk.enrollment.states import (
    AcceptTerms,
    ChooseMethod,
    Done,
    EnterCode,
    RecoveryCodes,
    Register,
    Remedy,
    SetUpApp,
    Stopped,
)
from kiosk.errors import HeldForReview, InputRefused, WrongCode
from kiosk.service.accounts.rules import AccountState
from kiosk.service.accounts.standing import set_state
from kiosk.service.store.accounts import AccountRow, account_of_name
from kiosk.service.store.consents import consents_of
from kiosk.service.store.guests import guest
from kiosk.service.tokens.rules import Caller
from kiosk.service.verification.settings import CodeSettings, VerificationSettings
from tests.end_to_end.newcomers import Lobby, Phone, fresh_key, the

METHODS = (VerificationMethod.EMAIL, VerificationMethod.TOTP)
SETTINGS: dict[str, Any] = {
    "verification": VerificationSettings(methods=METHODS, code=CodeSettings.model_construct(resend_after=1)),
    "accounts": sample_accounts(Demand.REQUIRE),
}
VISITOR = {
    "given_name": "Vera",
    "family_name": "Visitor",
    "company": "Example Works",
    "sponsor": PERSON["upn"],
    "attribute:department": "Radiology",
}


@pytest.fixture(scope="module")
def lobby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lobby]:
    """A service that lets members and visitors register, and sets an app up after every key."""
    with embedded_service(tmp_path_factory.mktemp("service"), SETTINGS) as embedded:
        yield Lobby(embedded)


@pytest.fixture(autouse=True)
def logs() -> Iterator[list[Any]]:
    with capture_logs() as captured:
        yield captured


def member(address: str) -> dict[str, str]:
    """What a member types into the form."""
    return {"given_name": "Ada", "family_name": "Neu", "email": address, "attribute:department": "Radiology"}


def visitor(address: str, **more: str) -> dict[str, str]:
    """What a visitor types who stays for three days."""
    return VISITOR | {"email": address, "ends_on": str(datetime.now(UTC).date() + timedelta(days=3))} | more


def account(embedded: Embedded, name: str) -> AccountRow:
    """Whoever has this name by now."""
    with embedded.service.parts.store.read() as tx:
        found = account_of_name(tx, "default", name)
    assert found is not None
    return found


def test_a_member_registers_and_leaves_with_a_key_and_an_app(lobby: Lobby, logs: list[Any]) -> None:
    address, key, phone = "ada.neu@example.org", fresh_key(), Phone()
    script = lobby.script(address, form=FormKind.MEMBER, values=member(address), app=phone.scan)
    states = replace(lobby, locale="ar").visit(script, key)
    assert the(Done, states).visit.person == "Ada Neu"
    assert [type(state) for state in states].count(ChooseMethod) == 0  # one way, so straight on
    assert len(key.credentials) == 1
    setup = the(SetUpApp, states).setup
    assert setup is not None
    codes = the(RecoveryCodes, states).codes
    assert len(codes) >= 8
    who = account(lobby.embedded, address)
    assert (who.status, who.given_name) == (AccountState.ACTIVE, "Ada")
    with lobby.embedded.service.parts.store.read() as tx:
        given = consents_of(tx, who.id)
    assert {(each.terms, each.version, each.language) for each in given} == {
        ("house", "2026-01", "ar"),
        ("news", "2026-01", "ar"),
    }
    assert not any(hidden in repr((states, logs)) for hidden in (setup.secret, setup.uri, codes[0]))
    assert not any(hidden in repr(logs) for hidden in (address, "Neu"))


def test_a_member_is_known_from_then_on_and_proves_it_by_the_app(lobby: Lobby) -> None:
    address, phone = "leila.neu@example.org", Phone()
    script = lobby.script(address, form=FormKind.MEMBER, values=member(address), app=phone.scan)
    codes = the(RecoveryCodes, lobby.visit(script, fresh_key())).codes
    phone.ahead = timedelta(seconds=30)  # a code is taken once, so the next one is wanted; it may be early by a period
    shown: list[str] = []

    def look_at_phone() -> str:
        shown.append(phone.code())
        return shown[-1]

    by_app = lobby.script(address, method=VerificationMethod.TOTP, code=look_at_phone)
    key = fresh_key()
    states = lobby.visit(by_app, key)
    assert the(EnterCode, states).sent == 0
    assert the(Done, states).visit.person == "Ada Neu"
    assert the(SetUpApp, states).setup is None  # there is one already
    assert len(key.credentials) == 1
    again = lobby.visit(replace(by_app, code=lambda: shown[0]), fresh_key())
    assert isinstance(the(EnterCode, again).problem, WrongCode)
    by_recovery_code = replace(by_app, code=lambda: codes[0])
    assert isinstance(lobby.visit(by_recovery_code, fresh_key())[-1], Done)
    assert isinstance(the(EnterCode, lobby.visit(by_recovery_code, fresh_key())).problem, WrongCode)


def test_a_visitor_with_a_sponsor_gets_a_key_until_the_last_day(lobby: Lobby) -> None:
    address, key = "vera@example.net", fresh_key()
    before = len(lobby.embedded.mailbox.messages())
    values = visitor(address)
    script = lobby.script(address, form=FormKind.VISITOR, values=values, app=Phone().scan)
    states = lobby.visit(script, key)
    assert the(Done, states).visit.person == "Vera Visitor"
    assert the(AcceptTerms, states).terms.id == "visitors"
    assert len(key.credentials) == 1
    who = account(lobby.embedded, address)
    with lobby.embedded.service.parts.store.read() as tx:
        row = guest(tx, who.id)
    assert row is not None
    assert (str(row.ends_on), row.sponsor_email, row.company) == (values["ends_on"], PERSON["upn"], "Example Works")
    told = lobby.mail(PERSON["upn"], after=before, of=lambda mail: "Vera Visitor" in mail.text)
    assert "Example Works" in told.text


@pytest.mark.parametrize(
    "more",
    [{"given_name": HELD[0], "family_name": HELD[1]}, {"sponsor": "nobody.we.know@example.org"}],
    ids=["on the list", "no sponsor"],
)
def test_a_visitor_who_is_held_goes_to_the_desk_without_a_key(
    lobby: Lobby, more: dict[str, str], request: pytest.FixtureRequest
) -> None:
    address, key = f"held.{len(request.node.name)}@example.net", fresh_key()
    script = lobby.script(address, form=FormKind.VISITOR, values=visitor(address, **more))
    stopped = the(Stopped, lobby.visit(script, key))
    assert isinstance(stopped.problem, HeldForReview)
    assert stopped.remedy is Remedy.DESK
    assert key.credentials == ()
    assert not key.has_pin
    assert account(lobby.embedded, address).status != AccountState.ACTIVE


def test_who_was_held_and_let_in_by_staff_comes_back_by_their_address(lobby: Lobby) -> None:
    address, key, parts = "nadia@example.net", fresh_key(), lobby.embedded.service.parts
    held = visitor(address, given_name=HELD[0], family_name=HELD[1])
    lobby.visit(lobby.script(address, form=FormKind.VISITOR, values=held), fresh_key())
    who = account(lobby.embedded, address)
    staff = Caller("desk", frozenset({Scope.SYSTEM_USER_RW}), "default", frozenset({"hospital"}))
    set_state(parts, staff, who.id, AccountState.ACTIVE, "looked at the passport")
    states = lobby.visit(lobby.script(address, app=Phone().scan), key)
    assert the(Done, states).visit.person == " ".join(HELD)
    assert len(key.credentials) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (visitor("v@example.net", ends_on="2020-01-01"), "ends_on"),
        (visitor("v@example.net", ends_on="2999-12-31"), "ends_on"),
        (visitor("v@example.net", given_name="Vera 4\u202e"), "given_name"),
    ],
)
def test_what_the_service_does_not_take_is_named_and_nothing_is_lost(
    lobby: Lobby, values: dict[str, str], field: str
) -> None:
    form = the(Register, lobby.visit(lobby.script("v@example.net", form=FormKind.VISITOR, values=values), fresh_key()))
    assert isinstance(form.problem, InputRefused)
    assert form.problem.field == field
    assert form.visit.criteria == values


def test_who_is_known_already_is_told_by_mail_and_the_screen_tells_nobody(lobby: Lobby) -> None:
    known, unknown = PERSON["upn"], "m.nobody@example.org"
    before = len(lobby.embedded.mailbox.messages())
    asked = []
    for address in (known, unknown):
        script = lobby.script(address, form=FormKind.MEMBER, values=member(address), code=lambda: "123456")
        asked.append(the(EnterCode, lobby.visit(script, fresh_key())))
    assert isinstance(asked[0].problem, WrongCode)
    assert vars_of(asked[0]) == vars_of(asked[1])
    assert known in lobby.mail(known, after=before, of=lambda mail: not mail.code).to


def vars_of(state: EnterCode) -> tuple[Any, ...]:
    """What the screen shows of it."""
    problem = type(state.problem), getattr(state.problem, "tries_left", None)
    return state.method, state.hint, state.digits, state.sent, state.resend_after, state.expires_in, problem
