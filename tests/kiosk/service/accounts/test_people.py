"""People: one name space per tenant in which forms of a name do not matter, states that are compared and set."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kiosk.service.accounts import people
from kiosk.service.accounts.people import NewPerson, check_domain, name_key
from kiosk.service.accounts.rules import (
    AccountRefused,
    AccountState,
    BadAttributes,
    NameTaken,
    NoSuchAccount,
    SiteNotAllowed,
    WrongState,
    may_move,
)
from kiosk.service.accounts.settings import SiteSettings
from kiosk.service.directories.rules import BadValue, upn
from kiosk.service.store import accounts as rows
from kiosk.service.store.aliases import AliasRow, add_alias
from kiosk.service.store.engine import StaleRow, WriteTx
from kiosk.service.store.users import users
from tests.kiosk.service.running import Running

MARIA = NewPerson("default", "staff", "maria", "maria@example.org", "Maria", "Okafor", attributes={"team": "Red"})
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
FORMS: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.lower,
    str.swapcase,
    lambda name: unicodedata.normalize("NFC", name),
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: f"  {name}\t",
    lambda name: f"\u200e{name}\ufeff",
)


def created(running: Running, person: NewPerson = MARIA) -> str:
    return running.parts.store.write(lambda tx: people.create(tx, running.parts, person))


def named(running: Running, name: str, tenant: str = "default") -> str | None:
    with running.parts.store.read() as tx:
        row = people.find_by_name(tx, running.parts, tenant, name)
    return None if row is None else row.id


def moved(running: Running, user_id: str, before: AccountState, after: AccountState) -> None:
    running.parts.store.write(lambda tx: people.move(tx, running.parts, user_id, before, after))


def caseless(name: str) -> bool:
    """Whether case and back loses nothing: some characters fold to others (ß to ss, dotless ı to I)."""
    return all(upn(form(name).strip(), "") == upn(name, "") for form in (str.upper, str.lower, str.swapcase))


@settings(max_examples=300)
@given(NAMES.filter(caseless), st.sampled_from(FORMS))
def test_neither_case_nor_form_of_a_character_makes_another_name(name: str, form: Callable[[str], str]) -> None:
    assert upn(_tame(form(name)), "") == upn(_tame(name), "")


@given(NAMES)
def test_a_folded_name_folds_to_itself(name: str) -> None:
    once = upn(_tame(name), "")
    assert upn(once, "") == once


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1))
def test_a_wide_name_is_the_narrow_one(name: str) -> None:
    wide = "".join(chr(ord(each) + 0xFEE0) for each in name)
    assert upn(wide, "") == upn(name, "")


@given(st.text("0123456789", min_size=1), st.sampled_from(["٠", "۰", "०", "０", "𝟎"]))
def test_digits_of_every_script_are_the_same(digits: str, zero: str) -> None:
    other = "".join(chr(ord(zero) + int(each)) for each in digits)
    assert upn(f"user{other}", "") == f"user{digits}"


@given(NAMES, NAMES)
def test_other_letters_make_another_name(name: str, other: str) -> None:
    same = unicodedata.normalize("NFKC", name).casefold() == unicodedata.normalize("NFKC", other).casefold()
    if upn(_tame(name), "") == upn(_tame(other), ""):
        assert same or _digits(name) == _digits(other)


def _digits(name: str) -> str:
    plain = "".join(str(unicodedata.decimal(each)) if each.isdecimal() else each for each in name)
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold()).casefold()


def _tame(name: str) -> str:
    return unicodedata.normalize("NFC", name.replace("\u200e", "").replace("\ufeff", "")).strip()


def test_a_name_is_somebodys_in_every_form(peopled: Running) -> None:
    user_id = created(peopled)
    for again in ("maria", "MARIA", "ｍａｒｉａ", " maria ", "\u200emaria"):
        assert named(peopled, again) == user_id
        with pytest.raises(NameTaken):
            created(peopled, replace(MARIA, name=again))


@pytest.mark.databases
def test_names_and_aliases_are_one_name_space_in_each_tenant(peopled: Running) -> None:
    user_id, now = created(peopled), peopled.clock.now()
    peopled.parts.store.write(lambda tx: add_alias(tx, AliasRow("default", "zed", "Zed", user_id, now)))
    assert named(peopled, "ZED") == user_id
    with pytest.raises(NameTaken):
        created(peopled, replace(MARIA, name="Zed"))
    other = created(peopled, NewPerson("other", "abroad", "zed", "zed@example.com"))
    assert named(peopled, "zed", "other") == other != user_id
    assert named(peopled, "maria", "other") is None


MISFITS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"name": " "}, "primaryUserIdentifier"),
    ({"name": "a\0b"}, "primaryUserIdentifier"),
    ({"name": "x" * 257}, "primaryUserIdentifier"),
    ({"email": "nobody"}, "email"),
    ({"email": "a b@example.org"}, "email"),
    ({"given_name": "\u202eairam"}, "givenName"),
    ({"family_name": "x" * 129}, "familyName"),
    ({"phone": "call me"}, "phone"),
    ({"attributes": {}}, "attribute:team"),
    ({"attributes": {"team": "Red", "desk": "four"}}, "attribute:desk"),
    ({"attributes": {"team": "Red", "shirt": "L"}}, "attribute:shirt"),
    ({"attributes": {"team": "\u202eRed"}}, "attribute:team"),
)


def test_what_does_not_fit_is_named(peopled: Running) -> None:
    for changes, wrong in MISFITS:
        with pytest.raises(BadAttributes) as refused:
            created(peopled, replace(MARIA, **changes))
        assert refused.value.reasons == (wrong,)
    assert named(peopled, "maria") is None


def test_a_site_is_of_its_own_tenant(peopled: Running) -> None:
    for site in ("abroad", "nowhere"):
        with pytest.raises(SiteNotAllowed):
            created(peopled, replace(MARIA, site=site))


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("maria@example.org", True),
        ("maria@EXAMPLE.org ", True),
        ("maria@müller.example", True),
        ("maria@example.org.evil.example", False),
        ("maria@evil.example", False),
        ("maria@sub.example.org", False),
        ("example.org", True),
        ("maria@" + "x" * 70 + ".org", False),
    ],
)
def test_a_domain_belongs_to_a_site_or_does_not(address: str, *, allowed: bool) -> None:
    site = SiteSettings(id="club", name="Club", domains=("example.org", "xn--mller-kva.example"))
    if allowed:
        check_domain(site, address)
        return
    with pytest.raises(BadAttributes) as refused:
        check_domain(site, address)
    assert refused.value.reasons == ("email",)
    check_domain(SiteSettings(id="open", name="Open"), address)


@given(st.lists(st.sampled_from(AccountState)))
def test_no_way_leads_back_from_removal_or_into_waiting(way: list[AccountState]) -> None:
    state = AccountState.PENDING
    seen = [state]
    for wanted in way:
        if may_move(state, wanted):
            state = wanted
            seen.append(state)
    assert AccountState.PENDING not in seen[1:]
    assert AccountState.REMOVED not in seen[:-1]


def test_a_state_is_compared_and_set(peopled: Running) -> None:
    user_id = created(peopled)
    with pytest.raises(StaleRow):
        moved(peopled, user_id, AccountState.ACTIVE, AccountState.ON_HOLD)
    with pytest.raises(WrongState) as refused:
        moved(peopled, user_id, AccountState.ACTIVE, AccountState.PENDING)
    assert refused.value.state is AccountState.ACTIVE
    moved(peopled, user_id, AccountState.PENDING, AccountState.ACTIVE)
    with pytest.raises(StaleRow):
        moved(peopled, user_id, AccountState.PENDING, AccountState.ACTIVE)


@pytest.mark.databases
def test_who_is_removed_is_forgotten_and_their_name_is_free(peopled: Running) -> None:
    user_id, now = created(peopled), peopled.clock.now()
    peopled.parts.store.write(lambda tx: add_alias(tx, AliasRow("default", "zed", "Zed", user_id, now)))
    moved(peopled, user_id, AccountState.PENDING, AccountState.REMOVED)
    assert named(peopled, "maria") is named(peopled, "zed") is None
    with peopled.parts.store.read() as tx:
        row = tx.connection.execute(select(users).where(users.c.id == user_id)).one()
        with pytest.raises(NoSuchAccount):
            people.attributes_of(tx, user_id, "staff")
    kept = [row.upn, row.given_name, row.family_name, row.email, row.phone, row.employee_id, row.locale]
    assert kept == [""] * 7
    assert (row.status, row.attributes, "maria" in str(row).lower()) == ("removed", {}, False)
    assert created(peopled) != user_id
    assert created(peopled, replace(MARIA, name="zed"))


@pytest.mark.databases
def test_of_two_that_take_one_name_at_once_one_gets_it(peopled: Running) -> None:
    taken = _both(peopled, lambda tx: people.create(tx, peopled.parts, MARIA))
    assert sum(isinstance(each, NameTaken) for each in taken) == 1
    assert [each for each in taken if isinstance(each, str)] == [named(peopled, "maria")]


@pytest.mark.databases
def test_a_name_and_an_alias_that_are_taken_at_once_are_not_both(peopled: Running) -> None:
    user_id, now = created(peopled), peopled.clock.now()

    def alias(tx: WriteTx) -> str:
        people.alone_with_name(tx, "default", "zed")
        if rows.account_of_name(tx, "default", "zed") is not None:
            raise NameTaken
        add_alias(tx, AliasRow("default", "zed", "zed", user_id, now))
        return user_id

    def name(tx: WriteTx) -> str:
        return people.create(tx, peopled.parts, replace(MARIA, name="zed"))

    taken = _each(peopled, [name, alias])
    assert sum(isinstance(each, NameTaken) for each in taken) == 1


def _both(running: Running, work: Callable[[WriteTx], str]) -> list[object]:
    return _each(running, [work, work])


def _each(running: Running, works: list[Callable[[WriteTx], str]]) -> list[object]:
    """What came of each, in threads that start together."""
    start, told = Barrier(len(works)), list[object]()

    def run(work: Callable[[WriteTx], str]) -> None:
        start.wait(10)
        try:
            told.append(running.parts.store.write(work))
        except AccountRefused as refusal:
            told.append(refusal)

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return told


def test_what_is_no_name_is_nobodys(peopled: Running) -> None:
    created(peopled)
    for name in ("", " ", "\0", "x" * 300, "maria\u202e"):
        assert named(peopled, name) is None
        with pytest.raises(BadValue):
            name_key(peopled.parts, name)


def test_a_file_that_gives_somebody_the_alias_of_another_does_not_take_it_from_sight(peopled: Running) -> None:
    user_id, now = created(peopled), peopled.clock.now()
    alias = AliasRow("default", "m.okafor@example.org", "m.okafor@example.org", user_id, now)
    peopled.parts.store.write(lambda tx: add_alias(tx, alias))
    found = named(peopled, "M.Okafor@example.org")  # the sample people were imported from a file
    assert found is not None
    assert found != user_id
