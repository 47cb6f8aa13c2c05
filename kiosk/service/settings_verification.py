"""Settings of verification and messages; the limits are those of NIST SP 800-63B-4 (3.1.3, 3.2.2) and OWASP ASVS 5."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from kiosk.contract.profile import VerificationMethod
from kiosk.service.settings_model import SecretName, SettingsModel


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


class LimitSettings(SettingsModel):
    """Failures that neither another code nor another enrollment forgets."""

    per_person: int = Field(default=10, ge=3, le=100)
    """Failures of a person within an hour until they are locked."""
    per_station: int = Field(default=50, ge=10, le=1000)
    """Failures at a station within an hour until it is locked."""
    first_wait: int = Field(default=30, ge=10, le=3600)
    """Seconds of the first lock; each further failure doubles it."""
    longest_wait: int = Field(default=3600, ge=60, le=86400)
    """Seconds that no lock exceeds."""


class LookupAuth(SettingsModel):
    """How the look-up service is told who asks."""

    type: Literal["none", "basic", "bearer", "api_key", "oauth2_client_credentials", "mtls"] = "none"
    """The scheme."""
    secret: SecretName | None = None
    """The name of the password, token or client secret."""
    user: str = ""
    """The user name (basic) or client id (oauth2_client_credentials)."""
    header: str = "X-Api-Key"
    """The header that carries an API key."""
    token_url: str = ""
    """Where an OAuth2 token is fetched."""
    scope: str = ""
    """The OAuth2 scope to ask for."""
    certificate: Path | None = None
    """The client certificate and key in one PEM file (mtls)."""


class LookupSuccess(SettingsModel):
    """When an answer means that the badge belongs to the person."""

    status: tuple[int, ...] = (200,)
    """HTTP statuses."""
    json_pointer: str = ""
    """RFC 6901 pointer of the value to compare; empty takes the status alone."""
    equals: str = ""
    """The value expected there; may name `{user.employee_id}` and the like."""
    compare: Literal["casefold", "exact", "digits"] = "casefold"
    """How the two are compared."""


class LookupSettings(SettingsModel):
    """An HTTPS service that knows which badge belongs to whom."""

    url: str = Field(pattern=r"^https?://[^\s{}/@]+(/[^\s]*)?$", max_length=2000)
    """The address; `{code}`, `{user.id}`, `{user.upn}`, `{user.employee_id}`, `{user.email}` may follow the host."""
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


class VerificationSettings(SettingsModel):
    """How a matched person is verified."""

    methods: tuple[VerificationMethod, ...] = Field(default=(VerificationMethod.EMAIL,), min_length=1)
    """The ways, first choice first; the person may fall back to the next."""
    allow_self_confirmation: bool = False
    """The administrator's consent to `self_confirmation`: it proves nothing."""
    allow_none: bool = False
    """The administrator's consent to `none`: whoever is named is believed."""
    show_hints: bool = True
    """Whether the masked address or number is shown."""
    code: CodeSettings = CodeSettings()
    limits: LimitSettings = LimitSettings()
    lookup: LookupSettings | None = None
    """The look-up service for `automatic`; without it the imported badge table is used."""

    @model_validator(mode="after")
    def _consented(self) -> Self:
        if VerificationMethod.SELF_CONFIRMATION in self.methods and not self.allow_self_confirmation:
            raise ValueError("methods: self_confirmation needs allow_self_confirmation")
        if VerificationMethod.NONE in self.methods and not self.allow_none:
            raise ValueError("methods: none needs allow_none")
        if len(set(self.methods)) != len(self.methods):
            raise ValueError("methods: each only once")
        return self


class MailSettings(SettingsModel):
    """The mail server (SMTP submission)."""

    host: str = Field(min_length=1, max_length=253)
    """Its name, as in its certificate."""
    port: int = Field(default=587, ge=1, le=65535)
    """587 for `starttls`, 465 for `tls`."""
    security: Literal["starttls", "tls", "plain"] = "starttls"
    """`plain` is refused except for a loopback host."""
    sender: str = Field(pattern=r"^[^\s@<>]+@[^\s@<>]+$", max_length=254)
    """The address that messages come from."""
    user: str = ""
    """The user name; empty sends without signing in."""
    password: SecretName | None = None
    """The name of the password."""
    timeout: float = Field(default=20.0, gt=0, le=60)
    """Seconds for each step of the conversation."""
    certificate_authority: Path | None = None
    """The authority (PEM) that signed the server's certificate, where it is not a public one."""


class SmsSettings(SettingsModel):
    """The SMS gateway."""

    shape: Literal["twilio", "template"] = "twilio"
    """How the gateway wants to be asked."""
    url: str = Field(pattern=r"^https?://[^\s{}/@]+(/[^\s]*)?$", max_length=2000)
    """The gateway's address."""
    method: Literal["GET", "POST"] = "POST"
    """The HTTP method (`template`)."""
    body: dict[str, str] = Field(default_factory=dict)
    """JSON members (`template`), with `{to}`, `{text}`, `{from}`, `{reference}`."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Further headers; no secrets."""
    user: str = ""
    """The account (twilio: the account SID)."""
    password: SecretName | None = None
    """The name of the password or token."""
    sender: str = Field(default="", max_length=20)
    """The number or name that texts come from."""
    timeout: float = Field(default=10.0, gt=0, le=30)
    """Seconds for the whole call."""
    certificate_authority: Path | None = None
    """The authority (PEM) that signed the gateway's certificate, where it is not a public one."""
