"""Which key is the visit's: by serial number, insertion, its own credentials, its PIN and its socket."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.authenticator import KeyAddress, KeyInfo, PinState, Transport
from kiosk.contract.enrollments import Ceremony
from kiosk.enrollment.identity import Likeness, admits, in_hand, may_be_wiped, place_of, probes
from kiosk.enrollment.visit import KeyIdentity, Port, Visit
from tests.kiosk.enrollment.walk import FRESH, MAIL, PROFILE

SAME, OTHER, UNKNOWN = Likeness.SAME, Likeness.OTHER, Likeness.UNKNOWN
HERE = KeyAddress(Transport.USB, "/dev/hidraw3", 4, product="Twin", bus="usb:1-2")
TWIN = replace(FRESH, address=HERE, pin=PinState.SET)
BOUND = replace(KeyIdentity.of(TWIN), has_pin=True)
CEREMONY = Ceremony("c1", MAIL, "https://mail.example.org", {"rp": {"id": "example.org"}}, 300)
VISIT = Visit(PROFILE, "en", bound=BOUND)


def put(**address: object) -> KeyInfo:
    """A twin that was put in again, somewhere."""
    return replace(TWIN, address=replace(HERE, attach_id=5, **address))  # type: ignore[arg-type]  # handed through


@pytest.mark.parametrize(
    ("found", "ours", "likeness"),
    [
        (TWIN, None, SAME),
        (TWIN, False, SAME),  # it never left the port: nobody asks it
        (put(), None, SAME),
        (put(path="/dev/hidraw9"), None, SAME),  # the same socket under another name
        (put(bus="usb:1-3"), None, UNKNOWN),
        (put(bus="usb:1-3"), True, SAME),
        (put(bus="usb:1-3"), False, OTHER),
        (put(), False, OTHER),  # the same socket, and another key in it
        (replace(put(), pin=PinState.NOT_SET), None, OTHER),
        (put(serial="S9"), None, OTHER),
        (put(product="Other"), None, OTHER),
        (replace(put(), aaguid=bytes(16)), None, OTHER),
        (put(transport=Transport.NFC), None, OTHER),
    ],
)
def test_twins_without_serial_numbers_are_told_apart(found: KeyInfo, ours: bool | None, likeness: Likeness) -> None:
    assert admits(BOUND, found, ours) is likeness


def test_a_serial_number_decides_wherever_the_key_is_put() -> None:
    bound = replace(BOUND, serial="S1")
    assert admits(bound, put(serial="S1", bus="usb:2-1"), ours=False) is SAME
    assert admits(bound, put(serial="S2")) is OTHER
    assert admits(bound, put()) is OTHER


@pytest.mark.parametrize(("path", "likeness"), [("/dev/hidraw3", SAME), ("/dev/hidraw4", UNKNOWN)])
def test_where_the_system_tells_no_socket_the_name_of_the_device_must_do(path: str, likeness: Likeness) -> None:
    assert admits(replace(BOUND, bus=""), put(bus="", path=path)) is likeness


def test_a_key_whose_pin_was_not_certain_may_come_back_without_one() -> None:
    assert admits(replace(BOUND, has_pin=False), replace(put(), pin=PinState.NOT_SET)) is SAME


@pytest.mark.parametrize(
    ("now", "may"),
    [
        (put(), True),
        (replace(put(), pin=PinState.BLOCKED), False),
        (replace(put(), remaining_credentials=3), False),
        (replace(put(), min_pin_length=8), False),
        (put(bus="usb:1-3"), False),
        (replace(put(), aaguid=bytes(16)), False),
        (replace(put(), pin=PinState.NOT_SET), False),
    ],
)
def test_only_the_very_key_is_ever_wiped(now: KeyInfo, may: bool) -> None:
    assert may_be_wiped(BOUND, TWIN, now) is may


def test_a_serial_number_is_enough_to_be_wiped() -> None:
    changed = replace(put(serial="S1"), remaining_credentials=3)
    assert may_be_wiped(replace(BOUND, serial="S1"), TWIN, changed)
    assert may_be_wiped(BOUND, None, put())


def test_a_key_is_asked_for_the_credentials_of_the_visit_only_where_nothing_else_tells() -> None:
    visit = replace(VISIT, ceremony=CEREMONY, response={"rawId": "AQID"}, proved=(("vpn", b"v"), ("wiki", b"w")))
    elsewhere = replace(HERE, attach_id=5)
    assert probes(visit, elsewhere) == (("example.org", b"\1\2\3"), ("wiki", b"w"), ("vpn", b"v"))
    assert probes(visit, HERE) == ()
    assert probes(replace(visit, bound=replace(BOUND, serial="S1")), elsewhere) == ()
    assert probes(replace(visit, bound=None), elsewhere) == ()


@pytest.mark.parametrize(
    ("ceremony", "response"),
    [
        (None, {"id": "AQID"}),
        (CEREMONY, None),
        (CEREMONY, {"id": ""}),
        (CEREMONY, {"id": "no base64!"}),
        (CEREMONY, {"id": "AAAAA"}),
        (
            replace(CEREMONY, public_key={"extensions": {"credentialProtectionPolicy": "userVerificationRequired"}}),
            {"id": "AQID"},
        ),
    ],
)
def test_what_cannot_be_seen_in_silence_is_not_asked_for(
    ceremony: Ceremony | None, response: dict[str, str] | None
) -> None:
    assert in_hand(replace(VISIT, ceremony=ceremony, response=response)) == ()


def test_options_without_an_rp_id_mean_the_relying_party() -> None:
    visit = replace(VISIT, ceremony=replace(CEREMONY, public_key={}), response={"id": "AQID"})
    assert in_hand(visit) == ((MAIL.id, b"\1\2\3"),)


def test_the_key_is_found_among_others_where_it_can_be_told() -> None:
    one, two = replace(HERE, serial="S1", attach_id=7), replace(HERE, serial="S2", path="/dev/hidraw4", attach_id=8)
    port = Port((one, two))
    assert place_of(replace(VISIT, port=port, bound=None)) is None
    assert place_of(replace(VISIT, port=port)) is None
    assert place_of(replace(VISIT, port=port, bound=replace(BOUND, serial="S2"))) == two
    assert place_of(replace(VISIT, port=Port((one, HERE)))) == HERE
    clones = Port((one, replace(two, serial="S1")))
    assert place_of(replace(VISIT, port=clones, bound=replace(BOUND, serial="S1"))) is None


addresses = st.builds(
    KeyAddress,
    transport=st.sampled_from([Transport.USB, Transport.NFC]),
    path=st.sampled_from(["a", "b"]),
    attach_id=st.integers(0, 2),
    serial=st.sampled_from(["", "S1"]),
    product=st.sampled_from(["P", "Q"]),
    bus=st.sampled_from(["", "1", "2"]),
)
readings = st.builds(
    KeyInfo,
    address=addresses,
    aaguid=st.sampled_from([bytes(16), bytes(range(16))]),
    versions=st.just(("FIDO_2_1",)),
    pin=st.sampled_from(PinState),
)


@given(readings, readings, st.sampled_from([None, True, False]))
def test_a_key_of_another_model_or_serial_number_is_never_the_same(
    one: KeyInfo, other: KeyInfo, ours: bool | None
) -> None:
    if (one.aaguid, one.address.serial) != (other.aaguid, other.address.serial):
        assert admits(KeyIdentity.of(one), other, ours) is OTHER


@given(readings, readings)
def test_what_is_wiped_is_the_same_key(one: KeyInfo, other: KeyInfo) -> None:
    bound = KeyIdentity.of(one)
    assert not may_be_wiped(bound, one, other) or admits(bound, other) is SAME


@given(readings)
def test_a_key_that_stayed_in_is_itself(one: KeyInfo) -> None:
    assert admits(KeyIdentity.of(one), one) is SAME
