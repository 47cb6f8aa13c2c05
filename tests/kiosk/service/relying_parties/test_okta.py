"""What is Okta's own: RP IDs that nobody tells, activations that are counted, factors that wait for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from kiosk.service.outbound import Outbound
from kiosk.service.probe import ProbeFailed
from kiosk.service.relying_parties.connector import (
    OutcomeUnknown,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
    UserVerification,
)
from kiosk.service.relying_parties.connectors.okta import OktaParty, OktaRelyingParty
from kiosk.service.tls import Identity, server_context
from tests.faces.driving import logged_in
from tests.faces.faults import Fault
from tests.faces.frame import BEGIN, DELETE, NADA, REGISTER
from tests.faces.okta import OktaFace
from tests.kiosk.service.faces import Request, Web, serving
from tests.kiosk.service.relying_parties.visiting import PERSON, begin, begun, complete
from tests.kiosk.service.running import NOON
from tests.kiosk.service.soft_key import SoftKey, b64
from tests.kiosk.service.vendors.bed import Bed, answer
from tests.kiosk.service.wired import wired

Parties = Callable[..., OktaRelyingParty]


@pytest.fixture
def bed() -> Bed:
    return Bed()


@pytest.fixture
def key() -> SoftKey:
    return SoftKey()


@pytest.fixture
def face(tmp_path: Path, bed: Bed, key: SoftKey) -> Iterator[OktaFace]:
    with OktaFace(tmp_path, clock=bed.clock, roots=[key.root.certificate]) as running:
        yield running


@pytest.fixture
def outbound() -> Iterator[Outbound]:
    made = Outbound()
    yield made
    made.close()


@pytest.fixture
def parties(face: OktaFace, bed: Bed, key: SoftKey, outbound: Outbound) -> Parties:
    """The face's org; arguments by name are settings, or `secret`."""

    def make(secret: str = face.api_token, **told: Any) -> OktaRelyingParty:
        usual = {
            "id": "work",
            "name": "Work",
            "url": face.url,
            "api_token": "okta",
            "certificate_authority": face.authority,
        }
        wiring = wired(key, outbound=outbound, clock=bed.clock, sleep=bed.sleep, secret=lambda _: secret)
        return OktaRelyingParty.make(OktaParty.model_validate(usual | told), wiring)

    return make


def another(key: SoftKey) -> SoftKey:
    return SoftKey(root=key.root)


def test_the_registered_key_opens_the_door(parties: Parties, face: OktaFace, key: SoftKey) -> None:
    complete(parties(), begin(parties()), key)
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user(NADA).id


def test_keys_are_made_for_the_host_of_the_org_unless_another_is_told(parties: Parties, face: OktaFace) -> None:
    options = begin(parties())
    assert (options.public_key["rp"]["id"], options.origin) == ("localhost", face.url)
    elsewhere = begin(parties(origin="https://login.example.org/", rp_id="example.org"))
    assert (elsewhere.public_key["rp"]["id"], elsewhere.origin) == ("example.org", "https://login.example.org")
    face.custom_rp_id = "corp.example.com"
    assert begin(parties()).public_key["rp"]["id"] == "corp.example.com"
    assert begin(parties(read_policy=False)).public_key["rp"]["id"] == "localhost"


def test_the_handle_is_the_decoded_id_of_the_user(parties: Parties, face: OktaFace) -> None:
    assert begin(parties()).public_key["user"]["id"] == face.user(NADA).id


def test_what_the_kiosk_wants_verified_is_verified_though_okta_only_prefers_it(parties: Parties) -> None:
    for wanted, told in ((UserVerification.REQUIRED, "required"), (UserVerification.DISCOURAGED, "preferred")):
        options = begin(parties(), wanted=wanted)
        assert options.public_key["authenticatorSelection"]["userVerification"] == told


def test_a_service_app_signs_in_with_its_key(parties: Parties, face: OktaFace, key: SoftKey) -> None:
    private = rsa.generate_private_key(65537, 2048)
    face.client.public_key = private.public_key()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    party = parties(secret=pem, api_token=None, client_id=face.client.id, private_key="app")
    complete(party, begin(party), key)
    assert "signed in" in party.probe()
    assert face.issuer.issued == 1
    assert len(face.credentials(NADA)) == 1


