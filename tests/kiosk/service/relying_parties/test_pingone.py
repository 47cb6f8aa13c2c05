"""What is PingOne's own: bytes as signed numbers in a string, devices without credential ids, MFA that is off."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from kiosk.service.directories.connector import Person
from kiosk.service.outbound import Outbound
from kiosk.service.probe import ProbeFailed
from kiosk.service.relying_parties.connector import OutcomeUnknown, RelyingPartyRefused
from kiosk.service.relying_parties.connectors.pingone import PingOneParty, PingOneRelyingParty
from tests.faces.driving import logged_in
from tests.faces.faults import Fault
from tests.faces.frame import BEGIN, DELETE, NADA, OBRIEN, REGISTER
from tests.faces.pingone import PingOneFace
from tests.kiosk.service.relying_parties.visiting import begin, begun, complete
from tests.kiosk.service.running import NOON
from tests.kiosk.service.soft_key import SoftKey, unb64
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired

Parties = Callable[..., PingOneRelyingParty]


@pytest.fixture
def bed() -> Bed:
    return Bed()


@pytest.fixture
def key() -> SoftKey:
    return SoftKey()


@pytest.fixture
def face(tmp_path: Path, bed: Bed, key: SoftKey) -> Iterator[PingOneFace]:
    with PingOneFace(tmp_path, clock=bed.clock, roots=[key.root.certificate]) as running:
        yield running


@pytest.fixture
def parties(face: PingOneFace, bed: Bed, key: SoftKey) -> Iterator[Parties]:
    """The face's environment; arguments by name are settings, or `secret`."""
    outbound = Outbound()

    def make(secret: str = face.client.secret, **told: Any) -> PingOneRelyingParty:
        usual = {
            "id": "work",
            "name": "Work",
            "environment_id": face.environment,
            "client_id": face.client.id,
            "client_secret": "pingone",
            "api": face.url,
            "auth": face.url,
            "rp_id": "localhost",
            "origin": face.url,
            "certificate_authority": face.authority,
        }
        wiring = wired(key, outbound=outbound, clock=bed.clock, sleep=bed.sleep, secret=lambda _: secret)
        return PingOneRelyingParty.make(PingOneParty.model_validate(usual | told), wiring)

    yield make
    outbound.close()


def test_the_registered_key_opens_the_door(parties: Parties, face: PingOneFace, key: SoftKey) -> None:
    complete(parties(), begin(parties()), key)
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user(NADA).id


def test_signed_numbers_become_the_bytes_that_they_are(parties: Parties, face: PingOneFace, key: SoftKey) -> None:
    complete(parties(), begin(parties()), key)
    options = begin(parties()).public_key
    waiting = next(each for each in face.ceremonies.values() if not each.used)
    assert unb64(options["challenge"]) == waiting.challenge
    assert unb64(options["user"]["id"]).hex() == face.user(NADA).id.replace("-", "")
    assert [unb64(each["id"]) for each in options["excludeCredentials"]] == [key.credential_id]


@pytest.mark.parametrize(
    ("by", "account"), [("username", "{upn}"), ("email", "{email}"), ("externalId", "{employee_id}")]
)
def test_people_are_found_by_what_the_settings_say(parties: Parties, face: PingOneFace, by: str, account: str) -> None:
    person = Person("d:1", NADA.upper(), email=NADA, employee_id="4711")
    assert begin(parties(find_by=by, account=account), person).account == face.user(NADA).id


def test_people_are_found_by_their_id(parties: Parties, face: PingOneFace) -> None:
    party = parties(find_by="id", account="{directory_id}")
    assert begin(party, Person("d:1", NADA, directory_id=face.user(NADA).id)).account == face.user(NADA).id
    with pytest.raises(RelyingPartyRefused) as caught:
        begin(party, Person("d:1", NADA, directory_id="6d2e7d86-4b5e-4c3a-9a3e-000000000000"))
    assert caught.value.word == "no_account"


def test_a_name_with_quotes_finds_nobody_else(parties: Parties) -> None:
    for name in ('x" or username sw "', "\\", '"', 'x\\" or enabled eq true or username eq \\"'):
        with pytest.raises(RelyingPartyRefused) as caught:
            begin(parties(), Person("d:1", name))
        assert caught.value.word == "no_account"


def test_two_of_one_name_are_nobody(parties: Parties, face: PingOneFace) -> None:
    face.user(OBRIEN).employee_id = "4711"
    with pytest.raises(RelyingPartyRefused) as caught:
        begin(parties(find_by="externalId", account="{employee_id}"), Person("d:1", NADA, employee_id="4711"))
    assert caught.value.word == "several_accounts"


