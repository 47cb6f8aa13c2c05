"""What is Entra's own: its encodings, versions, policy, passes, and what an administrator can do wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pydantic import ValidationError

from kiosk.service.directories.connector import Person
from kiosk.service.probe import ProbeFailed
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    IssuedPass,
    IssuingParty,
    OutcomeUnknown,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
    UserVerification,
    find,
)
from kiosk.service.relying_parties.connectors.entra import EntraParty, EntraRelyingParty, TemporaryAccessPass
from kiosk.service.relying_parties.webauthn import decode
from kiosk.service.tls import Identity, server_context
from kiosk.service.vendors.entra import EntraApplication
from tests.faces.entra import EntraFace
from tests.faces.faults import Fault
from tests.faces.frame import NADA
from tests.kiosk.service.faces import Request, Web, serving
from tests.kiosk.service.soft_key import SoftKey
from tests.kiosk.service.vendors.bed import Bed, answer
from tests.kiosk.service.wired import wired

Parties = Callable[..., EntraRelyingParty]
Told = tuple[Web, Callable[..., EntraRelyingParty]]
PERSON = Person("d:1", NADA, "Nada", "Hassan")
PUBLIC_KEY = {
    "rp": {"id": "login.microsoft.com"},
    "user": {"id": "dQ", "name": "n"},
    "challenge": "Y2hhbGxlbmdl",
    "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
}
"""The least that creation options can be."""


@pytest.fixture
def bed() -> Bed:
    return Bed()


@pytest.fixture
def key() -> SoftKey:
    return SoftKey()


@pytest.fixture
def face(tmp_path: Path, bed: Bed, key: SoftKey) -> Iterator[EntraFace]:
    with EntraFace(tmp_path, clock=bed.clock, roots=[key.root.certificate]) as running:
        yield running


@pytest.fixture
def parties(face: EntraFace, bed: Bed, key: SoftKey) -> Iterator[Parties]:
    """The face's tenant; arguments by name are settings, or `secrets` and `sleep`."""
    wiring = wired(key, clock=bed.clock)

    def make(
        secrets: dict[str, str] | None = None, sleep: Callable[[float], None] = bed.sleep, **told: Any
    ) -> EntraRelyingParty:
        usual = {
            "id": "work",
            "name": "Work",
            "tenant": face.tenant,
            "client_id": face.client.id,
            "client_secret": "entra",
            "graph": face.url,
            "login": face.url,
            "certificate_authority": face.authority,
        }
        settings = EntraParty.model_validate(usual | told)
        secret = (secrets or {"entra": face.client.secret}).__getitem__
        return EntraRelyingParty.make(settings, replace(wiring, secret=secret, sleep=sleep))

    yield make
    wiring.outbound.close()


def begin(party: EntraRelyingParty, person: Person = PERSON, *exclude: bytes) -> CreationOptions:
    return party.begin(CreationRequest(person, b"h" * 32, exclude, UserVerification.REQUIRED))


def begun(options: CreationOptions, name: str = "Nada's key") -> BegunCeremony:
    told = options.public_key
    return BegunCeremony(
        decode(told["challenge"]),
        told["rp"]["id"],
        options.origin,
        decode(told["user"]["id"]),
        UserVerification.REQUIRED,
        datetime.now(UTC),
        options.account,
        state=options.state,
        name=name,
    )


def register(party: EntraRelyingParty, key: SoftKey, name: str = "Nada's key") -> str:
    options = begin(party)
    return party.complete(begun(options, name), key.register(options.public_key, options.origin)).reference


# The ceremony.


def test_the_key_is_asked_for_hmac_secret_and_for_no_more_protection_than_entra_wants(parties: Parties) -> None:
    assert begin(parties()).public_key["extensions"] == {
        "hmacCreateSecret": True,
        "enforceCredentialProtectionPolicy": True,
        "credentialProtectionPolicy": "userVerificationOptional",
    }


