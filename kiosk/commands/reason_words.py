"""What a terminal says of the reasons against a key, and of how it ended at one relying party; for staff."""

from __future__ import annotations

from kiosk.contract.enrollments import PartyOutcome, PartyResult

REASONS = {
    "algorithm": "the key has none of the algorithms that are asked for",
    "extension": "the key lacks an extension that is asked for",
    "full": "the key has no room",
    "key_unusable": "the key cannot do what is asked for",
    "attestation_needed": "the key does not tell its model",
    "not_certified": "the model is not certified as policy asks",
    "not_in_metadata": "the model is not in the metadata",
    "model_revoked": "the certification of the model was revoked",
    "model_compromised": "a weakness of the model was reported",
    "firmware_compromised": "a weakness of this firmware was reported",
    "firmware_too_old": "the firmware is too old",
    "attestation": "the attestation is not believed",
    "no_account": "the person has no account there",
    "already_registered": "it is registered there already",
    "unavailable": "the relying party does not answer",
    "not_proved": "the test sign-in did not work",
    "not_registered": "the relying party does not have it",
    "rejected": "the relying party did not take it",
    "options": "the relying party asked for what no key can do",
    "key_not_allowed": "the key is not allowed there",
    "metadata_missing": "there are no metadata yet",
    "not_attested": "nobody but the key itself says who made it",
    "retired": "its maker has given the model up",
    "update_available": "there is newer firmware",
    "aaguid_mismatch": "it claims to be another model than it is",
    "untrusted_root": "its maker is not one of the roots",
    "certificate_not_valid_now": "its attestation certificate is not valid today",
    "broken_chain": "its attestation certificates do not belong together",
    "bad_signature": "its attestation is not signed rightly",
    "bad_statement": "its attestation cannot be read",
    "unsupported_format": "the form of its attestation is not known",
    "malformed": "its answer cannot be read",
    "metadata_old": "the metadata are out of date",
    "some_compromised": "some keys of this model are compromised",
    "firmware_unknown": "a weakness was reported of some firmware; the key does not tell its own",
    "key_compromised": "a weakness of this key was reported",
    "model_not_allowed": "the model is not on the list",
    "model_denied": "the model is on the list of those that are refused",
    "key_of_another": "the inventory has it as somebody else's",
    "key_recalled": "the model or firmware is recalled",
    "key_lost": "it was reported lost",
    "key_retired": "it was taken out of use for good",
    "not_in_stock": "it is not one of those in stock",
    "keys_enough": "the person has as many keys as policy allows",
    "not_enabled": "the relying party takes no security keys",
    "no_model_allowed": "the policy of the relying party allows no model",
    "mfa_not_enabled": "the account may not use security keys",
    "not_authorized": "the relying party does not let the service do it: see doctor",
    "account_closed": "the account is closed",
    "several_accounts": "more than one account fits",
    "expired": "the challenge was too old",
    "bad_options": "the relying party asked for what no key can do",
}
"""A word `attestation_…` that is not here speaks as `attestation`; the rest are shown as they are."""


def reason(word: str) -> str:
    """A reason, in words where there are some; `<relying party>:<word>` keeps its relying party."""
    party, colon, name = word.rpartition(":")
    words = REASONS.get(name) or REASONS.get(name.partition("_")[0]) or name.replace("_", " ")
    return f"{party}{colon} {words}".strip()


def ended(outcome: PartyOutcome) -> str:
    """How it ended there, after the name of the relying party."""
    match outcome.result:
        case PartyResult.REGISTERED:
            return "works"
        case PartyResult.UNKNOWN:
            return "not known yet; the service goes on looking"
        case PartyResult.NOT_TRIED:
            return "not tried"
        case PartyResult.REFUSED:
            return f"not registered: {reason(outcome.reason)}"
