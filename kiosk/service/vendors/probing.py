"""What the doctor says when a vendor's interface does not answer as it should: what was seen, and the remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kiosk.service.probe import ProbeFailed
from kiosk.service.vendors import rest

Remedy = Callable[[rest.Refused], ProbeFailed | None]
"""A vendor's own reading of a refusal, or None."""


@contextmanager
def probing(read: Remedy = lambda _: None) -> Iterator[None]:
    """Around the calls of a probe. Raises ProbeFailed."""
    try:
        yield
    except rest.Refused as error:
        raise read(error) or _refused(error) from None
    except rest.Unavailable as error:
        raise _unavailable(error) from None
    except (rest.OutcomeUnknown, rest.Malformed):
        raise ProbeFailed(
            "it answers, but not as its interface promises",
            "check the address: it may belong to another product, or to something in between",
        ) from None


def _refused(error: rest.Refused) -> ProbeFailed:
    if isinstance(error, rest.NotSignedIn):
        return ProbeFailed(
            "our credentials are not accepted", "check the client id and the secret or key; they may have expired"
        )
    if error.status in (401, 403):
        return ProbeFailed(
            f"we may not look (HTTP {error.status})", "grant the rights that the administrator's guide lists"
        )
    if error.status == 404:
        return ProbeFailed("the address leads nowhere (HTTP 404)", "check the address in the settings")
    return ProbeFailed(f"it refuses to answer (HTTP {error.status})", "see the log of the other side")


def _unavailable(error: rest.Unavailable) -> ProbeFailed:
    match error.word:
        case "untrusted":
            return ProbeFailed(
                "its certificate cannot be verified",
                "install the authority that issued it, or name its PEM file in the settings",
            )
        case "no_connection":
            return ProbeFailed("no connection", "check the address, the name server and the firewall")
        case "throttled":
            return ProbeFailed("it is asked too often", f"try again in {error.retry_after} s")
        case word:
            return ProbeFailed(f"no usable answer ({word})", "see whether the other side is up, and its log")
