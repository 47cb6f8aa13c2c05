"""Codes for phones as they are on the wire, camelCase, and what of them is believed: shapes, lengths, a picture."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel

from kiosk.contract import paths
from kiosk.contract.phone import OpenPhone, PhoneCode, PhoneStanding, PhoneStatus

LARGEST_PICTURE = 1 << 18
"""Bytes of a PNG; a code needs a hundredth of them."""
LONGEST = 3600
"""Seconds that a code may last."""
_PNG = b"\x89PNG\r\n\x1a\n"


def _picture(text: str) -> str:
    """A PNG of a bearable size; what is in it, only who draws it knows. Raises ValueError, which does not quote it."""
    if len(text) > 4 * LARGEST_PICTURE // 3 + 4:
        raise ValueError("is too large")
    try:
        begins = base64.b64decode(text, validate=True).startswith(_PNG)
    except (binascii.Error, ValueError):
        begins = False
    if not begins:
        raise ValueError("is no PNG in base64")
    return text


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, hide_input_in_errors=True)


class CodeBody(_Wire):
    """As `PhoneCode`."""

    transaction_id: str = Field(pattern=r"^[A-Za-z0-9._~-]{1,128}\z")
    qr_code: Annotated[str, AfterValidator(_picture)] = Field(repr=False)
    expires_in: int = Field(ge=1, le=LONGEST)
    link: str = Field(default="", pattern=r"^(https://[!-~]{1,500})?\z", repr=False)

    def plain(self) -> PhoneCode:
        """The same for the flow."""
        return PhoneCode(self.transaction_id, self.qr_code, self.expires_in, self.link)


class StandingBody(_Wire):
    """As `PhoneStanding`."""

    status: PhoneStatus
    number: str = Field(default="", pattern=r"^[0-9]{0,8}\z")
    expires_in: int = Field(default=0, ge=0, le=LONGEST)
    reason: str = Field(default="", pattern=r"^[a-z0-9_]{0,64}\z")

    def plain(self) -> PhoneStanding:
        """The same for the flow."""
        return PhoneStanding(self.status, self.number, self.expires_in, self.reason)


CODE = TypeAdapter(CodeBody)
STANDING = TypeAdapter(StandingBody)


def asking(asked: OpenPhone) -> dict[str, Any]:
    """The body of POST /omi/qr/enrol; members that say nothing are left out."""
    members = {
        "uuid": asked.uuid,
        "enrollmentId": asked.enrollment_id,
        "purpose": asked.purpose.value,
        "form": None if asked.form is None else asked.form.value,
    }
    return {name: value for name, value in members.items() if value}


def path_of(transaction_id: str) -> str:
    """Where a code is taken back."""
    return f"{paths.QR_ENROL}?{urlencode({'transactionId': transaction_id})}"


def status_path(transaction_id: str, seen: str, hold: int) -> str:
    """Where the status is asked for; held back so many seconds while it is `seen`."""
    asked: dict[str, str | int] = {"transactionId": transaction_id}
    if seen and hold:
        asked |= {"wait": hold, "seen": seen}
    return f"{paths.QR_STATUS}?{urlencode(asked)}"
