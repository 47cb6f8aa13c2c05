"""What every way to verify does: it knows its method, and whatever it is told it answers and gives nothing away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.contract.profile import VerificationMethod
from kiosk.service.accounts.second_factor import SecondFactor
from kiosk.service.directories.connector import Person
from kiosk.service.outbound import Outbound
from kiosk.service.store.engine import Store
from kiosk.service.store.upgrade import upgrade
from kiosk.service.verification.connector import Answer, AnswerVerifier, CodeVerifier, Outcome, Verifier
from kiosk.service.verification.methods import verifiers
from kiosk.service.verification.settings import VerificationSettings
from tests.kiosk.service.faces import Web
from tests.kiosk.service.running import StandingClock

MONA = Person("u-1", "mona@example.org", "Mona", "Okafor", "mona.okafor@example.org", "+4915123456717", "100417")
BARE = Person("u-2", "bare@example.org")
OFFERED = [each for each in VerificationMethod if each is not VerificationMethod.STAFF]
CONSENT = {"allow_self_confirmation": True, "allow_none": True, "methods": OFFERED}
Make = Callable[..., dict[VerificationMethod, Verifier]]


@pytest.fixture
def make(tmp_path: Path, outbound: Outbound) -> Iterator[Make]:
    """All ways, with or without a look-up service."""
    with closing(Store.open(f"sqlite:///{tmp_path}/service.db")) as store:
        upgrade(store)

        def build(**more: object) -> dict[VerificationMethod, Verifier]:
            given = VerificationSettings.model_validate(CONSENT | more)
            now = StandingClock().now
            factor = SecondFactor(b"s3cret" * 5)
            return dict(
                verifiers(given, store=store, outbound=outbound, secret=lambda _: "s3cret", now=now, factor=factor)
            )

        yield build


@pytest.fixture
def every(web: Web, make: Make, authority: Path) -> tuple[Verifier, ...]:
    """One of each kind; the look-up service knows no badge."""
    web.answer = lambda _: (404, {}, b"")
    lookup = {"url": web.url + "/{code}/{user.id}", "certificate_authority": authority}
    return (*make().values(), make(lookup=lookup)[VerificationMethod.AUTOMATIC])


def codes(every: tuple[Verifier, ...]) -> list[CodeVerifier]:
    return [each for each in every if isinstance(each, CodeVerifier)]


def answers(every: tuple[Verifier, ...]) -> list[AnswerVerifier]:
    return [each for each in every if isinstance(each, AnswerVerifier)]


def test_each_method_has_its_way(make: Make) -> None:
    made = make()
    assert list(made) == OFFERED
    assert all(each.method is method for method, each in made.items())


def test_a_way_sends_a_code_or_judges_by_itself(every: tuple[Verifier, ...]) -> None:
    assert len(codes(every)) + len(answers(every)) == len(every)
    assert {each.method for each in codes(every)} == {VerificationMethod.EMAIL, VerificationMethod.SMS}


def test_a_code_goes_to_the_address_on_file_only(every: tuple[Verifier, ...]) -> None:
    for way in codes(every):
        assert way.address(MONA) in (MONA.email, MONA.phone)
        assert way.address(BARE) == ""


def test_a_hint_tells_neither_the_address_nor_who_exists(every: tuple[Verifier, ...]) -> None:
    for way in codes(every):
        hint = way.hint(way.address(MONA))
        assert way.address(MONA) not in hint
        assert "•" in hint
        decoys = [way.decoy(bytes([seed]) * 32, "example.org") for seed in (1, 1, 2)]
        assert decoys[0] == decoys[1] != decoys[2]
        assert hint.count("•") == way.hint(decoys[0]).count("•")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300), st.booleans())
def test_whatever_is_answered_is_judged(every: tuple[Verifier, ...], text: str, confirmed: bool) -> None:
    for way in answers(every):
        outcome = way.judge(MONA, Answer(text, confirmed))
        if way.method is VerificationMethod.AUTOMATIC:
            assert outcome is Outcome.NOT_FOUND, "nobody has that badge"
        elif way.method is VerificationMethod.SELF_CONFIRMATION:
            assert outcome is (Outcome.VERIFIED if confirmed else Outcome.MISMATCH)
        elif way.method is VerificationMethod.TOTP:
            assert outcome is Outcome.MISMATCH, "she has no app"
        elif way.method is VerificationMethod.PHONE:
            assert outcome is Outcome.NOT_FOUND, "no phone answered for anybody"
        else:
            assert outcome is Outcome.VERIFIED


def test_an_answer_is_not_in_what_a_way_says_of_itself(every: tuple[Verifier, ...]) -> None:
    assert "4711" not in repr(Answer("4711"))
    assert all("s3cret" not in repr(each) for each in every)
