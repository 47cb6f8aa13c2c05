"""When nobody knows whether a relying party took a credential: list what it has, look for ours, decide.

The response is never handed over a second time. A party may show a credential late, so for a while `not there` is no
answer; after that the registration counts as refused, and the service goes on looking in order to take it away.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from kiosk.contract.enrollments import WebAuthnObject
from kiosk.service.enrollments.rules import OutcomeUnknown
from kiosk.service.relying_parties import connector
from kiosk.service.relying_parties.connector import (
    BegunCeremony,
    ListedCredential,
    RegisteredCredential,
    RelyingParty,
    RelyingPartyRefused,
    RelyingPartyUnavailable,
    find,
)
from kiosk.service.relying_parties.registration import checked

SHOWN_AFTER: Final = timedelta(seconds=20)
"""How long a party may take to show what it took."""
_ASK_AGAIN: Final = 3


def listed(party: RelyingParty, account: str, credential_id: bytes, reference: str) -> ListedCredential | None:
    """Our credential, as the party shows it. Raises what the party raises."""
    return find(party.list_credentials(account), credential_id, reference)


def settle(
    party: RelyingParty, begun: BegunCeremony, response: WebAuthnObject, handed_over_at: datetime
) -> RegisteredCredential:
    """The credential, if the party has it. Raises RelyingPartyRefused("not_registered") once it certainly has not, and
    OutcomeUnknown until then."""
    made = checked(begun, response).credential
    try:
        found = listed(party, begun.account, made.credential_id, begun.reference)
    except RelyingPartyUnavailable as error:
        raise OutcomeUnknown(error.retry_after) from error
    except (connector.OutcomeUnknown, RelyingPartyRefused) as error:  # it was the look that failed
        raise OutcomeUnknown(_ASK_AGAIN) from error
    if found is not None:
        return replace(made, reference=found.reference)
    if begun.now - handed_over_at < SHOWN_AFTER:
        raise OutcomeUnknown(_ASK_AGAIN)
    raise RelyingPartyRefused("not_registered")
