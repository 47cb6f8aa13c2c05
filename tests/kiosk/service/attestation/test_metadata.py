"""Metadata are read entry by entry: what makes no sense takes nothing else with it."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.service.attestation.blob import BlobFault, BlobRejected
from kiosk.service.attestation.metadata import LONGEST_NAME, Entry, Metadata, StatusReport, read_metadata
from tests.kiosk.service.attestation.blobs import NEXT, entry, payload
from tests.kiosk.service.attestation.maker import AAGUID, Signer
from tests.kiosk.service.attestation.test_pictures import SMALL

KNOWN = str(AAGUID)


def only(told: Any) -> Entry:
    found = read_metadata(payload(told))
    (model,) = found.models.values()
    assert found.skipped == 0
    return model


def test_a_model_is_read(root: Signer) -> None:
    report = {"status": "FIDO_CERTIFIED_L2", "effectiveDate": "2021-02-03", "authenticatorVersion": 5}
    told = entry(AAGUID, root, reports=[report], icon=SMALL, description="Key\u202e \n5")
    model = only(told)
    assert (model.aaguid, model.name, model.picture, model.version) == (KNOWN, "Key 5", SMALL, 5)
    assert model.roots.certificates == (root.certificate,)
    assert model.reports == (StatusReport("FIDO_CERTIFIED_L2", date(2021, 2, 3), 5),)
    assert model.attested


def test_number_and_date_are_read() -> None:
    found = read_metadata(payload(number=12))
    assert (found.number, found.next_update, dict(found.models)) == (12, NEXT, {})


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        payload(number=-1),
        payload(number=True),
        payload(number="7"),
        payload(number=1 << 64),
        payload(number=1.5),
        payload(next_update="tomorrow"),
        payload(next_update=5),
        payload(entries={}),
        payload(entries=None),
        b'{"no": NaN, "nextUpdate": "2026-01-01", "entries": []}',
        b'{"no": ' + b"9" * 5000 + b', "nextUpdate": "2026-01-01", "entries": []}',
    ],
)
def test_a_blob_that_makes_no_sense_as_a_whole_is_refused(contents: bytes) -> None:
    with pytest.raises(BlobRejected) as caught:
        read_metadata(contents)
    assert caught.value.fault is BlobFault.MALFORMED


@pytest.mark.parametrize("spoiled", [None, 5, "x", [], {}, {"aaguid": 5}, {"aaguid": "x"}, {"aaguid": "0" * 32}])
def test_an_entry_that_makes_no_sense_is_counted_and_the_others_are_read(spoiled: Any) -> None:
    found = read_metadata(payload(spoiled, entry()))
    assert (set(found.models), found.skipped) == ({KNOWN}, 1)


@pytest.mark.parametrize("other", [{"aaid": "1234#5678"}, {"attestationCertificateKeyIdentifiers": ["00" * 20]}])
def test_authenticators_of_other_kinds_are_no_mistake(other: Any) -> None:
    assert read_metadata(payload(other)) == Metadata(7, NEXT, {}, 0)


def test_a_status_counts_without_a_statement() -> None:
    told = entry(reports=[{"status": "REVOKED"}]) | {"metadataStatement": "?"}
    assert only(told).reports == (StatusReport("REVOKED"),)


def test_two_entries_of_one_model_are_one_with_all_reports() -> None:
    found = read_metadata(payload(entry(), entry(reports=[{"status": "REVOKED"}])))
    assert [each.status for each in found.models[KNOWN].reports] == ["FIDO_CERTIFIED_L1", "REVOKED"]


@pytest.mark.parametrize("status", ["REVOKED", "USER_VERIFICATION_BYPASS", "RETIRED", "SOMETHING_NEW"])
@pytest.mark.parametrize("spoiled", [{"effectiveDate": "soon"}, {"effectiveDate": 5}])
def test_a_report_with_an_illegible_date_is_in_force(status: str, spoiled: Any) -> None:
    assert only(entry(reports=[{"status": status} | spoiled])).reports == (StatusReport(status),)


@pytest.mark.parametrize("version", ["5", -1, True, [], 1.5])
def test_an_accusation_with_an_illegible_version_concerns_all(version: Any) -> None:
    told = {"status": "REVOKED", "effectiveDate": "2020-01-01", "authenticatorVersion": version}
    assert only(entry(reports=[told])).reports == (StatusReport("REVOKED", date(2020, 1, 1)),)


@pytest.mark.parametrize("status", ["FIDO_CERTIFIED_L1", "FIDO_CERTIFIED", "UPDATE_AVAILABLE"])
@pytest.mark.parametrize("spoiled", [{"effectiveDate": "soon"}, {"authenticatorVersion": "5"}])
def test_praise_that_is_illegible_counts_for_nothing(status: str, spoiled: Any) -> None:
    assert only(entry(reports=[{"status": status} | spoiled])).reports == ()


@pytest.mark.parametrize("spoiled", [None, "REVOKED", {}, {"status": 5}, []])
def test_a_report_without_a_status_takes_no_other_with_it(spoiled: Any) -> None:
    assert only(entry(reports=[spoiled, {"status": "REVOKED"}])).reports == (StatusReport("REVOKED"),)


@pytest.mark.parametrize("member", ["certificate", "batchCertificate"])
def test_a_report_names_a_batch_by_its_certificate(root: Signer, member: str) -> None:
    told = {"status": "ATTESTATION_KEY_COMPROMISE", member: base64.b64encode(root.der).decode()}
    (report,) = only(entry(reports=[told])).reports
    assert report.certificate == root.der


def test_a_batch_that_is_illegible_is_the_whole_model() -> None:
    told = {"status": "ATTESTATION_KEY_COMPROMISE", "certificate": "AAAA"}
    (report,) = only(entry(reports=[told])).reports
    assert report.certificate == b""


def test_a_root_that_is_illegible_takes_no_other_with_it(root: Signer) -> None:
    good = base64.b64encode(root.der).decode()
    told = entry(attestationRootCertificates=["AAAA", "!", None, 5, good[:40] + "\n" + good[40:], good])
    assert only(told).roots.certificates == (root.certificate,)


@pytest.mark.parametrize(
    ("types", "attested"),
    [
        (["basic_full"], True),
        (["basic_surrogate"], False),
        (["basic_surrogate", "attca"], True),
        (["none"], False),
        ([], True),
        ([[], 5], True),
        ("?", True),
    ],
)
def test_who_speaks_for_a_model_is_told_by_its_attestation_types(types: Any, attested: bool) -> None:
    assert only(entry(attestationTypes=types)).attested is attested


def test_a_name_is_one_short_line() -> None:
    assert only(entry(description="x" * 5000)).name == "x" * LONGEST_NAME
    assert only(entry(description=5)).name == ""
    assert only(entry(description="a\x1b[2Jb\u2028c")).name == "a [2Jb c"


def test_an_aaguid_is_read_in_any_of_its_forms() -> None:
    assert only(entry() | {"aaguid": AAGUID.hex.upper()}).aaguid == KNOWN


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = ["aaguid", "metadataStatement", "statusReports", "timeOfLastStatusChange"]
IN_STATEMENT = ["description", "authenticatorVersion", "attestationTypes", "attestationRootCertificates", "icon"]
IN_REPORT = ["status", "effectiveDate", "authenticatorVersion", "certificate", "batchCertificate"]


@settings(deadline=None)
@given(
    spoiled=st.dictionaries(st.sampled_from(MEMBERS), JSON),
    statement=st.dictionaries(st.sampled_from(IN_STATEMENT), JSON),
    report=st.dictionaries(st.sampled_from(IN_REPORT), JSON),
)
def test_whatever_an_entry_says_its_neighbour_is_read(
    spoiled: dict[str, Any], statement: dict[str, Any], report: dict[str, Any]
) -> None:
    bent = entry(UUID(int=9), reports=[report, {"status": "REVOKED"}], **statement) | spoiled
    found = read_metadata(payload(bent, entry()))
    assert found.models[KNOWN].name == "Test Key 5"
    if "statusReports" not in spoiled and "aaguid" not in spoiled:
        assert "REVOKED" in [each.status for each in found.models[str(UUID(int=9))].reports]


@given(JSON)
def test_any_json_instead_of_metadata_is_refused(told: Any) -> None:
    with pytest.raises(BlobRejected):
        read_metadata(json.dumps(told).encode())
