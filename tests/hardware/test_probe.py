"""Lists of credentials, cut to what a key takes at once."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.answers import Info
from hardware.probe import fits, portion


@settings(deadline=None)
@given(st.integers(0, 3000), st.integers(0, 20), st.lists(st.binary(min_size=1, max_size=255), max_size=40))
def test_portions_of_a_list_are_never_empty_and_never_too_long(
    size: int, count: int, credential_ids: list[bytes]
) -> None:
    info = Info.read({0x01: [], 0x05: size, 0x07: count})
    length = portion(info, credential_ids)
    assert length >= 1
    assert not count or length <= max(1, count)
    assert fits(info, credential_ids) == (len(credential_ids) <= length)
