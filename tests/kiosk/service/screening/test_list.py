"""A list of names in a file: read, read again, and refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk.service.probe import ProbeFailed
from kiosk.service.screening.connector import CallType, Finding, ScreeningUnavailable, Subject
from kiosk.service.screening.connectors.list import ListScreener, ListSettings

MARIA, THOMAS = Subject("Maria", "Okafor"), Subject("Thomas", "Müller")


def over(path: Path, content: str | bytes, largest: int = 1000) -> ListScreener:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return ListScreener(ListSettings(id="sanctions", path=path, largest=largest))


def said(screener: ListScreener, subject: Subject = MARIA) -> Finding:
    return screener.screen(subject, CallType.SCREENING).finding


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("a.csv", "name\nOkafor Maria\n"),
        ("a.csv", "\ufeffreference;given_name;family_name;born\n7;Maria;Okafor;1980\n"),
        ("a.txt", "Name\treference\nMaria Okafor\t7\n\n"),
        ("a.jsonl", '{"name": "Maria Okafor", "programs": ["X"]}\n\n{"given_name": "A", "family_name": "B"}'),
        ("a.NDJSON", '{"given_name": "MARIA", "family_name": "ÒKAFOR", "reference": null}'),
    ],
)
def test_every_form_of_file_is_read(tmp_path: Path, file: str, content: str) -> None:
    screener = over(tmp_path / file, content)
    assert (said(screener), said(screener, THOMAS)) == (Finding.HIT, Finding.CLEAR)


@pytest.mark.parametrize(
    ("file", "content", "problem"),
    [
        ("a.csv", "", "is missing"),
        ("a.csv", "name\n", "no names"),
        ("a.csv", "title\nMaria\n", "is missing"),
        ("a.csv", "name,reference\nMaria Okafor,1\n ,2\n", "line 3 has no name"),
        ("a.csv", "name,reference\nMaria Okafor\n", "line 2: has 1 cells"),
        ("a.csv", b"name\nM\xfcller\n", "not UTF-8"),
        ("a.csv", 'name\n"Maria\n', "is not CSV"),
        ("a.csv", "name\n" + "Maria " * 200 + "\n", "too long"),
        ("a.jsonl", '{"name": "Maria"', "line 1 is not JSON"),
        ("a.jsonl", "[]", "line 1 is no object"),
        ("a.jsonl", '{"name": 7}', "no text"),
        ("a.jsonl", b'{"name": "\xff"}', "line 1 is not JSON"),
        ("a.jsonl", '{"name": "' + "a" * 70_000 + '"}', "line 1 is too long"),
        ("a.jsonl", "[" * 30_000, "line 1 is not JSON"),
    ],
)
def test_a_broken_file_lets_nobody_pass_and_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, file: str, content: str | bytes, problem: str
) -> None:
    screener = over(tmp_path / file, content)
    for _ in range(2):
        with pytest.raises(ScreeningUnavailable):
            said(screener, THOMAS)
    assert [each.levelname for each in caplog.records] == ["WARNING"]
    caplog.clear()
    with pytest.raises(ProbeFailed) as caught:
        screener.probe()
    assert problem in caught.value.seen


def test_it_is_read_again_when_it_has_changed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.csv"
    screener = over(path, "name\nMaria Okafor\n")
    assert said(screener) is Finding.HIT
    new = tmp_path / "new"
    new.write_text("name\nThomas Müller\n")
    new.replace(path)
    assert (said(screener), said(screener, THOMAS)) == (Finding.CLEAR, Finding.HIT)
    path.unlink()
    with pytest.raises(ScreeningUnavailable):
        said(screener)
    path.write_text("name\nMaria Okafor\n")
    assert said(screener) is Finding.HIT
    assert len(caplog.records) == 1
    caplog.clear()


@pytest.mark.parametrize("text", ["", "'", "💥", "\u0301", "-"])
def test_nobody_passes_by_having_no_name(tmp_path: Path, text: str) -> None:
    assert said(over(tmp_path / "a.csv", "name\nMaria Okafor\n"), Subject(text, text)) is Finding.POSSIBLE


def test_it_is_not_read_again_when_it_has_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screener = over(tmp_path / "a.csv", "name\nMaria Okafor\n")
    opened: list[Path] = []
    really: Callable[..., object] = Path.open

    def counting(path: Path, *args: object, **more: object) -> object:
        opened.append(path)
        return really(path, *args, **more)

    monkeypatch.setattr(Path, "open", counting)
    assert [said(screener) for _ in range(3)] == [Finding.HIT] * 3
    assert len(opened) == 1


def test_a_list_that_is_far_too_long_is_refused(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    screener = over(tmp_path / "a.csv", "name\nMaria Okafor\nThomas Müller\nJohn Smith\n", largest=2)
    with pytest.raises(ProbeFailed, match="more than 2 entries"):
        screener.probe()
    caplog.clear()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # the file is written anew each time
@given(content=st.binary(max_size=300), lines=st.booleans())
def test_no_file_makes_it_say_anything_but_an_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes, lines: bool
) -> None:
    path = tmp_path / ("fuzz.jsonl" if lines else "fuzz.csv")
    screener = over(path, content)
    try:
        assert said(screener) in Finding
    except ScreeningUnavailable:
        assert [each.levelname for each in caplog.records] == ["WARNING"]
    caplog.clear()
