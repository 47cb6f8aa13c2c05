"""The WebAuthn extensions of a registration: what the options ask for, told to the key, and checked in its answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hardware.answers import Info
from hardware.errors import MissingExtension, OptionsRefused

CRED_PROTECT_LEVELS = {
    "userVerificationOptional": 1,
    "userVerificationOptionalWithCredentialIDList": 2,
    "userVerificationRequired": 3,
}


class RegistrationExtensions:
    """The extensions asked for: credProtect, hmac-secret, minPinLength (CTAP 2.1 section 12) and credProps (WebAuthn).

    Raises MissingExtension when the key cannot honor one that must be, OptionsRefused when an input is malformed.
    """

    def __init__(self, inputs: Mapping[str, Any], info: Info) -> None:
        self._credential_properties = inputs.get("credProps") is True
        self._hmac_secret = inputs.get("hmacCreateSecret") is True
        self._protection = self._protection_level(inputs, info)
        self._must_protect = inputs.get("enforceCredentialProtectionPolicy") is True
        self._pin_length = inputs.get("minPinLength") is True and "minPinLength" in info.extensions
        if self._hmac_secret and "hmac-secret" not in info.extensions:
            raise MissingExtension("hmac-secret")

    @staticmethod
    def _protection_level(inputs: Mapping[str, Any], info: Info) -> int | None:
        policy = inputs.get("credentialProtectionPolicy")
        if policy is None:
            return None
        level = CRED_PROTECT_LEVELS.get(policy) if isinstance(policy, str) else None
        if level is None:
            raise OptionsRefused
        if "credProtect" in info.extensions:
            return level
        if inputs.get("enforceCredentialProtectionPolicy") is True and level > 1:
            raise MissingExtension("credProtect")
        return None

    @property
    def for_key(self) -> Mapping[str, Any] | None:
        """The authenticator extension inputs, None when there are none."""
        told: dict[str, Any] = {}
        if self._protection is not None:
            told["credProtect"] = self._protection
        if self._hmac_secret:
            told["hmac-secret"] = True
        if self._pin_length:
            told["minPinLength"] = True
        return told or None

    def missing(self, answered: Mapping[str, Any]) -> str | None:
        """The first extension that the answer of the key should honor and does not."""
        if self._hmac_secret and answered.get("hmac-secret") is not True:
            return "hmac-secret"
        level = answered.get("credProtect")
        protected = isinstance(level, int) and self._protection is not None and level >= self._protection
        if self._must_protect and self._protection is not None and not protected:
            return "credProtect"
        return None

    def client_results(self, *, discoverable: bool) -> dict[str, Any]:
        """`clientExtensionResults` of a registration that `missing` found complete."""
        results: dict[str, Any] = {}
        if self._credential_properties:
            results["credProps"] = {"rk": discoverable}
        if self._hmac_secret:
            results["hmacCreateSecret"] = True
        return results
