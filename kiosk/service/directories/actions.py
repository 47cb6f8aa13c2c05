"""What the settings of a service say about the directories' place."""

from __future__ import annotations

from kiosk.service.directories.rules import Site
from kiosk.service.settings import ServiceSettings


def site(settings: ServiceSettings) -> Site:
    """What normalisation needs to know of the place."""
    identify = settings.identify
    return Site(identify.region, identify.email_domain, settings.verification.badge.candidates)
