"""The guide explains every word in which a key is refused or doubted."""

from __future__ import annotations

import pytest

from kiosk.resources import resource
from kiosk.service.attestation.settings import LeastLevel, MetadataSettings, StatusFloor
from kiosk.service.attestation.verdict import Doubt, Reason
from tests.kiosk.service.attestation.test_trust import SHARED

GUIDE = resource("docs/trust.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", list(Reason))
def test_the_guide_explains_every_reason_and_says_when_it_is_known(reason: Reason) -> None:
    assert f"| `{reason}` | {'yes' if reason in SHARED else 'no'} | " in GUIDE


@pytest.mark.parametrize("doubt", list(Doubt))
def test_the_guide_explains_every_doubt(doubt: Doubt) -> None:
    told = GUIDE[GUIDE.index("What staff are told") :]
    assert f"| `{doubt}` | " in told


def test_the_guide_names_what_refuses_more() -> None:
    for floor in (StatusFloor.NOT_RETIRED, StatusFloor.UP_TO_DATE):
        assert f'`status_floor = "{floor}"`' in GUIDE
    assert f'`min_level = "{LeastLevel.L1}"`' in GUIDE
    assert {"status_floor", "min_level", "required", "fetch", "file", "root", "hosts", "url"} <= set(
        MetadataSettings.model_fields
    )
