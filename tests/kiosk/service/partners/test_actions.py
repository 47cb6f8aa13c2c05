"""Guests of partners: enrolled once, counted, answered sealed; and everything that is refused."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kiosk.service.accounts.bodies_guests import GuestEnrolled
from kiosk.service.accounts.rules import BadAttributes, NameTaken, SiteNotAllowed
from kiosk.service.once import IdempotencyConflict
from kiosk.service.partners import actions
from kiosk.service.partners.rules import MessageRefused, NoAgreement, QuotaExceeded
from kiosk.service.store.partner_messages import count_guest, guests_of_day
from tests.kiosk.service.partners.clinic import Side, Town, enroll, town
from tests.kiosk.service.partners.partner_side import make_key
from tests.kiosk.service.running import opened


@pytest.fixture
def here(tmp_path: Path, backend: dict[str, str]) -> Iterator[Town]:
    with town(tmp_path, backend, daily=2) as made:
        yield made


def refusal(here: Town, side: Side, message: str, key: str = "") -> Exception:
    """Why there is no guest, told to the partner alone."""
    answer = enroll(here.running, side, message, key).answer
    assert isinstance(answer, Exception)
    return answer


@pytest.mark.databases
def test_a_guest_is_enrolled_and_the_answer_opens_for_the_partner_alone(here: Town) -> None:
    said = enroll(here.running, here.clinic, here.clinic.message(here.running))
    assert isinstance(said.answer, GuestEnrolled)
    rows = here.read(
        "SELECT users.id, origin, tenant, kind, site, program FROM guests JOIN users ON users.id = user_id"
    )
    assert rows == [(said.answer.user_id, "guest", "default", "external", "north", "client-clinic")]
    sealed = actions.seal_answer(here.running.parts, said, 201, {"userId": said.answer.user_id})
    told = here.clinic.read(sealed)
    assert (told["iss"], told["aud"], told["inReplyTo"]) == ("keywright", "clinic", "clinic-0")
    assert (told["status"], told["answer"]) == (201, {"userId": said.answer.user_id})
    assert said.answer.user_id not in sealed
    with pytest.raises(MessageRefused):
        here.works.read(sealed)


def test_the_trail_tells_of_the_guest_and_nothing_that_was_in_the_message(here: Town) -> None:
    said = enroll(here.running, here.clinic, here.clinic.message(here.running))
    assert isinstance(said.answer, GuestEnrolled)
    subject, site = said.answer.user_id, "north"
    assert ("guest_enrolled", "default", "client:client-clinic", subject, site) in here.read(
        "SELECT event, tenant, actor, subject, site FROM audit"
    )
    assert "amina" not in str(here.read("SELECT * FROM audit")) + repr(said)


@pytest.mark.databases
def test_each_message_is_taken_once_whatever_became_of_it(here: Town) -> None:
    message = here.clinic.message(here.running)
    assert isinstance(enroll(here.running, here.clinic, message, "key").answer, GuestEnrolled)
    for key in ("", "key"):
        assert isinstance(refusal(here, here.clinic, message, key), MessageRefused)
    bad = here.clinic.message(here.running, here.clinic.guest(email="nothing"))
    assert isinstance(refusal(here, here.clinic, bad), BadAttributes)
    assert isinstance(refusal(here, here.clinic, bad), MessageRefused)
    assert here.whys() == ["replay", "replay", "BadAttributes", "replay"]
    assert here.guests() == 1


def test_the_same_number_is_another_message_at_another_partner(here: Town) -> None:
    for side in (here.clinic, here.works):
        said = enroll(here.running, side, side.message(here.running, jti="the-same"))
        assert isinstance(said.answer, GuestEnrolled)


@pytest.mark.databases
def test_another_message_with_the_same_key_makes_nobody_twice(here: Town) -> None:
    first, second = (enroll(here.running, here.clinic, here.clinic.message(here.running), "key") for _ in range(2))
    assert first.answer == second.answer
    assert (first.number, second.number) == ("clinic-0", "clinic-1")
    other = here.clinic.message(here.running, here.clinic.guest("bela"))
    assert isinstance(refusal(here, here.clinic, other, "key"), IdempotencyConflict)
    assert here.read("SELECT guests FROM partner_use") == [(1,)]


@pytest.mark.databases
def test_the_quota_is_of_a_day_and_counts_those_who_were_enrolled(here: Town) -> None:
    def message(name: str) -> str:
        return here.clinic.message(here.running, here.clinic.guest(name))

    assert isinstance(enroll(here.running, here.clinic, message("amina")).answer, GuestEnrolled)
    assert isinstance(refusal(here, here.clinic, message("amina")), NameTaken)
    assert isinstance(enroll(here.running, here.clinic, message("bela")).answer, GuestEnrolled)
    over = refusal(here, here.clinic, message("chen"))
    assert isinstance(over, QuotaExceeded)
    assert over.retry_after == 43200
    works = here.works.message(here.running)
    assert isinstance(enroll(here.running, here.works, works).answer, GuestEnrolled)
    here.running.clock.advance(seconds=43199)
    assert isinstance(refusal(here, here.clinic, message("chen")), QuotaExceeded)
    here.running.clock.advance(seconds=1)
    assert isinstance(enroll(here.running, here.clinic, message("chen")).answer, GuestEnrolled)
    assert here.read("SELECT partner, guests FROM partner_use ORDER BY partner, day") == [
        ("clinic", 2),
        ("clinic", 1),
        ("works", 1),
    ]


@pytest.mark.databases
def test_the_quota_is_exact_with_two_replicas(here: Town, backend: dict[str, str]) -> None:
    day, replicas = date(2026, 6, 1), [opened(backend), opened(backend)]
    try:
        with ThreadPoolExecutor(8) as pool:
            work = [
                pool.submit(replicas[number % 2].write, lambda tx: count_guest(tx, "clinic", day, 25))
                for number in range(60)
            ]
        assert [each.result() for each in work].count(True) == 25
        with replicas[0].read() as tx:
            assert guests_of_day(tx, "clinic", day) == 25
    finally:
        for each in replicas:
            each.close()


@pytest.mark.databases
def test_one_of_two_deliveries_at_once_is_a_replay(here: Town) -> None:
    message = here.clinic.message(here.running)
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: enroll(here.running, here.clinic, message).answer, range(4)))
    assert [isinstance(each, GuestEnrolled) for each in said].count(True) == 1
    assert here.whys() == ["replay"] * 3


def test_what_no_key_of_the_partner_has_signed_is_no_message_of_its(here: Town) -> None:
    clinic, works = here.clinic, here.works
    stranger = replace(clinic.agreed, theirs_sig=make_key("P-256", "clinic-sig", "sig"))
    claims = clinic.claims(here.running)
    for message in (works.message(here.running), stranger.message(claims), "x", "", clinic.agreed.inner(claims)):
        with pytest.raises(MessageRefused):
            enroll(here.running, clinic, message)
    assert here.whys() == ["key", "signature", "form", "form", "form"]
    assert here.guests() == 0


def test_nobody_signs_as_their_own_what_another_has_sealed(here: Town) -> None:
    sealed = here.clinic.agreed.inner(here.clinic.claims(here.running))
    stolen = here.works.agreed.outer(sealed)
    assert isinstance(refusal(here, here.works, stolen), MessageRefused)
    assert here.whys() == ["sender"]
    assert enroll(here.running, here.clinic, here.clinic.agreed.outer(sealed)).number == "clinic-0"


def test_what_a_message_says_of_itself_has_to_fit(here: Town) -> None:
    now = int(here.running.clock.now().timestamp())
    wrong: list[dict[str, Any]] = [{"iss": "works"}, {"aud": "x"}, {"iat": now - 301}, {"iat": now + 61}, {"jti": None}]
    for changes in wrong:
        assert isinstance(refusal(here, here.clinic, here.clinic.message(here.running, **changes)), MessageRefused)
    assert here.whys() == ["sender", "audience", "time", "time", "claims"]


@pytest.mark.databases
def test_a_number_is_forgotten_when_its_message_is_too_old_anyway(here: Town) -> None:
    message = here.clinic.message(here.running, iat=int(here.running.clock.now().timestamp()) + 60)
    enroll(here.running, here.clinic, message)
    here.running.clock.advance(seconds=360)
    assert actions.forget_old_messages(here.running.parts) == 0
    assert isinstance(refusal(here, here.clinic, message), MessageRefused)
    here.running.clock.advance(seconds=61)
    assert actions.forget_old_messages(here.running.parts) == 1
    assert isinstance(refusal(here, here.clinic, message), MessageRefused)
    assert here.whys() == ["replay", "time"]


def test_a_guest_who_does_not_fit_is_told_by_the_names_of_the_fields(here: Town) -> None:
    guest = here.clinic.guest(email="", surprise="amina", locale="no locale")
    bad = refusal(here, here.clinic, here.clinic.message(here.running, guest))
    assert isinstance(bad, BadAttributes)
    assert bad.reasons == ("email", "locale", "surprise")
    astray = here.clinic.message(here.running, here.clinic.guest(siteId="abroad"))
    assert isinstance(refusal(here, here.clinic, astray), SiteNotAllowed)


def test_only_the_client_of_the_agreement_may_send(here: Town) -> None:
    message, caller = here.clinic.message(here.running), here.clinic.caller()
    with pytest.raises(NoAgreement):
        actions.enroll(here.running.parts, replace(caller, client_id="another"), message, "")
    for other in (replace(caller, sites=frozenset({"abroad"})), replace(caller, tenant="theirs")):
        with pytest.raises(SiteNotAllowed):
            actions.enroll(here.running.parts, other, message, "")
    assert isinstance(enroll(here.running, here.clinic, message).answer, GuestEnrolled)


def test_before_and_after_the_agreement_there_is_none(tmp_path: Path, backend: dict[str, str]) -> None:
    with town(tmp_path, backend, from_day="2026-06-02", until_day="2026-06-03") as here:
        for expected in (False, True, True, False):
            try:
                message = here.clinic.message(here.running, here.clinic.guest(f"guest{len(here.clinic.numbers)}"))
                agreed = isinstance(enroll(here.running, here.clinic, message).answer, GuestEnrolled)
            except NoAgreement:
                agreed = False
            assert agreed is expected
            here.running.clock.advance(days=1)
