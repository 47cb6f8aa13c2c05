"""Settings of keys: their PINs, which of them are welcome, and what they shall be when people leave with them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from kiosk.contract.policy import Demand, PinDelivery, PinMode, PinOrigin, ResetMode
from kiosk.service.settings_model import RpId, SettingsModel

Certification = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,31}$")]
Aaguid = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
AnyAaguid = Annotated[str, Field(pattern=r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?$")]


class PinSettings(SettingsModel):
    """The rules for a new PIN (NIST SP 800-63B-4, 3.2.10: at least 4, better 6)."""

    mode: PinMode = PinMode.REQUIRED
    """`required`, `if_absent` or `never`."""
    min_length: int = Field(default=6, ge=4, le=63)
    """Code points."""
    max_length: int = Field(default=63, ge=4, le=63)
    """Code points; the key also counts bytes."""
    no_sequences: bool = True
    """Refuse 123456 and the like."""
    no_repeats: bool = True
    """Refuse 111111 and the like."""
    deny: tuple[str, ...] = Field(default=(), max_length=200)
    """PINs that are refused as they stand."""
    no_own_numbers: bool = True
    """Refuse the person's own staff and phone numbers."""
    origin: PinOrigin = PinOrigin.CHOSEN
    """`chosen` by the person, or `random`: made up by the kiosk."""
    delivery: PinDelivery = PinDelivery.SCREEN
    """A random PIN is shown once (`screen`), or printed into a sealed `letter` by the station's printer."""
    random_length: int = Field(default=8, ge=4, le=63)
    """Digits of a random PIN; more where the key or `min_length` ask for more."""
    built_in_uv: bool = False
    """Whether a key that checks its owner's finger by itself needs no PIN from the person."""
    enroll_fingerprint: Demand | None = None
    """Enroll a finger after the PIN: `require`, `best_effort` or, without it, not at all."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_length > self.max_length:
            raise ValueError("min_length is above max_length")
        if self.random_length > self.max_length:
            raise ValueError("random_length is above max_length")
        if self.delivery is PinDelivery.LETTER and self.origin is not PinOrigin.RANDOM:
            raise ValueError('delivery "letter" needs origin "random": a PIN that somebody chose is in no letter')
        if self.enroll_fingerprint is Demand.REFUSE:
            raise ValueError("enroll_fingerprint is require or best_effort; leave it out to enroll none")
        return self


class KeySettings(SettingsModel):
    """Which keys are welcome."""

    aaguids_allowed: tuple[Aaguid, ...] = ()
    """Models that are welcome; empty for any."""
    aaguids_denied: tuple[Aaguid, ...] = ()
    """Models that are refused."""
    accept_existing_pin: bool = True
    """Whether a key that already has a PIN is welcome."""
    min_free_slots: int = Field(default=1, ge=1, le=100)
    """Free places for discoverable credentials that a key must have."""
    min_firmware: dict[AnyAaguid, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    """The oldest firmware (getInfo firmwareVersion) that is welcome, by AAGUID; under "" for all other models."""
    certification: dict[Certification, Annotated[int, Field(ge=1, le=255)]] = Field(default_factory=dict)
    """Certifications that a key must claim (getInfo certifications), with the least level."""
    only_deletable: bool = False
    """Refuse keys from which a single sign-in cannot be taken back (no credential management)."""
    reset: ResetMode = ResetMode.NEVER
    """Who may have a locked or full key wiped: `never`, `staff` with approval, or the person by themselves (`self`)."""


class HandOverSettings(SettingsModel):
    """What a key shall be when the person leaves with it: `require`, `best_effort`, `refuse`, or left as it is."""

    min_pin_length: int = Field(default=0, ge=0, le=63)
    """The least length of its PIN from then on, in code points; 0 leaves it. It can never be lowered but by a reset."""
    raise_min_pin: Demand | None = None
    """Whether `min_pin_length` is written to the key."""
    tell_min_pin_to: tuple[RpId, ...] = Field(default=(), max_length=8)
    """Relying parties (RP IDs) that may read the least length (minPinLength extension)."""
    force_pin_change: Demand | None = None
    """Whether the PIN must be changed at the first use."""
    always_uv: Demand | None = None
    """Whether the key checks its owner at every use."""
    enterprise_attestation: Demand | None = None
    """Whether the key may name itself to the organization (enterprise attestation)."""

    @model_validator(mode="after")
    def _some_length(self) -> Self:
        wanted = self.raise_min_pin in (Demand.REQUIRE, Demand.BEST_EFFORT)
        if wanted != bool(self.min_pin_length):
            raise ValueError("min_pin_length and raise_min_pin belong together")
        return self
