"""Settings of verification; the limits are those of NIST SP 800-63B-4 (3.1.3, 3.2.2) and OWASP ASVS 5 (6.5, 6.6)."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from kiosk.contract.profile import VerificationMethod
from kiosk.service.outbound import acceptable_address
from kiosk.service.placeholders import names
from kiosk.service.settings_model import SecretName, SettingsModel
from kiosk.service.verification.badges import Form, candidates

PLACEHOLDERS = frozenset({"code", "user.id", "user.upn", "user.employeeId", "user.email"})
"""What a look-up may name."""

_Address = Field(pattern=r"^https?://[^\s{}/@?#]+(/[^\s]*)?$", max_length=2000)


class CodeSettings(SettingsModel):
    """One-time codes by mail and SMS."""

    digits: int = Field(default=6, ge=6, le=10)
    """Decimal digits of a code."""
    life: int = Field(default=600, ge=120, le=600)
    """Seconds until a code is too old; at most ten minutes."""
    tries: int = Field(default=5, ge=1, le=10)
    """Wrong answers until a code is dead."""
    resend_after: int = Field(default=60, ge=30, le=300)
    """Seconds until another code may be asked for."""
    sends: int = Field(default=3, ge=1, le=10)
    """Codes per enrollment."""
    sends_per_hour: int = Field(default=10, ge=1, le=30)
    """Codes per person within an hour, over all enrollments and stations."""


class LimitSettings(SettingsModel):
    """Consecutive failures; neither another code nor another enrollment forgets them, a success does."""

    per_person: int = Field(default=10, ge=3, le=99)
    """Failures of a person until they are locked for `first_wait`."""
    per_station: int = Field(default=50, ge=10, le=1000)
    """Failures at a station until it is locked for `first_wait`."""
    first_wait: int = Field(default=30, ge=10, le=3600)
    """Seconds of the first lock; each further failure doubles it."""
    longest_wait: int = Field(default=3600, ge=60, le=86400)
    """Seconds that no lock exceeds."""
    most: int = Field(default=100, ge=4, le=100)
    """Failures of a person until only staff can unlock them (NIST: at most 100)."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.first_wait > self.longest_wait:
            raise ValueError("first_wait is above longest_wait")
        if self.per_person >= self.most:
            raise ValueError("per_person is not below most")
        return self


class LookupAuth(SettingsModel):
    """How the look-up service is told who asks."""

    type: Literal["none", "basic", "bearer", "api_key", "oauth2_client_credentials", "mtls"] = "none"
    """The scheme."""
    secret: SecretName | None = None
    """The name of the password, token or client secret."""
    user: str = Field(default="", max_length=256)
    """The user name (basic) or client id (oauth2_client_credentials)."""
    header: str = Field(default="X-Api-Key", pattern=r"^[A-Za-z0-9-]{1,64}$")
    """The header that carries an API key."""
    token_url: str = Field(default="", max_length=2000)
    """Where an OAuth2 token is fetched."""
    scope: str = Field(default="", max_length=512)
    """The OAuth2 scope to ask for."""
    certificate: Path | None = None
    """The client certificate and key in one PEM file (mtls)."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.type not in ("none", "mtls") and self.secret is None:
            raise ValueError(f"secret: {self.type} needs one")
        if self.type == "mtls" and self.certificate is None:
            raise ValueError("certificate: mtls needs one")
        if self.type == "oauth2_client_credentials" and not acceptable_address(self.token_url):
            raise ValueError("token_url: needs https, except for a loopback host")
        return self


class LookupSuccess(SettingsModel):
    """When an answer means that the badge belongs to the person."""

    status: tuple[int, ...] = Field(default=(200,), min_length=1)
    """HTTP statuses."""
    json_pointer: str = Field(default="", pattern=r"^(/([^~/]|~[01])*)*$", max_length=256)
    """RFC 6901 pointer of the value to compare; empty takes the status alone, where the address names the person."""
    equals: str = Field(default="", max_length=256)
    """The value expected there; may name `{user.employeeId}` and the like."""
    compare: Literal["casefold", "exact", "digits"] = "casefold"
    """How the two are compared."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.json_pointer) != bool(self.equals):
            raise ValueError("json_pointer and equals belong together")
        return self


