"""The two kinds of tokens that privacyIDEA has for keys, each with its own forms for the same thing.

A `passkey` challenge is the ASCII characters of a text, not the bytes that the text encodes, and its log-in begins with
nobody in particular. A `webauthn` token has ordinary forms under names of its own, and its log-in begins with the
person (and the token's PIN, which ours do not have).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.service.relying_parties.connector import RegisteredCredential
from kiosk.service.relying_parties.webauthn import encode
from kiosk.service.vendors.rest import Malformed, told


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a log-in asks to be signed. `value` is unpadded base64url."""

    value: str
    rp_id: str
    transaction: str


class TokenType(Protocol):
    """One kind. What is read raises Malformed."""

    word: str
    start: str
    """Where its log-in begins."""

    def options(self, began: Any) -> tuple[Mapping[str, Any], str]:
        """Creation options as everybody else writes them, and the transaction, of the first step of token/init."""
        ...

    def answer(self, made: RegisteredCredential, response: WebAuthnObject) -> dict[str, Any]:
        """What the second step of token/init wants besides the names of things."""
        ...

    def who(self, account: str, realm: str) -> dict[str, Any]:
        """What a log-in begins with."""
        ...

    def challenge(self, began: Any) -> Challenge:
        """What it asks for."""
        ...

    def assertion(self, response: WebAuthnObject) -> dict[str, Any]:
        """What validate/check wants besides the names of things."""
        ...


class Passkey:
    """A discoverable credential, to log in without a name."""

    word = "passkey"
    start = "validate/initialize"

    def options(self, began: Any) -> tuple[Mapping[str, Any], str]:
        """Standard, but for the challenge."""
        asked = told(began, "passkey_registration", kind=dict)
        challenge = _characters(told(asked, "challenge", kind=str))
        return {**asked, "challenge": challenge}, told(began, "transaction_id", kind=str)

    def answer(self, made: RegisteredCredential, response: WebAuthnObject) -> dict[str, Any]:
        """A RegistrationResponseJSON, taken apart."""
        return {
            "credential_id": encode(made.credential_id),
            "rawId": encode(made.credential_id),
            "authenticatorAttachment": "cross-platform",
            "attestationObject": response["response"]["attestationObject"],
            "clientDataJSON": response["response"]["clientDataJSON"],
        }

    def who(self, account: str, realm: str) -> dict[str, Any]:
        """Nobody: the key will say."""
        del account, realm
        return {"type": self.word}

    def challenge(self, began: Any) -> Challenge:
        """Under `passkey`."""
        asked = told(began, "passkey", kind=dict)
        value = _characters(told(asked, "challenge", kind=str))
        return Challenge(value, told(asked, "rpId", kind=str), told(asked, "transaction_id", kind=str))

    def assertion(self, response: WebAuthnObject) -> dict[str, Any]:
        """An AuthenticationResponseJSON, taken apart."""
        inner = response["response"]
        return {
            "credential_id": response["id"],
            "authenticatorData": inner["authenticatorData"],
            "clientDataJSON": inner["clientDataJSON"],
            "signature": inner["signature"],
            "userHandle": inner.get("userHandle") or "",
        }


class WebAuthn:
    """A second factor, or a first one for who says their name."""

    word = "webauthn"
    start = "validate/check"

    def options(self, began: Any) -> tuple[Mapping[str, Any], str]:
        """The person is known to the key by the token's serial number."""
        asked = told(began, "webAuthnRegisterRequest", kind=dict)
        name = told(asked, "name", kind=str)
        options = {
            "rp": told(asked, "relyingParty", kind=dict),
            "user": {
                "id": encode(told(asked, "serialNumber", kind=str).encode()),
                "name": name,
                "displayName": str(asked.get("displayName") or name),
            },
            "challenge": told(asked, "nonce", kind=str),
            "pubKeyCredParams": told(asked, "pubKeyCredAlgorithms", kind=list),
            "excludeCredentials": asked.get("excludeCredentials") or [],
            "authenticatorSelection": asked.get("authenticatorSelection") or {},
            "attestation": asked.get("attestation"),
        }
        return options, told(asked, "transaction_id", kind=str)

    def answer(self, made: RegisteredCredential, response: WebAuthnObject) -> dict[str, Any]:
        """Under names of its own."""
        del made
        inner = response["response"]
        return {"regdata": inner["attestationObject"], "clientdata": inner["clientDataJSON"]}

    def who(self, account: str, realm: str) -> dict[str, Any]:
        """The person, and the empty PIN of the token."""
        return {"user": account, "realm": realm, "pass": ""}

    def challenge(self, began: Any) -> Challenge:
        """One for all tokens of the person."""
        asked = told(began, "attributes", "webAuthnSignRequest", kind=dict)
        value, rp_id = told(asked, "challenge", kind=str), told(asked, "rpId", kind=str)
        return Challenge(value.rstrip("="), rp_id, told(began, "transaction_id", kind=str))

    def assertion(self, response: WebAuthnObject) -> dict[str, Any]:
        """Under names of its own."""
        inner = response["response"]
        return {
            "pass": "",
            "credentialid": response["id"],
            "authenticatordata": inner["authenticatorData"],
            "clientdata": inner["clientDataJSON"],
            "signaturedata": inner["signature"],
            "userhandle": inner.get("userHandle") or "",
        }


TYPES: Final[Mapping[str, TokenType]] = {each.word: each for each in (Passkey(), WebAuthn())}


def _characters(challenge: str) -> str:
    """The characters themselves are the challenge."""
    if not challenge.isascii():
        raise Malformed
    return encode(challenge.encode())
