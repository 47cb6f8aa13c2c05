"""The calls that set up an authenticator app, once the key works."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SetUpTotp:
    """POST …/totp, once the enrollment is done and policy asks for it: a secret for the person's authenticator app.

    Each call makes another secret; one that is enrolled already is left as it is (409 `totp_state`)."""


@dataclass(frozen=True, slots=True)
class TotpSetUp:
    """200. `secret` is Base32 (RFC 4648) for typing, `uri` the same for a QR code (otpauth://totp/…)."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    digits: int = 6
    period: int = 30


@dataclass(frozen=True, slots=True)
class ConfirmTotp:
    """POST …/totp/confirm: a code that the app shows."""

    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TotpEnrolled:
    """200. Each recovery code helps once, where the phone is lost; told here and kept hashed."""

    recovery_codes: tuple[str, ...] = field(repr=False)
