"""Where simulated keys come from: ports that a demonstration or a test plugs keys into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Condition
from time import monotonic

from hardware.authenticator import Authenticator, KeyAddress, Transport
from hardware.errors import KeyBusy, KeyGone
from hardware.fido import open_device
from hardware.simulated.device import SimulatedPipe
from hardware.simulated.key import SimulatedKey
from hardware.translate import translated
from hardware.transport.reports import open_channel


class SimulatedSource:
    """A `KeySource` over simulated keys, one to a port. Keys come and go by their own `plug` and `unplug`."""

    def __init__(self, keys: Sequence[SimulatedKey], *, clock: Callable[[], float] = monotonic) -> None:
        self._keys = {f"simulated:{port}": key for port, key in enumerate(keys, 1)}
        self._clock = clock
        self._stirs = Condition()
        self._seen: tuple[tuple[bool, int], ...] | None = None
        for key in keys:
            key.observe(self._stir)

    def attached(self) -> tuple[KeyAddress, ...]:
        """The keys that are in their ports now."""
        for key in self._keys.values():
            _wait_for_enumeration(key)
        self._seen = self._ports()
        return tuple(_address(path, key) for path, key in self._keys.items() if key.plugged)

    def open(self, address: KeyAddress) -> Authenticator:
        """Open the key that was at this address when it was seen. Raises KeyGone, KeyBusy, KeySilent, KeyFault."""
        key = self._keys.get(address.path)
        if key is None:
            raise KeyGone
        if key.faults.held_by:
            raise KeyBusy(key.faults.held_by)
        with translated():
            pipe = SimulatedPipe(key, address.attach_id)
        channel = open_channel(address, pipe, self._clock)
        return open_device(channel.address, channel, self._clock)

    def changed(self, seconds: float) -> bool:
        """Wait until a port is not as the last look found it; whatever happens to a key wakes it at once."""
        with self._stirs:
            return self._stirs.wait_for(lambda: self._ports() != self._seen, seconds)

    def _stir(self) -> None:
        with self._stirs:
            self._stirs.notify_all()

    def _ports(self) -> tuple[tuple[bool, int], ...]:
        return tuple((key.plugged, key.attach_id) for key in self._keys.values())


def _wait_for_enumeration(key: SimulatedKey) -> None:
    with key.condition:
        key.condition.wait_for(lambda: not key.faults.blocks_enumeration)


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
