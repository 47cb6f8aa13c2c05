"""A station as the service knows it: how it is activated, what it tells of itself, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk.contract.profile import Profile

Jwk = dict[str, str]
"""A public key as RFC 7517 writes it (P-256: kty, crv, x, y; Ed25519: kty, crv, x)."""

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""RFC 7523, section 2.2. The assertion is a compact JWS (ES256) over `iss` and `sub` (both the client id), `aud` (the
address of the token endpoint as the station calls it), `iat`, `exp` (at most 60 seconds later) and a random `jti`. The
form has `client_assertion_type` and `client_assertion`, and no secret."""

CLOCK_HEADER = "Keywright-Clock"
"""The service's time (seconds since 1970), told beside a refusal to whoever signed well at another time: by the token
endpoint with `invalid_client`, by activation with `malformed` for the reason `clock`. The station asks once more, by
that time. What else is wrong with an activation: `public_key`, `proof`; a code that is none is `code_invalid`."""

MOST_STEPS = 64
"""Steps in one standing; what is more waits for the next."""


@dataclass(frozen=True, slots=True)
class ActivateStation:
    """POST /stations/activate, with no token: the one-time code of the console, and the key pair that the station made.

    `proof` is a compact JWS (ES256) by that key over `{"code_sha256", "aud", "iat"}`: who sends the key has it.
    `code_sha256` is hexadecimal, of `code` as it is sent; `aud` the address of this call as the station makes it; `iat`
    seconds since 1970. A code is 16 characters of Crockford's base 32 in groups of four; its QR code is the address of
    this call, `#`, the code. The same request once more (where its answer was lost) has the same answer.
    """

    code: str = field(repr=False)
    public_key: Jwk
    proof: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class ActivatedStation:
    """201. From now on the station asks for tokens as `client_id` by private_key_jwt (RFC 7523). `verify_key` (Ed25519)
    is what its configurations are signed with; `configuration` is the first, as GET …/configuration."""

    station_id: str
    client_id: str
    name: str
    site: str
    verify_key: Jwk
    configuration: str


@dataclass(frozen=True, slots=True)
class StationConfiguration:
    """The payload of the signed configuration (compact JWS, EdDSA): what the station shows or obeys, under a `version`
    that grows. `issued_at` is seconds since 1970. A station keeps the last good one, and takes no older."""

    version: int
    issued_at: int
    station_id: str
    name: str
    site: str
    profile: Profile
    heartbeat: int = 10


@dataclass(frozen=True, slots=True)
class SignedConfiguration:
    """GET /stations/me/configuration: 200, or 304 where `If-None-Match` names the version."""

    configuration: str


@dataclass(frozen=True, slots=True)
class StepTime:
    """How long a person was at a step, and how it ended there: `next`, or the word of what stopped it."""

    step: str
    seconds: float
    ended: str = "next"


@dataclass(frozen=True, slots=True)
class Standing:
    """PUT /stations/me/standing, every `heartbeat` seconds and when the step changes. `step` is the name of the
    screen's state (`ChoosePin`), nothing of a person; `seconds` how long it has been there; `queue` how many rows of
    the journal wait to be settled; `clock` the station's own time (seconds since 1970); `problem` the name of an error;
    `steps` are those that ended since the last standing that was taken; `counter` numbers the standings, so that none
    counts twice: the same again is answered again, a smaller one is not taken (a station that lost count is taken once
    it was silent for a while)."""

    step: str
    seconds: float
    clock: float
    counter: int
    version: str = ""
    queue: int = 0
    problem: str = ""
    configuration: int = 0
    steps: tuple[StepTime, ...] = ()


@dataclass(frozen=True, slots=True)
class StandingHeard:
    """200. `now` is the service's time (seconds since 1970), `configuration` the version that there is to fetch,
    `update` the version of the program that the service would like to see, or empty. `commands` are words for the
    station: `restart`."""

    now: float
    configuration: int
    update: str = ""
    commands: tuple[str, ...] = ()


__all__ = [
    "ASSERTION_TYPE",
    "CLOCK_HEADER",
    "MOST_STEPS",
    "ActivateStation",
    "ActivatedStation",
    "Jwk",
    "SignedConfiguration",
    "Standing",
    "StandingHeard",
    "StationConfiguration",
    "StepTime",
]
