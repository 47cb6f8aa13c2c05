"""Settings of messages: the mail server and the SMS gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from kiosk.service.outbound import acceptable_address, is_loopback
from kiosk.service.placeholders import names
from kiosk.service.settings_model import SecretName, SettingsModel

_PLACEHOLDERS = frozenset({"to", "text", "from", "reference", "secret"})


class MailSettings(SettingsModel):
    """The mail server (SMTP submission: RFC 6409, 8314, 3207)."""

    host: str = Field(min_length=1, max_length=253, pattern=r"^[^\s/@]+$")
    """Its name, as in its certificate."""
    port: int = Field(default=587, ge=1, le=65535)
    """587 for `starttls`, 465 for `tls`."""
    security: Literal["starttls", "tls", "plain"] = "starttls"
    """`plain` is refused except for a loopback host."""
    sender: str = Field(pattern=r"^[!-~]+@[!-~]+$", max_length=254)
    """The address that messages come from."""
    user: str = Field(default="", max_length=254)
    """The user name; empty sends without signing in."""
    password: SecretName | None = None
    """The name of the password."""
    timeout: float = Field(default=20.0, gt=0, le=60)
    """Seconds for the whole conversation."""
    certificate_authority: Path | None = None
    """The authority (PEM) that signed the server's certificate, where it is not a public one."""

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.security == "plain" and not is_loopback(self.host):
            raise ValueError("security: plain is for a loopback host only")
        if bool(self.user) != (self.password is not None):
            raise ValueError("user and password belong together")
        if self.user and self.security == "plain":
            raise ValueError("user: a password is never sent in the clear")
        return self


class SmsSettings(SettingsModel):
    """The SMS gateway."""

    shape: Literal["twilio", "template"] = "twilio"
    """How the gateway wants to be asked."""
    url: str = Field(pattern=r"^https?://[^\s{}/@?#]+(/[^\s]*)?$", max_length=2000)
    """The gateway's address (twilio: the root of the API; template: with `{to}`, `{text}` where it wants them)."""
    method: Literal["GET", "POST"] = "POST"
    """The HTTP method (`template`)."""
    body: dict[str, str] = Field(default_factory=dict)
    """Members of the body (`template`), with `{to}`, `{text}`, `{from}`, `{reference}` and `{secret}`."""
    body_format: Literal["json", "form"] = "json"
    """How the body is written (`template`)."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Further headers (`template`), with `{secret}`; no secret as it stands."""
    user: str = Field(default="", max_length=254)
    """The account (twilio: the account SID); with `template`, HTTP Basic authentication where given."""
    password: SecretName | None = None
    """The name of the password or token."""
    sender: str = Field(default="", max_length=34)
    """The number or name that texts come from (twilio: or the SID of a messaging service)."""
    timeout: float = Field(default=10.0, gt=0, le=30)
    """Seconds for the whole call."""
    certificate_authority: Path | None = None
    """The authority (PEM) that signed the gateway's certificate, where it is not a public one."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not acceptable_address(self.url):
            raise ValueError("url: needs https, except for a loopback host")
        if self.shape == "twilio" and not (self.user and self.password and self.sender):
            raise ValueError("twilio needs user, password and sender")
        if self.user and self.password is None:
            raise ValueError("password: user needs one")
        if self.shape == "template":
            self._names_recipient_and_text()
        return self

    def _names_recipient_and_text(self) -> None:
        used = frozenset[str]().union(*map(names, (self.url, *self.body.values(), *self.headers.values())))
        if unknown := used - _PLACEHOLDERS:
            raise ValueError(f"unknown placeholder {min(unknown)!r}")
        if missing := {"to", "text"} - used:
            raise ValueError(f"nothing says {min(missing)!r}")
        if "secret" in used and self.password is None:
            raise ValueError("password: {secret} needs one")
