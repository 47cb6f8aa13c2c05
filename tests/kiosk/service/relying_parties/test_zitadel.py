"""What is Zitadel's own: codes that are spent, passkeys without credential ids, attestation that it never sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fido2.webauthn import AttestationObject
from pydantic import ValidationError

from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.settings import AttestationPolicy, Conveyance
from kiosk.service.attestation.trust import Trust
from kiosk.service.attestation.verdict import AttestationRejected
from kiosk.service.directories.connector import Person
from kiosk.service.outbound import Outbound
from kiosk.service.probe import ProbeFailed
from kiosk.service.relying_parties.connector import RelyingPartyRefused
from kiosk.service.relying_parties.connectors.zitadel import ZitadelParty, ZitadelRelyingParty, without_attestation
from kiosk.service.tls import Identity, server_context
from tests.faces.driving import logged_in
from tests.faces.frame import NADA, REGISTER
from tests.faces.zitadel import WRITE, ZitadelFace
from tests.kiosk.service.faces import Request, serving
from tests.kiosk.service.relying_parties.visiting import begin, begun, complete
from tests.kiosk.service.running import NOON
from tests.kiosk.service.soft_key import SoftKey, unb64
from tests.kiosk.service.vendors.bed import Bed, answer
from tests.kiosk.service.wired import wired

Parties = Callable[..., ZitadelRelyingParty]


@pytest.fixture
def bed() -> Bed:
    return Bed()


@pytest.fixture
def key() -> SoftKey:
    return SoftKey()


@pytest.fixture
def face(tmp_path: Path, bed: Bed) -> Iterator[ZitadelFace]:
    with ZitadelFace(tmp_path, clock=bed.clock) as running:
        yield running


@pytest.fixture
def parties(face: ZitadelFace, bed: Bed, key: SoftKey) -> Iterator[Parties]:
    """The face's instance; arguments by name are settings, or `secret` and `policy`."""
    outbound = Outbound()

    def make(secret: str = face.token, policy: AttestationPolicy | None = None, **told: Any) -> ZitadelRelyingParty:
        usual = {
            "id": "work",
            "name": "Work",
            "url": face.url,
            "token": "zitadel",
            "domain": "localhost",
            "origin": face.url,
            "certificate_authority": face.authority,
        }
        trust = Trust(policy or AttestationPolicy(), TrustAnchors((key.root.certificate,)))
        wiring = wired(outbound=outbound, clock=bed.clock, sleep=bed.sleep, secret=lambda _: secret, trust=trust)
        return ZitadelRelyingParty.make(ZitadelParty.model_validate(usual | told), wiring)

    yield make
    outbound.close()


def test_the_registered_key_opens_the_door(parties: Parties, face: ZitadelFace, key: SoftKey) -> None:
    complete(parties(), begin(parties()), key)
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user(NADA).id


def test_the_key_is_asked_for_the_proof_that_our_policy_wants(parties: Parties) -> None:
    assert begin(parties()).public_key["attestation"] == "direct"
    lenient = AttestationPolicy(conveyance=Conveyance.NONE, require_trusted=False)
    assert begin(parties(policy=lenient)).public_key["attestation"] == "none"


def test_the_proof_is_believed_here_and_never_leaves(parties: Parties, face: ZitadelFace, key: SoftKey) -> None:
    made = complete(parties(), begin(parties()), key)
    assert made.attestation == "packed:basic:trusted"
    assert [each.attested for each in face.credentials(NADA)] == [False]
    assert made.aaguid == str(key.aaguid)


def test_what_is_handed_over_is_the_same_credential_without_a_statement(parties: Parties, key: SoftKey) -> None:
    options = begin(parties())
    response = key.register(options.public_key, options.origin)
    bare = without_attestation(response)
    before, after = (AttestationObject(unb64(each["response"]["attestationObject"])) for each in (response, bare))
    assert (before.fmt, after.fmt, after.att_stmt) == ("packed", "none", {})
    assert bytes(after.auth_data) == bytes(before.auth_data)
    assert bare["response"]["clientDataJSON"] == response["response"]["clientDataJSON"]
    assert set(bare) == {"id", "rawId", "type", "response"}
    assert without_attestation(bare) == bare


def test_a_key_of_a_stranger_is_refused_before_zitadel_hears_of_it(
    parties: Parties, face: ZitadelFace, key: SoftKey
) -> None:
    options = begin(parties())
    with pytest.raises(AttestationRejected):
        complete(parties(), options, SoftKey())
    assert all(each.name != REGISTER for each in face.calls)
    denied = AttestationPolicy(aaguids_denied=frozenset({str(key.aaguid)}))
    with pytest.raises(AttestationRejected):
        complete(parties(policy=denied), options, key)
    assert face.credentials(NADA) == []
    parties().abort(options.account, options.reference, NOON)
    assert face.orphans() == []


@pytest.mark.parametrize(("by", "account"), [("login_name", "{upn}"), ("username", "{upn}"), ("email", "{email}")])
def test_people_are_found_by_what_the_settings_say(parties: Parties, face: ZitadelFace, by: str, account: str) -> None:
    person = Person("d:1", NADA.upper(), email=NADA)
    assert begin(parties(find_by=by, account=account), person).account == face.user(NADA).id


