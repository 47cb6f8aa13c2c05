"""What is FusionAuth's own: its errors, its license, its tenants; and attestation, which it leaves to us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.attestation.verdict import AttestationRejected
from kiosk.service.directories.connector import Person
from kiosk.service.probe import ProbeFailed
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    CreationOptions,
    CreationRequest,
    RegisteredCredential,
    RelyingPartyRefused,
    UserVerification,
    find,
)
from kiosk.service.relying_parties.connectors.fusionauth import FusionAuthParty, FusionAuthRelyingParty
from kiosk.service.relying_parties.webauthn import decode
from kiosk.service.vendors.fusionauth import codes_of
from kiosk.service.vendors.rest import Refused
from tests.faces.driving import logged_in
from tests.faces.frame import NADA, REGISTER
from tests.faces.fusionauth import FusionAuthFace
from tests.kiosk.service.soft_key import SoftKey
from tests.kiosk.service.vendors.bed import Bed
from tests.kiosk.service.wired import wired

Parties = Callable[..., FusionAuthRelyingParty]
PERSON = Person("d:1", NADA, "Nada", "Hassan")


@pytest.fixture
def bed() -> Bed:
    return Bed()


@pytest.fixture
def key() -> SoftKey:
    return SoftKey()


@pytest.fixture
def face(tmp_path: Path, bed: Bed, key: SoftKey) -> Iterator[FusionAuthFace]:
    with FusionAuthFace(tmp_path, clock=bed.clock, roots=[key.root.certificate]) as running:
        yield running


@pytest.fixture
def parties(face: FusionAuthFace, bed: Bed, key: SoftKey) -> Iterator[Parties]:
    """The face's tenant; arguments by name are settings, or `secret`."""
    wirings = []

    def make(secret: str = face.api_key, **told: Any) -> FusionAuthRelyingParty:
        usual = {
            "id": "sso",
            "name": "Sign-in",
            "url": face.url,
            "api_key": "k",
            "certificate_authority": face.authority,
        }
        wiring = wired(key, clock=bed.clock, sleep=bed.sleep, secret=lambda _: secret)
        wirings.append(wiring)
        return FusionAuthRelyingParty.make(FusionAuthParty.model_validate(usual | told), wiring)

    yield make
    for each in wirings:
        each.outbound.close()


def begun(party: FusionAuthRelyingParty, person: Person = PERSON) -> CreationOptions:
    return party.begin(CreationRequest(person, b"ours", (), UserVerification.REQUIRED))


def register(party: FusionAuthRelyingParty, key: SoftKey, bed: Bed, **extra: Any) -> RegisteredCredential:
    options = begun(party)
    told = options.public_key
    ceremony = BegunCeremony(
        challenge=decode(told["challenge"]),
        rp_id=told["rp"]["id"],
        origin=options.origin,
        user_handle=decode(told["user"]["id"]),
        user_verification=UserVerification.REQUIRED,
        now=bed.clock.now(),
        account=options.account,
        state=options.state,
    )
    return party.complete(ceremony, key.register(told, options.origin) | extra)


def test_the_key_opens_the_door(face: FusionAuthFace, parties: Parties, key: SoftKey, bed: Bed) -> None:
    party = parties()
    made = register(party, key, bed)
    assert face.log_in(logged_in(key, face.request_options(), face.origin)) == face.user(NADA).id
    found = find(party.list_credentials(face.user(NADA).id), key.credential_id)
    assert found is not None
    assert found.reference == made.reference


@pytest.mark.parametrize(
    "results", [{}, {"credProps": {"rk": True}, "hmacCreateSecret": True}, {"credProps": "x"}, None, [1]]
)
def test_only_what_fusionauth_knows_is_handed_over(
    face: FusionAuthFace, parties: Parties, key: SoftKey, bed: Bed, results: Any
) -> None:
    assert register(parties(), key, bed, clientExtensionResults=results, authenticatorAttachment="x").reference


def test_attestation_is_asked_for_and_judged_by_us(face: FusionAuthFace, parties: Parties, bed: Bed) -> None:
    assert begun(parties()).public_key["attestation"] == "direct"
    with pytest.raises(AttestationRejected):
        register(parties(), SoftKey(), bed)
    assert not [each for each in face.calls if each.name == REGISTER]


def test_the_options_live_as_long_as_their_timeout_tells(parties: Parties) -> None:
    assert begun(parties()).lifetime == timedelta(minutes=3)


def test_several_tenants_are_told_apart(face: FusionAuthFace, parties: Parties, key: SoftKey, bed: Bed) -> None:
    face.several_tenants = True
    with pytest.raises(RelyingPartyRefused):
        begun(parties())
    assert register(parties(tenant=face.tenant), key, bed).reference


@pytest.mark.parametrize(
    ("settings", "person"),
    [
        ({}, Person("d:2", "nobody@example.org")),
        ({}, Person("d:2", "gone@example.org")),
        ({"account": "{directory_id}", "account_is": "id"}, Person("d:2", NADA)),
        ({"account": "{directory_id}", "account_is": "id"}, Person("d:2", NADA, directory_id=NADA)),
    ],
)
def test_nobody_else_s_account_is_taken(parties: Parties, settings: dict[str, str], person: Person) -> None:
    with pytest.raises(RelyingPartyRefused) as caught:
        begun(parties(**settings), person)
    assert caught.value.word == "no_account"


def test_an_account_is_found_by_its_id(face: FusionAuthFace, parties: Parties) -> None:
    user = face.user(NADA)
    person = Person("d:1", "other", directory_id=user.id.upper())
    assert begun(parties(account="{directory_id}", account_is="id"), person).account == user.id


def test_a_missing_license_is_told(face: FusionAuthFace, parties: Parties) -> None:
    face.licensed = False
    with pytest.raises(RelyingPartyRefused) as caught:
        begun(parties())
    assert caught.value.word == "not_licensed"
    with pytest.raises(ProbeFailed, match="license"):
        parties().probe()


def test_a_right_that_is_missing_is_told(face: FusionAuthFace, parties: Parties) -> None:
    assert "signed in" in parties().probe()
    with pytest.raises(ProbeFailed, match="API key"):
        parties(secret="guessed").probe()
    for missing in ("/api/webauthn", "/api/user"):
        face.rights = {"/api/webauthn", "/api/user"} - {missing}
        with pytest.raises(ProbeFailed, match="API key"):
            parties().probe()


NAMES = st.sampled_from(["generalErrors", "fieldErrors", "code", "userId"])


@given(
    st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner))
)
def test_any_error_is_read(document: Any) -> None:
    assert all(code.endswith("]") for code in codes_of(Refused(400, document)))


def test_an_error_is_named_by_its_field_and_its_code() -> None:
    told = {
        "fieldErrors": {"userId": [{"code": "[invalid]userId", "message": "…"}]},
        "generalErrors": [{"code": "[x]"}],
    }
    assert codes_of(Refused(400, told)) == {"userId [invalid]", "[x]"}
