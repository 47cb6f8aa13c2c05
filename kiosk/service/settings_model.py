"""What all settings models share: frozen, strict, and a few checked texts."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A word for programs: lower-case letters, digits and underscores."""

LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
"""BCP 47."""

SecretName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9._-]{0,63}$")]
"""The name under which the credentials store keeps a secret; never the secret."""

RpId = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", max_length=253)]
"""A WebAuthn RP ID: a domain."""

HttpsUrl = Annotated[str, Field(pattern=r"^https://[^\s/@]+(/[^\s]*)?$", max_length=2000)]
"""An https address without a user in it."""


def _network(told: str) -> str:
    return str(ip_network(told))


Network = Annotated[str, AfterValidator(_network)]
"""An address, or a network as 10.0.0.0/8."""


class SettingsModel(BaseModel):
    """Frozen; an unknown setting is an error; attribute docstrings become the documentation."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
