"""Bodies and answers of registration, signing in, passwords, aliases, states and site attributes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, SecretStr, model_validator

from kiosk.service.accounts.rules import AccountState
from kiosk.service.seed_shape import SeedModel
from kiosk.service.settings_model import LanguageTag

Json = dict[str, Any]

Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""An id of a site, of terms, or of an attribute."""
Text = Annotated[str, Field(max_length=256)]
"""What is typed for a name, an address or an attribute."""
Typed = Annotated[str, Field(min_length=1, max_length=256)]
"""The same, and needed."""
Password = Annotated[SecretStr, Field(min_length=1, max_length=1024)]
"""A password; its rules are those of the settings."""
Secret = Annotated[SecretStr, Field(min_length=1, max_length=128)]
"""Something that was mailed."""
_USER: Json = {"userId": "5f0c1d7ae2c94a0f8a43be7d5f6b1c22"}


class AcceptedTerms(SeedModel):
    """What the person said to terms, in the version and language that they read."""

    id: Word
    version: str = Field(min_length=1, max_length=32)
    language: LanguageTag = "en"
    accepted: bool = True


class UserSiteRegistrationRequest(SeedModel):
    """The site that is joined, and what it asks for."""

    site_id: Word
    attributes: dict[Word, Text] = Field(default_factory=dict, max_length=64)
    locale: LanguageTag | Literal[""] = ""
    accepted_terms: tuple[AcceptedTerms, ...] = Field(default=(), max_length=16)


class Registration(SeedModel):
    """Who shall have an account. The address is proved by the mail; a password may be chosen then, too."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "primaryUserIdentifier": "m.okafor@example.org",
                    "email": "m.okafor@example.org",
                    "givenName": "Maria",
                    "familyName": "Okafor",
                    "userSiteRegistrationRequest": {"siteId": "staff", "attributes": {}, "locale": "en"},
                }
            ]
        }
    )

    primary_user_identifier: Typed = Field(description="What the person signs in with; unique in the tenant")
    email: str = Field(min_length=3, max_length=254)
    given_name: str = Field(default="", max_length=128)
    family_name: str = Field(default="", max_length=128)
    phone: str = Field(default="", max_length=40)
    password: Password | None = None
    user_site_registration_request: UserSiteRegistrationRequest


class AccountStanding(SeedModel):
    """An account and where it stands."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**_USER, "status": "pending"}]})

    user_id: str
    status: AccountState


class Activation(SeedModel):
    """The token of the mail, and a password, if none was chosen yet (or another one is wanted)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"token": "q3v1H0mF8r2Yw9ZkT5xNdA", "password": "nine green bicycles uphill"}]}
    )

    token: Secret
    password: Password | None = None


class Nothing(SeedModel):
    """A body without members."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class Accepted(SeedModel):
    """The same for everybody: what can be done was done, and nothing is told of it."""

    status: Literal["accepted"] = "accepted"


class Login(SeedModel):
    """What somebody signs in with; `otp` where they have an authenticator app."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"username": "m.okafor@example.org", "password": "nine green bicycles uphill", "siteId": "staff"}
            ]
        }
    )

    username: Typed
    password: Password
    site_id: Word = Field(description="The same as in the path")
    otp: Secret | None = Field(default=None, description="A code of the authenticator app, or a recovery code")
    otp_type: Literal["TOTP"] | None = None


class SessionBegun(SeedModel):
    """A session: its token is a bearer token (RFC 6750), told once."""

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - a word
    expires_in: int = Field(description="Seconds")
    user_id: str
    mfa: bool = Field(description="Whether a second factor was used")


class SessionStanding(SeedModel):
    """Who is signed in, where, how, and until when."""

    user_id: str
    site_id: str
    username: str
    method: str
    expires_at: datetime


class PasswordChange(SeedModel):
    """The old password, and the new one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"oldPassword": "nine green bicycles uphill", "newPassword": "two quiet owls at breakfast"}]
        }
    )

    old_password: Password
    new_password: Password


class _OfSomebody(SeedModel):
    """By name or alias, or by mail address: one of them."""

    username: Text = ""
    email: str = Field(default="", max_length=254)
    site_id: Word

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.username) == bool(self.email):
            raise ValueError("username or email, and not both")
        return self


class PasscodeWish(_OfSomebody):
    """Who wants to choose a password."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"username": "m.okafor@example.org", "siteId": "staff"}]})


class PasswordByPasscode(_OfSomebody):
    """The passcode of the mail, and the password that it is for; no old one is needed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "username": "m.okafor@example.org",
                    "siteId": "staff",
                    "passcode": "7K2M-Q9RT-0XWB-3HFD",
                    "newPassword": "two quiet owls at breakfast",
                }
            ]
        }
    )

    passcode: Secret
    new_password: Password


class Alias(SeedModel):
    """Another name to sign in with."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"alias": "maria"}]})

    alias: Typed


class Aliases(SeedModel):
    """All aliases of a person, first one first."""

    aliases: tuple[str, ...]


class StatusChange(SeedModel):
    """Where an account shall stand, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "on_hold", "reason": "On parental leave"}]})

    status: Literal["active", "on_hold"]
    reason: str = Field(min_length=3, max_length=200, description="For the audit trail")


class SiteAttributes(SeedModel):
    """What a site knows of a person: all of it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"attributes": {}}]})

    attributes: dict[Word, Text] = Field(max_length=64)
