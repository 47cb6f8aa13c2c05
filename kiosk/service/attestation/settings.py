"""What an administrator may ask of a key's attestation."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class Conveyance(StrEnum):
    """`attestation` of the creation options (WebAuthn L3 section 5.4.7); `indirect` has no use at a kiosk."""

    NONE = "none"
    DIRECT = "direct"
    ENTERPRISE = "enterprise"


def _canonical(aaguid: str) -> str:
    return str(UUID(aaguid))


AaguidText = Annotated[str, Field(max_length=36), AfterValidator(_canonical)]
"""An AAGUID, kept in its lower-case UUID form."""


class AttestationPolicy(BaseModel):
    """Which registrations are believed; the default asks every key for proof of its make.

    `require_trusted` wants a chain to one of our trust anchors; without it `none`, self attestation and
    unknown makers pass as well, and the AAGUID is only what the key says of itself. For that reason
    an allow-list needs it. An empty `aaguids_allowed` means any model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    conveyance: Conveyance = Conveyance.DIRECT
    require_trusted: bool = True
    aaguids_allowed: frozenset[AaguidText] = frozenset()
    aaguids_denied: frozenset[AaguidText] = frozenset()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.require_trusted and self.conveyance is Conveyance.NONE:
            raise ValueError("require_trusted needs conveyance direct or enterprise")
        if self.aaguids_allowed and not self.require_trusted:
            raise ValueError("aaguids_allowed needs require_trusted: without it any key may claim any AAGUID")
        return self
