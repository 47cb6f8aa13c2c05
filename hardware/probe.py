"""Silent questions whether a credential lives on a key: getAssertion without user presence, in fitting portions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fido2.ctap import CtapError

from hardware.answers import Info, credential_id
from hardware.ctap2 import Command, Ctap2
from hardware.grants import NO_GRANT, Grant
from hardware.options import PUBLIC_KEY
from hardware.translate import ERR

CLIENT_DATA_HASH = bytes(32)
"""A probe signs nothing that anybody would take."""

REQUEST_RESERVE = 700
"""Bytes of the largest request without its list: entities, extensions, hash and PIN proof."""

DESCRIPTOR_BYTES = 32
ABSENT = (ERR.NO_CREDENTIALS, ERR.INVALID_CREDENTIAL)


def descriptor(credential_id: bytes) -> dict[str, Any]:
    """A PublicKeyCredentialDescriptor for the key."""
    return {"type": PUBLIC_KEY, "id": credential_id}


def portion(info: Info, credential_ids: Sequence[bytes]) -> int:
    """How many of the ids the key takes in one list (maxCredentialCountInList and maxMsgSize), at least one."""
    longest = max(map(len, credential_ids), default=0)
    room = (info.max_msg_size - REQUEST_RESERVE) // (longest + DESCRIPTOR_BYTES)
    return max(1, min(room, info.max_creds_in_list or len(credential_ids)))


def fits(info: Info, credential_ids: Sequence[bytes]) -> bool:
    """Whether the key takes all of the ids in one list."""
    return len(credential_ids) <= portion(info, credential_ids)


def _portions(info: Info, credential_ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    size = portion(info, credential_ids)
    return (credential_ids[start : start + size] for start in range(0, len(credential_ids), size))


def first_on_key(ctap: Ctap2, rp_id: str, credential_ids: Sequence[bytes], grant: Grant = NO_GRANT) -> bytes | None:
    """The first of the ids that the key knows, None when it knows none.

    `grant` lets it find credentials under credProtect 3.
    Raises CtapError for a key that answers no silent question.
    """
    for ids in _portions(ctap.info, credential_ids):
        try:
            answer = get_assertion(ctap, rp_id, CLIENT_DATA_HASH, ids, grant, touch=False)
        except CtapError as error:
            if error.code not in ABSENT:
                raise
        else:
            return credential_id(answer)
    return None


def get_assertion(
    ctap: Ctap2,
    rp_id: str,
    client_data_hash: bytes,
    credential_ids: Sequence[bytes],
    grant: Grant,
    *,
    touch: bool = True,
) -> Mapping[int, Any]:
    """authenticatorGetAssertion; a key older than CTAP 2.1 may leave out a credential that it had no choice about."""
    param, protocol = grant.proof(client_data_hash)
    parameters = {
        0x01: rp_id,
        0x02: client_data_hash,
        0x03: [descriptor(each) for each in credential_ids] or None,
        0x05: grant.options() if touch else grant.options(up=False),
        0x06: param,
        0x07: protocol,
    }
    answer = ctap.send(Command.GET_ASSERTION, parameters)
    return {0x01: descriptor(credential_ids[0]), **answer} if len(credential_ids) == 1 else answer
