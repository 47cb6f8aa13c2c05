"""Faces for their own tests: one folder with an authority, one key, one clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faces.driving import SetClock
from tests.kiosk.service.soft_key import SoftKey


@pytest.fixture(scope="session")
def faces_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the authority of all faces lives."""
    return tmp_path_factory.mktemp("faces")


@pytest.fixture
def key() -> SoftKey:
    return SoftKey()


@pytest.fixture
def hands() -> SetClock:
    """The clock of the face."""
    return SetClock()
