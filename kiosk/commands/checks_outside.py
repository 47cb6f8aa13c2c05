"""What doctor looks at outside of this machine: the servers that the service talks to. Nothing is sent or asked."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.commands.checks import Finding, bad, good
from kiosk.commands.words import sentence, tame
from kiosk.credentials import CredentialStore
from kiosk.errors import KioskError
from kiosk.secret import Secret
from kiosk.service.messages.connector import GatewayError
from kiosk.service.messages.settings import MailSettings
from kiosk.service.messages.smtp import SmtpGateway
from kiosk.service.settings import ServiceSettings

_MAIL_REMEDIES = {
    "untrusted": "correct mail.host, or name its authority in mail.certificate_authority",
    "tls": "take the port that fits mail.security: 587 for starttls, 465 for tls",
    "no_starttls": 'set mail.security = "tls" (port 465), or let the server offer STARTTLS',
    "no_authentication": "leave out mail.user and mail.password: the server lets nobody sign in",
    "no_connection": "correct mail.host and mail.port, or let the firewall pass",
}
_SIGN_IN = "correct mail.user, and the secret that mail.password names"


def examine_outside(settings: ServiceSettings, store: CredentialStore) -> Iterator[Finding]:
    """Every server that the settings name."""
    if settings.mail is not None:
        yield check_mail(settings.mail, store)
    if settings.sms is not None:
        sms = settings.sms
        yield check_reach("sms gateway", "sms", sms.url, sms.certificate_authority, sms.timeout)
    if settings.verification.lookup is not None:
        lookup = settings.verification.lookup
        path = "verification.lookup"
        yield check_reach("look-up", path, lookup.url, lookup.certificate_authority, lookup.timeout)


def check_mail(settings: MailSettings, store: CredentialStore) -> Finding:
    """Connect, agree on TLS and sign in as for a message; no message is sent."""
    where = f"{tame(settings.host)}, port {settings.port}"
    password: Secret | None = None
    try:
        password = None if settings.password is None else store.read(settings.password)
        SmtpGateway(settings, password, "").greet()
    except GatewayError as error:
        remedy = _MAIL_REMEDIES.get(error.reason, _SIGN_IN if settings.user else _MAIL_REMEDIES["no_connection"])
        return bad("mail server", f"{where}: {error.reason}", remedy)
    except KioskError as error:
        return bad("mail server", sentence(error), "see resources/docs/secrets.md")
    except OSError:
        remedy = "correct mail.certificate_authority"
        return bad("mail server", f"{settings.certificate_authority} cannot be used as an authority", remedy)
    finally:
        if password is not None:
            password.wipe()
    signed = ", sign-in accepted" if settings.user else ""
    return good("mail server", f"{where}, {settings.security}{signed}")


def check_reach(name: str, setting: str, url: str, authority: Path | None, seconds: float) -> Finding:
    """Connect and agree on TLS, and not a byte further: a request might cost money or lock a badge."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    where = f"{tame(host)}, port {port}"
    try:
        context = ssl.create_default_context(cafile=None if authority is None else str(authority)) if secure else None
    except OSError:
        remedy = f"correct {setting}.certificate_authority"
        return bad(name, f"{authority} cannot be used as an authority", remedy)
    try:
        with socket.create_connection((host, port), seconds) as line:
            if context is not None:
                context.wrap_socket(line, server_hostname=host).close()
    except ssl.SSLError as error:
        seen = f"{where}: its certificate is not trusted" if _untrusted(error) else f"{where}: does not speak TLS"
        return bad(name, seen, f"correct {setting}.url, or name its authority in {setting}.certificate_authority")
    except (OSError, UnicodeError) as error:
        seen = f"{where}: {getattr(error, 'strerror', None) or 'no answer in time'}"
        return bad(name, seen, f"correct {setting}.url, or let the firewall pass")
    return good(name, f"{where} answers" + (", its certificate is trusted" if secure else ""))


def _untrusted(error: ssl.SSLError) -> bool:
    return isinstance(error, ssl.SSLCertVerificationError)
