"""What is Keycloak's own: we verify, it believes; the realm's policy holds, nothing of the user is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import ConfigurationError
from kiosk.service.attestation.verdict import AttestationRejected
from kiosk.service.directories.connector import Person
from kiosk.service.probe import ProbeFailed
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    OutcomeUnknown,
    PartyPolicy,
    RegisteredCredential,
    RelyingPartyRefused,
    UserVerification,
    find,
)
from kiosk.service.relying_parties.connectors.keycloak import KeycloakParty, KeycloakRelyingParty
from kiosk.service.relying_parties.keycloak_policy import entry, id_in, read_policy, reference_of
from kiosk.service.relying_parties.options import tolerant
from kiosk.service.relying_parties.webauthn import decode
from kiosk.service.settings import parse
from tests.faces.driving import logged_in
from tests.faces.faults import Fault
from tests.faces.frame import NADA, REGISTER
from tests.faces.keycloak import KeycloakFace
from tests.faces.webauthn import Rejected
from tests.kiosk.service.soft_key import SoftKey
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired

Parties = Callable[..., KeycloakRelyingParty]
PERSON = Person("d:1", NADA, "Nada", "Hassan", email=NADA)
PREFIX = "webAuthnPolicyPasswordless"


@pytest.fixture
def bed() -> Bed:
    return Bed()


@pytest.fixture
def key() -> SoftKey:
    return SoftKey()


@pytest.fixture
def face(tmp_path: Path, bed: Bed, key: SoftKey) -> Iterator[KeycloakFace]:
    with KeycloakFace(tmp_path, clock=bed.clock, roots=[key.root.certificate]) as running:
        yield running


@pytest.fixture
def parties(face: KeycloakFace, bed: Bed, key: SoftKey) -> Iterator[Parties]:
    """The face's realm; arguments by name are settings."""
    wiring = wired(key, clock=bed.clock, sleep=bed.sleep, secret=lambda _: face.client.secret)

    def make(**told: Any) -> KeycloakRelyingParty:
        settings = KeycloakParty.model_validate(
            {
                "id": "sso",
                "name": "Single sign-on",
                "url": face.url,
                "realm": face.realm_name,
                "client_id": face.client.id,
                "client_secret": "keycloak",
                "certificate_authority": face.authority,
            }
            | told
        )
        return KeycloakRelyingParty.make(settings, wiring)

    yield make
    wiring.outbound.close()


def begun(party: KeycloakRelyingParty, person: Person = PERSON, *exclude: bytes) -> CreationOptions:
    return party.begin(CreationRequest(person, b"ours", exclude, UserVerification.PREFERRED))


def ceremony(options: CreationOptions, bed: Bed, name: str = "") -> BegunCeremony:
    told = options.public_key
    return BegunCeremony(
        challenge=decode(told["challenge"]),
        rp_id=told["rp"]["id"],
        origin=options.origin,
        user_handle=decode(told["user"]["id"]),
        user_verification=UserVerification(told["authenticatorSelection"]["userVerification"]),
        now=bed.clock.now(),
        account=options.account,
        state=options.state,
        name=name,
    )


def register(party: KeycloakRelyingParty, key: SoftKey, bed: Bed, name: str = "") -> RegisteredCredential:
    options = begun(party)
    return party.complete(ceremony(options, bed, name), key.register(options.public_key, options.origin))


def test_the_key_opens_the_door_and_the_user_is_as_before(
    face: KeycloakFace, parties: Parties, key: SoftKey, bed: Bed
) -> None:
    before = face.document(face.user(NADA))
    made = register(parties(), key, bed, "Blue key")
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user(NADA).id
    assert face.passwords == {}, "an entry with a value is a password"
    assert face.document(face.user(NADA)) == before
    (listed,) = parties().list_credentials(face.user(NADA).id)
    assert (listed.reference, listed.ids) == (made.reference, frozenset({key.credential_id}))
    assert [each.name for each in face.stored.truth.values()] == ["Blue key"]


def test_the_user_handle_is_the_text_of_the_user_s_id(face: KeycloakFace, parties: Parties) -> None:
    options = begun(parties())
    handle = decode(options.public_key["user"]["id"]).decode()
    assert (UUID(handle), handle) == (UUID(options.account), face.user(NADA).id)
    assert options.public_key["rp"] == {"id": "localhost", "name": "keycloak"}
    assert options.origin == face.url


