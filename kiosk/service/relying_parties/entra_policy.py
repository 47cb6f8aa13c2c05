"""The passkey policy of a Microsoft Entra tenant, read as what it means for a security key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from kiosk.service.relying_parties.connector import PartyPolicy, RelyingPartyRefused
from kiosk.service.vendors.rest import Malformed, told

PATH: Final = "v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/fido2"

_NEEDED: Final = frozenset({"hmac-secret"})
"""What a key whose attestation is checked must be able to do."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One profile. Of `allowed` and `denied` at most one is told."""

    allowed: frozenset[str] | None
    denied: frozenset[str]
    attested: bool


def read(document: Any) -> PartyPolicy:
    """What any of the policy's profiles takes: which of them is a person's depends on groups, which Entra itself looks
    at. A policy of the time before there were profiles counts as one.

    Raises RelyingPartyRefused (`not_enabled`, `no_model_allowed`), Malformed.
    """
    if told(document, "state", kind=str) != "enabled" or document.get("isSelfServiceRegistrationAllowed") is False:
        raise RelyingPartyRefused("not_enabled")
    rules = [_rule(each, each.get("attestationEnforcement") == "registrationOnly") for each in _profiles(document)]
    if not rules:
        rules = [_rule(document, document.get("isAttestationEnforced") is True)]
    allowed, denied = _union(rules)
    if allowed is not None and not allowed:
        raise RelyingPartyRefused("no_model_allowed")
    attested = all(each.attested for each in rules)
    return PartyPolicy(
        aaguids_allowed=allowed or frozenset(),
        aaguids_denied=denied,
        extensions=_NEEDED if attested else frozenset(),
        attested=attested,
    )


def _profiles(document: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Those for keys: a profile for synced passkeys alone says nothing about them."""
    found = document.get("passkeyProfiles") or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Malformed
    return [each for each in found if "deviceBound" in str(each.get("passkeyTypes") or "deviceBound")]


def _rule(holder: Mapping[str, Any], attested: bool) -> _Rule:
    restrictions = holder.get("keyRestrictions") or {}
    if not isinstance(restrictions, dict):
        raise Malformed
    if restrictions.get("isEnforced") is not True:
        return _Rule(None, frozenset(), attested)
    models = frozenset(_model(each) for each in told(restrictions, "aaGuids", kind=list))
    if told(restrictions, "enforcementType", kind=str) == "allow":
        return _Rule(models, frozenset(), attested)
    return _Rule(None, models, attested)


def _union(rules: Sequence[_Rule]) -> tuple[frozenset[str] | None, frozenset[str]]:
    """The models allowed (None: any but the denied) and denied, where it is enough that one rule takes a model."""
    named = frozenset[str]().union(*(each.allowed for each in rules if each.allowed is not None))
    open_ones = [each.denied for each in rules if each.allowed is None]
    if not open_ones:
        return named, frozenset()
    return None, frozenset.intersection(*open_ones) - named


def _model(text: object) -> str:
    try:
        return str(UUID(str(text)))
    except ValueError as error:
        raise Malformed from error
