"""The station's own key pair: made here, kept among the credentials, never sent. It signs for the station (ES256)."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from kiosk.contract.stations import Jwk
from kiosk.errors import ConfigurationError
from kiosk.secret import Secret

ASSERTION_LIFE: Final = 60
"""Seconds that what signs the station in is good for."""

_CURVE, _ALGORITHM = "P-256", "ES256"


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key pair on P-256 (RFC 7518, section 6.2)."""

    _key: ECKey = field(repr=False)

    @classmethod
    def make(cls) -> OwnKey:
        """A fresh one, from the system's randomness."""
        return cls(ECKey.generate_key(_CURVE, private=True))

    @classmethod
    def read(cls, secret: Secret) -> OwnKey:
        """One that `secret` wrote. Raises ConfigurationError for what is none."""
        try:
            key = ECKey.import_key(json.loads(secret.reveal()))
            if not key.is_private or key.curve_name != _CURVE:
                raise ConfigurationError("credentials", "the station's key is none on P-256")
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            raise ConfigurationError("credentials", "the station's key cannot be read") from None
        return cls(key)

    def secret(self) -> Secret:
        """The private key, to be kept among the credentials."""
        return Secret(json.dumps({name: str(value) for name, value in self._key.as_dict(private=True).items()}))

    @property
    def public(self) -> Jwk:
        """The public key (RFC 7517), and nothing else."""
        members = self._key.as_dict(private=False)
        return {name: str(members[name]) for name in ("kty", "crv", "x", "y")}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A compact JWS (RFC 7515) over the claims."""
        return jws.serialize_compact({"alg": _ALGORITHM}, json.dumps(dict(claims)), self._key, algorithms=[_ALGORITHM])


@dataclass(frozen=True, slots=True)
class StationKey:
    """Signs a station in as `client_id`. `now` is the station's clock in seconds since 1970; `new_id` gives random
    texts."""

    client_id: str
    key: OwnKey
    now: Callable[[], float] = field(default=time.time, repr=False)
    new_id: Callable[[], str] = field(default=lambda: secrets.token_urlsafe(16), repr=False)

    def assertion(self, audience: str, behind: float = 0.0) -> str:
        """What signs in at `audience` once (RFC 7523, section 3); `behind`: seconds that our clock is slow."""
        issued = int(self.now() + behind)
        who = {"iss": self.client_id, "sub": self.client_id, "aud": audience, "jti": self.new_id()}
        return self.key.sign({**who, "iat": issued, "exp": issued + ASSERTION_LIFE})


Credential = str | StationKey
"""What a station signs in with: its client secret, or its own key."""
