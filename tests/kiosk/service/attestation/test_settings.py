"""A policy that contradicts itself is refused when it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from kiosk.errors import ConfigurationError
from kiosk.service.attestation.settings import AttestationPolicy
from kiosk.service.catalog import problem
from kiosk.service.settings import ServiceSettings

SOME = "6b657977-7269-4768-8274-00000000000a"


def test_the_default_asks_every_key_for_proof() -> None:
    assert AttestationPolicy().require_trusted


def test_aaguids_are_kept_in_their_canonical_form() -> None:
    policy = AttestationPolicy(aaguids_denied=frozenset({SOME.upper().replace("-", "")}))
    assert policy.aaguids_denied == {SOME}


@pytest.mark.parametrize(
    "settings",
    [
        {"conveyance": "none"},
        {"require_trusted": False, "aaguids_allowed": [SOME]},
        {"aaguids_denied": ["not an AAGUID"]},
        {"conveyance": "indirect"},
        {"aaguid_allowed": [SOME]},
    ],
)
def test_a_contradiction_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AttestationPolicy.model_validate(settings)


@pytest.mark.parametrize("wanted", [{"required": True}, {"min_level": "L1"}])
def test_what_metadata_must_say_needs_somebody_who_vouches_for_the_model(wanted: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings({"require_trusted": False, "metadata": wanted})
    assert caught.value.path == "attestation"
    assert "require_trusted" in caught.value.problem


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"url": "http://mds.example.org/"}, "url"),
        ({"hosts": []}, "hosts"),
        ({"min_level": "L9"}, "min_level"),
        ({"status_floor": "perfect"}, "status_floor"),
        ({"no": 5}, "no"),
    ],
)
def test_a_wrong_setting_of_metadata_is_named_by_its_path(wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_settings({"metadata": wrong})
    assert caught.value.path == f"attestation.metadata.{path}"


def test_what_is_asked_of_metadata_is_policy() -> None:
    asked = {"required": True, "min_level": "L2", "status_floor": "not_retired"}
    policy = parse_settings({"metadata": asked}).attestation_policy()
    assert (policy.metadata_required, policy.min_level, policy.status_floor) == (True, "L2", "not_retired")


def test_without_a_section_nothing_is_fetched() -> None:
    assert parse_settings({}).attestation.metadata is None


def parse_settings(attestation: dict[str, Any]) -> ServiceSettings:
    try:
        return ServiceSettings.model_validate_json(
            json.dumps({"verification": {"methods": ["automatic"]}, "attestation": attestation}), strict=True
        )
    except ValidationError as error:
        raise ConfigurationError(*problem(error)) from error
