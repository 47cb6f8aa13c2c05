from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from kiosk.contract.stations import StationConfiguration
from kiosk.signing import Signer
from kiosk.station.configuration import FILE, NotTaken, accepted, last_good, take
from kiosk.station.identity import SLOTS, Identity
from kiosk.station.kept_file import keep
from tests.kiosk.enrollment.walk import PROFILE

SIGNER, OTHER = Signer.of(b"k" * 32, "configuration"), Signer.of(b"x" * 32, "configuration")
LOBBY = Identity("s1", "station-1", "Lobby", "north", "https://keys.example.org", SIGNER.public, SLOTS[0])
TOLD = StationConfiguration(3, 1_700_000_000, "s1", "Lobby", "north", PROFILE, 10)
WRITTEN: TypeAdapter[StationConfiguration] = TypeAdapter(StationConfiguration)


def plain(**changes: Any) -> Any:
    return WRITTEN.dump_python(replace(TOLD, **changes), mode="json", by_alias=True)


def signed(signer: Signer = SIGNER, **changes: Any) -> str:
    return signer.sign(plain(**changes))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_nothing_older_is_taken(known: int, version: int) -> None:
    token = signed(version=version)
    if version < known:
        with pytest.raises(NotTaken) as caught:
            accepted(token, LOBBY, replace(TOLD, version=known))
        assert caught.value.why == "older"
    else:
        assert accepted(token, LOBBY, replace(TOLD, version=known)).version == version


@given(st.text(max_size=300))
def test_what_nobody_signed_is_not_taken(text: str) -> None:
    with pytest.raises(NotTaken) as caught:
        accepted(text, LOBBY)
    assert caught.value.why == "signature"


@given(st.data())
def test_one_changed_character_is_found(data: st.DataObject) -> None:
    token = signed()
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.sampled_from("AZaz09-_.").filter(lambda each: each != token[at]))
    try:
        told = accepted(token[:at] + other + token[at + 1 :], LOBBY)
    except NotTaken:
        return
    assert told == TOLD  # a bit of base64 that means nothing


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (signed(OTHER), "signature"),
        (signed(station_id="s2"), "station"),
        (signed(heartbeat=0), "shape"),
        (signed(profile=replace(PROFILE, languages=())), "shape"),
        (SIGNER.sign({"version": 9}), "shape"),
        (SIGNER.sign([]), "shape"),
    ],
)
def test_what_is_not_for_us_or_cannot_be_obeyed_is_not_taken(token: str, why: str) -> None:
    with pytest.raises(NotTaken) as caught:
        accepted(token, LOBBY)
    assert caught.value.why == why


def test_the_last_good_one_is_kept_and_an_older_one_does_not_replace_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert last_good(tmp_path, LOBBY) is None
    assert take(tmp_path, LOBBY, signed()) == TOLD
    assert take(tmp_path, LOBBY, signed(version=2)) == TOLD
    with pytest.raises(NotTaken):
        take(tmp_path, LOBBY, signed(OTHER, version=9))
    assert last_good(tmp_path, LOBBY) == TOLD
    assert caplog.text.count("configuration_refused") == 2
    caplog.clear()


def test_one_that_was_tampered_with_on_the_disk_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    keep(tmp_path / FILE, signed(OTHER))
    assert last_good(tmp_path, LOBBY) is None
    assert "configuration_refused" in caplog.text
    caplog.clear()
    keep(tmp_path / FILE, signed(station_id="s0"))  # it was another station before
    assert last_good(tmp_path, LOBBY) is None


def test_one_that_cannot_be_kept_holds_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "state").write_text("a file")
    assert take(tmp_path / "state", LOBBY, signed()) == TOLD
    assert "configuration_not_kept" in caplog.text
    caplog.clear()
