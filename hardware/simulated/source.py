"""Where simulated keys come from: ports that a demonstration or a test plugs keys into."""

from __future__ import annotations

from collections.abc import Sequence

from hardware.authenticator import Authenticator, KeyAddress, Transport
from hardware.errors import KeyGone
from hardware.fido import open_device
from hardware.simulated.device import SimulatedPipe
from hardware.simulated.key import SimulatedKey
from hardware.translate import translated
from hardware.transport.reports import open_channel


class SimulatedSource:
    """A `KeySource` over simulated keys, one to a port. Keys come and go by their own `plug` and `unplug`."""

    def __init__(self, keys: Sequence[SimulatedKey]) -> None:
        self._keys = {f"simulated:{port}": key for port, key in enumerate(keys, 1)}

    def attached(self) -> tuple[KeyAddress, ...]:
        """The keys that are in their ports now."""
        return tuple(_address(path, key) for path, key in self._keys.items() if key.plugged)

    def open(self, address: KeyAddress) -> Authenticator:
        """Open the key that was at this address when it was seen. Raises KeyGone, KeyBusy, KeySilent, KeyFault."""
        key = self._keys.get(address.path)
        if key is None:
            raise KeyGone
        with translated():
            pipe = SimulatedPipe(key, address.attach_id)
        return open_device(address, open_channel(address, pipe))


def _address(path: str, key: SimulatedKey) -> KeyAddress:
    traits = key.traits
    return KeyAddress(
        transport=Transport.SIMULATED,
        path=path,
        attach_id=key.attach_id,
        serial=traits.serial,
        product=traits.product,
        manufacturer=traits.manufacturer,
        vendor_id=traits.vendor_id,
        product_id=traits.product_id,
    )
