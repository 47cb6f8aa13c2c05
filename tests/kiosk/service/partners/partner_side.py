"""The other side of an agreement: a partner that makes messages, well-made ones and others."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey
from joserfc.jws import JWSRegistry

from kiosk.service.partners.keys import CurveKey, PartnerKeys

Json = dict[str, Any]
Curve = Literal["P-256", "P-384", "P-521", "Ed25519", "X25519"]


def make_key(curve: Curve, kid: str, use: str) -> CurveKey:
    """A private key."""
    parameters: Any = {"kid": kid, "use": use}
    if curve in ("Ed25519", "X25519"):
        return OKPKey.generate_key(curve, parameters=parameters)
    return ECKey.generate_key(curve, parameters=parameters)


def public(key: CurveKey) -> CurveKey:
    told: Any = key.as_dict(private=False)
    return ECKey.import_key(told) if isinstance(key, ECKey) else OKPKey.import_key(told)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def sign(header: Mapping[str, Any], payload: str | bytes, key: Any) -> str:
    """A compact JWS with whatever header; `key` is None for the algorithm `none`, and bytes for HS256."""
    raw = payload if isinstance(payload, bytes) else payload.encode()
    signed = f"{b64(json.dumps(header).encode())}.{b64(raw)}"
    if isinstance(key, bytes):
        return f"{signed}.{b64(hmac.digest(key, signed.encode(), 'sha256'))}"
    signature = b"" if key is None else JWSRegistry.algorithms[header["alg"]].sign(signed.encode(), key)
    return f"{signed}.{b64(signature)}"


def encrypt(header: Mapping[str, Any], content: bytes, key: Any) -> str:
    """A compact JWE by any algorithm that there is."""
    names = [header["alg"], header["enc"], "DEF"]
    registry = jwe.JWERegistry(algorithms=names)
    registry.strict_check_header = False
    return jwe.encrypt_compact(dict(header), content, key, registry=registry)


def with_header(compact: str, **changes: Any) -> str:
    """The same message with another header, which no longer fits it; None takes a member away."""
    first, _, rest = compact.partition(".")
    header = {name: value for name, value in (json.loads(unb64(first)) | changes).items() if value is not None}
    return f"{b64(json.dumps(header).encode())}.{rest}"


@dataclass(frozen=True)
class Agreement:
    """All keys of an agreement, the private ones of both sides."""

    theirs_sig: CurveKey
    theirs_enc: CurveKey
    ours_sig: CurveKey
    ours_enc: CurveKey
    signature: tuple[str, ...] = ("ES256", "EdDSA")
    key_management: tuple[str, ...] = ("ECDH-ES+A256KW",)
    encryption: tuple[str, ...] = ("A256GCM",)

    def ours(self) -> PartnerKeys:
        """What the service loads."""
        return PartnerKeys(
            {str(self.theirs_sig.kid): public(self.theirs_sig)},
            public(self.theirs_enc),
            {str(self.ours_enc.kid): self.ours_enc},
            self.ours_sig,
            self.signature,
            self.key_management,
            self.encryption,
        )

    def theirs(self) -> PartnerKeys:
        """What the partner has, in the same form."""
        keys = replace(self, theirs_sig=self.ours_sig, theirs_enc=self.ours_enc, ours_sig=self.theirs_sig)
        return replace(keys, ours_enc=self.theirs_enc).ours()

    def inner(self, content: Mapping[str, Any] | bytes, **header: Any) -> str:
        """Sealed for the service, as agreed unless the header says otherwise."""
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        told = {"alg": self.key_management[0], "enc": self.encryption[0], "kid": self.ours_enc.kid} | header
        return encrypt(told, raw, public(self.ours_enc))

    def outer(self, sealed: str | bytes, **header: Any) -> str:
        """Signed by the partner."""
        alg = "EdDSA" if isinstance(self.theirs_sig, OKPKey) else self.signature[0]
        return sign({"alg": alg, "kid": self.theirs_sig.kid} | header, sealed, self.theirs_sig)

    def message(self, content: Mapping[str, Any] | bytes) -> str:
        return self.outer(self.inner(content))


def agreement(sig: Curve = "P-256", enc: Curve = "P-256", name: str = "a") -> Agreement:
    """Fresh keys of both sides."""
    return Agreement(
        make_key(sig, f"{name}-sig", "sig"),
        make_key(enc, f"{name}-enc", "enc"),
        make_key(sig, "our-sig", "sig"),
        make_key(enc, "our-enc", "enc"),
    )