def test_a_second_factor_opens_no_door_without_a_password(
    face: KeycloakFace, parties: Parties, key: SoftKey, bed: Bed
) -> None:
    party = parties(use="second_factor")
    assert begun(party).public_key["authenticatorSelection"]["userVerification"] == "preferred"
    register(party, key, bed)
    with pytest.raises(Rejected):
        face.log_in(logged_in(key, face.request_options(), face.origin))
    assert find(party.list_credentials(face.user(NADA).id), key.credential_id)


def test_the_realm_s_policy_is_ours(face: KeycloakFace, parties: Parties, key: SoftKey, bed: Bed) -> None:
    face.realm |= {
        f"{PREFIX}AcceptableAaguids": [str(key.aaguid).upper()],
        f"{PREFIX}SignatureAlgorithms": ["ES256", "RS1", "RS512", "of tomorrow"],
        f"{PREFIX}RpEntityName": "Example Works",
    }
    party = parties()
    assert party.policy() == PartyPolicy(aaguids_allowed=frozenset({str(key.aaguid)}), algorithms=(-7, -259))
    assert begun(party).public_key["rp"]["name"] == "Example Works"
    assert register(party, key, bed).reference


def test_a_model_that_the_realm_does_not_take_is_not_imported(
    face: KeycloakFace, parties: Parties, key: SoftKey, bed: Bed
) -> None:
    face.realm[f"{PREFIX}AcceptableAaguids"] = ["00000000-0000-0000-0000-000000000001"]
    with pytest.raises(RelyingPartyRefused) as caught:
        register(parties(), key, bed)
    assert caught.value.word == "key_not_allowed"
    assert face.stored.truth == {}


def test_an_algorithm_that_the_realm_does_not_take_is_not_imported(
    face: KeycloakFace, parties: Parties, key: SoftKey, bed: Bed
) -> None:
    face.realm[f"{PREFIX}SignatureAlgorithms"] = ["RS256"]
    with pytest.raises(RelyingPartyRefused) as caught:
        register(parties(), key, bed)
    assert caught.value.word == "wrong_algorithm"
    assert face.stored.truth == {}


def test_a_key_of_a_stranger_is_not_imported(face: KeycloakFace, parties: Parties, bed: Bed) -> None:
    with pytest.raises(AttestationRejected):
        register(parties(), SoftKey(), bed)
    assert not [each for each in face.calls if each.name == REGISTER]


def test_a_replayed_challenge_is_not_imported(face: KeycloakFace, parties: Parties, key: SoftKey, bed: Bed) -> None:
    party = parties()
    old, new = begun(party), begun(party)
    with pytest.raises(RelyingPartyRefused) as caught:
        party.complete(ceremony(new, bed), key.register(old.public_key, old.origin))
    assert caught.value.word == "wrong_challenge"
    assert face.stored.truth == {}


def test_a_key_without_its_pin_is_no_passkey(face: KeycloakFace, parties: Parties, key: SoftKey, bed: Bed) -> None:
    key.flags = 1
    with pytest.raises(RelyingPartyRefused) as caught:
        register(parties(), key, bed)
    assert caught.value.word == "not_verified"
    assert face.stored.truth == {}


def test_what_is_there_already_is_excluded_and_not_made_twice(
    face: KeycloakFace, parties: Parties, key: SoftKey, bed: Bed
) -> None:
    party = parties()
    options = begun(party)
    answer = key.register(options.public_key, options.origin)
    face.faults.add(REGISTER, Fault.LOST_AFTER, 1)
    with pytest.raises(OutcomeUnknown):
        party.complete(ceremony(options, bed), answer)
    made = party.complete(ceremony(options, bed), answer)
    assert [each.id for each in face.stored.truth.values()] == [made.reference]
    excluded = begun(party, PERSON, b"known elsewhere").public_key["excludeCredentials"]
    assert {decode(each["id"]) for each in excluded} == {key.credential_id, b"known elsewhere"}


