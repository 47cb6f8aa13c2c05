"""What a station is told before anybody stands at it: made of the settings."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from kiosk.contract.profile import FieldSet, IdentifyField, Profile, SessionTimes
from kiosk.service.approvals.rules import offered, overrides
from kiosk.service.directories.rules import KINDS
from kiosk.service.directories.settings import IdentifySettings
from kiosk.service.enrollments.register_forms import forms
from kiosk.service.parts import Parts

_ATTRIBUTE = "attribute:"


def profile_of(parts: Parts) -> Profile:
    """All that the station shows or obeys."""
    settings, session = parts.settings, parts.settings.session
    return Profile(
        organization=settings.organization,
        languages=settings.languages,
        alternatives=alternatives(settings.identify),
        methods=tuple(parts.verifiers),
        relying_parties=tuple(party.name for party in parts.relying_parties.values()),
        times=SessionTimes(session.absolute, session.idle, session.warning, session.touch),
        public=settings.public,
        embedded=parts.embedded,
        region=settings.identify.region,
        email_domain=settings.identify.email_domain,
        version=release(),
        registrations=forms(settings),
        codes_on_phone=settings.phone.codes,
        forms_on_phone=settings.phone.forms,
        approvals=offered(settings),
        overrides=overrides(settings),
    )


def alternatives(settings: IdentifySettings) -> tuple[FieldSet, ...]:
    """The ways to say who one is."""
    return tuple(
        FieldSet(each.name, tuple(_field(settings, name) for name in each.fields)) for each in settings.alternatives
    )


def _field(settings: IdentifySettings, name: str) -> IdentifyField:
    if not name.startswith(_ATTRIBUTE):
        return IdentifyField(name, KINDS[name])
    attribute = settings.attributes[name.removeprefix(_ATTRIBUTE)]
    return IdentifyField(
        name, attribute.kind, attribute.labels, attribute.hints, attribute.max_length, attribute.pattern
    )


def release() -> str:
    """The version of this program, empty in a checkout that was never installed."""
    try:
        return version("keywright")
    except PackageNotFoundError:  # a checkout that was never installed
        return ""
