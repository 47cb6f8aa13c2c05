"""Of all reports on a model the latest that concerns the key's firmware counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.attestation.metadata import Entry, StatusReport
from kiosk.service.attestation.standing import ACCUSES, CERTIFIED, Level, Standing, accused_batch, standing
from kiosk.service.attestation.verdict import Reason
from tests.kiosk.service.attestation.maker import Signer

TODAY = date(2026, 6, 1)


def report(status: str, year: int | None = 2020, version: int | None = None, certificate: bytes = b"") -> StatusReport:
    return StatusReport(status, None if year is None else date(year, 1, 1), version, certificate)


def stands(*reports: StatusReport, firmware: int | None = 5, version: int | None = None) -> Standing:
    return standing(Entry("x", "X", version=version, reports=reports), firmware, TODAY)


def test_a_model_without_reports_is_neither_accused_nor_certified() -> None:
    assert stands() == stands(firmware=None) == Standing()


@pytest.mark.parametrize("status", list(ACCUSES))
def test_an_accusation_is_told_by_its_word(status: str) -> None:
    told = stands(report("FIDO_CERTIFIED_L1", 2019), report(status))
    assert told.accused is (Reason.MODEL_REVOKED if status == "REVOKED" else Reason.MODEL_COMPROMISED)


@pytest.mark.parametrize(("status", "level"), list(CERTIFIED.items()))
def test_a_certification_has_its_level(status: str, level: Level) -> None:
    assert stands(report(status)).level is level


def test_levels_rise() -> None:
    order = ["", "_L1", "_L1plus", "_L2", "_L2plus", "_L3", "_L3plus"]
    levels = [CERTIFIED["FIDO_CERTIFIED" + each] for each in order]
    assert levels == sorted(set(levels))


def test_the_latest_certification_counts_not_the_best() -> None:
    assert stands(report("FIDO_CERTIFIED_L2", 2019), report("FIDO_CERTIFIED_L1", 2021)).level is Level.L1
    assert stands(report("FIDO_CERTIFIED_L1", 2021), report("FIDO_CERTIFIED_L2", 2019)).level is Level.L1


def test_a_certification_holds_for_later_firmware_and_not_for_earlier() -> None:
    certified = report("FIDO_CERTIFIED_L1", version=5)
    assert [stands(certified, firmware=each).level for each in (4, 5, 6)] == [Level.NONE, Level.L1, Level.L1]


def test_a_weakness_concerns_its_firmware_and_later_ones() -> None:
    weak = report("USER_KEY_PHYSICAL_COMPROMISE", version=5)
    assert [stands(weak, firmware=each).accused for each in (4, 5, 6)] == [
        None,
        Reason.MODEL_COMPROMISED,
        Reason.MODEL_COMPROMISED,
    ]


def test_an_update_clears_those_who_have_it_and_is_offered_to_the_others() -> None:
    reports = report("USER_VERIFICATION_BYPASS", 2021), report("UPDATE_AVAILABLE", 2022, version=6)
    old, new = stands(*reports, firmware=5), stands(*reports, firmware=6)
    assert (old.accused, old.update_available) == (Reason.MODEL_COMPROMISED, True)
    assert (new.accused, new.update_available) == (None, False)


def test_an_update_without_a_version_is_to_the_one_that_is_described() -> None:
    update = report("UPDATE_AVAILABLE")
    assert [stands(update, version=6, firmware=each).update_available for each in (5, 6)] == [True, False]
    assert not stands(update).update_available


def test_a_new_certification_clears_what_came_before() -> None:
    assert stands(report("REVOKED", 2020), report("FIDO_CERTIFIED_L1", 2021)).accused is None


def test_a_new_certification_of_later_firmware_does_not_clear_the_earlier() -> None:
    reports = report("REVOKED", 2020), report("FIDO_CERTIFIED_L1", 2021, version=6)
    assert stands(*reports, firmware=5).accused is Reason.MODEL_REVOKED
    assert stands(*reports, firmware=6).accused is None


@pytest.mark.parametrize(
    "status", ["FIPS140_CERTIFIED_L2", "RETIRED", "NOT_FIDO_CERTIFIED", "SELF_ASSERTION_SUBMITTED", "NEWS"]
)
def test_a_report_on_something_else_clears_nothing(status: str) -> None:
    assert stands(report("REVOKED", 2020), report(status, 2021)).accused is Reason.MODEL_REVOKED


def test_what_is_not_yet_in_force_does_not_count() -> None:
    assert stands(report("FIDO_CERTIFIED_L1"), report("REVOKED", 2027)) == stands(report("FIDO_CERTIFIED_L1"))


def test_an_accusation_without_a_date_is_the_last_word_and_praise_without_one_the_first() -> None:
    assert stands(report("REVOKED", None), report("FIDO_CERTIFIED_L1", 2025)).accused is Reason.MODEL_REVOKED
    assert stands(report("REVOKED", 2020), report("FIDO_CERTIFIED_L1", None)).accused is Reason.MODEL_REVOKED
    assert stands(report("FIDO_CERTIFIED_L1", None)).level is Level.L1


def test_a_revoked_model_is_not_certified_and_a_retired_one_is() -> None:
    certified = report("FIDO_CERTIFIED_L2", 2019)
    assert stands(certified, report("REVOKED")).level is Level.NONE
    retired = stands(certified, report("RETIRED"))
    assert (retired.level, retired.retired) == (Level.L2, True)


def test_a_key_that_does_not_tell_its_firmware_is_accused_only_where_all_are() -> None:
    weak = report("USER_VERIFICATION_BYPASS", version=1)
    fixed = report("UPDATE_AVAILABLE", 2022, version=6)
    assert stands(weak, firmware=None).accused is Reason.MODEL_COMPROMISED
    unsure = stands(weak, fixed, firmware=None)
    assert (unsure.accused, unsure.uncertain) == (None, True)
    assert not stands(weak, fixed, firmware=6).uncertain
    assert stands(report("REVOKED", version=5), firmware=None).uncertain


def test_a_batch_is_accused_by_its_certificate_alone(root: Signer, leaf: Signer) -> None:
    told = report("ATTESTATION_KEY_COMPROMISE", certificate=leaf.der)
    stood = stands(told)
    assert (stood.accused, stood.some_accused) == (None, True)
    model = Entry("x", "X", reports=(told,))
    assert accused_batch(model, [leaf.certificate, root.certificate], TODAY)
    assert not accused_batch(model, [root.certificate], TODAY)
    later = Entry("x", "X", reports=(report("REVOKED", 2027, certificate=leaf.der),))
    assert not accused_batch(later, [leaf.certificate], TODAY)


REPORTS: Any = st.builds(
    StatusReport,
    st.sampled_from([*ACCUSES, *CERTIFIED, "UPDATE_AVAILABLE", "RETIRED", "FIPS140_CERTIFIED_L1", "NEWS"]),
    st.none() | st.dates(date(2019, 1, 1), date(2027, 1, 1)),
    st.none() | st.integers(1, 5),
)


@given(st.lists(REPORTS, max_size=6), st.none() | st.integers(1, 5))
def test_not_to_tell_the_firmware_is_never_worse_than_to_tell_it(
    reports: list[StatusReport], version: int | None
) -> None:
    """What policy lets in before the touch, when the firmware is told, it lets in after it, when nobody attests it."""
    model = Entry("x", "X", version=version, reports=tuple(reports))
    unknown = standing(model, None, TODAY)
    for firmware in range(1, 7):
        known = standing(model, firmware, TODAY)
        assert unknown.accused is None or known.accused is not None
        assert unknown.level >= known.level
        assert known.retired or not unknown.retired


@given(st.lists(REPORTS, max_size=6), st.integers(0, 6))
def test_more_accusation_never_helps(reports: list[StatusReport], firmware: int) -> None:
    accusation = StatusReport("REVOKED")
    assert standing(Entry("x", "X", reports=(*reports, accusation)), firmware, TODAY).accused is not None
