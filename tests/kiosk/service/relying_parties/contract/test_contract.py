"""What every relying party does alike, whoever keeps it: each test runs at each stand that it makes sense for."""

from __future__ import annotations

import base64
import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fido2 import cbor

from kiosk.logs import JsonFormatter, route_to_stdlib
from kiosk.service.attestation.verdict import AttestationRejected
from kiosk.service.probe import ProbeFailed
from kiosk.service.relying_parties.connector import (
    OutcomeUnknown,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
)
from kiosk.service.relying_parties.webauthn import decode, encode
from tests.faces.faults import Fault
from tests.kiosk.service.relying_parties.contract.stand import FaceStand, Stand
from tests.kiosk.service.relying_parties.contract.visit import Visit, asked, begin, registered
from tests.kiosk.service.soft_key import b64, unb64


def excluded(visit: Visit) -> set[bytes]:
    return {decode(each["id"]) for each in visit.options.public_key["excludeCredentials"]}


# What a registration is.


def test_a_key_is_registered_listed_and_taken_away(stand: Stand) -> None:
    visit = begin(stand)
    made = visit.complete()
    assert stand.registered() == {visit.key.credential_id} == {made.credential_id}
    assert made.aaguid == str(visit.key.aaguid)
    assert cbor.decode(made.public_key)[3] == -7  # type: ignore[index]  # COSE is a map
    assert stand.half_made() == []
    ours = visit.found(made.reference)
    assert ours is not None
    assert made.reference in ("", ours.reference)
    stand.party.delete(visit.options.account, ours.reference)
    assert stand.registered() == set()
    assert visit.found(made.reference) is None


def test_two_keys_are_told_apart(stand: Stand) -> None:
    first, second = registered(stand), begin(stand)
    made = second.complete()
    assert stand.registered() == {first.key.credential_id, second.key.credential_id}
    ours = second.found(made.reference)
    assert ours is not None
    stand.party.delete(second.options.account, ours.reference)
    assert stand.registered() == {first.key.credential_id}


def test_taking_away_what_is_gone_is_no_error(stand: Stand) -> None:
    visit = begin(stand)
    made = visit.complete()
    ours = visit.found(made.reference)
    assert ours is not None
    for _ in range(2):
        stand.party.delete(visit.options.account, ours.reference)
    assert stand.registered() == set()


def test_options_are_canonical(stand: Stand) -> None:
    visit = begin(stand)
    told = visit.options.public_key
    assert set(told) <= {
        *("rp", "user", "challenge", "pubKeyCredParams", "timeout", "excludeCredentials"),
        *("authenticatorSelection", "attestation", "extensions"),
    }
    for each in (told["challenge"], told["user"]["id"]):
        assert encode(decode(each)) == each
    assert len(decode(told["challenge"])) >= 15  # Okta's are as short as that
    assert 0 < len(decode(told["user"]["id"])) <= 64
    host = visit.options.origin.removeprefix("https://").partition(":")[0]
    assert host == told["rp"]["id"] or host.endswith("." + told["rp"]["id"])
    assert told["authenticatorSelection"]["authenticatorAttachment"] == "cross-platform"
    assert told["authenticatorSelection"]["residentKey"] == "required"
    assert {"type": "public-key", "alg": -7} in told["pubKeyCredParams"]
    assert told["timeout"] >= 60_000
    assert timedelta(seconds=30) <= visit.options.lifetime <= timedelta(days=1)


def test_each_ceremony_has_its_own_challenge(stand: Stand) -> None:
    assert begin(stand).begun.challenge != begin(stand).begun.challenge


def test_the_exclude_list_holds_what_is_registered_and_what_we_know(stand: Stand) -> None:
    first = registered(stand)
    again = begin(stand, b"ours", *([] if stand.party.remote else [first.key.credential_id]))
    assert {first.key.credential_id, b"ours"} <= excluded(again)


def test_long_names_are_cut_between_characters(stand: Stand) -> None:
    somebody = stand.add(given_name="Ωμέγα" * 9, family_name="ü" * 100)
    told = begin(stand, person=somebody).options.public_key["user"]
    for name in (told["name"], told["displayName"]):
        assert 0 < len(name.encode()) <= 64
        assert "\ufffd" not in name


def test_the_policy_can_be_asked_for(stand: Stand) -> None:
    policy = stand.party.policy()
    for model in policy.aaguids_allowed | policy.aaguids_denied:
        assert model == str(UUID(model))
    assert not policy.algorithms or -7 in policy.algorithms
    assert stand.party.policy() == policy


def test_a_look_changes_nothing_and_tells_something(stand: Stand) -> None:
    assert stand.party.probe()
    assert stand.registered() == set()
    assert stand.half_made() == []


def test_a_call_has_an_end(stand: Stand) -> None:
    assert timedelta() < stand.party.deadline <= timedelta(minutes=2)


# What is refused.


