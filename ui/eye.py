"""What a page needs of a camera that reads codes; `ui.camera` is one, and is imported only where a station has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # a type only
    from PySide6.QtGui import QImage


class Eye(Protocol):
    """Looks from `start` to `stop`; both may be called again. All calls come and go on the thread of the screen."""

    def start(self, seen: Callable[[QImage], None], read: Callable[[str], None], lost: Callable[[], None]) -> None:
        """Look: `seen` gets pictures for a preview (as the camera sees, not mirrored), `read` the text of a code that
        comes into view, once; `lost` is called when the camera cannot be had, or is gone."""
        ...

    def stop(self) -> None:
        """Look away: nothing is called any more, and no picture is kept."""
        ...
