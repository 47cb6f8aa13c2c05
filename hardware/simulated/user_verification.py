"""performBuiltInUv (CTAP 2.1 section 6.5.3.1): the key verifies its owner with its own fingerprint sensor."""

from __future__ import annotations

from fido2.ctap import CtapError

from hardware.simulated.applet import ERR, Applet
from hardware.simulated.person import Finger, Waiting


def verify_finger(applet: Applet, *, tries: int) -> Waiting[None]:
    """Let the person try that often. Raises CtapError: UV_BLOCKED, UV_INVALID, or the time-out of the key.

    A try is spent in the flash before the finger is compared, as with the PIN.
    """
    memory = applet.memory
    for _ in range(tries):
        if memory.uv_retries == 0:
            raise CtapError(ERR.UV_BLOCKED)
        finger = yield from applet.finger()
        memory.uv_retries -= 1
        applet.commit()
        if _known(applet, finger):
            memory.uv_retries = applet.traits.max_uv_retries
            memory.uv_count += 1
            return
    raise CtapError(ERR.UV_BLOCKED if memory.uv_retries == 0 else ERR.UV_INVALID)


def _known(applet: Applet, finger: Finger) -> bool:
    if isinstance(finger.template, bytes):
        return any(each.id == finger.template for each in applet.memory.templates)
    return finger.template