def test_people_are_found_by_their_id(parties: Parties, face: ZitadelFace) -> None:
    party = parties(find_by="id", account="{directory_id}")
    assert begin(party, Person("d:1", NADA, directory_id=face.user(NADA).id)).account == face.user(NADA).id
    with pytest.raises(RelyingPartyRefused) as caught:
        begin(party, Person("d:1", NADA, directory_id="123"))
    assert caught.value.word == "no_account"


def test_two_of_one_address_are_nobody(parties: Parties, face: ZitadelFace) -> None:
    face.user("jan.devries2@example.org").email = "jan.devries@example.org"
    party = parties(find_by="email", account="{email}")
    with pytest.raises(RelyingPartyRefused) as caught:
        begin(party, Person("d:1", "jan", email="jan.devries@example.org"))
    assert caught.value.word == "several_accounts"


def test_every_code_is_spent(parties: Parties, face: ZitadelFace) -> None:
    begin(parties())
    begin(parties())
    assert face.codes == {}


def test_the_passkey_is_called_what_the_person_calls_it(parties: Parties, face: ZitadelFace, key: SoftKey) -> None:
    party = parties()
    complete(party, begin(party), key, "Blue key")
    complete(party, begin(party), SoftKey(root=key.root), "  ")
    assert [each.name for each in face.credentials(NADA)] == ["Blue key", "Security key"]


def test_an_answer_after_five_minutes_is_refused(parties: Parties, bed: Bed, key: SoftKey) -> None:
    options = begin(parties())
    bed.clock.advance(minutes=6)
    with pytest.raises(RelyingPartyRefused) as caught:
        complete(parties(), options, key)
    assert caught.value.word == "key_not_allowed"


def test_a_registration_that_is_not_finished_is_no_credential(parties: Parties) -> None:
    options = begin(parties())
    (listed,) = parties().list_credentials(options.account)
    assert (listed.reference, listed.active, listed.ids) == (options.reference, False, frozenset())


def test_an_organization_that_is_not_ours_is_told_to_the_doctor(parties: Parties, face: ZitadelFace) -> None:
    assert parties(organization=face.org).probe() == "signed in; finds people"
    with pytest.raises(ProbeFailed) as caught:
        parties(organization="1").probe()
    assert "organization" in caught.value.remedy
    with pytest.raises(ProbeFailed) as wrong:
        parties(secret="wrong").probe()
    assert "token" in wrong.value.remedy


def test_a_right_that_is_missing_is_no_missing_person(parties: Parties, face: ZitadelFace) -> None:
    face.rights -= {WRITE}
    with pytest.raises(RelyingPartyRefused) as caught:
        begin(parties())
    assert caught.value.word == "not_authorized"


def test_an_answer_to_another_challenge_is_never_handed_over(parties: Parties, face: ZitadelFace, key: SoftKey) -> None:
    first, second = begin(parties()), begin(parties())
    with pytest.raises(RelyingPartyRefused):
        parties().complete(begun(first), key.register(second.public_key, second.origin))
    assert all(each.name != REGISTER for each in face.calls)


def test_a_service_user_signs_in_with_a_secret_for_a_token_of_the_api(
    tls: tuple[Identity, Identity], parties: Parties
) -> None:
    def serve(request: Request) -> Any:
        if request.path == "/oauth/v2/token":
            return answer(200, {"access_token": "fresh", "expires_in": 3600})
        return answer(200, {"result": [{"userId": "1"}]})

    with serving(server_context(tls[1])) as web:
        web.answer = serve
        told = {"url": web.url, "certificate_authority": tls[0].certificate, "organization": "26"}
        assert parties("s3cret", token=None, client_id="bot", client_secret="z", **told).probe()
        token, search = web.requests
        assert b"urn%3Azitadel%3Aiam%3Aorg%3Aproject%3Aid%3Azitadel%3Aaud" in token.body
        assert token.headers["authorization"].startswith("Basic ")
        assert (search.headers["authorization"], search.headers["x-zitadel-orgid"]) == ("Bearer fresh", "26")
        web.answer = lambda _: answer(401, {"error": "invalid_client"})
        with pytest.raises(ProbeFailed) as caught:
            parties("wrong", token=None, client_id="bot", client_secret="z", **told).probe()
        assert "client id" in caught.value.remedy


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"token": None}, "token"),
        ({"client_secret": "z"}, "token"),
        ({"client_id": "z"}, "client_id"),
        ({"origin": "https://login.example.com"}, "origin"),
        ({"organization": "acme"}, "organization"),
    ],
)
def test_wrong_settings_are_named(wrong: dict[str, Any], named: str) -> None:
    usual = {
        "id": "work",
        "name": "Work",
        "url": "https://x.zitadel.cloud",
        "token": "z",
        "domain": "login.example.org",
    }
    assert ZitadelParty.model_validate(usual).page == "https://login.example.org"
    with pytest.raises(ValidationError) as caught:
        ZitadelParty.model_validate(usual | wrong)
    error = caught.value.errors()[0]
    assert named in (error["loc"] or (error["msg"].removeprefix("Value error, ").partition(":")[0],))
