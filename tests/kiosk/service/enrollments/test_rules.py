"""The decisions of an enrollment, as tables."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kiosk.contract.enrollments import KeyReport, Phase
from kiosk.contract.policy import (
    Demand,
    EnrollmentPolicy,
    HandOverPolicy,
    KeyPolicy,
    PinDelivery,
    PinMode,
    PinOrigin,
    PinPolicy,
    ResetMode,
)
from kiosk.service.directories.connector import Person
from kiosk.service.enrollments import rules
from kiosk.service.enrollments.policy import own_numbers, policy_for
from kiosk.service.relying_parties.connector import UserVerification
from kiosk.service.settings import parse
from kiosk.service.store.ceremonies import CeremonyRow, CeremonyState
from kiosk.service.store.enrollments import EnrollmentRow
from tests.kiosk.service.running import NOON

LIFE = timedelta(minutes=15)
AAGUID = "6b657977-7269-4768-8274-00000000000a"


def row(phase: Phase) -> EnrollmentRow:
    return EnrollmentRow("e" * 32, "lobby", "en", phase, 1, NOON, NOON + LIFE)


def begun(state: CeremonyState, **changes: object) -> CeremonyRow:
    given = {"response_hash": "same", "proof_hash": "same", "refusal": "wrong_origin"} | changes
    ids = ("c" * 32, "e" * 32, "lobby", "staff", "u1")
    rest = (state, 1, b"", b"", "required", False, NOON, NOON + LIFE)
    return CeremonyRow(*ids, *rest, **given)  # type: ignore[arg-type]  # keywords of a test


@pytest.mark.parametrize(
    ("phase", "wanted", "after", "error"),
    [
        (Phase.VERIFY, Phase.VERIFY, timedelta(), None),
        (Phase.VERIFY, Phase.KEY, timedelta(), rules.WrongPhase),
        (Phase.IDENTIFY, Phase.VERIFY, timedelta(), rules.WrongPhase),
        (Phase.VERIFY, Phase.VERIFY, LIFE - timedelta(seconds=1), None),
        (Phase.VERIFY, Phase.VERIFY, LIFE, rules.Expired),
        (Phase.VERIFY, Phase.VERIFY, -timedelta(seconds=20), None),
        (Phase.VERIFY, Phase.VERIFY, -timedelta(minutes=1), rules.Expired),
        (Phase.CANCELLED, Phase.VERIFY, timedelta(), rules.Expired),
        (Phase.EXPIRED, Phase.VERIFY, timedelta(), rules.Expired),
        (Phase.DONE, Phase.KEY, LIFE * 2, rules.WrongPhase),
        (Phase.DONE, Phase.DONE, LIFE * 2, None),
    ],
)
def test_what_may_happen_when(phase: Phase, wanted: Phase, after: timedelta, error: type[Exception] | None) -> None:
    if error is None:
        assert rules.require_phase(row(phase), NOON + after, wanted) == row(phase)
    else:
        with pytest.raises(error):
            rules.require_phase(row(phase), NOON + after, wanted)


def test_what_is_not_there_is_not_found() -> None:
    with pytest.raises(rules.NotFound):
        rules.require_phase(None, NOON, Phase.KEY)


@pytest.mark.parametrize(
    ("state", "sent", "outcome"),
    [
        (CeremonyState.BEGUN, "same", False),
        (CeremonyState.COMPLETING, "same", rules.InProgress),
        (CeremonyState.COMPLETING, "other", rules.Conflict),
        (CeremonyState.REGISTERED, "same", True),
        (CeremonyState.REGISTERED, "other", rules.Conflict),
        (CeremonyState.PROVED, "same", True),
        (CeremonyState.REFUSED, "same", rules.RegistrationRejected),
        (CeremonyState.REFUSED, "other", rules.Conflict),
        (CeremonyState.ABANDONED, "same", rules.CeremonyExpired),
    ],
)
def test_how_a_response_is_answered(state: CeremonyState, sent: str, outcome: bool | type[Exception]) -> None:
    ceremony = begun(state, lease_until=NOON + timedelta(seconds=5))
    if isinstance(outcome, bool):
        assert rules.answered(ceremony, sent, NOON) is outcome
    else:
        with pytest.raises(outcome):
            rules.answered(ceremony, sent, NOON)


def test_a_lease_that_ran_out_is_taken_up() -> None:
    ceremony = begun(CeremonyState.COMPLETING, lease_until=NOON + timedelta(seconds=5))
    assert rules.answered(ceremony, "same", NOON + timedelta(seconds=5)) is False


@pytest.mark.parametrize(
    ("state", "sent", "outcome"),
    [
        (CeremonyState.REGISTERED, "other", False),
        (CeremonyState.PROVED, "same", True),
        (CeremonyState.PROVED, "other", rules.Conflict),
        (CeremonyState.ABANDONED, "same", rules.CeremonyExpired),
        (CeremonyState.REFUSED, "same", rules.CeremonyExpired),
        (CeremonyState.BEGUN, "same", rules.WrongPhase),
        (CeremonyState.COMPLETING, "same", rules.WrongPhase),
    ],
)
def test_how_a_proof_is_answered(state: CeremonyState, sent: str, outcome: bool | type[Exception]) -> None:
    if isinstance(outcome, bool):
        assert rules.proved(begun(state), sent) is outcome
    else:
        with pytest.raises(outcome):
            rules.proved(begun(state), sent)


KEY = KeyReport(AAGUID.upper(), ("U2F_V2", "FIDO_2_1"), (), {"rk": True, "clientPin": False})


@pytest.mark.parametrize(
    ("changes", "policy", "reasons"),
    [
        ({}, EnrollmentPolicy(), ()),
        ({}, EnrollmentPolicy(key=KeyPolicy(aaguids_allowed=(AAGUID,))), ()),
        ({}, EnrollmentPolicy(key=KeyPolicy(aaguids_allowed=("0" * 8,))), ("model_not_allowed",)),
        ({}, EnrollmentPolicy(key=KeyPolicy(aaguids_denied=(AAGUID,))), ("model_denied",)),
        ({"versions": ("U2F_V2",)}, EnrollmentPolicy(), ("too_old",)),
        ({"options": {"rk": True}}, EnrollmentPolicy(), ("no_pin_support",)),
        ({"options": {"rk": True}}, EnrollmentPolicy(pin=PinPolicy(PinMode.IF_ABSENT)), ()),
        ({"options": {"clientPin": True}}, EnrollmentPolicy(), ("no_discoverable",)),
        ({"options": {"rk": True, "uv": True}}, EnrollmentPolicy(pin=PinPolicy(built_in_uv=True)), ()),
        (
            {"options": {"rk": True, "uv": False}},
            EnrollmentPolicy(pin=PinPolicy(built_in_uv=True)),
            ("no_pin_support",),
        ),
        ({}, EnrollmentPolicy(key=KeyPolicy(only_deletable=True)), ("cannot_delete",)),
        (
            {"options": {"rk": True, "clientPin": True, "credMgmt": True}},
            EnrollmentPolicy(key=KeyPolicy(only_deletable=True)),
            (),
        ),
        ({"firmware": 9}, EnrollmentPolicy(key=KeyPolicy(min_firmware={AAGUID: 9, "": 10})), ()),
        ({"firmware": 9}, EnrollmentPolicy(key=KeyPolicy(min_firmware={"": 10})), ("firmware_too_old",)),
        ({}, EnrollmentPolicy(key=KeyPolicy(min_firmware={"": 1})), ("firmware_too_old",)),
        ({"certifications": {"FIDO": 3}}, EnrollmentPolicy(key=KeyPolicy(certification={"FIDO": 3})), ()),
        (
            {"certifications": {"FIDO": 2}},
            EnrollmentPolicy(key=KeyPolicy(certification={"FIDO": 3})),
            ("not_certified",),
        ),
        ({"remaining_credentials": 1}, EnrollmentPolicy(key=KeyPolicy(min_free_slots=2)), ("full",)),
    ],
)
def test_which_keys_are_welcome(changes: dict[str, object], policy: EnrollmentPolicy, reasons: tuple[str, ...]) -> None:
    values = {name: getattr(KEY, name) for name in KeyReport.__slots__} | changes
    key = KeyReport(**values)
    if not reasons:
        rules.admit_key(key, policy, embedded=False)
        return
    with pytest.raises(rules.KeyNotAllowed) as caught:
        rules.admit_key(key, policy, embedded=False)
    assert caught.value.reasons == reasons


def test_people_who_are_there_count_as_themselves_however_they_are_named() -> None:
    person = Person("u1", "maria@example.org")
    by_upn = rules.subject_of(b"k", "upn", {"upn": "maria@example.org"}, person)
    assert rules.subject_of(b"k", "phone", {"phone": "+49"}, person) == by_upn
    nobody = rules.subject_of(b"k", "upn", {"upn": "x"}, None)
    assert nobody == rules.subject_of(b"k", "upn", {"upn": "x"}, None) != by_upn
    assert nobody != rules.subject_of(b"other", "upn", {"upn": "x"}, None)


@pytest.mark.parametrize(
    ("asked", "used"), [("de", "de"), ("pt-BR", "pt-BR"), ("", "en"), ("../../etc", "en"), ("x" * 99, "en")]
)
def test_a_locale_that_is_none_becomes_the_first_language(asked: str, used: str) -> None:
    assert rules.locale_of(asked, ("en", "ar")) == used


@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        (PinMode.REQUIRED, UserVerification.REQUIRED),
        (PinMode.IF_ABSENT, UserVerification.PREFERRED),
        (PinMode.NEVER, UserVerification.DISCOURAGED),
    ],
)
def test_policy_says_whether_the_pin_is_checked(mode: PinMode, wanted: UserVerification) -> None:
    assert rules.user_verification(mode) is wanted


@pytest.mark.parametrize(
    ("attested", "claimed", "known"),
    [("7", "8", ("7", "attestation")), ("", "8", ("8", "usb")), ("", "", ("", ""))],
)
def test_a_serial_number_is_believed_from_the_attestation_first(
    attested: str, claimed: str, known: tuple[str, str]
) -> None:
    assert rules.serial_number(attested, claimed) == known


def test_policy_carries_every_setting_of_pin_key_and_hand_over() -> None:
    settings = parse(
        "[mail]\nhost = 'm.example.org'\nsender = 'k@example.org'\n"
        "[pin]\norigin = 'random'\nrandom_length = 9\ndelivery = 'letter'\n"
        "built_in_uv = true\nenroll_fingerprint = 'require'\n[key]\nreset = 'staff'\n[key.certification]\nFIDO = 2\n"
        "[key.min_firmware]\n'' = 5\n[hand_over]\nmin_pin_length = 8\nraise_min_pin = 'require'\n"
        "tell_min_pin_to = ['x.org']\nforce_pin_change = 'best_effort'\nalways_uv = 'refuse'\n"
    )
    policy = policy_for(settings, Person("u1", "ann@example.org"))
    assert (policy.pin.origin, policy.pin.random_length, policy.pin.built_in_uv) == (PinOrigin.RANDOM, 9, True)
    assert policy.pin.enroll_fingerprint is Demand.REQUIRE
    assert policy.pin.delivery is PinDelivery.LETTER
    assert (policy.key.reset, policy.key.certification, policy.key.min_firmware) == (
        ResetMode.STAFF,
        {"FIDO": 2},
        {"": 5},
    )
    assert policy.hand_over == HandOverPolicy(8, Demand.REQUIRE, ("x.org",), Demand.BEST_EFFORT, Demand.REFUSE)


def test_texts_for_people_are_short_and_tame() -> None:
    assert rules.receipt_of(bytes(range(8))) == "0123-4567"
    assert rules.credential_name("My\x00 key\u202e" + "x" * 99) == ("My key" + "x" * 99)[:64]
    assert own_numbers(Person("u", "u", phone="+4915123", employee_id="E-17")) == ("4915123",)
    assert rules.digest({"b": 1, "a": 2}) == rules.digest({"a": 2, "b": 1})