def test_the_last_activation_in_five_minutes_is_not_spent(
    parties: Parties, face: OktaFace, bed: Bed, key: SoftKey
) -> None:
    party = parties()
    begun_before = begin(party)
    for _ in range(4):
        complete(party, begin(party), another(key))
    for call in (lambda: complete(party, begun_before, key), lambda: begin(party)):
        with pytest.raises(RelyingPartyUnavailable) as caught:
            call()
        assert caught.value.retry_after == 300
    assert sum(each.name == REGISTER for each in face.calls) == 4
    bed.clock.advance(seconds=299)
    with pytest.raises(RelyingPartyUnavailable) as last:
        begin(party)
    assert last.value.retry_after == 1
    bed.clock.advance(seconds=1)
    complete(party, begin(party), key)


def test_somebody_elses_activations_do_not_count(parties: Parties, face: OktaFace, key: SoftKey) -> None:
    party, other = parties(account="{directory_id}"), face.user("jan.devries@example.org")
    people = [type(PERSON)("d:1", NADA, directory_id=each.id) for each in (face.user(NADA), other)]
    for _ in range(4):
        complete(party, begin(party, people[0]), another(key))
    complete(party, begin(party, people[1]), key)


def test_what_waits_there_from_before_is_left_to_whoever_began_it(web: Web, told: Parties) -> None:
    there = datetime.now(UTC)  # the server's clock, which is months ahead of ours

    def factor(name: str, seconds: int, kind: str = "webauthn", status: str = "PENDING_ACTIVATION") -> dict[str, str]:
        created = (there + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return {"id": name, "factorType": kind, "status": status, "created": created}

    factors = [
        factor("old", -60),
        factor("new", 5),
        factor("sms", 5, kind="sms"),
        factor("done", 5, status="ACTIVE"),
        factor("dateless", 0) | {"created": "some day"},
    ]
    web.answer = lambda request: answer(200, factors) if request.method == "GET" else answer(204)
    told().abort(NADA, "", NOON)
    assert [each.path.rpartition("/")[2] for each in web.requests if each.method == "DELETE"] == ["new", "dateless"]


def test_a_factor_that_is_of_another_credential_is_no_success(web: Web, told: Parties, key: SoftKey) -> None:
    web.answer = lambda request: answer(200, _factor(request, b64(b"another")))
    party = told(read_policy=False)
    with pytest.raises(OutcomeUnknown) as caught:
        complete(party, begin(party), key)
    assert caught.value.account == NADA


@pytest.mark.parametrize("told_id", ["standard", "url"])
def test_the_credential_id_is_read_in_either_encoding(web: Web, told: Parties, key: SoftKey, told_id: str) -> None:
    text = b64(key.credential_id)
    if told_id == "standard":
        text = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
    web.answer = lambda request: answer(200, _factor(request, text))
    party = told(read_policy=False)
    assert complete(party, begin(party), key).reference == "fwf1"


@pytest.mark.parametrize(
    ("status", "code", "word"),
    [
        (400, "E0000001", "key_not_allowed"),
        (401, "E0000011", "not_authorized"),
        (403, "E0000006", "not_authorized"),
        (403, "E0000038", "account_closed"),
        (403, "E0000068", "expired"),
        (404, "E0000007", "expired"),
        (418, "E\n", "refused"),
    ],
)
def test_refusals_of_an_activation_are_told_in_our_words(
    web: Web, told: Parties, key: SoftKey, status: int, code: str, word: str
) -> None:
    def refuse(request: Request) -> Any:
        if request.path.endswith("/activate"):
            return answer(status, {"errorCode": code, "errorSummary": "no"})
        return answer(200, _factor(request, ""))

    web.answer = refuse
    party = told(read_policy=False)
    options = begin(party)
    with pytest.raises(RelyingPartyRefused) as caught:
        complete(party, options, key)
    assert caught.value.word == word


def test_a_beginning_that_cannot_be_used_nor_taken_back_is_not_forgotten(parties: Parties, face: OktaFace) -> None:
    party = parties()
    face.faults.add(BEGIN, Fault.BAD_BASE64)
    with pytest.raises(RelyingPartyRefused):
        begin(party)
    assert face.half_made(NADA) == []
    face.faults.add(BEGIN, Fault.BAD_BASE64)
    face.faults.add(DELETE, Fault.LOST_BEFORE)
    with pytest.raises(OutcomeUnknown) as caught:
        begin(party)
    assert caught.value.account == NADA
    party.abort(NADA, "", NOON)
    assert face.orphans() == []


def test_models_that_the_org_does_not_take_are_refused_there(parties: Parties, face: OktaFace, key: SoftKey) -> None:
    face.aaguids = frozenset({uuid4()})
    options = begin(parties())
    with pytest.raises(RelyingPartyRefused) as caught:
        complete(parties(), options, key)
    assert caught.value.word == "key_not_allowed"
    parties().abort(options.account, options.reference, NOON)
    assert face.orphans() == []


def test_a_list_that_lags_behind_catches_up(parties: Parties, face: OktaFace, key: SoftKey) -> None:
    party = parties()
    options = begin(party)
    face.lag(reads=1)
    complete(party, options, key)
    assert [len(party.list_credentials(NADA)) for _ in range(2)] == [0, 1]


def test_an_org_that_takes_no_keys_says_so_before_anybody_touches_one(web: Web, told: Parties) -> None:
    web.answer = lambda _: answer(200, [{"id": "aut1", "key": "okta_password", "status": "ACTIVE"}])
    party = told()
    with pytest.raises(RelyingPartyRefused) as caught:
        party.policy()
    assert caught.value.word == "not_enabled"
    with pytest.raises(ProbeFailed):
        party.probe()


def test_settings_that_may_not_be_read_are_as_if_there_were_none(parties: Parties, face: OktaFace) -> None:
    face.client.rights -= {"okta.authenticators.read"}
    token = face.issuer.issue(face.client.rights)
    party = parties()
    object.__setattr__(party.api, "_authorize", lambda _fresh: {"Authorization": f"Bearer {token}"})
    assert party.policy().aaguids_allowed == frozenset()
    assert begin(party).public_key["rp"]["id"] == "localhost"


def test_the_doctor_tells_what_to_do_about_a_bad_token(parties: Parties) -> None:
    with pytest.raises(ProbeFailed) as caught:
        parties(secret="wrong").probe()
    assert "token" in caught.value.remedy


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"api_token": None}, "api_token"),
        ({"private_key": "app"}, "api_token"),
        ({"client_id": "0oa"}, "client_id"),
        ({"rp_id": "example.com"}, "rp_id"),
        ({"url": "http://example.okta.com"}, "url"),
        ({"activation_seconds": 30}, "activation_seconds"),
    ],
)
def test_wrong_settings_are_named(wrong: dict[str, Any], named: str) -> None:
    usual = {"id": "work", "name": "Work", "url": "https://example.okta.com", "api_token": "okta"}
    assert OktaParty.model_validate(usual).page == "https://example.okta.com"
    with pytest.raises(ValidationError) as caught:
        OktaParty.model_validate(usual | wrong)
    error = caught.value.errors()[0]
    assert named in (error["loc"] or (error["msg"].removeprefix("Value error, ").partition(":")[0],))


