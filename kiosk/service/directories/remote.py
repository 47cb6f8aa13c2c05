"""What a vendor's answers mean to us: the one place where errors of REST become that of directories."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.service.directories.connector import DirectoryUnavailable
from kiosk.service.vendors import rest


@contextmanager
def remote_errors() -> Iterator[None]:
    """Around calls. Whatever goes wrong, a directory that did not answer as it should knows nothing about anybody:
    it never looks as if nobody were found. Raises DirectoryUnavailable."""
    try:
        yield
    except (rest.Refused, rest.Unavailable, rest.OutcomeUnknown, rest.Malformed) as error:
        raise DirectoryUnavailable from error
