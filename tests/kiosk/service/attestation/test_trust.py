"""One decision on a key: by what it says of itself before the touch, and by what is attested after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.contract.enrollments import KeyReport
from kiosk.service.attestation.anchors import TrustAnchors
from kiosk.service.attestation.keeper import Keeper
from kiosk.service.attestation.metadata import Entry, Metadata, StatusReport
from kiosk.service.attestation.settings import AttestationPolicy, LeastLevel, StatusFloor
from kiosk.service.attestation.standing import ACCUSES, CERTIFIED
from kiosk.service.attestation.trust import Model, Trust
from kiosk.service.attestation.verdict import AttestationRejected, Reason
from tests.kiosk.service.attestation.blobs import NEXT, Publisher
from tests.kiosk.service.attestation.maker import (
    AAGUID,
    CLIENT_DATA_HASH,
    NO_CA,
    NOW,
    Registration,
    Signer,
    ca,
    certify,
    for_aaguid,
    name,
)

KNOWN = str(AAGUID)
AUTHORITY = Publisher().authority
STRICT = AttestationPolicy()
FIRMWARE_OID = x509.ObjectIdentifier("1.3.6.1.4.1.41482.13.1")
SHARED = frozenset(Reason) - {
    Reason.MALFORMED,
    Reason.UNSUPPORTED_FORMAT,
    Reason.BAD_STATEMENT,
    Reason.BAD_SIGNATURE,
    Reason.AAGUID_MISMATCH,
    Reason.BROKEN_CHAIN,
    Reason.CERTIFICATE_NOT_VALID_NOW,
    Reason.UNTRUSTED_ROOT,
    Reason.KEY_COMPROMISED,
}


def report(firmware: int | None = None, **changes: Any) -> KeyReport:
    told = KeyReport(KNOWN, ("FIDO_2_1",), (), {"rk": True}, firmware=firmware)
    return replace(told, **changes)


def metadata(*entries: Entry, until: date = NEXT) -> Metadata:
    return Metadata(7, until, {each.aaguid: each for each in entries})


def trust(policy: AttestationPolicy = STRICT, known: Metadata | None = None, *roots: Signer) -> Trust:
    anchors = TrustAnchors(tuple(each.certificate for each in roots))
    return Trust(policy, anchors, Keeper(Path("nowhere"), AUTHORITY, known))


def word(by: Trust, attestation_object: bytes) -> str:
    """Why the registration is refused; empty for one that is taken."""
    try:
        by.judge(attestation_object, CLIENT_DATA_HASH, NOW)
    except AttestationRejected as rejected:
        return rejected.reason.value
    return ""


def model(*reports: StatusReport, **told: Any) -> Entry:
    return Entry(KNOWN, "Test Key 5", reports=reports, **told)


def test_roots_of_an_entry_are_believed_for_its_model_only(registration: Registration, leaf: Signer) -> None:
    anchors = TrustAnchors((certify(None, name("Root", "Roots"), ca()).certificate,))
    assert word(trust(STRICT, metadata(model(roots=anchors))), registration.packed(leaf)) == "untrusted_root"


def test_a_key_of_a_listed_model_is_believed_by_its_entry(
    registration: Registration, leaf: Signer, root: Signer
) -> None:
    own = TrustAnchors((root.certificate,))
    assert word(trust(STRICT, metadata(model(roots=own))), registration.packed(leaf)) == ""
    other = Registration(aaguid=UUID(int=7))
    stranger = certify(root, name("Key"), NO_CA)
    assert word(trust(STRICT, metadata(model(roots=own))), other.packed(stranger)) == "untrusted_root"


def test_a_certificate_of_one_key_in_an_entry_is_believed(registration: Registration, leaf: Signer) -> None:
    own = TrustAnchors((leaf.certificate,))
    assert word(trust(STRICT, metadata(model(roots=own))), registration.packed(leaf)) == ""


@pytest.mark.parametrize("status", list(ACCUSES))
def test_an_accused_model_is_refused_before_and_after_by_the_same_word(
    registration: Registration, leaf: Signer, root: Signer, status: str
) -> None:
    by = trust(STRICT, metadata(model(StatusReport(status))), root)
    assert by.refusals(report(), NOW) == (ACCUSES[status].value,)
    assert word(by, registration.packed(leaf)) == ACCUSES[status].value


def test_a_batch_is_refused_when_its_certificate_is_seen_and_doubted_before(
    registration: Registration, leaf: Signer, root: Signer
) -> None:
    accused = StatusReport("ATTESTATION_KEY_COMPROMISE", certificate=leaf.der)
    by = trust(STRICT, metadata(model(accused)), root)
    assert (by.refusals(report(), NOW), by.doubts(report(), NOW)) == ((), ("some_compromised",))
    assert word(by, registration.packed(leaf)) == "key_compromised"
    assert word(by, registration.packed(certify(root, name("Key"), NO_CA))) == ""


def test_a_batch_may_be_named_by_its_root(registration: Registration, leaf: Signer, root: Signer) -> None:
    accused = StatusReport("ATTESTATION_KEY_COMPROMISE", certificate=root.der)
    by = trust(STRICT, metadata(model(accused)), root)
    assert word(by, registration.packed(leaf)) == "key_compromised"


@pytest.mark.parametrize(("firmware", "refused"), [(5, "model_compromised"), (6, "")])
def test_attested_firmware_decides(registration: Registration, root: Signer, firmware: int, refused: str) -> None:
    weak = StatusReport("USER_VERIFICATION_BYPASS", date(2021, 1, 1), 5)
    by = trust(STRICT, metadata(model(weak, StatusReport("UPDATE_AVAILABLE", date(2022, 1, 1), 6))), root)
    told = x509.UnrecognizedExtension(FIRMWARE_OID, b"\x04\x03\0\0" + bytes([firmware])), False
    assert word(by, registration.packed(certify(root, name("Key"), NO_CA, told))) == refused
    assert by.refusals(report(firmware), NOW) == ((refused,) if refused else ())


def test_firmware_that_nobody_vouches_for_is_not_taken(registration: Registration, root: Signer) -> None:
    weak = StatusReport("REVOKED", date(2021, 1, 1), 5)
    by = trust(AttestationPolicy(require_trusted=False), metadata(model(weak)))
    told = x509.UnrecognizedExtension(FIRMWARE_OID, b"\x04\x03\0\0\x05"), False
    assert word(by, registration.packed(certify(root, name("Key"), NO_CA, told))) == ""


def test_a_required_model_must_be_listed() -> None:
    policy = AttestationPolicy(metadata_required=True)
    assert trust(policy).refusals(report(), NOW) == ("metadata_missing",)
    assert trust(policy, metadata()).refusals(report(), NOW) == ("not_in_metadata",)
    assert trust(policy, metadata(model())).refusals(report(), NOW) == ()


def test_without_metadata_a_model_has_no_certification() -> None:
    policy = AttestationPolicy(min_level=LeastLevel.L1)
    assert trust(policy).refusals(report(), NOW) == ("not_certified",)
    assert Trust(policy, TrustAnchors()).refusals(report(), NOW) == ("not_certified",)
    assert trust(policy, metadata(model(StatusReport("FIDO_CERTIFIED_L1")))).refusals(report(), NOW) == ()
    assert trust(policy, metadata(model(StatusReport("FIDO_CERTIFIED")))).refusals(report(), NOW) == ("not_certified",)


@pytest.mark.parametrize("level", list(LeastLevel))
def test_every_level_can_be_asked_for(level: LeastLevel) -> None:
    status = {"none": "NEWS", "functional": "FIDO_CERTIFIED"}.get(level, f"FIDO_CERTIFIED_{level}")
    by = trust(AttestationPolicy(min_level=level), metadata(model(StatusReport(status))))
    assert by.refusals(report(), NOW) == ()
    assert level.level == CERTIFIED.get(status, 0)


@pytest.mark.parametrize(
    ("floor", "status", "refused"),
    [
        (StatusFloor.NOT_COMPROMISED, "RETIRED", ()),
        (StatusFloor.NOT_RETIRED, "RETIRED", ("retired",)),
        (StatusFloor.UP_TO_DATE, "RETIRED", ("retired",)),
        (StatusFloor.NOT_RETIRED, "UPDATE_AVAILABLE", ()),
        (StatusFloor.UP_TO_DATE, "UPDATE_AVAILABLE", ("update_available",)),
    ],
)
def test_the_floor_makes_a_refusal_of_a_doubt(floor: StatusFloor, status: str, refused: tuple[str, ...]) -> None:
    told = StatusReport(status, None, 6 if status == "UPDATE_AVAILABLE" else None)
    by = trust(AttestationPolicy(status_floor=floor), metadata(model(told)))
    assert by.refusals(report(5), NOW) == refused
    assert by.doubts(report(5), NOW) == (status.lower(),)


def test_a_model_for_which_nobody_speaks_is_refused_where_somebody_must(registration: Registration) -> None:
    known = metadata(model(attested=False))
    assert trust(STRICT, known).refusals(report(), NOW) == ("not_attested",)
    assert word(trust(STRICT, known), registration.self_attested()) == "not_attested"
    assert trust(AttestationPolicy(require_trusted=False), known).refusals(report(), NOW) == ()


def test_lists_are_asked_before_the_touch_too(registration: Registration, leaf: Signer, root: Signer) -> None:
    for policy, refused in (
        (AttestationPolicy(aaguids_denied=frozenset({KNOWN})), "model_denied"),
        (AttestationPolicy(aaguids_allowed=frozenset({str(UUID(int=7))})), "model_not_allowed"),
    ):
        by = trust(policy, None, root)
        assert by.refusals(report(aaguid=KNOWN.upper()), NOW) == (refused,)
        assert word(by, registration.packed(leaf)) == refused


def test_old_and_missing_metadata_are_doubts_and_no_refusals() -> None:
    old = trust(STRICT, metadata(model(), until=NOW.date() - timedelta(days=1)))
    assert (old.refusals(report(), NOW), old.doubts(report(), NOW)) == ((), ("metadata_old",))
    assert trust().doubts(report(), NOW) == ("metadata_missing",)
    assert Trust(STRICT, TrustAnchors()).doubts(report(), NOW) == ()


def test_a_key_that_does_not_tell_its_firmware_is_doubted() -> None:
    weak = StatusReport("REVOKED", None, 5)
    assert trust(STRICT, metadata(model(weak))).doubts(report(), NOW) == ("firmware_unknown",)


def test_a_model_has_the_name_and_the_picture_of_its_metadata() -> None:
    known = metadata(model(picture="data:image/png;base64,AA=="), Entry(str(UUID(int=7)), ""))
    assert trust(STRICT, known).model(KNOWN.upper()) == Model("Test Key 5", "data:image/png;base64,AA==")
    assert trust(STRICT, known).model(str(UUID(int=7))) is None
    assert trust(STRICT, known).model(str(UUID(int=8))) is None
    assert trust().model(KNOWN) is None
    assert Trust(STRICT, TrustAnchors()).model(KNOWN) is None


REPORTS: Any = st.builds(
    StatusReport,
    st.sampled_from([*ACCUSES, *CERTIFIED, "UPDATE_AVAILABLE", "RETIRED", "NEWS"]),
    st.none() | st.dates(date(2019, 1, 1), date(2027, 1, 1)),
    st.none() | st.integers(1, 5),
)
AAGUIDS = st.frozensets(st.sampled_from([KNOWN, str(UUID(int=7))]))
POLICIES = st.builds(
    AttestationPolicy,
    aaguids_allowed=AAGUIDS,
    aaguids_denied=AAGUIDS,
    metadata_required=st.booleans(),
    min_level=st.sampled_from(LeastLevel),
    status_floor=st.sampled_from(StatusFloor),
)
ENTRIES = st.none() | st.builds(model, attested=st.booleans(), version=st.none() | st.integers(1, 5)).flatmap(
    lambda made: st.lists(REPORTS, max_size=4).map(lambda told: replace(made, reports=tuple(told)))
)


@settings(deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(
    policy=POLICIES, entry=ENTRIES, known=st.booleans(), firmware=st.none() | st.integers(0, 6), attests=st.booleans()
)
def test_who_is_let_in_before_the_touch_is_believed_after_it(
    root: Signer, policy: AttestationPolicy, entry: Entry | None, *, known: bool, firmware: int | None, attests: bool
) -> None:
    """The key is honest and of a believed maker; its certificate names the firmware, or it does not."""
    by = trust(policy, metadata(*([entry] if entry else [])) if known or entry else None, root)
    number = x509.UnrecognizedExtension(FIRMWARE_OID, b"\x04\x03\0\0" + bytes([firmware or 0])), False
    leaf = certify(root, name("Key"), NO_CA, for_aaguid(AAGUID), *([number] if attests and firmware else []))
    before, after = by.refusals(report(firmware), NOW), word(by, Registration().packed(leaf))
    assert set(before) <= {each.value for each in SHARED}
    if not before:
        assert after == ""
    if attests or not firmware:  # both know the same
        assert after == (before[0] if before else "")
    elif after:
        assert after in {each.value for each in SHARED}
