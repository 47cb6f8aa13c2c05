"""What the service is told of a key."""

from __future__ import annotations

from uuid import UUID

from hardware.authenticator import KeyInfo, PinState
from kiosk.contract.enrollments import KeyReport


def key_report(key: KeyInfo) -> KeyReport:
    """What the service is told of a key that was read."""
    return KeyReport(
        aaguid=str(UUID(bytes=key.aaguid)),
        versions=key.versions,
        extensions=key.extensions,
        options=dict(key.options),
        algorithms=key.algorithms,
        transports=key.transports,
        min_pin_length=key.min_pin_length,
        firmware=key.firmware,
        remaining_credentials=key.remaining_credentials,
        has_pin=key.pin not in (PinState.UNSUPPORTED, PinState.NOT_SET),
        simulated=key.address.simulated,
        serial=key.address.serial,
        certifications=dict(key.certifications),
    )
