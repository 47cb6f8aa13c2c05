from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import ConfigurationError
from kiosk.station.identity import FILE, SLOTS, Identity, other_slot, parsed, read_identity, write_identity, written
from kiosk.station.kept_file import LARGEST, keep, kept

PLAIN = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
IDENTITIES = st.builds(
    Identity, PLAIN, PLAIN, PLAIN, PLAIN, PLAIN, st.dictionaries(PLAIN, PLAIN, max_size=4), st.sampled_from(SLOTS)
)
LOBBY = Identity("s1", "station-1", "Lobby", "", "https://keys.example.org", {"kty": "OKP"}, SLOTS[0])


@given(IDENTITIES)
def test_what_was_written_is_read_again(identity: Identity) -> None:
    assert parsed(written(identity)) == identity


@given(st.text())
def test_nonsense_is_no_identity(text: str) -> None:
    assert parsed(text) is None


@pytest.mark.parametrize("change", ['"station-key-a"', '"Lobby"'])
def test_an_identity_that_was_tampered_with_is_none(change: str) -> None:
    assert parsed(written(LOBBY).replace(change, '"../x"' if "key" in change else '"a\\u0007"')) is None


def test_it_is_kept_for_this_account_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    assert read_identity(folder) is None
    write_identity(folder, LOBBY)
    assert read_identity(folder) == LOBBY
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert [each.name for each in folder.iterdir()] == [FILE]


def test_a_new_key_never_takes_the_place_of_the_one_in_use() -> None:
    assert other_slot(None) == SLOTS[0]
    assert other_slot(LOBBY) == SLOTS[1]
    assert other_slot(parsed(written(LOBBY).replace(SLOTS[0], SLOTS[1]))) == SLOTS[0]


def test_a_folder_that_cannot_be_written_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(ConfigurationError):
        keep(tmp_path / "state" / "x", "text")


def test_links_and_endless_files_are_not_read(tmp_path: Path) -> None:
    keep(tmp_path / "real", "text")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "endless").write_bytes(b" " * (LARGEST + 1))
    (tmp_path / "latin").write_bytes(b"\xff")
    assert [kept(tmp_path / name) for name in ("real", "link", "endless", "latin")] == ["text", "", "", ""]
