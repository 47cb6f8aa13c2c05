"""Passwords: what is refused, what is kept, and that nobody is compared as long as somebody."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.errors import ConfigurationError
from kiosk.service.accounts import passwords as module
from kiosk.service.accounts.passwords import Passwords, normalized, refusals
from kiosk.service.accounts.rules import Busy, PasswordRefused
from kiosk.service.accounts.settings import PasswordSettings

QUICK = PasswordSettings(memory_mib=8, rounds=1)
GOOD = "nine green bicycles uphill"
TYPED = st.text(st.characters(exclude_categories=["Cs"]))


def digest(password: str) -> str:
    return hashlib.sha1(normalized(password).encode(), usedforsecurity=False).hexdigest().upper()


def listed(folder: Path, known: Sequence[str], form: str = "{}:7\r\n") -> PasswordSettings:
    """Settings with a breach list of these passwords, among others."""
    lines = sorted([*map(digest, known), *(digest(f"other {number}") for number in range(300))])
    path = folder / "breached.txt"
    path.write_bytes("".join(form.format(each) for each in lines).encode())
    return QUICK.model_copy(update={"breached": path})


def test_what_is_kept_is_argon2id_with_a_salt_of_its_own() -> None:
    passwords = Passwords(QUICK)
    kept, again = passwords.hash(GOOD), passwords.hash(GOOD)
    assert kept.startswith("$argon2id$v=19$m=8192,t=1,p=1$")
    assert kept != again
    assert passwords.matches(GOOD, kept)
    assert passwords.matches(GOOD, again)
    assert not passwords.matches(GOOD + " ", kept)


@pytest.mark.parametrize("kept", [None, "", "plain text", "$argon2id$v=19$m=8192,t=1,p=1$AAAA$", "$2b$12$abc"])
def test_nobody_and_what_is_no_hash_are_never_right(kept: str | None) -> None:
    assert not Passwords(QUICK).matches(GOOD, kept)


def test_nobody_costs_what_somebody_costs() -> None:
    passwords = Passwords(QUICK)
    assert passwords._nobody.split("$")[1:4] == passwords.hash(GOOD).split("$")[1:4]
    assert not passwords.outdated(passwords._nobody)


def test_a_hash_of_other_settings_still_matches_and_is_outdated() -> None:
    kept = Passwords(QUICK).hash(GOOD)
    harder = Passwords(QUICK.model_copy(update={"rounds": 2}))
    assert harder.matches(GOOD, kept)
    assert harder.outdated(kept)
    assert not Passwords(QUICK).outdated(kept)


@settings(max_examples=25, deadline=None)
@given(TYPED.filter(bool))
def test_whichever_form_a_character_is_typed_in_it_is_the_same_password(password: str) -> None:
    passwords = Passwords(QUICK)
    kept = passwords.hash(unicodedata.normalize("NFD", password))
    assert passwords.matches(unicodedata.normalize("NFC", password), kept)


@given(TYPED)
def test_length_counts_code_points_after_composition_and_nothing_else_is_asked(password: str) -> None:
    written = normalized(password)
    expected = ("too_short",) if len(written) < 15 else ("too_long",) if len(written) > 128 else ()
    assert refusals(written, QUICK) == expected


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("maria.okafor@example.org", True),
        ("MariaOkafor2026!", True),
        ("okafor maria 123", False),
        ("m.okafor.2026.!!", True),
        ("maria's bicycle shed", False),
        ("123456789012345", False),
    ],
)
def test_nobody_takes_their_own_name_or_address_however_it_is_dressed(password: str, *, refused: bool) -> None:
    own = ("m.okafor", "maria.okafor@example.org", "maria.okafor", "Maria Okafor", "")
    assert (refusals(password, QUICK, own) == ("own_name",)) is refused


@pytest.mark.parametrize("form", ["{}:7\r\n", "{}\n", "{}:1234567\n"])
def test_a_breached_password_is_refused_wherever_it_stands_in_the_list(tmp_path: Path, form: str) -> None:
    known = [f"the password of {number} people" for number in range(200)]
    passwords = Passwords(listed(tmp_path, known, form))
    for each in known:
        with pytest.raises(PasswordRefused) as refused:
            passwords.admit(each)
        assert refused.value.reasons == ("breached",)
    for number in range(200):
        passwords.admit(f"a password of {number} people")


def test_a_list_in_small_letters_without_a_last_line_end_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "breached.txt"
    path.write_text("\n".join(sorted(digest(f"a long password {n}") for n in range(3))).lower())
    passwords = Passwords(QUICK.model_copy(update={"breached": path}))
    for number in range(3):
        with pytest.raises(PasswordRefused):
            passwords.admit(f"a long password {number}")
    passwords.admit("a long password 3")


def test_a_long_list_is_read_a_few_lines_at_a_time(tmp_path: Path) -> None:
    reads: list[int] = []

    class Counting:
        def __init__(self, file: Any) -> None:
            self.file = file

        def seek(self, *place: int) -> int:
            return int(self.file.seek(*place))

        def read(self, size: int) -> bytes:
            reads.append(size)
            return bytes(self.file.read(size))

        def readline(self, size: int) -> bytes:
            reads.append(size)
            return bytes(self.file.readline(size))

    path = tmp_path / "breached.txt"
    lines = sorted(hashlib.sha1(str(n).encode(), usedforsecurity=False).hexdigest().upper() for n in range(100_000))
    path.write_text("".join(f"{each}:1\n" for each in lines))
    with path.open("rb") as file:
        assert module._found(Counting(file), lines[77_777].encode())  # type: ignore[arg-type]  # what it uses of a file
    assert sum(reads) < 20_000


@pytest.mark.parametrize("text", ["", "password\n", "0123456789abcdef:3\n", "z" * 40 + "\n"])
def test_what_is_no_breach_list_is_found_at_the_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "breached.txt"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        Passwords(QUICK.model_copy(update={"breached": path}))
    assert caught.value.path == "accounts.passwords.breached"


def test_a_breach_list_that_is_not_there_is_found_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        Passwords(QUICK.model_copy(update={"breached": tmp_path / "none.txt"}))


def test_no_more_are_hashed_at_once_than_there_are_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.01)
    passwords, here, go_on = Passwords(QUICK, at_once=1), Barrier(2), Barrier(2)

    def holding() -> None:
        with passwords._turn():
            here.wait(10)
            go_on.wait(10)

    thread = Thread(target=holding)
    thread.start()
    here.wait(10)
    with pytest.raises(Busy) as busy:
        passwords.matches(GOOD, None)
    assert busy.value.retry_after == 1
    go_on.wait(10)
    thread.join(10)
    assert passwords.hash(GOOD)
