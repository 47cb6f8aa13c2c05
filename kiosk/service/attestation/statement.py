"""An attestation statement, read from hostile bytes and proved to be signed over this very registration.

The formats are those that security keys and platforms answer a kiosk with (WebAuthn L3 section 8); Android's are not
among them. The checks of python-fido2 come first to last, with those that it leaves out beside them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from fido2 import cbor
from fido2.attestation.apple import AppleAttestation
from fido2.attestation.base import (
    Attestation,
    AttestationResult,
    InvalidAttestation,
    InvalidSignature,
    NoneAttestation,
)
from fido2.attestation.base import AttestationType as Fido2Type
from fido2.attestation.packed import PackedAttestation
from fido2.attestation.tpm import TpmAttestation
from fido2.attestation.u2f import FidoU2FAttestation
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from kiosk.service.attestation.verdict import AttestationRejected, AttestationType, Reason

_LARGEST = 64 * 1024  # bytes; the largest genuine ones (TPM, RSA chains) stay below 10 KiB
_LONGEST_CHAIN = 6
_AAGUID_EXTENSION = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.4")  # id-fido-gen-ce-aaguid
_OCTET_STRING_OF_16 = b"\x04\x10"

_FOREIGN = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    NotImplementedError,
    RecursionError,
    struct.error,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
    InvalidAttestation,
)
"""What the parsers of python-fido2 and cryptography are seen to raise when they are given rubbish."""

_TYPES: Mapping[Fido2Type, AttestationType] = MappingProxyType(
    {
        Fido2Type.BASIC: AttestationType.BASIC,
        Fido2Type.SELF: AttestationType.SELF,
        Fido2Type.ATT_CA: AttestationType.ATTESTATION_CA,
        Fido2Type.ANON_CA: AttestationType.ANONYMIZATION_CA,
        Fido2Type.NONE: AttestationType.NONE,
    }
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that holds in itself; whether its `chain` (leaf first) is trusted is another question."""

    aaguid: str
    format: str
    type: AttestationType
    chain: tuple[x509.Certificate, ...]


def read_statement(attestation_object: bytes, client_data_hash: bytes) -> Statement:
    """Parse and verify. Raises AttestationRejected, and nothing else."""
    parsed, credential, chain = _parse(attestation_object)
    known = _FORMATS.get(parsed.fmt)
    if known is None:
        raise AttestationRejected(Reason.UNSUPPORTED_FORMAT)
    verifier, format_rule = known
    if chain and not _names_aaguid(chain[0], credential.aaguid):
        raise AttestationRejected(Reason.AAGUID_MISMATCH)
    try:
        holds = format_rule(parsed, credential, chain)
        result: AttestationResult = verifier.verify(parsed.att_stmt, parsed.auth_data, client_data_hash)
    except InvalidSignature:
        raise AttestationRejected(Reason.BAD_SIGNATURE) from None
    except _FOREIGN:
        raise AttestationRejected(Reason.BAD_STATEMENT) from None
    if not holds:
        raise AttestationRejected(Reason.BAD_STATEMENT)
    return Statement(str(credential.aaguid), parsed.fmt, _TYPES[result.attestation_type], chain)


def _parse(data: bytes) -> tuple[AttestationObject, AttestedCredentialData, tuple[x509.Certificate, ...]]:
    try:
        if len(data) > _LARGEST:
            raise ValueError("too large")
        parsed = AttestationObject(data)
        if cbor.encode(cbor.decode(data)) != data:
            raise ValueError("not canonical")  # CTAP 2.1 section 8; the decoder forgives lengths beyond the end
        credential = parsed.auth_data.credential_data
        if credential is None:
            raise ValueError("no attested credential data")
        certificates = parsed.att_stmt.get("x5c", ())
        if len(certificates) > _LONGEST_CHAIN:
            raise ValueError("chain too long")
        chain = tuple(x509.load_der_x509_certificate(der) for der in certificates)
        for certificate in chain:
            certificate.extensions  # noqa: B018 - parsed when first read: let it fail here
    except _FOREIGN:
        raise AttestationRejected(Reason.MALFORMED) from None
    return parsed, credential, chain


def _names_aaguid(leaf: x509.Certificate, aaguid: Aaguid) -> bool:
    """Whether the certificate is for this model; one without the extension is for all models of its root."""
    for extension in leaf.extensions:
        if extension.oid == _AAGUID_EXTENSION:
            value = extension.value
            assert isinstance(value, x509.UnrecognizedExtension)
            return value.value == _OCTET_STRING_OF_16 + aaguid
    return True


FormatRule = Callable[[AttestationObject, AttestedCredentialData, tuple[x509.Certificate, ...]], bool]


def _nothing_more(*_: Any) -> bool:
    return True


def _no_certificates(_: AttestationObject, __: AttestedCredentialData, chain: tuple[x509.Certificate, ...]) -> bool:
    return not chain


def _u2f_rule(
    parsed: AttestationObject, credential: AttestedCredentialData, chain: tuple[x509.Certificate, ...]
) -> bool:
    """Section 8.6. The U2F signature covers neither AAGUID nor flags nor extensions, so they may say nothing."""
    told_by_u2f = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    return len(chain) == 1 and not _is_ca(chain[0]) and not credential.aaguid and parsed.auth_data.flags == told_by_u2f


def _tpm_rule(parsed: AttestationObject, _: AttestedCredentialData, chain: tuple[x509.Certificate, ...]) -> bool:
    """Section 8.3: only TPM 2.0, always with an AIK certificate."""
    return bool(chain) and parsed.att_stmt["ver"] == "2.0"


def _apple_rule(_: AttestationObject, credential: AttestedCredentialData, chain: tuple[x509.Certificate, ...]) -> bool:
    """Section 8.8: the certificate is issued for the credential's own public key."""
    key = credential.public_key
    return not _is_ca(chain[0]) and key.from_cryptography_key(chain[0].public_key()) == key


def _is_ca(certificate: x509.Certificate) -> bool:
    return any(isinstance(each.value, x509.BasicConstraints) and each.value.ca for each in certificate.extensions)


_FORMATS: Mapping[str, tuple[Attestation, FormatRule]] = MappingProxyType(
    {
        "packed": (PackedAttestation(), _nothing_more),
        "fido-u2f": (FidoU2FAttestation(), _u2f_rule),
        "tpm": (TpmAttestation(), _tpm_rule),
        "apple": (AppleAttestation(), _apple_rule),
        "none": (NoneAttestation(), _no_certificates),
    }
)
