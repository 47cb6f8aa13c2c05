"""The walk as a fixture."""

from __future__ import annotations

import pytest

from tests.kiosk.enrollment.walk import Walk


@pytest.fixture
def walk() -> Walk:
    """A station that was just switched on."""
    return Walk()
