"""Every sentence of the documents that phones and projects were built to satisfy is held by a test that exists."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from kiosk.resources import resource

ROOT = Path(__file__).parents[1]
GUIDES = {"docs/phones.md": 25, "docs/projects.md": 24}
"""Each guide, and the sentences of its document; the last of them must be in the table."""

_ROW = re.compile(r"^\| (\d+) \| (.+?) \| (`.+?`) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def _rows(guide: str) -> list[tuple[int, str, str]]:
    found = _ROW.findall(resource(guide).read_text(encoding="utf-8"))
    return [(int(number), sentence, tests) for number, sentence, tests in found]


@cache
def _source(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(("guide", "sentences"), GUIDES.items())
def test_the_guide_lists_every_sentence_in_order(guide: str, sentences: int) -> None:
    assert [number for number, _, _ in _rows(guide)] == list(range(1, sentences + 1))


@pytest.mark.parametrize("guide", GUIDES)
def test_each_sentence_names_tests_that_there_are(guide: str) -> None:
    for number, _, tests in _rows(guide):
        named = _TEST.findall(tests)
        assert named, f"sentence {number} of {guide} names no test"
        for path, name in named:
            assert re.search(rf"^(async )?def {name}\(", _source(path), re.MULTILINE), f"{path}::{name} is no test"
