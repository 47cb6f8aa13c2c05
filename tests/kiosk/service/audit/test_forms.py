"""The trail in the forms that others read."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from kiosk.service.audit.chain import Entry
from kiosk.service.audit.forms import COLUMNS, FORMS, comma_separated, common_events, json_lines
from kiosk.service.store.audit import AuditRow, chained

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
texts = st.text(st.characters(codec="utf-8"), max_size=20)


def entry(**told: object) -> Entry:
    known: dict[str, object] = {"at": NOON, "event": "staff_refused", "tenant": "default", "actor": "client:1"}
    return chained(AuditRow(**(known | told)), 1, "0" * 64, b"s" * 32)  # type: ignore[arg-type] # a table of texts


def test_each_form_has_its_name() -> None:
    assert sorted(FORMS) == ["cef", "csv", "jsonl"]


@given(texts, texts, st.dictionaries(texts, texts, max_size=2))
def test_csv_is_read_again_as_it_was_and_no_cell_is_a_formula(
    reason: str, subject: str, details: dict[str, str]
) -> None:
    lines = list(comma_separated([entry(reason=reason, subject=subject, details=details)]))
    header, row = csv.reader(io.StringIO("\r\n".join(lines), newline=""))
    assert tuple(header) == COLUMNS
    told = dict(zip(header, row, strict=True))
    assert told["reason"].removeprefix("'") == reason.removeprefix("'")
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    assert (json.loads(told["details"]) if told["details"] else {}) == details


@given(texts, texts)
def test_cef_is_one_line_with_its_values_apart(reason: str, subject: str) -> None:
    (line,) = common_events([entry(reason=reason, subject=subject, site="main")])
    assert "\n" not in line
    assert "\r" not in line
    head = re.split(r"(?<!\\)\|", line, maxsplit=7)
    assert head[:5] == ["CEF:0", "Keywright", "Keywright", "1", "staff_refused"]
    assert head[6] == "6"
    names = re.findall(r"(?:^| )([A-Za-z0-9]+)(?<!\\)=", head[7])
    assert names[0] == "rt"
    assert {"externalId", "suser", "cs1", "cs2", "cs4"} <= set(names)
    assert "cs3" not in names


def test_json_lines_have_the_whole_entry() -> None:
    (line,) = json_lines([entry(details={"count": 1})])
    told = json.loads(line)
    assert (told["number"], told["details"], told["at"]) == (1, {"count": 1}, "2026-06-01T12:00:00.000000+00:00")
    assert set(told) == set(Entry.__slots__)
