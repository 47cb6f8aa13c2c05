"""Settings of phones: where their pages are, what they may be used for, and who else may enroll them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, SerializeAsAny, model_validator

from kiosk.contract.policy import Demand, PhonePlace
from kiosk.service.catalog import PHONES, settings_of
from kiosk.service.mobile.enroller_settings import EnrollerSettings
from kiosk.service.settings_model import HttpsUrl, SettingsModel

AnyEnroller = Annotated[
    SerializeAsAny[EnrollerSettings] | None, BeforeValidator(settings_of(PHONES, "onewelcome", EnrollerSettings))
]
"""Settings of any service elsewhere that enrolls phones."""


class PhoneSettings(SettingsModel):
    """What people may do with their phone. Without `url` there are no pages, and no codes of our own."""

    url: HttpsUrl | None = None
    """Where phones reach this service, as an origin (`https://enroll.example.org`). For passkeys its host must be the
    RP ID of `relying_party`, or end in it."""
    relying_party: str = Field(default="", max_length=40)
    """The embedded relying party that phones register their passkeys at; empty for the first one."""
    lifetime: int = Field(default=300, ge=30, le=600)
    """Seconds that a code may be scanned and worked on."""
    place: PhonePlace | None = None
    """Where the phone's own passkey stands in each enrollment: `before` the key, `after` it, `instead` of it; without
    it nowhere."""
    demand: Demand = Demand.BEST_EFFORT
    """Whether people may go on without a phone (`best_effort`) or not (`require`)."""
    codes: bool = False
    """Whether a mailed or texted code may be typed on the phone instead."""
    forms: bool = False
    """Whether the registration form may be filled in on the phone instead."""
    requests_per_minute: int = Field(default=6000, ge=1, le=1_000_000)
    """How often phones may ask for pages from one address: hundreds of them may share it. One phone alone may ask as
    often as a client of accounts (`accounts.requests_per_minute`)."""
    enroller: AnyEnroller = None
    """A service elsewhere that enrolls phones; it then makes the codes of `place`, not we."""

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.url is not None and self.url.count("/") > 2:
            raise ValueError("url: is an origin, without a path or a slash at the end")
        if self.url is None and (self.codes or self.forms):
            raise ValueError("url: phones must be told where the pages are")
        if self.place is not None and self.url is None and self.enroller is None:
            raise ValueError("place: needs url, or an enroller")
        if self.demand is Demand.REFUSE:
            raise ValueError("demand: is require or best_effort; leave place out for no phones")
        return self
