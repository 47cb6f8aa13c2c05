"""Extensions of makeCredential and getAssertion (CTAP 2.1 section 12, and those of CTAP 2.2)."""

from __future__ import annotations

import hmac
from typing import Any, Final

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields
from hardware.simulated.canonical import maybe, need
from hardware.simulated.credentials import UV_OPTIONAL, UV_REQUIRED, Design, hmac_secret_of
from hardware.simulated.memory import Credential
from hardware.simulated.pin_protocols import decapsulate

_SALT: Final = 32


class Wishes:
    """The extension inputs of one request, of which the key sees only those that it knows."""

    def __init__(self, applet: Applet, asked: Fields) -> None:
        self._applet = applet
        self._asked = {name: value for name, value in asked.items() if name in applet.traits.extensions}

    def __contains__(self, name: str) -> bool:
        return name in self._asked

    def flag(self, name: str) -> bool:
        """An input that is a boolean. Raises CtapError(CBOR_UNEXPECTED_TYPE)."""
        return bool(maybe(self._asked, name, bool))

    def design(self, algorithm: int, *, discoverable: bool) -> Design:
        """What the credential is to be. Raises CtapError: INVALID_PARAMETER, INVALID_OPTION, CBOR_UNEXPECTED_TYPE."""
        protection = maybe(self._asked, "credProtect", int)
        if protection is not None and not UV_OPTIONAL <= protection <= UV_REQUIRED:
            raise CtapError(ERR.INVALID_PARAMETER)
        if "largeBlobKey" in self and not (self.flag("largeBlobKey") and discoverable):
            raise CtapError(ERR.INVALID_OPTION)
        blob = maybe(self._asked, "credBlob", bytes) or b""
        return Design(
            algorithm,
            protection or UV_OPTIONAL,
            hmac_secret=self.flag("hmac-secret"),
            blob=blob if discoverable and len(blob) <= self._applet.traits.max_cred_blob else b"",
            large_blob_key="largeBlobKey" in self,
            payment=self.flag("thirdPartyPayment"),
        )

    def on_creation(self, rp_id: str, credential: Credential, *, verified: bool) -> dict[str, Any]:
        """The outputs for a new credential."""
        memory = self._applet.memory
        outputs: dict[str, Any] = {}
        if "credProtect" in self:
            outputs["credProtect"] = credential.protection
        if credential.hmac_secret:
            outputs["hmac-secret"] = True
            outputs |= self._secrets("hmac-secret-mc", credential, verified=verified)
        if "credBlob" in self:
            outputs["credBlob"] = credential.blob == self._asked["credBlob"]
        if credential.payment:
            outputs["thirdPartyPayment"] = True
        if rp_id in memory.min_pin_rp_ids:
            if self.flag("minPinLength"):
                outputs["minPinLength"] = memory.min_pin_length
            if self.flag("pinComplexityPolicy"):
                outputs["pinComplexityPolicy"] = memory.pin_complexity
        return outputs

    def check_for_assertion(self, *, present: bool) -> None:
        """Raises CtapError: UNSUPPORTED_OPTION (a secret is for who is present only), INVALID_OPTION."""
        if "hmac-secret" in self and not present:
            raise CtapError(ERR.UNSUPPORTED_OPTION)
        if "largeBlobKey" in self and not self.flag("largeBlobKey"):
            raise CtapError(ERR.INVALID_OPTION)

    def on_assertion(self, credential: Credential, *, verified: bool) -> dict[str, Any]:
        """The outputs for one credential."""
        outputs: dict[str, Any] = {}
        if credential.hmac_secret:
            outputs |= self._secrets("hmac-secret", credential, verified=verified)
        if self.flag("credBlob"):
            outputs["credBlob"] = credential.blob
        if self.flag("thirdPartyPayment"):
            outputs["thirdPartyPayment"] = credential.payment
        return outputs

    def _secrets(self, name: str, credential: Credential, *, verified: bool) -> dict[str, bytes]:
        """One or two secrets that depend on the credential and the platform's salts, encrypted for the platform."""
        salts, applet = maybe(self._asked, name, dict), self._applet
        if salts is None:
            return {}
        protocol = applet.check_protocol(maybe(salts, 0x04, int) or 1)
        peer, encrypted, signature = need(salts, 0x01, dict), need(salts, 0x02, bytes), need(salts, 0x03, bytes)
        secret = decapsulate(protocol, applet.agreement(protocol), peer, applet.random)
        secret.verify(encrypted, signature)
        plain = secret.decrypt(encrypted)
        if len(plain) not in (_SALT, 2 * _SALT):
            raise CtapError(ERR.INVALID_PARAMETER)
        key = hmac_secret_of(applet, credential, verified=verified)
        outputs = [hmac.digest(key, plain[at : at + _SALT], "sha256") for at in range(0, len(plain), _SALT)]
        return {name: secret.encrypt(b"".join(outputs))}
