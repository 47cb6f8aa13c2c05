"""The built-in directory: people imported into this service's own database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from kiosk.service.catalog import Connector
from kiosk.service.directories.connector import Criteria, DirectoryCapabilities, Person
from kiosk.service.directories.directory_settings import DirectorySettings
from kiosk.service.directories.rules import KINDS
from kiosk.service.settings_model import Name
from kiosk.service.store.users import active_user, count_active, find_active
from kiosk.service.wiring import Wiring

_TWO = 2  # enough to know that it is not exactly one


class TableSettings(DirectorySettings):
    """People that `keywright users import` brought in."""

    kind: Literal["table"] = "table"
    """Which connector."""
    id: str = "table"
    """A word for it."""
    tenant: Name = "default"
    """Whose people it finds."""


@dataclass(frozen=True, slots=True)
class TableDirectory:
    """A `Directory` over the tables `users`, `user_values` and `badges`."""

    settings: TableSettings
    wiring: Wiring

    capabilities = DirectoryCapabilities(fields=frozenset(KINDS))

    @property
    def id(self) -> str:
        """From the settings."""
        return self.settings.id

    def find_people(self, criteria: Criteria) -> tuple[Person, ...]:
        """At most two of the active people who match everything; nobody for no criteria."""
        if not criteria:
            return ()
        with self.wiring.store.glance() as tx:
            return tuple(
                replace(each, directory=self.id) for each in find_active(tx, self.settings.tenant, criteria, _TWO)
            )

    def read(self, directory_id: str) -> Person | None:
        """The row again."""
        with self.wiring.store.glance() as tx:
            found = active_user(tx, directory_id)
        return None if found is None else replace(found, directory=self.id)

    def probe(self) -> str:
        """How many people there are to be found."""
        with self.wiring.store.glance() as tx:
            return f"{count_active(tx, self.settings.tenant)} active people"

    def close(self) -> None:
        """The database is closed by who opened it."""


CONNECTOR = Connector("table", TableSettings, TableDirectory)