@pytest.fixture
def web(tls: tuple[Identity, Identity]) -> Iterator[Web]:
    with serving(server_context(tls[1])) as running:
        yield running


@pytest.fixture
def told(web: Web, tls: tuple[Identity, Identity], bed: Bed, key: SoftKey, outbound: Outbound) -> Parties:
    """An org whose answers the test writes."""

    def make(**settings: Any) -> OktaRelyingParty:
        usual = {"id": "work", "name": "Work", "url": web.url, "api_token": "okta"}
        wiring = wired(key, outbound=outbound, clock=bed.clock, sleep=bed.sleep)
        read = OktaParty.model_validate({**usual, "certificate_authority": tls[0].certificate, **settings})
        return OktaRelyingParty.make(read, wiring)

    return make


def _factor(request: Request, credential_id: str) -> dict[str, Any]:
    """A factor as it is told when it is enrolled, or activated."""
    told: dict[str, Any] = {"id": "fwf1", "factorType": "webauthn", "provider": "FIDO"}
    if request.path.endswith("/activate"):
        return told | {"status": "ACTIVE", "profile": {"credentialId": credential_id}}
    activation = {
        "rp": {"name": "Example org"},
        "user": {"id": "00u15s1KDETTQMQYABRL", "name": NADA},
        "challenge": "cdsZ1V10E0BGE4GcG3IK",
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    }
    return told | {"status": "PENDING_ACTIVATION", "_embedded": {"activation": activation}}


def test_an_answer_to_somebody_elses_challenge_is_never_handed_over(
    parties: Parties, face: OktaFace, key: SoftKey
) -> None:
    party = parties()
    first, second = begin(party), begin(party)
    with pytest.raises(RelyingPartyRefused):
        party.complete(begun(first), key.register(second.public_key, second.origin))
    assert all(each.name != REGISTER for each in face.calls)
