"""What a page says of the key in the slot: its name, its picture, whether it has a PIN, how much room it has."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from hardware.authenticator import BuiltInUv, KeyAddress, KeyInfo, PinState, Transport
from kiosk.enrollment.visit import KeyModel, Visit
from ui.text import clean

PICTURES = frozenset({"usb-a", "usb-c", "usb-a-nfc", "usb-c-nfc", "nano", "bio", "card", "phone", "unknown"})
"""The pictures of models there are, in resources/art/models."""

_LONGEST = 32


@dataclass(frozen=True)
class KeyNote:
    """A key in a few words; `name` is safe to show, `picture` is one of PICTURES, or a data URL."""

    name: str
    picture: str
    facts: str = ""

    @property
    def spoken(self) -> str:
        """All of it in one sentence."""
        return f"{self.name}: {self.facts}" if self.facts else self.name


def note(visit: Visit, *, facts: bool = True) -> KeyNote | None:
    """The key that was read in this visit; None before. Without `facts` where they would be out of date."""
    if visit.key is None:
        return None
    return KeyNote(key_name(visit.model), picture(visit.model, visit.key), key_facts(visit.key) if facts else "")


def key_name(model: KeyModel) -> str:
    """What people call it; "Your key" where nobody knows."""
    return clean(model.name, _LONGEST) or QCoreApplication.translate("Key", "Your key")


def picture(model: KeyModel, key: KeyInfo) -> str:
    """The picture of its model; else one that shows what is known of it."""
    if model.picture in PICTURES or model.picture.startswith("data:"):
        return model.picture
    if key.address.transport is Transport.NFC:
        return "card"
    return "bio" if key.can_enroll_fingerprint else "unknown"


def key_facts(key: KeyInfo) -> str:
    """Its PIN and its room, in plain words."""
    return " · ".join(fact for fact in (_pin(key), _room(key)) if fact)


def attached_name(address: KeyAddress) -> str:
    """What a key that was not read yet calls itself."""
    known = " ".join(word for word in (address.manufacturer, address.product) if word)
    if address.manufacturer and address.product.casefold().startswith(address.manufacturer.casefold()):
        known = address.product  # many keys say their maker's name twice
    return clean(known, _LONGEST) or QCoreApplication.translate("Key", "A key without a name")


def attached_place(address: KeyAddress) -> str:
    """Where it is attached, as far as that helps somebody who looks at the slots; empty where nobody knows."""
    if address.transport is Transport.NFC:
        return QCoreApplication.translate("Key", "On the reader")
    port = clean(address.bus.rpartition(":")[2], 16)
    return QCoreApplication.translate("Key", "USB port {port}").format(port=port) if port else ""


def _pin(key: KeyInfo) -> str:
    if key.built_in_uv is BuiltInUv.READY and key.pin is PinState.SET:
        return QCoreApplication.translate("Key", "has a PIN, knows a finger")
    return {
        PinState.UNSUPPORTED: QCoreApplication.translate("Key", "cannot have a PIN"),
        PinState.NOT_SET: QCoreApplication.translate("Key", "no PIN yet"),
        PinState.SET: QCoreApplication.translate("Key", "has a PIN"),
        PinState.CHANGE_FORCED: QCoreApplication.translate("Key", "wants a new PIN"),
        PinState.AUTH_BLOCKED: QCoreApplication.translate("Key", "pauses after wrong PINs"),
        PinState.BLOCKED: QCoreApplication.translate("Key", "locked"),
    }[key.pin]


def _room(key: KeyInfo) -> str:
    left = key.remaining_credentials
    if left is None:
        return ""
    return QCoreApplication.translate("Key", "room for %n more", "", left) if left else _full()


def _full() -> str:
    return QCoreApplication.translate("Key", "full")
