"""Assertions of staff: whose hold, which are refused, and that they can be verified again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kiosk.contract.staff import AnswerChallenge, StaffChallenge, StaffPurpose
from kiosk.service.staff import actions, evidence
from kiosk.service.staff.challenges import LIFE, answer
from kiosk.service.staff.rules import NoConsole, StaffRefused
from kiosk.service.staff.settings import StaffSettings
from kiosk.service.store.staff_proofs import challenge
from tests.kiosk.service.attestation.maker import USER_PRESENT
from tests.kiosk.service.soft_key import b64
from tests.kiosk.service.staff.crew import BROWSER, Crew, Member

STATION = "client:station-1"


def refused(crew: Crew, asked: StaffChallenge, told: AnswerChallenge, holder: str = BROWSER, **how: str) -> None:
    with pytest.raises(StaffRefused) as caught:
        answer(crew.parts, holder, asked.challenge_id, told, **how)  # type: ignore[arg-type]  # as the test says
    assert type(caught.value) is StaffRefused, "all refusals look alike"
    assert not caught.value.args
    assert crew.events("staff_refused")


def test_whoever_signs_is_known_by_their_key_alone(crew: Crew) -> None:
    ada, asked = crew.joined("ada"), crew.challenge()
    crew.joined("bob")
    signed = answer(crew.parts, BROWSER, asked.challenge_id, ada.answers(asked))
    assert signed.staff == ada.row
    assert signed.purpose is StaffPurpose.CONSOLE
    assert asked.public_key["allowCredentials"] == []
    assert asked.public_key["userVerification"] == "required"


def test_a_kiosk_and_a_browser_have_origins_of_their_own(crew: Crew) -> None:
    ada = crew.joined("ada")
    assert crew.challenge(BROWSER).origin == "https://keys.example.org"
    at_kiosk = crew.challenge(STATION)
    signed = answer(crew.parts, STATION, at_kiosk.challenge_id, ada.answers(at_kiosk))
    assert signed.statement["client"] == "station-1"
    elsewhere = crew.challenge(BROWSER)
    refused(crew, elsewhere, ada.answers(replace(elsewhere, origin="https://evil.example.org")))


def test_the_evidence_is_verified_again_and_any_change_of_it_is_found(crew: Crew) -> None:
    ada, bob, asked = crew.joined("ada"), crew.joined("bob"), crew.challenge(STATION)
    signed = answer(crew.parts, STATION, asked.challenge_id, ada.answers(asked))
    kept = evidence.evidence(crew.parts, signed.assertion_id)
    assert kept == signed.evidence
    assert kept is not None
    assert evidence.recheck(crew.parts, kept)
    (event,) = crew.events("staff_signed_console")
    assert event.details == {"assertion": kept.id, "sha256": kept.digest}
    (bobs,) = actions.keys_of(crew.parts, bob.row.id)
    changed = (
        replace(kept, statement={**kept.statement, "nonce": "another"}),
        replace(kept, signature=kept.signature[:-1] + bytes([kept.signature[-1] ^ 1])),
        replace(kept, authenticator_data=b"\0" * len(kept.authenticator_data)),
        replace(kept, client_data=b"{}"),
        replace(kept, staff_id=bob.row.id),
        replace(kept, staff_key_id=bobs.id),
        replace(kept, staff_key_id=""),
    )
    for each in changed:
        assert not evidence.recheck(crew.parts, each)
        assert each.digest != kept.digest


def test_a_challenge_is_answered_once(crew: Crew) -> None:
    ada, asked = crew.joined("ada"), crew.challenge()
    told = ada.answers(asked)
    answer(crew.parts, BROWSER, asked.challenge_id, told)
    refused(crew, asked, told)
    refused(crew, asked, ada.answers(asked))


def test_a_wrong_answer_uses_the_challenge_up(crew: Crew) -> None:
    ada, asked = crew.joined("ada"), crew.challenge()
    refused(crew, asked, AnswerChallenge({}))
    refused(crew, asked, ada.answers(asked))


def test_nobody_else_answers_a_challenge_and_not_after_its_time(crew: Crew) -> None:
    ada = crew.joined("ada")
    for holder in (STATION, "browser:another"):
        asked = crew.challenge()
        refused(crew, asked, ada.answers(asked), holder=holder)
    late = crew.challenge()
    crew.running.clock.advance(seconds=LIFE.total_seconds())
    refused(crew, late, ada.answers(late))


def test_a_challenge_for_one_purpose_is_no_good_for_another(crew: Crew) -> None:
    ada, asked = crew.joined("ada"), crew.challenge(purpose=StaffPurpose.CONSOLE)
    refused(crew, asked, ada.answers(asked), purpose=StaffPurpose.CONFIRM)


def test_strangers_disabled_staff_and_revoked_keys_look_alike(crew: Crew) -> None:
    gone, lost = crew.joined("gone"), crew.joined("lost")
    actions.disable_member(crew.parts, "service", gone.row.id)
    (key,) = actions.keys_of(crew.parts, lost.row.id)
    actions.revoke_key(crew.parts, "service", lost.row.id, key.id)
    for who in (Member(gone.row), gone, lost):
        asked = crew.challenge()
        refused(crew, asked, who.answers(asked))


def test_staff_of_another_tenant_are_strangers(crew: Crew) -> None:
    other, asked = crew.joined("ada", tenant="other"), crew.challenge(STATION)
    refused(crew, asked, other.answers(asked), holder=STATION, tenant="default")


def test_a_key_that_did_not_verify_its_owner_is_refused(crew: Crew) -> None:
    ada, asked = crew.joined("ada"), crew.challenge()
    ada.key.flags = USER_PRESENT
    refused(crew, asked, ada.answers(asked))


def test_a_key_that_nobody_touched_is_refused(crew: Crew) -> None:
    ada, asked = crew.joined("ada"), crew.challenge()
    refused(crew, asked, AnswerChallenge(ada.key.prove(asked.public_key, asked.origin)))


def test_a_counter_that_does_not_grow_is_refused(crew: Crew) -> None:
    ada = crew.joined("ada")
    first = crew.challenge()
    answer(crew.parts, BROWSER, first.challenge_id, ada.answers(first))
    ada.key.counter -= 1
    copied = crew.challenge()
    refused(crew, copied, ada.answers(copied))


def test_a_key_that_never_counts_is_taken(crew: Crew) -> None:
    ada = crew.joined("ada", counts=False)
    for _ in range(2):
        ada.key.counter, asked = -1, crew.challenge()
        answer(crew.parts, BROWSER, asked.challenge_id, ada.answers(asked))


def test_an_assertion_of_somebody_else_under_ones_own_handle_is_refused(crew: Crew) -> None:
    ada, bob, asked = crew.joined("ada"), crew.joined("bob"), crew.challenge()
    told = ada.credential(asked)
    told["response"]["userHandle"] = b64(bob.row.user_handle)
    refused(crew, asked, AnswerChallenge(told))


def test_a_signature_over_another_statement_is_refused(crew: Crew) -> None:
    ada, asked, other = crew.joined("ada"), crew.challenge(), crew.challenge()
    refused(crew, asked, ada.answers(other))


def test_the_statement_names_purpose_station_and_time(crew: Crew) -> None:
    asked = crew.challenge(STATION, StaffPurpose.DESK)
    with crew.parts.store.read() as tx:
        row = challenge(tx, asked.challenge_id)
    assert row is not None
    assert row.expires_at - row.created_at == timedelta(seconds=asked.expires_in)
    assert {name: row.statement[name] for name in ("purpose", "client", "at", "reason_sha256")} == {
        "purpose": "desk",
        "client": "station-1",
        "at": crew.running.clock.now().isoformat(),
        "reason_sha256": "",
    }
    assert crew.challenge(STATION, StaffPurpose.DESK).public_key["challenge"] != asked.public_key["challenge"]


@pytest.mark.parametrize("kept", [1, 6])
def test_an_answer_that_is_no_assertion_is_refused(crew: Crew, kept: int) -> None:
    ada, asked = crew.joined("ada"), crew.challenge()
    told = dict(list(ada.credential(asked).items())[:kept])
    told["response"] = {"clientDataJSON": "!", "authenticatorData": b64(b"short"), "signature": ""}
    refused(crew, asked, AnswerChallenge(told))


def test_staff_keys_need_a_place(crew: Crew) -> None:
    nowhere = crew.parts.settings.model_copy(update={"staff": StaffSettings()})
    with pytest.raises(NoConsole):
        answer(replace(crew.parts, settings=nowhere), BROWSER, "0" * 32, AnswerChallenge({}))