@pytest.mark.parametrize(
    ("settings", "person"),
    [
        ({}, Person("d:2", "gone@example.org")),
        ({}, Person("d:2", "nada.hassan@example.or")),
        ({"account_is": "email", "account": "{email}"}, Person("d:2", NADA, email="nobody@example.org")),
        ({"account_is": "id", "account": "{directory_id}"}, Person("d:2", NADA, directory_id="..")),
        ({"account_is": "id", "account": "{directory_id}"}, Person("d:2", NADA)),
    ],
)
def test_nobody_else_s_account_is_taken(parties: Parties, settings: dict[str, str], person: Person) -> None:
    with pytest.raises(RelyingPartyRefused) as caught:
        begun(parties(**settings), person)
    assert caught.value.word == "no_account"


@pytest.mark.parametrize(
    "settings",
    [
        {"account_is": "email", "account": "{email}"},
        {"account_is": "id", "account": "{directory_id}"},
        {"account": "NADA.Hassan@{attribute.domain}"},
    ],
)
def test_an_account_is_found_by_what_the_settings_say(
    face: KeycloakFace, parties: Parties, settings: dict[str, str]
) -> None:
    user = face.user(NADA)
    person = Person("d:1", "other", email=NADA, attributes={"domain": "example.org"}, directory_id=user.id)
    assert begun(parties(**settings), person).account == user.id


def test_an_rp_id_that_is_not_of_the_origin_is_told(face: KeycloakFace, parties: Parties) -> None:
    face.set_rp_id("example.org", "https://login.example.org")
    with pytest.raises(RelyingPartyRefused) as caught:
        begun(parties())
    assert caught.value.word == "origin_outside_rp"
    with pytest.raises(ProbeFailed) as failed:
        parties().probe()
    assert "origin" in failed.value.remedy
    elsewhere = parties(origin="https://login.example.org/sign/in")
    assert begun(elsewhere).origin == "https://login.example.org"
    assert "example.org" in elsewhere.probe()


def test_a_right_that_is_missing_is_told(face: KeycloakFace, parties: Parties) -> None:
    assert "all models" in parties().probe()
    for missing in ("view-realm", "query-users"):
        face.client.rights = {"query-users", "view-users", "manage-users", "view-realm"} - {missing}
        with pytest.raises(ProbeFailed, match="403"):
            parties().probe()
    assert face.stored.truth == {}


def test_settings_are_named_by_their_path() -> None:
    text = '[[relying_parties]]\nid = "sso"\nname = "SSO"\nkind = "keycloak"\nurl = "https://k.example"\n'
    for more, path in (
        ("", "client_id"),
        ('realm = "a/b"\nclient_id = "c"\nclient_secret = "s"', "realm"),
        ('realm = "r"\nclient_id = "c"', "client_secret"),
        ('realm = "r"\nclient_id = "c"\nclient_secret = "s"\nuse = "both"', "use"),
    ):
        with pytest.raises(ConfigurationError) as caught:
            parse(f"[verification]\nmethods = ['automatic']\n{text}{more}")
        assert caught.value.path == f"relying_parties.0.{path}"


@given(st.binary(min_size=1, max_size=1023), st.binary(max_size=200), st.text(max_size=300))
def test_an_entry_is_read_back_as_it_was_written(credential_id: bytes, public_key: bytes, name: str) -> None:
    made = RegisteredCredential(credential_id, public_key, 7, "00000000-0000-0000-0000-000000000001", "x", ("usb",))
    written = entry(made, "passwordless", name, "of tomorrow", Bed().clock.now())
    assert "value" not in written
    assert id_in(written) == credential_id
    data = json.loads(written["credentialData"])
    assert tolerant(data["credentialPublicKey"]) == public_key
    assert (data["attestationStatementFormat"], data["counter"]) == ("none", 7)
    assert written["id"] == reference_of(credential_id)


@given(
    st.dictionaries(
        st.sampled_from([f"{PREFIX}{name}" for name in ("RpId", "SignatureAlgorithms", "AcceptableAaguids")]),
        st.one_of(st.none(), st.text(), st.integers(), st.lists(st.one_of(st.text(), st.integers(), st.none()))),
    )
)
def test_any_policy_is_read(realm: dict[str, Any]) -> None:
    assert read_policy(realm, "passwordless").algorithms
