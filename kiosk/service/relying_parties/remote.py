"""What a vendor's answers mean to us: the one place where errors of REST become those of relying parties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from kiosk.service.relying_parties.connector import OutcomeUnknown, RelyingPartyRefused, RelyingPartyUnavailable
from kiosk.service.vendors import rest

WORDS: Final[Mapping[int, str]] = {401: "not_authorized", 403: "not_authorized", 404: "no_account"}
"""What a refusal's status says; any other is `refused`."""


@contextmanager
def remote_errors(account: str = "", *, words: Mapping[int, str] = WORDS, writes: bool = False) -> Iterator[None]:
    """Around calls for one account. `writes`: an answer that is not understood may have had its effect.

    Raises RelyingPartyRefused, RelyingPartyUnavailable, OutcomeUnknown.
    """
    try:
        yield
    except rest.NotSignedIn as error:
        raise RelyingPartyRefused("not_authorized") from error
    except rest.Refused as error:
        raise RelyingPartyRefused({**WORDS, **words}.get(error.status, "refused")) from error
    except rest.Unavailable as error:
        raise RelyingPartyUnavailable(error.retry_after) from error
    except rest.OutcomeUnknown as error:
        raise OutcomeUnknown(account) from error
    except rest.Malformed as error:
        raise OutcomeUnknown(account) if writes else RelyingPartyUnavailable() from error