@pytest.mark.parametrize("word", ["challenge", "origin", "rp", "flags", "id", "garbage"])
def test_an_answer_to_something_else_is_refused(stand: Stand, word: str) -> None:
    visit = begin(stand)
    answer = visit.answer()
    if word == "challenge":
        answer = visit.answer(challenge=encode(b"another challenge, as long as it is"))
    if word == "origin":
        visit.key.origin = "https://login.evil.example"
        answer = visit.answer()
    if word == "rp":
        answer = visit.answer(rp={"id": "evil.example", "name": "Evil"})
    if word == "flags":
        visit.key.flags = 0
        answer = visit.answer()
    if word == "id":
        answer["id"] = answer["rawId"] = encode(b"another credential")
    if word == "garbage":
        answer["response"]["attestationObject"] = b64(b"\xa0garbage")
    with pytest.raises(RelyingPartyRefused):
        visit.complete(answer)
    assert stand.registered() == set()


def test_an_attestation_that_was_tampered_with_is_refused(judging: Stand) -> None:
    visit = begin(judging)
    answer = visit.answer()
    statement: Any = cbor.decode(unb64(answer["response"]["attestationObject"]))
    signature = bytearray(statement["attStmt"]["sig"])
    signature[-1] ^= 1
    statement["attStmt"]["sig"] = bytes(signature)
    answer["response"]["attestationObject"] = b64(cbor.encode(statement))
    with pytest.raises((RelyingPartyRefused, AttestationRejected)):
        visit.complete(answer)
    assert judging.registered() == set()


def test_somebody_without_an_account_is_refused(peopled: Stand) -> None:
    with pytest.raises(RelyingPartyRefused) as caught:
        peopled.party.begin(asked(peopled.stranger))
    assert caught.value.word == "no_account"


# What is given up.


def test_what_was_begun_is_taken_away_by_its_name(stand: Stand) -> None:
    visit = begin(stand)
    for _ in range(2):
        stand.party.abort(visit.options.account, visit.options.reference, stand.bed.clock.now())
    assert stand.half_made() == []
    assert stand.registered() == set()


def test_what_was_begun_without_a_name_is_found_and_taken_away(stand: Stand) -> None:
    since = stand.bed.clock.now()
    visit = begin(stand)
    stand.party.abort(visit.options.account, "", since)
    assert stand.half_made() == []


def test_giving_up_takes_nothing_away_that_is_complete(stand: Stand) -> None:
    since = stand.bed.clock.now()
    visit = registered(stand)
    stand.party.abort(visit.options.account, visit.options.reference, since)
    stand.party.abort(visit.options.account, "", since)
    assert stand.registered() == {visit.key.credential_id}


# What goes wrong on the way.


@pytest.mark.parametrize("fault", [Fault.LOST_AFTER, Fault.HALF, Fault.NOT_JSON])
def test_an_answer_that_is_lost_after_the_effect_is_found_out_by_looking(faulty: FaceStand, fault: Fault) -> None:
    visit = begin(faulty)
    faulty.fault("register", fault)
    with pytest.raises(OutcomeUnknown) as caught:
        visit.complete()
    assert caught.value.account == visit.options.account
    assert faulty.registered() == {visit.key.credential_id}
    assert faulty.calls("register") == 1
    ours = visit.found()
    assert ours is not None
    faulty.party.delete(visit.options.account, ours.reference)
    assert faulty.registered() == set()


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.UNAVAILABLE])
def test_a_call_that_is_lost_before_the_effect_is_found_out_by_looking(faulty: FaceStand, fault: Fault) -> None:
    visit = begin(faulty)
    faulty.fault("register", fault)
    with pytest.raises(OutcomeUnknown) as caught:
        visit.complete()
    assert caught.value.account == visit.options.account
    assert faulty.calls("register") == 1
    assert visit.found() is None
    faulty.party.abort(visit.options.account, visit.options.reference, visit.begun.now)
    assert (faulty.registered(), faulty.half_made()) == (set(), [])


@pytest.mark.parametrize("call", ["begin", "register", "list", "delete"])
def test_who_is_asked_to_wait_waits_and_comes_again(faulty: FaceStand, call: str) -> None:
    faulty.retry_after(7)
    faulty.fault(call, Fault.TOO_MANY)
    visit = begin(faulty)
    made = visit.complete()
    ours = visit.found(made.reference)
    assert ours is not None
    faulty.party.delete(visit.options.account, ours.reference)
    assert (faulty.registered(), faulty.half_made()) == (set(), [])
    assert 7 <= sum(faulty.bed.slept) < 9


def test_who_is_turned_away_too_often_is_certainly_not_registered(faulty: FaceStand) -> None:
    visit = begin(faulty)
    faulty.fault("register", Fault.TOO_MANY_SILENT, times=9)
    with pytest.raises(RelyingPartyUnavailable):
        visit.complete()
    assert faulty.registered() == set()


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.HALF, Fault.UNAVAILABLE])
def test_a_beginning_that_is_lost_leaves_nothing_once_it_is_given_up(faulty: FaceStand, fault: Fault) -> None:
    since = faulty.bed.clock.now()
    faulty.fault("begin", fault)
    try:
        account = begin(faulty).options.account
    except OutcomeUnknown as unknown:
        account = unknown.account
    faulty.party.abort(account, "", since)
    assert (faulty.registered(), faulty.half_made()) == (set(), [])
    registered(faulty)


