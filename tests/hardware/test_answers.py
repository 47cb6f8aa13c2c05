"""Answers with members of every type."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.answers import Assertion, Attestation, Info, credential_id, member, optional
from hardware.authenticator import KeyAddress, Transport
from hardware.errors import KeyFault
from hardware.key_info import key_info

ADDRESS = KeyAddress(Transport.USB, "/dev/hidraw3")
AUTH_DATA = bytes(37)
VALUES = st.recursive(
    st.one_of(st.integers(-(2**64), 2**64 - 1), st.booleans(), st.text(max_size=5), st.binary(max_size=17)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(st.integers(-4, 40), st.sampled_from(["id", "type", "alg", "rk"])), inner, max_size=4
        ),
    ),
    max_leaves=6,
)
WELL_TYPED: dict[int, st.SearchStrategy[Any]] = {
    0x02: st.lists(st.text()),
    0x03: st.binary(min_size=16, max_size=16),
    0x04: st.dictionaries(st.text(), st.booleans()),
    0x05: st.integers(),
    0x06: st.lists(st.integers()),
    0x0A: st.lists(st.dictionaries(st.sampled_from(["type", "alg"]), VALUES)),
    0x0C: st.booleans(),
    0x0D: st.integers(),
    0x14: st.integers(),
    0x1D: st.integers(),
}


@settings(deadline=None)
@given(
    st.fixed_dictionaries({0x01: st.lists(st.text())}, optional=WELL_TYPED),
    st.dictionaries(st.one_of(st.integers(0, 32), st.text(max_size=3)), VALUES, max_size=2),
)
def test_what_can_be_read_of_a_key_can_be_told_and_the_rest_is_a_fault(
    sound: dict[int, Any], odd: dict[Any, Any]
) -> None:
    key_info(ADDRESS, Info.read(sound))
    try:
        info = Info.read(sound | odd)
    except KeyFault:
        return
    assert all(type(name) is str and type(value) is bool for name, value in info.options.items())
    key_info(ADDRESS, info)


@pytest.mark.parametrize(
    "odd",
    [
        {0x01: "FIDO_2_1"},
        {0x01: [5]},
        {0x03: bytes(15)},
        {0x03: "0" * 16},
        {0x04: {"rk": 1}},
        {0x04: {5: True}},
        {0x04: []},
        {0x06: ["2"]},
        {0x06: [True]},
    ],
)
def test_a_member_that_decides_how_we_speak_is_read_strictly(odd: dict[int, Any]) -> None:
    with pytest.raises(KeyFault):
        Info.read({0x01: ["FIDO_2_1"]} | odd)


def test_a_key_must_tell_its_versions_and_may_tell_what_nobody_reads() -> None:
    with pytest.raises(KeyFault):
        Info.read({0x05: 1200})
    info = Info.read({0x01: ["FIDO_2_1"], 0x13: "certifications", 0x99: b"?"})
    assert (info.max_msg_size, info.aaguid, info.remaining_disc_creds, info.max_pin_length) == (
        1024,
        bytes(16),
        None,
        63,
    )


def test_a_default_is_for_what_is_missing_and_not_for_what_is_wrong() -> None:
    assert member({}, 1, int, 7) == 7
    assert member({1: 0}, 1, int, 7) == 0
    assert optional({}, 1, int) is None
    for answer in ({}, {1: "7"}):
        with pytest.raises(KeyFault):
            member(answer, 1, int)
    with pytest.raises(KeyFault):
        member({1: "7"}, 1, int, 7)


SIGNED = {0x01: {"type": "public-key", "id": b"id"}, 0x02: AUTH_DATA, 0x03: b"signature"}


@pytest.mark.parametrize(
    "odd",
    [{0x01: b"id"}, {0x01: {}}, {0x01: {"id": 2**40}}, {0x02: "data"}, {0x03: 9}, {0x04: b"u"}, {0x04: {"id": 5}}],
)
def test_an_assertion_of_odd_members_is_a_fault(odd: dict[int, Any]) -> None:
    with pytest.raises(KeyFault):
        Assertion.read(SIGNED | odd)


def test_an_assertion_may_name_nobody() -> None:
    for user, handle in (({}, None), ({0x04: {}}, None), ({0x04: {"id": b"u"}}, b"u")):
        assert Assertion.read(SIGNED | user).user_handle == handle


def test_no_memory_is_set_aside_for_an_id_that_is_a_number() -> None:
    with pytest.raises(KeyFault):
        credential_id({0x01: {"id": 2**63}})


@pytest.mark.parametrize("odd", [{0x01: b"packed"}, {0x02: []}, {0x03: []}, {0x03: {5: b""}}])
def test_an_attestation_of_odd_members_is_a_fault(odd: dict[int, Any]) -> None:
    sound = {0x01: "packed", 0x02: AUTH_DATA, 0x03: {}}
    assert Attestation.read(sound).fmt == "packed"
    with pytest.raises(KeyFault):
        Attestation.read(sound | odd)