@pytest.mark.parametrize("rp_id", ["login.microsoft.com", "login.microsoftonline.com", "login.example.org"])
def test_the_origin_is_that_of_whatever_entra_calls_itself(parties: Parties, face: EntraFace, rp_id: str) -> None:
    face.rp_id = rp_id
    options = begin(parties())
    assert (options.public_key["rp"]["id"], options.origin) == (rp_id, f"https://{rp_id}")


def test_options_live_as_long_as_the_version_says(parties: Parties, face: EntraFace) -> None:
    assert begin(parties()).lifetime == timedelta(minutes=5)
    assert begin(parties(version="beta", challenge_minutes=45)).lifetime == timedelta(minutes=45)
    assert [unquote(each.path).rpartition("/")[2] for each in face.calls if each.name == "begin"] == [
        "creationOptions",
        "creationOptions(challengeTimeoutInMinutes=45)",
    ]


def test_what_lived_too_long_is_refused_by_entra(parties: Parties, key: SoftKey, bed: Bed, face: EntraFace) -> None:
    party = parties()
    options = begin(party)
    bed.clock.advance(minutes=5)
    with pytest.raises(RelyingPartyRefused, match="key_not_allowed"):
        party.complete(begun(options), key.register(options.public_key, options.origin))
    assert face.credentials(NADA) == []


@pytest.mark.parametrize("standard", [True, False])
@pytest.mark.parametrize("length", [16, 32, 33, 34, 64])
def test_each_encoding_of_a_known_key_is_read(
    parties: Parties, key: SoftKey, face: EntraFace, standard: bool, length: int
) -> None:
    face.standard_ids, key.credential_id = (
        standard,
        bytes(range(200, 200 + length - 16)) + b"\xfb\xff\xfe" * 5 + b"\x01",
    )
    party = parties(version="beta")
    reference = register(party, key)
    excluded = begin(party, PERSON, b"ours").public_key["excludeCredentials"]
    assert {key.credential_id, b"ours"} <= {decode(each["id"]) for each in excluded}
    listed = find(party.list_credentials(NADA), key.credential_id)
    assert listed is not None
    assert listed.reference == reference


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Blue key", "Blue key"),
        ("", "Security key"),
        ("   ", "Security key"),
        ("x" * 31, "x" * 30),
        ("x" * 29 + " yy", "x" * 29),
        ("\N{KEY}" * 16, "\N{KEY}" * 15),
    ],
)
def test_the_keys_name_fits_into_entra(parties: Parties, key: SoftKey, face: EntraFace, name: str, kept: str) -> None:
    register(parties(), key, name)
    assert [each.name for each in face.credentials(NADA)] == [kept]


def test_a_key_of_another_algorithm_is_not_handed_over(parties: Parties, key: SoftKey, face: EntraFace) -> None:
    party = parties()
    options = begin(party)
    assert options.state == {"algorithms": "-7 -257"}
    asked = replace(begun(options), state={"algorithms": "-257"})
    with pytest.raises(RelyingPartyRefused, match="wrong_algorithm"):
        party.complete(asked, key.register(options.public_key, options.origin))
    assert [each.name for each in face.calls if each.name == "register"] == []


def test_what_the_record_says_of_the_attestation_is_what_entra_said(parties: Parties, key: SoftKey) -> None:
    party = parties()
    options = begin(party)
    made = party.complete(begun(options), key.register(options.public_key, options.origin))
    assert (made.attestation, made.aaguid) == ("entra:attested", str(key.aaguid))


def test_a_make_that_entra_does_not_know_is_refused(parties: Parties, face: EntraFace) -> None:
    with pytest.raises(RelyingPartyRefused, match="key_not_allowed"):
        register(parties(), SoftKey())
    assert face.credentials(NADA) == []


