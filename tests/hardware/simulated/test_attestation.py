"""Attestation: enterprise attestation 1 and 2, the serial number in the certificate, and the formats a key makes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cryptography import x509
from fido2.attestation.packed import PackedAttestation
from fido2.ctap2.base import AttestationResponse

from hardware.simulated.attestation import simulated_root_der
from hardware.simulated.models import EVERYTHING, SELF_ATTESTED, UNATTESTED
from hardware.simulated.traits import CTAP21, EDDSA, ES256
from tests.hardware.simulated.host import ERR, HASH, RP, Computer, refusal, seeded_key

SERIAL_OID = x509.ObjectIdentifier("1.3.6.1.4.1.45724.1.1.2")


def certificate(made: AttestationResponse) -> x509.Certificate:
    return x509.load_der_x509_certificate(made.att_stmt["x5c"][0])


def test_an_enterprise_certificate_carries_the_serial_number_and_a_usual_one_does_not() -> None:
    computer = Computer(seeded_key())
    assert SERIAL_OID not in [each.oid for each in certificate(computer.make()).extensions]
    computer.config().enable_enterprise_attestation()
    assert computer.ctap.get_info().options["ep"] is True
    made = computer.make(enterprise_attestation=2)
    assert made.ep_att is True
    PackedAttestation().verify(made.att_stmt, made.auth_data, HASH)
    named = certificate(made)
    named.verify_directly_issued_by(x509.load_der_x509_certificate(simulated_root_der()))
    extension = named.extensions.get_extension_for_oid(SERIAL_OID).value
    assert isinstance(extension, x509.UnrecognizedExtension)
    serial = CTAP21.serial.encode()
    assert extension.value == b"\x04" + bytes([len(serial)]) + serial


def test_vendor_facilitated_attestation_is_for_the_list_of_the_key() -> None:
    computer = Computer(seeded_key(replace(CTAP21, enterprise=True, enterprise_rp_ids=(RP,))))
    assert computer.make(enterprise_attestation=1).ep_att is True
    other = computer.make(rp="other.example", enterprise_attestation=1)
    assert other.ep_att is None
    assert SERIAL_OID not in [each.oid for each in certificate(other).extensions]
    assert computer.make(rp="other.example", enterprise_attestation=2).ep_att is True


def test_a_reset_ends_enterprise_attestation_and_enabling_it_twice_is_harmless() -> None:
    computer = Computer(seeded_key())
    for _ in range(2):
        computer.config().enable_enterprise_attestation()
    computer.ctap.reset()
    assert computer.ctap.get_info().options["ep"] is False
    assert refusal(lambda: computer.make(enterprise_attestation=2)) == ERR.INVALID_PARAMETER


@pytest.mark.parametrize("algorithm", [ES256, EDDSA])
def test_a_self_attestation_is_signed_by_the_credential(algorithm: int) -> None:
    computer = Computer(seeded_key(SELF_ATTESTED))
    made = computer.make(key_params=[{"type": "public-key", "alg": algorithm}])
    assert (made.fmt, set(made.att_stmt), made.att_stmt["alg"]) == ("packed", {"alg", "sig"}, algorithm)
    PackedAttestation().verify(made.att_stmt, made.auth_data, HASH)


def test_a_key_may_attest_nothing() -> None:
    made = Computer(seeded_key(UNATTESTED)).make()
    assert (made.fmt, made.att_stmt) == ("none", {})


@pytest.mark.parametrize(
    ("preferred", "given"),
    [(["none"], "none"), (["packed"], "packed"), (["tpm", "packed"], "packed"), (["tpm"], "packed"), ([], "packed")],
)
def test_the_preferred_format_is_made_where_the_key_can(preferred: list[str], given: str) -> None:
    fields: dict[int, Any] = {1: HASH, 2: {"id": RP}, 3: {"id": b"1"}, 4: [{"type": "public-key", "alg": -7}]}
    full = Computer(seeded_key(EVERYTHING))
    assert full.ctap.info.attestation_formats == ["packed", "none"]
    assert full.raw(0x01, fields | {11: preferred})[1][1] == given
    assert Computer(seeded_key(CTAP21)).raw(0x01, fields | {11: preferred})[1][1] == "packed"  # never heard of it
