"""Bodies and answers of codes that phones scan: camelCase, as organizations know them."""

from __future__ import annotations

from typing import Final, Self

from pydantic import ConfigDict, Field, model_validator

from kiosk.contract import phone as wire
from kiosk.contract.phone import PhonePurpose, PhoneStatus
from kiosk.contract.profile import FormKind
from kiosk.service.seed_shape import SeedModel

_TRANSACTION: Final = "9b1c0f6e2d7a4c53a8e0417f5d26b3c9"


class OpenPhone(SeedModel):
    """Whose phone is wanted: that of an existing account (`uuid`), or of whoever stands at the kiosk
    (`enrollmentId`)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"uuid": "5f0c1d7a-e2c9-4a0f-8a43-be7d5f6b1c22"},
                {"enrollmentId": "0b6f7c1e9a5d4e3f8a2b1c0d9e8f7a6b", "purpose": "confirm"},
            ]
        }
    )

    uuid: str = Field(default="", max_length=64, description="With dashes or without")
    enrollment_id: str = Field(default="", pattern="^([0-9a-f]{32})?$")
    purpose: PhonePurpose = PhonePurpose.PASSKEY
    form: FormKind | None = Field(default=None, description="With purpose `register` only")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.uuid) == bool(self.enrollment_id):
            raise ValueError("one of uuid and enrollmentId")
        if self.uuid and self.purpose is not PhonePurpose.PASSKEY:
            raise ValueError("uuid: with purpose passkey")
        if (self.form is not None) != (self.purpose is PhonePurpose.REGISTER):
            raise ValueError("form: with purpose register")
        return self

    def plain(self) -> wire.OpenPhone:
        """As the contract has it."""
        return wire.OpenPhone(self.uuid, self.enrollment_id, self.purpose, self.form)


class PhoneCode(SeedModel):
    """A code to be shown. `qrCode` goes into an `<img>` behind `data:image/png;base64,`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "transactionId": _TRANSACTION,
                    "qrCode": "iVBORw0KGgoAAAANSUhEUgAA…",
                    "expiresIn": 300,
                    "link": "https://enroll.example.org/m/Qm9yZWFsIG93bHMgaG9vdA",
                }
            ]
        }
    )

    transaction_id: str
    qr_code: str = Field(repr=False, max_length=400_000, description="A PNG in base64")
    expires_in: int = Field(description="Seconds")
    link: str = Field(repr=False, description="What is in the picture; empty where a service elsewhere drew it")


class PhoneStanding(SeedModel):
    """How a code stands. The number is shown by the kiosk and typed on the phone: it is told while SCANNED only."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"status": "SCANNED", "number": "472", "expiresIn": 214, "reason": ""},
                {"status": "FAILED", "number": "", "expiresIn": 0, "reason": "wrong_number"},
            ]
        }
    )

    status: PhoneStatus
    number: str = Field(repr=False)
    expires_in: int = Field(description="Seconds; 0 once it is over")
    reason: str = Field(description="Why it FAILED or was CANCELLED; `another_phone` while SCANNED: a second one tried")
