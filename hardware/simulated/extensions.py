"""Extensions of makeCredential and getAssertion: credProtect, hmac-secret, minPinLength (CTAP 2.1 section 12)."""

from __future__ import annotations

import hmac
from typing import Any, Final

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet, Fields
from hardware.simulated.canonical import maybe, need
from hardware.simulated.credentials import UV_OPTIONAL, UV_REQUIRED, hmac_secret_of
from hardware.simulated.memory import Credential
from hardware.simulated.pin_protocols import decapsulate

_SALT: Final = 32


def on_creation(applet: Applet, asked: Fields, rp_id: str) -> tuple[int, bool, dict[str, Any]]:
    """credProtect level, hmac-secret or not, and the outputs. Raises CtapError: INVALID_PARAMETER, …_TYPE."""
    known = applet.traits.extensions
    outputs: dict[str, Any] = {}
    protection = maybe(asked, "credProtect", int) if "credProtect" in known else None
    if protection is not None:
        if not UV_OPTIONAL <= protection <= UV_REQUIRED:
            raise CtapError(ERR.INVALID_PARAMETER)
        outputs["credProtect"] = protection
    hmac_secret = "hmac-secret" in known and bool(maybe(asked, "hmac-secret", bool))
    if hmac_secret:
        outputs["hmac-secret"] = True
    if "minPinLength" in known and maybe(asked, "minPinLength", bool) and rp_id in applet.memory.min_pin_rp_ids:
        outputs["minPinLength"] = applet.memory.min_pin_length
    return protection or UV_OPTIONAL, hmac_secret, outputs


def on_assertion(applet: Applet, asked: Fields, credential: Credential, *, verified: bool) -> dict[str, Any]:
    """The hmac-secret output for one credential, encrypted for the platform."""
    salts = maybe(asked, "hmac-secret", dict) if "hmac-secret" in applet.traits.extensions else None
    if salts is None or not credential.hmac_secret:
        return {}
    protocol = applet.check_protocol(maybe(salts, 0x04, int) or 1)
    peer, encrypted, signature = need(salts, 0x01, dict), need(salts, 0x02, bytes), need(salts, 0x03, bytes)
    secret = decapsulate(protocol, applet.agreement(protocol), peer, applet.random)
    secret.verify(encrypted, signature)
    plain = secret.decrypt(encrypted)
    if len(plain) not in (_SALT, 2 * _SALT):
        raise CtapError(ERR.INVALID_PARAMETER)
    key = hmac_secret_of(applet, credential, verified=verified)
    outputs = [hmac.digest(key, plain[at : at + _SALT], "sha256") for at in range(0, len(plain), _SALT)]
    return {"hmac-secret": secret.encrypt(b"".join(outputs))}