class LookupSettings(SettingsModel):
    """An HTTPS service that knows which badge belongs to whom."""

    name: str = Field(default="look-up", max_length=64)
    """What staff call it; appears in the log."""
    url: str = _Address
    """The address; `{code}`, `{user.id}`, `{user.upn}`, `{user.employeeId}` and `{user.email}` are filled in after the
    host, percent-encoded."""
    method: Literal["GET", "POST"] = "GET"
    """The HTTP method."""
    body: dict[str, str] = Field(default_factory=dict)
    """JSON members of a POST, with the same placeholders."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Further headers; no secrets."""
    auth: LookupAuth = LookupAuth()
    timeout: float = Field(default=5.0, gt=0, le=20)
    """Seconds for the whole call."""
    success: LookupSuccess = LookupSuccess()
    not_found: tuple[int, ...] = (404,)
    """Statuses that mean that nobody has this badge."""
    certificate_authority: Path | None = None
    """The authority (PEM) that signed the look-up service's certificate, where it is not a public one."""

    @field_validator("url")
    @classmethod
    def _encrypted(cls, url: str) -> str:
        if not acceptable_address(url):
            raise ValueError("needs https, except for a loopback host")
        return url

    @model_validator(mode="after")
    def _binds_badge_to_person(self) -> Self:
        asked = [self.url, *self.body.values()]
        named = frozenset[str]().union(*map(names, (*asked, self.success.equals)))
        if unknown := named - PLACEHOLDERS:
            raise ValueError(f"unknown placeholder {min(unknown)!r}")
        if not any("code" in names(text) for text in asked):
            raise ValueError("neither url nor body asks about {code}")
        if not any(name.startswith("user.") for name in named):
            raise ValueError("nothing ties the badge to the person: name a {user...} in url, body or success.equals")
        if self.body and self.method != "POST":
            raise ValueError("body: only a POST has one")
        return self


class BadgeSettings(SettingsModel):
    """How the numbers of badges are written: by the reader, and by the table or the system that knows them."""

    read_as: tuple[Form, ...] = Field(default=(Form.TEXT,), min_length=1, max_length=4)
    """What the reader types, or people read off the badge; the first that fits is the likeliest."""
    held_as: tuple[Form, ...] = Field(default=(Form.DECIMAL,), min_length=1, max_length=2)
    """How the imported table or the look-up service writes the numbers that `read_as` is not `text` for."""
    bytes: int = Field(default=4, ge=3, le=16)
    """How long a number is: 3 for 26-bit badges, 4 or 7 for serial numbers of chips."""
    digits: int = Field(default=1, ge=1, le=20)
    """Decimal numbers are held with leading zeros up to so many digits."""

    def candidates(self, text: str) -> tuple[str, ...]:
        """What a badge that was read may be called in the table or at the look-up service, likeliest first."""
        return candidates(text, self.read_as, self.held_as, self.bytes, self.digits)

    @model_validator(mode="after")
    def _a_number_is_held_as_one(self) -> Self:
        if Form.TEXT in self.held_as:
            raise ValueError("held_as: what is read as text is held as text; name the ways in which numbers are held")
        return self


class VerificationSettings(SettingsModel):
    """How a matched person is verified."""

    methods: tuple[VerificationMethod, ...] = Field(default=(VerificationMethod.EMAIL,), min_length=1)
    """The ways, first choice first; the person may fall back to the next."""
    allow_self_confirmation: bool = False
    """The administrator's consent to `self_confirmation`: it proves nothing."""
    allow_none: bool = False
    """The administrator's consent to `none`: whoever is named is believed."""
    show_hints: bool = True
    """Whether the masked address or number is shown; never on a public kiosk, where it would tell who exists."""
    code: CodeSettings = CodeSettings()
    limits: LimitSettings = LimitSettings()
    badge: BadgeSettings = BadgeSettings()
    lookup: LookupSettings | None = None
    """The look-up service for `automatic`; without it the imported badge table is used."""

    @model_validator(mode="after")
    def _consented(self) -> Self:
        if VerificationMethod.SELF_CONFIRMATION in self.methods and not self.allow_self_confirmation:
            raise ValueError("methods: self_confirmation needs allow_self_confirmation")
        if VerificationMethod.NONE in self.methods and not self.allow_none:
            raise ValueError("methods: none needs allow_none")
        if VerificationMethod.STAFF in self.methods:
            raise ValueError("methods: staff are asked where supervision.override says so")
        if len(set(self.methods)) != len(self.methods):
            raise ValueError("methods: each only once")
        return self
