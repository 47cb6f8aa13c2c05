"""Options of any shape, and names of any length."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import OptionsRefused
from hardware.options import creation, request, shortened
from tests.hardware.ways import ORIGIN, creation_options, request_options

ANYTHING = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-9, 99), st.text(max_size=8), st.sampled_from(["public-key", "AAAA"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["id", "name", "type", "alg", "residentKey", "x"]), inner, max_size=4),
    ),
    max_leaves=8,
)


@given(st.text(max_size=200))
def test_a_name_is_cut_between_characters(text: str) -> None:
    cut = shortened(text)
    assert len(cut.encode()) <= 64
    if "\ufffd" not in cut and "?" not in cut:
        assert text.startswith(cut)
        assert len(text.encode(errors="replace")) <= 64 or len(cut.encode()) > 60


@given(st.dictionaries(st.sampled_from(sorted(creation_options(extensions=None, excludeCredentials=None))), ANYTHING))
def test_creation_options_of_any_shape_are_read_or_refused(changes: dict[str, Any]) -> None:
    with suppress(OptionsRefused):
        assert creation(creation_options(**changes), ORIGIN).rp_id


@given(st.dictionaries(st.sampled_from(sorted(request_options())), ANYTHING))
def test_request_options_of_any_shape_are_read_or_refused(changes: dict[str, Any]) -> None:
    with suppress(OptionsRefused):
        assert request(request_options(**changes), ORIGIN).rp_id


def test_client_data_says_what_the_relying_party_will_check() -> None:
    options = creation_options()
    client_data = creation(options, ORIGIN).client_data
    assert (client_data.type, client_data.origin, client_data.cross_origin) == ("webauthn.create", ORIGIN, False)
    assert request(request_options(), ORIGIN).client_data.type == "webauthn.get"


@pytest.mark.parametrize(
    ("selection", "resident_key"),
    [
        (None, "discouraged"),
        ({"requireResidentKey": True}, "required"),
        ({"requireResidentKey": True, "residentKey": "discouraged"}, "discouraged"),
        ({"requireResidentKey": True, "residentKey": "mostly"}, "required"),
        ({"residentKey": "preferred"}, "preferred"),
    ],
)
def test_the_wish_for_a_discoverable_credential_is_read_as_webauthn_has_it(
    selection: dict[str, Any] | None, resident_key: str
) -> None:
    assert creation(creation_options(authenticatorSelection=selection), ORIGIN).resident_key == resident_key


@pytest.mark.parametrize("challenge", ["-_-_", "+/+/", "-_-_AA==", "-_-_AA"])
def test_base64_is_taken_as_services_send_it(challenge: str) -> None:
    client_data = creation(creation_options(challenge=challenge), ORIGIN).client_data
    assert client_data.challenge.startswith(b"\xfb\xff\xbf")


@pytest.mark.parametrize("challenge", [None, 7, "", "A", "ä", "AA AA", "=", {"x": 1}])
def test_a_challenge_that_is_none_is_refused(challenge: object) -> None:
    for read, options in ((creation, creation_options), (request, request_options)):
        with pytest.raises(OptionsRefused):
            read(options(challenge=challenge), ORIGIN)


def test_people_without_a_display_name_have_none_on_the_key() -> None:
    options = creation_options(user={"id": "AAAA", "name": "ann"})
    assert creation(options, ORIGIN).user == {"id": bytes(3), "name": "ann"}
