"""A policy that contradicts itself is refused when it is read."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from kiosk.service.attestation.settings import AttestationPolicy

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