def test_who_has_left_is_refused_before_anything_is_made(parties: Parties, face: PingOneFace) -> None:
    with pytest.raises(RelyingPartyRefused) as caught:
        begin(parties(), Person("d:5", "gone@example.org"))
    assert caught.value.word == "account_closed"
    assert face.ceremonies == {}


def test_mfa_is_switched_on_only_where_the_settings_allow_it(parties: Parties, face: PingOneFace) -> None:
    face.without_mfa.add(face.user(NADA).id)
    with pytest.raises(RelyingPartyRefused) as caught:
        begin(parties())
    assert caught.value.word == "mfa_not_enabled"
    assert face.without_mfa
    begin(parties(enable_mfa=True))
    assert not face.without_mfa


def test_a_model_that_the_policy_does_not_take_is_refused_there(
    parties: Parties, face: PingOneFace, key: SoftKey
) -> None:
    face.fido_policy["mdsAuthenticatorsRequirements"] = {"option": "SPECIFIC"}
    options = begin(parties())
    with pytest.raises(RelyingPartyRefused) as caught:
        complete(parties(), options, key)
    assert caught.value.word == "key_not_allowed"
    parties().abort(options.account, options.reference, NOON)
    assert face.orphans() == []


@pytest.mark.parametrize(
    ("requirements", "attested"),
    [({"option": "GLOBAL"}, True), ({"option": "AUDIT_ONLY"}, False), ("SPECIFIC", True), ("NONE", False), (7, False)],
)
def test_the_policy_says_whether_keys_must_prove_their_make(
    parties: Parties, face: PingOneFace, requirements: object, attested: bool
) -> None:
    face.fido_policy["mdsAuthenticatorsRequirements"] = requirements
    assert parties().policy().attested is attested
    assert parties(read_policy=False).policy().attested is False


def test_a_late_answer_is_refused(parties: Parties, face: PingOneFace, bed: Bed, key: SoftKey) -> None:
    options = begin(parties())
    parties().abort(options.account, options.reference, NOON)
    with pytest.raises(RelyingPartyRefused) as caught:
        complete(parties(), options, key)
    assert caught.value.word == "expired"
    assert face.orphans() == []


def test_what_was_begun_before_is_left_alone(parties: Parties, face: PingOneFace, bed: Bed) -> None:
    options = begin(parties())
    parties().abort(options.account, "", NOON.replace(hour=13))
    assert face.half_made(NADA) == [options.reference]


def test_a_beginning_that_cannot_be_used_nor_taken_back_is_not_forgotten(parties: Parties, face: PingOneFace) -> None:
    face.faults.add(BEGIN, Fault.BAD_BASE64)
    face.faults.add(DELETE, Fault.LOST_BEFORE)
    with pytest.raises(OutcomeUnknown) as caught:
        begin(parties())
    parties().abort(caught.value.account, "", NOON)
    assert face.orphans() == []


def test_the_attestation_is_one_string_and_the_origin_ours(parties: Parties, face: PingOneFace, key: SoftKey) -> None:
    party = parties()
    options = begin(party)
    response = key.register(options.public_key, options.origin)
    response["clientExtensionResults"] = {"unheard-of": json.dumps({"a": 1})}
    assert party.complete(begun(options), response).reference == options.reference
    assert [each.status for each in face.calls if each.name == REGISTER] == [200]


def test_the_doctor_tells_what_is_wrong(parties: Parties, face: PingOneFace) -> None:
    assert "with attestation" in parties().probe()
    face.client.rights.clear()
    with pytest.raises(ProbeFailed) as caught:
        parties().probe()
    assert "Identity Data Admin" in caught.value.remedy
    with pytest.raises(ProbeFailed):
        parties(secret="wrong").probe()


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"origin": "https://login.example.com"}, "origin"),
        ({"region": "de"}, "region"),
        ({"environment_id": "../../x"}, "environment_id"),
        ({"find_by": "name.given"}, "find_by"),
    ],
)
def test_wrong_settings_are_named(wrong: dict[str, Any], named: str) -> None:
    usual = {
        "id": "work",
        "name": "Work",
        "environment_id": "6d2e7d86-4b5e-4c3a-9a3e-000000000000",
        "client_id": "c",
        "client_secret": "pingone",
        "rp_id": "example.org",
        "origin": "https://login.example.org",
    }
    assert PingOneParty.model_validate(usual).region == "com"
    with pytest.raises(ValidationError) as caught:
        PingOneParty.model_validate(usual | wrong)
    error = caught.value.errors()[0]
    assert named in (error["loc"] or (error["msg"].removeprefix("Value error, ").partition(":")[0],))
