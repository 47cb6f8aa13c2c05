"""Picks the ways to verify that the settings ask for: the one place that knows all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from kiosk.contract.profile import VerificationMethod
from kiosk.secret import Secret
from kiosk.service.accounts.second_factor import SecondFactor
from kiosk.service.outbound import Outbound
from kiosk.service.store.engine import Store
from kiosk.service.verification.automatic import BadgeTable, HttpsLookup
from kiosk.service.verification.connector import Verifier
from kiosk.service.verification.mail import MailCode
from kiosk.service.verification.none import NoVerification
from kiosk.service.verification.phone import PhoneAnswered
from kiosk.service.verification.self_confirmation import SelfConfirmation
from kiosk.service.verification.settings import BadgeSettings, LookupSettings, VerificationSettings
from kiosk.service.verification.sms import SmsCode
from kiosk.service.verification.totp import AuthenticatorApp

_PLAIN: Final[Mapping[VerificationMethod, Callable[[], Verifier]]] = {
    VerificationMethod.EMAIL: MailCode,
    VerificationMethod.SMS: SmsCode,
    VerificationMethod.SELF_CONFIRMATION: SelfConfirmation,
    VerificationMethod.NONE: NoVerification,
}
"""Those that need nothing of the service."""


def verifiers(
    settings: VerificationSettings,
    *,
    store: Store,
    outbound: Outbound,
    secret: Callable[[str], str],
    now: Callable[[], datetime],
    factor: SecondFactor,
) -> Mapping[VerificationMethod, Verifier]:
    """The ways in the order of policy. `secret` resolves a name; what it raises (NoCredential) is not caught."""
    made: dict[VerificationMethod, Verifier] = {}
    for method in settings.methods:
        match method:
            case VerificationMethod.AUTOMATIC:
                made[method] = _automatic(settings, store, outbound, secret, now)
            case VerificationMethod.TOTP:
                made[method] = AuthenticatorApp(store, factor, now)
            case VerificationMethod.PHONE:
                made[method] = PhoneAnswered(store)
            case _:
                made[method] = _PLAIN[method]()
    return made


def _automatic(
    settings: VerificationSettings,
    store: Store,
    outbound: Outbound,
    secret: Callable[[str], str],
    now: Callable[[], datetime],
) -> Verifier:
    if settings.lookup is None:
        return BadgeTable(store, settings.badge)
    return lookup_of(settings.lookup, settings.badge, outbound, secret, now)


def lookup_of(
    settings: LookupSettings,
    badge: BadgeSettings,
    outbound: Outbound,
    secret: Callable[[str], str],
    now: Callable[[], datetime],
) -> HttpsLookup:
    """The look-up service of the settings. What `secret` raises is not caught."""
    name = settings.auth.secret
    return HttpsLookup(settings, outbound, None if name is None else Secret(secret(name)), now, badge)
