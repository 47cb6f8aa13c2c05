"""Tells how long the database takes for each statement, to whoever watches."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from kiosk.service.store.engine import Store


def watch_statements(store: Store, told: Callable[[float], None]) -> None:
    """From now on call `told` with the seconds of each statement, in the thread that asked."""

    def begin(_connection: Any, _cursor: Any, _statement: str, _given: Any, context: Any, _many: bool) -> None:
        context._keywright_begun = time.perf_counter()

    def end(_connection: Any, _cursor: Any, _statement: str, _given: Any, context: Any, _many: bool) -> None:
        told(time.perf_counter() - context._keywright_begun)

    event.listen(store.engine, "before_cursor_execute", begin)
    event.listen(store.engine, "after_cursor_execute", end)