def test_options_that_cannot_be_read_are_refused_and_given_up(telling: FaceStand) -> None:
    since = telling.bed.clock.now()
    telling.fault("begin", Fault.BAD_BASE64)
    with pytest.raises(RelyingPartyRefused) as caught:
        begin(telling)
    assert caught.value.word == "bad_options"
    telling.party.abort(registered(telling).options.account, "", since)
    assert telling.half_made() == []


@pytest.mark.parametrize("call", ["begin", "register", "list", "delete", "policy"])
def test_members_that_nobody_has_heard_of_do_no_harm(faulty: FaceStand, call: str) -> None:
    faulty.fault(call, Fault.UNKNOWN_MEMBERS)
    faulty.party.policy()
    visit = begin(faulty)
    made = visit.complete()
    ours = visit.found(made.reference)
    assert ours is not None
    faulty.party.delete(visit.options.account, ours.reference)
    assert faulty.registered() == set()


def test_a_server_whose_clock_is_ahead_does_no_harm(faulty: FaceStand) -> None:
    usual = begin(faulty).options.lifetime
    for call in ("begin", "register", "list"):
        faulty.fault(call, Fault.SKEW)
    visit = begin(faulty)
    assert visit.options.lifetime == usual
    visit.complete()
    assert visit.found(visit.options.reference) is not None


@pytest.mark.parametrize("call", ["begin", "register", "list", "delete"])
def test_a_token_that_ends_early_is_replaced(renewing: FaceStand, call: str) -> None:
    renewing.fault(call, Fault.EXPIRED_TOKEN)
    visit = begin(renewing)
    made = visit.complete()
    ours = visit.found(made.reference)
    assert ours is not None
    renewing.party.delete(visit.options.account, ours.reference)
    assert renewing.registered() == set()


@pytest.mark.parametrize("fault", [Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.UNAVAILABLE, Fault.TOO_MANY_SILENT])
def test_taking_away_may_be_tried_again_until_it_is_gone(faulty: FaceStand, fault: Fault) -> None:
    visit = begin(faulty)
    made = visit.complete()
    ours = visit.found(made.reference)
    assert ours is not None
    faulty.fault("delete", fault)
    try:
        faulty.party.delete(visit.options.account, ours.reference)
    except (OutcomeUnknown, RelyingPartyUnavailable):
        faulty.party.delete(visit.options.account, ours.reference)
    assert faulty.registered() == set()


def test_a_server_that_is_down_has_done_nothing(faulty: FaceStand) -> None:
    visit = begin(faulty)
    faulty.stop()
    for call in (
        lambda: begin(faulty),
        lambda: faulty.party.list_credentials(visit.options.account),
        lambda: faulty.party.delete(visit.options.account, "x"),
        visit.complete,
    ):
        with pytest.raises(RelyingPartyUnavailable) as caught:
            call()
        assert caught.value.retry_after > 0
    with pytest.raises(ProbeFailed):
        faulty.party.probe()


# What nobody may read.


def test_a_wrong_secret_is_found_by_a_look_and_told_by_nobody(
    faulty: FaceStand, caplog: pytest.LogCaptureFixture
) -> None:
    route_to_stdlib()
    caplog.set_level(logging.INFO, logger="keywright")
    with pytest.raises(ProbeFailed) as caught:
        faulty.wrong.probe()
    said = f"{caught.value.seen} {caught.value.remedy} {caught.value!r}"
    assert len(caught.value.seen) > 10
    assert len(caught.value.remedy) > 10
    with pytest.raises((RelyingPartyRefused, RelyingPartyUnavailable)) as refused:
        faulty.wrong.begin(asked(faulty.person))
    assert_nothing_secret(faulty, caplog, said, repr(refused.value), "a wrong geheim")


def test_the_log_of_a_visit_holds_no_secret_and_nobodys_name(
    faulty: FaceStand, caplog: pytest.LogCaptureFixture
) -> None:
    route_to_stdlib()
    caplog.set_level(logging.INFO, logger="keywright")
    visit = begin(faulty)
    answer = visit.answer()
    visit.complete(answer)
    assert visit.found(visit.options.reference) is not None
    person = faulty.person
    secret = (person.upn, person.directory_id, person.family_name, visit.options.public_key["challenge"])
    assert_nothing_secret(faulty, caplog, repr(faulty.party), *secret, answer["response"]["attestationObject"])


def assert_nothing_secret(stand: FaceStand, caplog: pytest.LogCaptureFixture, said: str, *more: str) -> None:
    """Neither in the log, which tells of calls, nor in what was said."""
    lines = [JsonFormatter().format(each) for each in caplog.records if each.name.startswith("keywright")]
    assert any("outside_call" in line for line in lines)
    caplog.clear()
    for secret in (*stand.secrets().values(), *more):
        forms = (secret, base64.b64encode(secret.encode()).decode(), encode(secret.encode()))
        assert not any(form in line for form in forms for line in [*lines, said])
