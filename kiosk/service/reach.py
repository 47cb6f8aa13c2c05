"""Whether a server can be reached: a connection and TLS, and not a byte further, for a request might cost something."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from kiosk.service.client_tls import client_context
from kiosk.service.probe import ProbeFailed


def reach(setting: str, url: str, authority: Path | None, seconds: float) -> str:
    """What there is at the address; remedies name `setting`, the path of the settings that have it (`sms`).

    Raises ProbeFailed.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    where = f"{host}, port {port}"
    try:
        context = client_context(authority) if secure else None
    except OSError as error:
        seen = f"{authority} cannot be used as an authority"
        raise ProbeFailed(seen, f"correct {setting}.certificate_authority") from error
    try:
        with socket.create_connection((host, port), seconds) as line:
            if context is not None:
                context.wrap_socket(line, server_hostname=host).close()
    except ssl.SSLError as error:
        untrusted = isinstance(error, ssl.SSLCertVerificationError)
        seen = f"{where}: its certificate is not trusted" if untrusted else f"{where}: does not speak TLS"
        remedy = f"correct {setting}.url, or name its authority in {setting}.certificate_authority"
        raise ProbeFailed(seen, remedy) from error
    except (OSError, UnicodeError) as error:
        seen = f"{where}: {getattr(error, 'strerror', None) or 'no answer in time'}"
        raise ProbeFailed(seen, f"correct {setting}.url, or let the firewall pass") from error
    return f"{where} answers" + (", its certificate is trusted" if secure else "")
