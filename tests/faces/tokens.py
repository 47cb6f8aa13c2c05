"""OAuth 2.0 client credentials as vendors check them: secrets, signed assertions, rights, and tokens that expire."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.faces.webauthn import Rejected, b64url

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class Client:
    """An application that may ask for tokens; `rights` are what an administrator has granted to it."""

    id: str
    secret: str = ""
    certificate: x509.Certificate | None = None
    public_key: rsa.RSAPublicKey | None = None
    rights: set[str] = field(default_factory=set)


@dataclass
class Issuer:
    """Tokens by their hash, with their rights and their end."""

    now: Callable[[], datetime]
    life: timedelta = timedelta(seconds=3600)
    issued: int = 0
    _tokens: dict[str, tuple[datetime, frozenset[str]]] = field(default_factory=dict)
    _spent: set[str] = field(default_factory=set)

    def issue(self, rights: set[str] | frozenset[str]) -> str:
        token = secrets.token_urlsafe(32)
        self._tokens[_hash(token)] = (self.now() + self.life, frozenset(rights))
        self.issued += 1
        return token

    def rights(self, authorization: str) -> frozenset[str] | None:
        """The rights of the token in the header; None: it is none of ours, or at its end."""
        scheme, _, token = authorization.partition(" ")
        end, rights = self._tokens.get(_hash(token), (None, frozenset()))
        return rights if scheme == "Bearer" and end is not None and self.now() < end else None

    def revoke_all(self) -> None:
        self._tokens.clear()

    def check_assertion(
        self, jwt: str, client: Client, audience: str, algorithms: tuple[str, ...], longest: timedelta
    ) -> None:
        """A JWT that this client has signed for this audience, once. Raises Rejected with the reason."""
        try:
            head, claims, signature = (b64url(part) for part in jwt.split("."))
            header, told = json.loads(head), json.loads(claims)
        except ValueError as problem:
            raise Rejected("not a JWT") from problem
        if header.get("alg") not in algorithms:
            raise Rejected(f"algorithm {header.get('alg')}")
        self._check_signature(header, jwt.rpartition(".")[0].encode(), signature, client)
        if told.get("iss") != client.id or told.get("sub") != client.id or told.get("aud") != audience:
            raise Rejected("iss, sub or aud")
        now = self.now().timestamp()
        if not now < told.get("exp", 0) <= now + longest.total_seconds() or told.get("nbf", now) > now:
            raise Rejected("exp or nbf")
        if told.get("jti", "") in self._spent:
            raise Rejected("jti was used before")
        self._spent.add(told.get("jti", secrets.token_hex(8)))

    def _check_signature(self, header: dict[str, Any], message: bytes, signature: bytes, client: Client) -> None:
        key: Any = client.public_key
        if client.certificate is not None:
            key = client.certificate.public_key()
            der = client.certificate.public_bytes(serialization.Encoding.DER)
            prints = {"x5t#S256": hashlib.sha256(der).digest(), "x5t": hashlib.sha1(der).digest()}
            if not any(name in header and b64url(header[name]) == value for name, value in prints.items()):
                raise Rejected("no thumbprint of a known certificate")
        if not isinstance(key, rsa.RSAPublicKey):
            raise Rejected("the client has no key")
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256().digest_size)
        way: padding.AsymmetricPadding = pss if header["alg"] == "PS256" else padding.PKCS1v15()
        try:
            key.verify(signature, message, way, hashes.SHA256())
        except InvalidSignature as problem:
            raise Rejected("the signature") from problem


def basic(authorization: str) -> tuple[str, str]:
    """Client id and secret from `Basic …`; two empty strings for anything else."""
    scheme, _, coded = authorization.partition(" ")
    if scheme != "Basic":
        return "", ""
    try:
        name, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return name, secret


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
