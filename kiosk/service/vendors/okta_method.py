"""What an Okta org's WebAuthn authenticator is set to (Authenticators API, methods/webauthn)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kiosk.service.vendors.rest import Refused, RestApi, quoted, told

_UNREADABLE: Final = frozenset({400, 403, 404})
"""No right to look, or an org of the Classic Engine, which has no authenticators."""


@dataclass(frozen=True, slots=True)
class Method:
    """`rp_id` is empty where the org sets none; what may not be read takes keys."""

    rp_id: str = ""
    takes_keys: bool = True


def read_method(api: RestApi) -> Method:
    """Raises what RestApi raises, and Malformed; what may not be read is as if nothing were set."""
    try:
        listed = told(api.call("GET", "api/v1/authenticators").document, kind=list)
        found = [each for each in listed if _text(each, "key") == "webauthn"]
        if not found:
            return Method(takes_keys=False)
        route = quoted("api/v1/authenticators/{}/methods/webauthn", told(found[0], "id", kind=str))
        return method_of(found[0], api.call("GET", route).document)
    except Refused as refused:
        if refused.status not in _UNREADABLE:
            raise
        return Method()


def method_of(authenticator: Any, method: Any) -> Method:
    """Read out of the two documents; members that are not there mean nothing."""
    settings = method.get("settings") if isinstance(method, dict) else None
    rp = settings.get("rpId") if isinstance(settings, dict) else None
    enabled = isinstance(rp, dict) and rp.get("enabled") is True
    off = "INACTIVE" in (_text(authenticator, "status"), _text(method, "status"))
    return Method(
        rp_id=_text(rp, "domain", "name").lower() if enabled else "",
        takes_keys=not off and _text(settings, "attachment") != "BUILT_IN",
    )


def _text(document: Any, *path: str) -> str:
    """A text, or an empty one where there is none."""
    for step in path:
        document = document.get(step) if isinstance(document, dict) else None
    return document if isinstance(document, str) else ""