def test_an_account_that_was_just_made_is_asked_for_once_more(parties: Parties, face: EntraFace, bed: Bed) -> None:
    def replicate(seconds: float) -> None:
        face.add("new@example.org")
        bed.sleep(seconds)

    new = replace(PERSON, upn="new@example.org")
    assert begin(parties(sleep=replicate), new).account == "new@example.org"
    assert bed.slept == [3]


def test_a_key_is_handed_over_once_more_only_where_the_account_was_not_known(told: Told, key: SoftKey) -> None:
    _, make = told
    posts: list[Request] = []

    def graph(request: Request) -> Any:
        if request.method == "GET":
            return answer(200, {"publicKey": PUBLIC_KEY})
        posts.append(request)
        return answer(201, {"id": "x"}) if len(posts) > 1 else answer(404, {"error": {"code": "ResourceNotFound"}})

    assert register(make(graph), key) == "x"
    assert [each.body for each in posts] == [posts[0].body] * 2


def test_an_account_may_be_named_by_the_directorys_id(parties: Parties, face: EntraFace, key: SoftKey) -> None:
    person = replace(PERSON, upn="", directory_id=face.user(NADA).id)
    assert begin(parties(account="{directory_id}"), person).account == face.user(NADA).id
    with pytest.raises(RelyingPartyRefused, match="no_account"):
        begin(parties(account="{employee_id}"))


@pytest.mark.parametrize("off", [{"isSelfServiceRegistrationAllowed": False}, {"state": "disabled"}])
def test_a_tenant_that_has_it_switched_off_says_so_at_every_step(
    parties: Parties, face: EntraFace, off: dict[str, Any]
) -> None:
    face.policy |= off
    party = parties()
    for call in (party.policy, lambda: begin(party)):
        with pytest.raises(RelyingPartyRefused, match="not_enabled"):
            call()
    with pytest.raises(ProbeFailed, match="not_enabled") as caught:
        party.probe()
    assert "self-service" in caught.value.remedy


# The policy.


def test_the_policy_is_read_once_in_some_minutes(parties: Parties, face: EntraFace, bed: Bed) -> None:
    party = parties()
    assert party.policy().attested
    model = "00000001-0000-4000-8000-00000000000a"
    face.policy["keyRestrictions"] = {"isEnforced": True, "enforcementType": "allow", "aaGuids": [model]}
    assert party.policy().aaguids_allowed == frozenset()
    bed.clock.advance(minutes=5)
    assert party.policy().aaguids_allowed == {model}
    assert sum(each.name == "policy" for each in face.calls) == 2


def test_a_policy_that_cannot_be_had_is_asked_for_again(parties: Parties, face: EntraFace) -> None:
    party = parties()
    face.faults.add("policy", Fault.TOO_MANY_SILENT, times=4)
    with pytest.raises(RelyingPartyUnavailable):
        party.policy()
    assert party.policy().attested


def test_without_the_right_to_read_it_the_policy_is_left_to_entra(parties: Parties, face: EntraFace) -> None:
    face.client.rights.discard("Policy.Read.All")
    with pytest.raises(RelyingPartyRefused, match="not_authorized"):
        parties().policy()
    with pytest.raises(ProbeFailed) as caught:
        parties().probe()
    assert "Policy.Read.All" in caught.value.remedy
    party = parties(read_policy=False)
    assert not party.policy().attested
    assert party.probe() == "signed in; may register keys"


# Signing in, and what an administrator can do wrong.


@pytest.fixture(scope="module")
def proof() -> tuple[str, bytes, x509.Certificate]:
    """A private key and its certificate, as PEM, and the certificate."""
    key, now = rsa.generate_private_key(65537, 2048), datetime.now(UTC)
    built = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(x509.Name([]))
    built = built.public_key(key.public_key()).serial_number(1)
    made = built.not_valid_before(now).not_valid_after(now + timedelta(days=1)).sign(key, hashes.SHA256())
    encoding, shape = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(encoding, shape, serialization.NoEncryption()).decode()
    return pem, made.public_bytes(encoding), made


