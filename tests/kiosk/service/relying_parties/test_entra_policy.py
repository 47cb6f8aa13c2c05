"""A tenant's passkey policy, with and without profiles: what it means for a security key."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.relying_parties.connector import PartyPolicy, RelyingPartyRefused
from kiosk.service.relying_parties.entra_policy import read
from kiosk.service.vendors.rest import Malformed

A, B, C = (f"0000000{n}-0000-4000-8000-00000000000a" for n in (1, 2, 3))
Json = dict[str, Any]


def restricted(kind: str, *models: str) -> Json:
    return {"isEnforced": True, "enforcementType": kind, "aaGuids": list(models)}


def profile(restrictions: Json | None = None, attestation: str = "disabled", types: object = "deviceBound") -> Json:
    return {
        "id": "p",
        "name": "P",
        "passkeyTypes": types,
        "attestationEnforcement": attestation,
        "keyRestrictions": restrictions or {"isEnforced": False, "enforcementType": "block", "aaGuids": []},
    }


def policy(**members: Any) -> PartyPolicy:
    return read({"@odata.type": "#x", "state": "enabled", "isSelfServiceRegistrationAllowed": True} | members)


def test_a_policy_without_rules_takes_any_key() -> None:
    assert policy() == PartyPolicy()
    assert policy(keyRestrictions={"isEnforced": False, "enforcementType": "allow", "aaGuids": [A]}) == PartyPolicy()


def test_models_are_allowed_or_blocked() -> None:
    assert policy(keyRestrictions=restricted("allow", A.upper(), B)).aaguids_allowed == {A, B}
    assert policy(keyRestrictions=restricted("block", A)).aaguids_denied == {A}


def test_checked_attestation_needs_a_make_and_hmac_secret() -> None:
    found = policy(isAttestationEnforced=True)
    assert (found.attested, found.extensions) == (True, frozenset({"hmac-secret"}))


@pytest.mark.parametrize("off", [{"state": "disabled"}, {"isSelfServiceRegistrationAllowed": False}])
def test_a_tenant_that_is_switched_off_takes_no_key(off: Json) -> None:
    with pytest.raises(RelyingPartyRefused, match="not_enabled"):
        policy(**off)


def test_an_empty_list_of_allowed_models_does_not_mean_any() -> None:
    with pytest.raises(RelyingPartyRefused, match="no_model_allowed"):
        policy(keyRestrictions=restricted("allow"))
    with pytest.raises(RelyingPartyRefused, match="no_model_allowed"):
        policy(passkeyProfiles=[profile(restricted("allow"))])


@pytest.mark.parametrize(
    ("profiles", "allowed", "denied"),
    [
        ([restricted("allow", A), restricted("allow", B)], {A, B}, set()),
        ([restricted("allow", A), None], set(), set()),
        ([restricted("block", A, B), restricted("block", B, C)], set(), {B}),
        ([restricted("block", A, B), restricted("allow", B)], set(), {A}),
        ([restricted("block", A), None], set(), set()),
    ],
)
def test_one_profile_that_takes_a_model_is_enough(
    profiles: list[Json | None], allowed: set[str], denied: set[str]
) -> None:
    found = policy(keyRestrictions=restricted("allow", C), passkeyProfiles=[profile(each) for each in profiles])
    assert (found.aaguids_allowed, found.aaguids_denied) == (frozenset(allowed), frozenset(denied))


def test_profiles_for_synced_passkeys_say_nothing_about_keys() -> None:
    found = policy(
        passkeyProfiles=[
            profile(types="synced"),
            profile(restricted("allow", A), "registrationOnly", types="deviceBound,synced"),
        ]
    )
    assert (found.aaguids_allowed, found.attested) == (frozenset({A}), True)


def test_attestation_is_asked_for_only_where_every_profile_does() -> None:
    found = policy(passkeyProfiles=[profile(attestation="registrationOnly"), profile()])
    assert (found.attested, found.extensions) == (False, frozenset())


@pytest.mark.parametrize(
    "broken",
    [
        {"state": 5},
        {"keyRestrictions": restricted("allow", "no model")},
        {"keyRestrictions": {"isEnforced": True, "enforcementType": "allow"}},
        {"keyRestrictions": [1]},
        {"passkeyProfiles": {"a": 1}},
        {"passkeyProfiles": [1]},
    ],
)
def test_a_policy_that_is_not_understood_is_not_guessed_at(broken: Json) -> None:
    with pytest.raises(Malformed):
        policy(**broken)


MODELS = st.sampled_from([A, B, C])
RULES = st.none() | st.tuples(st.sampled_from(["allow", "block"]), st.sets(MODELS))


@given(st.lists(RULES, min_size=1, max_size=3), MODELS)
def test_a_model_is_refused_only_if_no_profile_takes_it(rules: list[tuple[str, set[str]] | None], model: str) -> None:
    def takes(rule: tuple[str, set[str]] | None) -> bool:
        return rule is None or (model in rule[1]) is (rule[0] == "allow")

    profiles = [profile(None if rule is None else restricted(rule[0], *rule[1])) for rule in rules]
    try:
        found = policy(passkeyProfiles=profiles)
    except RelyingPartyRefused:
        assert not any(map(takes, rules))
    else:
        taken = model not in found.aaguids_denied and (not found.aaguids_allowed or model in found.aaguids_allowed)
        assert taken is any(map(takes, rules))
