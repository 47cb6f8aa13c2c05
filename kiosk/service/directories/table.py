"""The built-in directory: people imported into this service's own database."""

from __future__ import annotations

from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, Person
from kiosk.service.directories.rules import KINDS
from kiosk.service.store.engine import Store
from kiosk.service.store.users import find_active

_TWO = 2  # enough to know that it is not exactly one


class TableDirectory:
    """A `Directory` over the tables `users`, `user_values` and `badges`."""

    capabilities = DirectoryCapabilities(fields=frozenset(KINDS))

    def __init__(self, store: Store) -> None:
        self._store = store

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """At most two of the active people who match everything; nobody for no criteria."""
        if not criteria:
            return ()
        with self._store.read() as tx:
            return find_active(tx, criteria, _TWO)
