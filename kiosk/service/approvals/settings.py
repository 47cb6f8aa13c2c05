"""Settings of supervision: what staff must approve, and how many of them."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from kiosk.contract.staff import ApprovalAction
from kiosk.service.settings_model import SettingsModel


class SupervisionSettings(SettingsModel):
    """How many members of staff must approve what, 0 for nobody; with 2, two different ones (four eyes)."""

    verify: int = Field(default=0, ge=0, le=2)
    """A person whom only their own word verifies (`self_confirmation`, `none`)."""
    override: int = Field(default=0, ge=0, le=2)
    """A person whom their ways of verification failed; 0: staff cannot help with that."""
    override_locked: bool = True
    """Whether that also helps somebody who is locked after too many failures; they stay locked for all other ways."""
    reset: int = Field(default=1, ge=0, le=2)
    """A key that is wiped; asked only where `key.reset` is `staff`."""
    another_key: int = Field(default=0, ge=0, le=2)
    """One more key for somebody who has one."""
    replace_key: int = Field(default=0, ge=0, le=2)
    """A key in place of a lost one."""
    guest: int = Field(default=0, ge=0, le=2)
    """A guest who registers."""
    wait: int = Field(default=600, ge=30, le=900)
    """Seconds that a request waits for staff."""

    @property
    def life(self) -> timedelta:
        """`wait`, to calculate with."""
        return timedelta(seconds=self.wait)

    def needed(self, action: ApprovalAction) -> int:
        """How many must say yes."""
        return int(getattr(self, action.value))
