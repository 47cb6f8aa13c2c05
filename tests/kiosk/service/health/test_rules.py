"""What stands against sending requests to a replica."""

from __future__ import annotations

import pytest

from kiosk.service.health.rules import LEAVING, MISSING, SILENT, judge
from kiosk.service.store.upgrade import Schema


@pytest.mark.parametrize("schema", [Schema.CURRENT, Schema.NEWER])
def test_a_replica_is_ready_whose_database_has_all_that_it_needs(schema: Schema) -> None:
    assert judge(schema, leaving=False).ready


@pytest.mark.parametrize(
    ("schema", "why"), [(None, SILENT), (Schema.EMPTY, MISSING[Schema.EMPTY]), (Schema.OLDER, MISSING[Schema.OLDER])]
)
def test_it_is_not_where_the_database_is_away_or_behind(schema: Schema | None, why: str) -> None:
    assert judge(schema, leaving=False).against == (why,)


def test_all_that_stands_against_it_is_said() -> None:
    assert judge(None, leaving=True).against == (LEAVING, SILENT)
