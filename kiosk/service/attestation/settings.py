"""What an administrator may ask of a key's attestation, and of what is known about its model."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from kiosk.service.attestation.blob import HOSTS
from kiosk.service.attestation.standing import CERTIFIED, Level
from kiosk.service.settings_model import HttpsUrl, RpId, SettingsModel

FIDO: Final = "https://mds3.fidoalliance.org/"
"""Where the FIDO Alliance publishes its metadata."""


class Conveyance(StrEnum):
    """`attestation` of the creation options (WebAuthn L3 section 5.4.7); `indirect` has no use at a kiosk."""

    NONE = "none"
    DIRECT = "direct"
    ENTERPRISE = "enterprise"


class StatusFloor(StrEnum):
    """How well a model must stand in metadata. A revoked or broken one never passes."""

    NOT_COMPROMISED = "not_compromised"
    NOT_RETIRED = "not_retired"
    UP_TO_DATE = "up_to_date"


class LeastLevel(StrEnum):
    """The FIDO certification that a model must have, by its metadata."""

    NONE = "none"
    FUNCTIONAL = "functional"
    L1 = "L1"
    L1PLUS = "L1plus"
    L2 = "L2"
    L2PLUS = "L2plus"
    L3 = "L3"
    L3PLUS = "L3plus"

    @property
    def level(self) -> Level:
        """To compare with."""
        if self is LeastLevel.FUNCTIONAL:
            return Level.FUNCTIONAL
        return CERTIFIED.get(f"FIDO_CERTIFIED_{self.value}", Level.NONE)


class MetadataSettings(SettingsModel):
    """FIDO metadata: what the FIDO Alliance knows of each model of key. Fetched anew when they are due."""

    url: HttpsUrl = FIDO
    """Where they are fetched."""
    file: Path | None = None
    """A file to take them from whenever it changes; then nothing is fetched."""
    fetch: bool = True
    """Set to false where the service has no way out: bring them with `keywright metadata`."""
    certificate_authority: Path | None = None
    """A PEM file with the authority of the server at `url`; else the public ones."""
    root: Path | None = None
    """A PEM file with the root of another signer than the FIDO Alliance."""
    hosts: tuple[RpId, ...] = Field(default=HOSTS, min_length=1, max_length=8)
    """Whom the signer's certificate may be for."""
    required: bool = False
    """Refuse keys whose model is not in the metadata."""
    min_level: LeastLevel = LeastLevel.NONE
    """The least FIDO certification: `none`, `functional`, `L1`, `L1plus`, `L2`, `L2plus`, `L3` or `L3plus`."""
    status_floor: StatusFloor = StatusFloor.NOT_COMPROMISED
    """Refuse revoked and broken models (`not_compromised`), retired ones too (`not_retired`), or all that have not
    their newest firmware (`up_to_date`)."""


def _canonical(aaguid: str) -> str:
    return str(UUID(aaguid))


AaguidText = Annotated[str, Field(max_length=36), AfterValidator(_canonical)]
"""An AAGUID, kept in its lower-case UUID form."""


class AttestationPolicy(BaseModel):
    """Which registrations are believed; the default asks every key for proof of its make.

    `require_trusted` wants a chain to one of our trust anchors; without it `none`, self attestation and
    unknown makers pass as well, and the AAGUID is only what the key says of itself. For that reason
    an allow-list, a certification and a place in metadata need it. An empty `aaguids_allowed` means any model.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    conveyance: Conveyance = Conveyance.DIRECT
    require_trusted: bool = True
    aaguids_allowed: frozenset[AaguidText] = frozenset()
    aaguids_denied: frozenset[AaguidText] = frozenset()
    metadata_required: bool = False
    min_level: LeastLevel = LeastLevel.NONE
    status_floor: StatusFloor = StatusFloor.NOT_COMPROMISED

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.require_trusted and self.conveyance is Conveyance.NONE:
            raise ValueError("require_trusted needs conveyance direct or enterprise")
        if self.aaguids_allowed and not self.require_trusted:
            raise ValueError("aaguids_allowed needs require_trusted: without it any key may claim any AAGUID")
        if (self.metadata_required or self.min_level is not LeastLevel.NONE) and not self.require_trusted:
            raise ValueError(
                "metadata: required and min_level need require_trusted: without it any key may claim any AAGUID"
            )
        return self
