"""Bodies and answers of signing in without a password, and of the second factor."""

from __future__ import annotations

from typing import Final, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from kiosk.service.accounts.rules import TotpState
from kiosk.service.accounts.totp import DIGITS, PERIOD
from kiosk.service.seed_shape import SeedModel

_NAMED: Final[JsonDict] = {"email": "mona.okafor@example.org", "siteId": "campus"}
_CODE: Final = Field(min_length=1, max_length=64, repr=False, description="A code of the app, or a recovery code")


class TotpStanding(SeedModel):
    """Where somebody's second factor stands."""

    status: TotpState
    recovery_codes_left: int = Field(ge=0)


class TotpSetUp(SeedModel):
    """A secret that waits for its first code; told here and nowhere else."""

    status: TotpState
    secret: str = Field(repr=False, description="Base32 (RFC 4648), for typing")
    uri: str = Field(repr=False, description="The same, as authenticator apps read it")
    qr_code: str = Field(repr=False, max_length=20_000, description="The same, as a picture: a PNG in a data URL")
    digits: int = DIGITS
    period: int = Field(default=PERIOD, description="Seconds that each code is shown")


class TotpCode(SeedModel):
    """A code that the app shows."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "492039"}]})

    code: str = _CODE


class TotpEnrolled(SeedModel):
    """Each recovery code helps once, where the phone is lost; told here, and kept as hashes."""

    status: TotpState
    recovery_codes: tuple[str, ...] = Field(repr=False)


class TotpUnenrollment(SeedModel):
    """What there is afterwards."""

    status: TotpState


class TotpUnenrollmentByStaff(SeedModel):
    """Whose app is forgotten, and why; the person is told by mail."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"userId": "5f0c1d7ae2c94a0f8a43be7d5f6b1c22", "reason": "Lost the phone"}]}
    )

    user_id: str = Field(pattern="^[0-9a-f]{32}$")
    reason: str = Field(min_length=3, max_length=200, description="For the audit trail")


class _Named(SeedModel):
    """Somebody by their mail address or by their name."""

    email: str = Field(default="", max_length=254)
    username: str = Field(default="", max_length=256)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.email.strip()) == bool(self.username.strip()):
            raise ValueError("one of email and username")
        return self


class PasswordlessCode(_Named):
    """Who shall be mailed a code, to sign in at which site."""

    model_config = ConfigDict(json_schema_extra={"examples": [_NAMED]})

    site_id: str = Field(min_length=1, max_length=40)


class PasswordlessCodeSent(SeedModel):
    """The same whoever was named. Seconds until another code may be asked for, and until this one is too old."""

    resend_after: int
    expires_in: int
    digits: int


class PasswordlessLogin(_Named):
    """The code of the mail; `totp` besides, where the person has an authenticator app (or a recovery code)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"email": _NAMED["email"], "otp": "381904"}]})

    otp: str = Field(min_length=1, max_length=64, repr=False)
    totp: str = Field(default="", max_length=64, repr=False)
