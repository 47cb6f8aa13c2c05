"""TLS towards other systems: chain and name are verified, by whom the settings name or else the public authorities."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path


def client_context(authority: Path | None = None) -> ssl.SSLContext:
    """Believes the authorities of this file (PEM), or those of this machine, which are read once: nobody may change
    what is returned.

    Raises OSError (of which ssl.SSLError is one) for a file that cannot be read.
    """
    return _public() if authority is None else _context(authority)


@cache
def _public() -> ssl.SSLContext:
    return _context(None)


def _context(authority: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
