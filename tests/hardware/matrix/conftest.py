"""The table at the end, where this folder is run without workers."""

from __future__ import annotations

from tests.hardware.matrix.summary import pytest_terminal_summary

__all__ = ["pytest_terminal_summary"]