def by_key(file: Path, proof: tuple[str, bytes, x509.Certificate]) -> dict[str, Any]:
    file.write_bytes(proof[1])
    return {
        "client_secret": None,
        "private_key": "k",
        "certificate": file,
        "secrets": {"k": proof[0]},
    }


def test_a_certificate_signs_in(
    parties: Parties, face: EntraFace, key: SoftKey, tmp_path: Path, proof: tuple[str, bytes, x509.Certificate]
) -> None:
    face.client.certificate, face.client.secret = proof[2], ""
    party = parties(**by_key(tmp_path / "own.pem", proof))
    assert register(party, key)
    assert face.issuer.issued == 1


def test_each_mistake_of_an_administrator_has_its_own_remedy(
    parties: Parties, face: EntraFace, tmp_path: Path, proof: tuple[str, bytes, x509.Certificate]
) -> None:
    stranger = rsa.generate_private_key(65537, 2048).public_key()
    face.client.public_key = stranger
    wrong = {
        "AADSTS7000215": parties(secrets={"entra": "geheim"}),
        "AADSTS700016": parties(client_id="another"),
        "AADSTS90002": parties(tenant="elsewhere.example.org"),
        "AADSTS700027": parties(**by_key(tmp_path / "own.pem", proof)),
        "certificate": parties(certificate_authority=None),
        "no connection": parties(login="https://localhost:1"),
    }
    face.client.rights -= {"UserAuthMethod-Passkey.ReadWrite.All"}
    wrong["HTTP 403"] = parties()
    remedies = set()
    for seen, party in wrong.items():
        with pytest.raises(ProbeFailed, match=seen) as caught:
            party.probe()
        assert "geheim" not in caught.value.seen + caught.value.remedy
        remedies.add(caught.value.remedy)
    assert len(remedies) == len(wrong)


def test_a_good_look_says_what_is_there(parties: Parties) -> None:
    assert parties().probe() == "signed in; may register keys with attestation; all models allowed"


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"client_secret": None}, "client_secret"),
        ({"private_key": "k"}, "client_secret"),
        ({"client_secret": None, "private_key": "k"}, "certificate"),
        ({"challenge_minutes": 10}, "challenge_minutes"),
        ({"version": "beta", "challenge_minutes": 4}, "challenge_minutes"),
        ({"tenant": "a/b"}, "tenant"),
        ({"graph": "http://graph.example.org"}, "graph"),
        ({"temporary_access_pass": {"lifetime_minutes": 5}}, "temporary_access_pass"),
    ],
)
def test_wrong_settings_are_named(parties: Parties, wrong: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError, match=named):
        parties(**wrong)


def test_graph_is_where_microsoft_says_unless_told_otherwise() -> None:
    usual = EntraApplication(tenant="contoso.onmicrosoft.com", client_id="c", client_secret="s")
    assert (usual.graph, usual.login) == ("https://graph.microsoft.com", "https://login.microsoftonline.com")


# Answers that the face does not give: a server that says what it is told to.


@pytest.fixture
def told(tls: tuple[Identity, Identity], bed: Bed) -> Iterator[Told]:
    """A server whose Graph answers are the test's, and parties for it."""
    wiring = wired(clock=bed.clock, sleep=bed.sleep)
    with serving(server_context(tls[1])) as web:

        def make(graph: Callable[[Request], Any], **settings: Any) -> EntraRelyingParty:
            token = answer(200, {"access_token": "t", "expires_in": 3600})
            web.answer = lambda request: token if request.path.endswith("/token") else graph(request)
            usual: dict[str, Any] = {
                "id": "work",
                "name": "Work",
                "tenant": "t",
                "client_id": "c",
                "client_secret": "s",
            }
            usual |= {"graph": web.url, "login": web.url, "certificate_authority": tls[0].certificate}
            return EntraRelyingParty.make(EntraParty.model_validate(usual | settings), wiring)

        yield web, make
        wiring.outbound.close()


