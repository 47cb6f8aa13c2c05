"""All the keys of this machine in one: on USB, and on card readers where PC/SC is installed."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from time import monotonic

from hardware.authenticator import Authenticator, KeyAddress, KeySource, Transport
from hardware.errors import HardwareError, KeyGone
from hardware.transport.usb import UsbSource

GLANCE = 0.25
"""Seconds between two glances at the other sources while the first one is waited on."""


class KeySources:
    """Several sources as one. Waiting is on the first, with a glance at the others, which must cost next to nothing."""

    def __init__(self, sources: Mapping[Transport, KeySource]) -> None:
        self._sources = dict(sources)
        self._first, *self._others = self.sources

    @property
    def sources(self) -> tuple[KeySource, ...]:
        """Those that are joined."""
        return tuple(self._sources.values())

    def attached(self) -> tuple[KeyAddress, ...]:
        """The keys of all sources. What a source raises is raised where the others have none."""
        found: list[KeyAddress] = []
        trouble: HardwareError | None = None
        for source in self.sources:
            try:
                found += source.attached()
            except HardwareError as error:
                trouble = trouble or error
        if trouble is not None and not found:
            raise trouble
        return tuple(found)

    def open(self, address: KeyAddress) -> Authenticator:
        """Open the key where it was found. Raises what its source raises."""
        source = self._sources.get(address.transport)
        if source is None:
            raise KeyGone
        return source.open(address)

    def changed(self, seconds: float) -> bool:
        """Wait until one of the sources knows of a change."""
        ends = monotonic() + seconds
        while True:
            if any(source.changed(0.0) for source in self._others):
                return True
            left = ends - monotonic()
            if left <= 0:
                return False
            if self._first.changed(min(left, GLANCE)):
                return True


def keys_of_this_machine() -> KeySource:
    """Keys on USB, and with the extra `nfc` those on card readers."""
    usb = UsbSource()
    if importlib.util.find_spec("smartcard") is None:
        return usb
    try:
        nfc: KeySource = importlib.import_module("hardware.transport.nfc").NfcSource()
    except ImportError:  # pyscard is there, and the PC/SC library of the system is not
        return usb
    return KeySources({Transport.USB: usb, Transport.NFC: nfc})
