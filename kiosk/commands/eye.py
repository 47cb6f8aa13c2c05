"""The kiosk's camera, put together only where a station has one: what it needs is imported when it is first wanted."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a type only: nothing here may slow the first paint
    from ui.eye import Eye


def open_eye(wanted: bool | str) -> Eye | None:
    """The camera of this name, or with True the system's own choice. None without the extra `camera`, and where there
    is no such camera: pages then go without, and the log says why."""
    try:
        camera = importlib.import_module("ui.camera")
    except ImportError as error:
        structlog = importlib.import_module("structlog")
        structlog.get_logger("keywright.camera").warning("camera_libraries_missing", reason=str(error.name))
        return None
    eye: Eye | None = camera.open_camera(wanted if isinstance(wanted, str) else "")
    return eye