def test_graph_can_find_a_call_and_knows_that_somebody_waits(told: Told) -> None:
    web, make = told
    party = make(lambda _: answer(200, {"value": []}))
    for _ in range(2):
        party.list_credentials(NADA)
    calls = [each for each in web.requests if not each.path.endswith("/token")]
    assert len(calls) == 2
    assert {each.headers["x-ms-throttle-priority"] for each in calls} == {"High"}
    assert len({each.headers["client-request-id"] for each in calls}) == 2


def test_a_list_is_read_to_its_end_and_only_at_the_address_of_the_settings(told: Told) -> None:
    web, make = told

    def graph(request: Request) -> Any:
        if "skiptoken=2" in request.path:
            return answer(200, {"value": [{"id": "Yg2"}]})
        return answer(200, {"value": [{"id": "YQ2"}], "@odata.nextLink": "https://evil.example/x?$skiptoken=2"})

    listed = make(graph).list_credentials(NADA)
    assert [each.reference for each in listed] == ["YQ2", "Yg2"]
    assert b"b" in listed[1].ids
    assert "skiptoken=2" in web.requests[-1].path


def test_a_list_without_end_is_not_read_for_ever(told: Told) -> None:
    web, make = told
    endless = answer(200, {"value": [], "@odata.nextLink": "https://evil.example/x?$skiptoken=1"})
    with pytest.raises(RelyingPartyUnavailable):
        make(lambda _: endless).list_credentials(NADA)
    assert len(web.requests) < 15


@pytest.mark.parametrize("document", [{}, [], {"value": [{"id": 5}]}, {"value": ["x"]}, {"value": {}}])
def test_a_list_that_is_not_understood_is_no_empty_list(told: Told, document: Any) -> None:
    with pytest.raises(RelyingPartyUnavailable):
        told[1](lambda _: answer(200, document)).list_credentials(NADA)


def test_options_without_what_entra_should_say_are_completed_by_us(told: Told) -> None:
    options = begin(told[1](lambda _: answer(200, {"publicKey": PUBLIC_KEY})))
    assert options.public_key["extensions"] == {"hmacCreateSecret": True}
    assert options.lifetime == timedelta(minutes=5)


@pytest.mark.parametrize("document", [{}, [], {"publicKey": 5}])
def test_options_that_are_none_are_not_made_up(told: Told, document: Any) -> None:
    with pytest.raises((RelyingPartyRefused, RelyingPartyUnavailable)):
        begin(told[1](lambda _: answer(200, document)))


# The pass.

PASS = TemporaryAccessPass(lifetime_minutes=120)


def test_a_pass_is_given_where_the_settings_ask_for_one(told: Told) -> None:
    web, make = told
    document = {"id": "1", "temporaryAccessPass": "TAP-geheim", "lifetimeInMinutes": 60, "isUsableOnce": True}
    party = make(lambda _: answer(201, document), temporary_access_pass=PASS)
    assert isinstance(party, IssuingParty)
    given = party.issue_pass(NADA)
    assert given == IssuedPass("TAP-geheim", 3600)
    assert "geheim" not in repr(given)
    request = web.requests[-1]
    assert unquote(request.path) == f"/v1.0/users/{NADA}/authentication/temporaryAccessPassMethods"
    assert request.body == b'{"lifetimeInMinutes": 120, "isUsableOnce": true}'


def test_otherwise_nobody_is_asked(told: Told) -> None:
    web, make = told
    assert make(lambda _: answer(500)).issue_pass(NADA) is None
    assert web.requests == []


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (answer(400, {"error": {"code": "BadRequest"}}), RelyingPartyRefused),
        (answer(403), RelyingPartyRefused),
        (answer(503), OutcomeUnknown),
        (answer(201, {"id": "1"}), OutcomeUnknown),
    ],
)
def test_a_pass_that_is_not_given_is_told_truly(told: Told, said: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        told[1](lambda _: said, temporary_access_pass=PASS).issue_pass(NADA)
