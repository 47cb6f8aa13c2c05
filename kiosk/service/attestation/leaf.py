"""What an attestation certificate tells of the one key, or of its batch."""

from __future__ import annotations

from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

LONGEST: Final = 64
_SERIAL_NUMBER = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.2")  # id-fido-gen-ce-sernum, WebAuthn L3 section 8.2.2
_YUBICO_FIRMWARE = x509.ObjectIdentifier("1.3.6.1.4.1.41482.13.1")  # three bytes, as in getInfo firmwareVersion
_OCTET_STRING = 0x04


def serial_of(leaf: x509.Certificate) -> str:
    """The key's own number: the FIDO extension in hexadecimal, else the serialNumber in the subject; empty for none.

    Only enterprise attestation names one key; a certificate shared by a batch has neither.
    """
    told = _extension(leaf, _SERIAL_NUMBER)
    if told is not None:
        return told.hex()[:LONGEST]
    names = leaf.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    text = str(names[0].value) if len(names) == 1 else ""
    return text if text.isascii() and text.isprintable() and len(text) <= LONGEST else ""


def firmware_of(leaf: x509.Certificate) -> int | None:
    """The firmware, in the number that getInfo and metadata use, from the one maker that attests it; else None."""
    told = _extension(leaf, _YUBICO_FIRMWARE)
    return int.from_bytes(told, "big") if told is not None and len(told) == 3 else None


def _extension(leaf: x509.Certificate, oid: x509.ObjectIdentifier) -> bytes | None:
    for extension in leaf.extensions:
        if extension.oid == oid and isinstance(extension.value, x509.UnrecognizedExtension):
            return _octets(extension.value.value)
    return None


def _octets(der: bytes) -> bytes:
    """What a short DER OCTET STRING holds; nothing for anything else."""
    whole = len(der) > 2 and der[0] == _OCTET_STRING and der[1] == len(der) - 2 < 0x80
    return der[2:] if whole else b""
