"""PingOne: how the service signs in to an environment as a worker application, and PingOne's own forms of bytes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field

from kiosk.secret import Secret
from kiosk.service.probe import ProbeFailed
from kiosk.service.settings_model import HttpsUrl, SecretName, SettingsModel
from kiosk.service.vendors.oauth import ClientCredentials
from kiosk.service.vendors.rest import Malformed, Refused, RestApi, told
from kiosk.service.wiring import Wiring

CALL_SECONDS: Final = 20.0
"""One call with all its repetitions."""
TOKEN_SECONDS: Final = 10.0

Region = Literal["com", "ca", "eu", "com.au", "sg", "asia"]
"""North America, Canada, Europe, Australia, Singapore, Asia."""


class PingOneEnvironment(SettingsModel):
    """An environment, and the worker application by which the service signs in to it.

    The role Identity Data Admin of this environment (better: of one population in it) is enough for the worker.
    """

    environment_id: str = Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")
    """The environment's id."""
    region: Region = "com"
    """Where it is: what PingOne's addresses end in."""
    client_id: str = Field(min_length=1, max_length=100)
    """The worker application's id; its token endpoint authentication is Client Secret Basic."""
    client_secret: SecretName
    """Name of the secret that is the worker application's."""
    api: HttpsUrl | None = None
    """Another address of the API, in place of `https://api.pingone.<region>`."""
    auth: HttpsUrl | None = None
    """Another address of the sign-in service (a custom domain), in place of `https://auth.pingone.<region>`."""
    certificate_authority: Path | None = None
    """PEM file with the authority of the servers' certificates, in place of the public ones."""


def pingone_api(settings: PingOneEnvironment, wiring: Wiring, name: str) -> RestApi:
    """The environment's API, signed in to; paths begin with `users` and the like. Raises NoCredential."""
    auth = (settings.auth or f"https://auth.pingone.{settings.region}").rstrip("/")
    api = (settings.api or f"https://api.pingone.{settings.region}").rstrip("/")
    tokens = ClientCredentials(
        wiring.outbound,
        f"{auth}/{settings.environment_id}/as/token",
        settings.client_id,
        Secret(wiring.secret(settings.client_secret)),
        "",
        wiring.clock,
        wiring.random,
        name=f"{name}:token",
        authority=settings.certificate_authority,
        timeout=TOKEN_SECONDS,
        sleep=wiring.sleep,
    )
    return RestApi(
        wiring.outbound,
        f"{api}/v1/environments/{settings.environment_id}",
        tokens,
        name=name,
        clock=wiring.clock,
        authority=settings.certificate_authority,
        timeout=CALL_SECONDS,
        request_ids=("correlation-id",),
        sleep=wiring.sleep,
    )


def embedded(document: Any, name: str) -> list[dict[str, Any]]:
    """The members of a collection (HAL, `_embedded`). Raises Malformed."""
    return [told(each, kind=dict) for each in told(document, "_embedded", name, kind=list)]


def literal(value: str) -> str:
    """A string of the filter language (SCIM 2.0 filters take JSON strings, RFC 7644, 3.4.2.2)."""
    return json.dumps(value, ensure_ascii=False)


def unsigned(numbers: Sequence[object]) -> bytes:
    """The bytes that PingOne tells as an array of signed numbers (-128 to 127). Raises ValueError."""
    found = [each for each in numbers if isinstance(each, int) and not isinstance(each, bool) and -128 <= each <= 255]
    if len(found) != len(numbers):
        raise ValueError("no array of bytes")
    return bytes(each & 0xFF for each in found)


def remedy(refused: Refused) -> ProbeFailed | None:
    """What the doctor says of a refusal."""
    if refused.status == 403:
        return ProbeFailed(
            "we may not look (HTTP 403)", "give the worker application the role Identity Data Admin in this environment"
        )
    return None


def code_of(refused: Refused) -> str:
    """PingOne's code for why (`INVALID_DATA`); nothing where it tells none."""
    try:
        code = told(refused.document, "code", kind=str)
    except Malformed:
        return ""
    return code if code.replace("_", "").isalnum() and code.isascii() and len(code) < 64 else ""
