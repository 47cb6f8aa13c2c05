"""Several sources as one."""

from __future__ import annotations

import importlib
import importlib.util
from time import monotonic

import pytest

from hardware.authenticator import Authenticator, KeyAddress, Transport
from hardware.errors import HardwareError, KeyGone, KeySilent, NoAccess
from hardware.simulated.key import SimulatedKey
from hardware.simulated.source import SimulatedSource
from hardware.transport.nfc import NfcSource
from hardware.transport.sources import GLANCE, KeySources, keys_of_this_machine
from hardware.transport.usb import UsbSource

ON_USB = KeyAddress(Transport.USB, "/dev/hidraw1", 5)
ON_READER = KeyAddress(Transport.NFC, "Reader", 1)


class Some:
    """A source with these keys or this trouble, which is told of changes when somebody says so."""

    def __init__(self, *keys: KeyAddress, trouble: HardwareError | None = None) -> None:
        self.keys = keys
        self.trouble = trouble
        self.told = False
        self.waits: list[float] = []
        self.opened: list[KeyAddress] = []

    def attached(self) -> tuple[KeyAddress, ...]:
        if self.trouble is not None:
            raise self.trouble
        return self.keys

    def open(self, address: KeyAddress) -> Authenticator:
        self.opened.append(address)
        raise KeyGone

    def changed(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self.told


def both(usb: Some, nfc: Some) -> KeySources:
    """These two as one."""
    return KeySources({Transport.USB: usb, Transport.NFC: nfc})


def test_the_keys_of_all_are_there() -> None:
    assert both(Some(ON_USB), Some(ON_READER)).attached() == (ON_USB, ON_READER)
    assert both(Some(), Some(ON_READER)).attached() == (ON_READER,)


def test_trouble_of_one_matters_where_the_other_has_no_key() -> None:
    denied, silent = NoAccess("/dev/hidraw1", "remedy"), KeySilent(3.0)
    assert both(Some(trouble=denied), Some(ON_READER)).attached() == (ON_READER,)
    assert both(Some(ON_USB), Some(trouble=silent)).attached() == (ON_USB,)
    with pytest.raises(NoAccess):
        both(Some(trouble=denied), Some(trouble=silent)).attached()
    with pytest.raises(KeySilent):
        both(Some(), Some(trouble=silent)).attached()


def test_a_key_is_opened_by_the_source_that_has_it() -> None:
    usb, nfc = Some(ON_USB), Some(ON_READER)
    for address in (ON_READER, ON_USB):
        with pytest.raises(KeyGone):
            both(usb, nfc).open(address)
    assert (usb.opened, nfc.opened) == ([ON_USB], [ON_READER])
    with pytest.raises(KeyGone):
        both(usb, nfc).open(KeyAddress(Transport.UDP, "127.0.0.1:1"))


def test_news_of_any_end_the_wait() -> None:
    usb, nfc = Some(), Some()
    assert not both(usb, nfc).changed(0.0)
    usb.told = True
    assert both(usb, nfc).changed(5.0)
    usb.told, nfc.told = False, True
    assert both(usb, nfc).changed(5.0)


def test_the_first_is_waited_on_and_the_others_are_glanced_at() -> None:
    key = SimulatedKey()
    first, other = SimulatedSource([key]), Some()
    sources = KeySources({Transport.SIMULATED: first, Transport.NFC: other})
    sources.attached()
    started = monotonic()
    assert not sources.changed(2.5 * GLANCE)
    assert monotonic() - started >= 2.5 * GLANCE
    assert set(other.waits) == {0.0}
    assert len(other.waits) <= 5
    key.plug()
    assert sources.changed(5.0)


def test_this_machine_has_readers_where_the_extra_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = keys_of_this_machine()
    assert isinstance(found, KeySources)
    assert [type(source) for source in found.sources] == [UsbSource, NfcSource]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert isinstance(keys_of_this_machine(), UsbSource)


def test_without_the_library_of_the_system_there_is_usb(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: str) -> None:
        raise ImportError("libpcsclite.so.1: cannot open shared object file")

    monkeypatch.setattr(importlib, "import_module", refuse)
    assert isinstance(keys_of_this_machine(), UsbSource)
