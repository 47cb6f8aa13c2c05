"""FusionAuth: how the service signs in with an API key, and what its errors say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from kiosk.secret import Secret
from kiosk.service.probe import ProbeFailed
from kiosk.service.settings_model import HttpsUrl, SecretName, SettingsModel
from kiosk.service.vendors.rest import Refused, RestApi
from kiosk.service.wiring import Wiring

CALL_SECONDS: Final = 20.0
"""One call with all its repetitions."""


class FusionAuthServer(SettingsModel):
    """A FusionAuth, and the key that opens its interface."""

    url: HttpsUrl
    """FusionAuth's address."""
    api_key: SecretName
    """Name of the secret that is the API key."""
    tenant: str = Field(default="", pattern=r"^([0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})?$")
    """The tenant's id; only where there are several."""
    certificate_authority: Path | None = None
    """PEM file with the authority of the server's certificate, in place of the public ones."""


def fusionauth_api(settings: FusionAuthServer, wiring: Wiring, name: str) -> RestApi:
    """The interface, with the key in each call. Raises NoCredential."""
    key = Secret(wiring.secret(settings.api_key))
    tenant = {"X-FusionAuth-TenantId": settings.tenant} if settings.tenant else {}
    return RestApi(
        wiring.outbound,
        settings.url,
        lambda _fresh: {"Authorization": key.reveal(), **tenant},
        name=name,
        clock=wiring.clock,
        authority=settings.certificate_authority,
        timeout=CALL_SECONDS,
        sleep=wiring.sleep,
    )


def codes_of(refused: Refused) -> frozenset[str]:
    """The words of an error (`[invalid]`, `[notLicensed]`), those of a field after its name (`userId [invalid]`)."""
    return frozenset(_codes(refused.document))


def remedy(refused: Refused) -> ProbeFailed | None:
    """What the doctor says of a refusal."""
    if "[notLicensed]" in codes_of(refused):
        return ProbeFailed("FusionAuth has no license for WebAuthn", "activate a license in FusionAuth")
    if refused.status == 401:
        return ProbeFailed(
            "the API key is not accepted, or may not do this",
            "give the key GET of /api/user and GET, POST and DELETE of /api/webauthn; name its tenant if it has one",
        )
    return None


def _codes(document: Any) -> Iterator[str]:
    if not isinstance(document, dict):
        return
    general, fields = document.get("generalErrors"), document.get("fieldErrors")
    yield from _each(general, "")
    if isinstance(fields, dict):
        for name, errors in fields.items():
            yield from _each(errors, f"{name} ")


def _each(errors: Any, before: str) -> Iterator[str]:
    for error in errors if isinstance(errors, list) else ():
        code = error.get("code") if isinstance(error, dict) else None
        if isinstance(code, str):
            # `[invalid]userId` and `[invalid]` are both told of the field userId.
            yield before + code.partition("]")[0][:40] + "]"
