"""Changes of a key by somebody's decision, inside a transaction: the state, its sign-ins, the trail, and the mail."""

from __future__ import annotations

from dataclasses import replace

from kiosk.service.accounts.credentials import remote_parties
from kiosk.service.keys import rules
from kiosk.service.keys.issuing import in_nobodys_hands
from kiosk.service.keys.notices import Notice, Told, tell_holder, write_down
from kiosk.service.keys.rules import Actor, Change
from kiosk.service.parts import Parts
from kiosk.service.store import keys as rows
from kiosk.service.store.credentials import credentials_of_key
from kiosk.service.store.engine import ReadTx, WriteTx
from kiosk.service.store.keys import KeyRow, KeyState
from kiosk.service.store.revoking import revoke_credentials

EVENTS = {
    Change.HAND_OVER: "key_handed_over",
    Change.LOSE: "key_lost",
    Change.RETURN: "key_returned",
    Change.RESTOCK: "key_restocked",
    Change.RETIRE: "key_retired",
    Change.RECALL: "key_recalled",
}
"""How the trail calls each change."""
_NOTICES = {
    KeyState.LOST: Notice.LOST,
    KeyState.RETURNED: Notice.RETURNED,
    KeyState.RETIRED: Notice.RETIRED,
    KeyState.RECALLED: Notice.RECALLED,
}


def own(tx: ReadTx, actor: Actor, key_id: str) -> KeyRow:
    """A key that the actor may see. Raises NoSuchKey."""
    row = rows.key(tx, key_id)
    if row is None or not actor.sees(row):
        raise rules.NoSuchKey
    return row


def change(
    tx: WriteTx, parts: Parts, row: KeyRow, what: Change, actor: str, reason: str = "", told: Notice | None = None
) -> KeyRow:
    """Change the key, with all that follows from it; its holder is told of it (of `told`, if that is another thing).

    Raises WrongState, StaleRow.
    """
    to = rules.after(row.state, what)
    if to in rules.ENDS_SIGN_INS:
        revoke_credentials(tx, credentials_of_key(tx, row.id), remote_parties(parts), parts.clock.now())
    notice = told or _NOTICES.get(to)
    if notice is not None and row.state is not KeyState.LOST:
        tell_holder(tx, parts, row, notice)
    return moved(tx, parts, row, what, actor, reason)


def moved(tx: WriteTx, parts: Parts, row: KeyRow, what: Change, actor: str, reason: str) -> KeyRow:
    """The state alone, and the trail. Raises WrongState, StaleRow."""
    to = rules.after(row.state, what)
    if to in rules.KEEPS_HOLDER:
        changed = rows.move_key(tx, row, state=to, state_at=parts.clock.now(), reason=reason[:40])
        write_down(tx, parts, changed, EVENTS[what], actor, reason)
    else:
        changed = rows.move_key(tx, row, **in_nobodys_hands(parts, to, reason[:40]))
        write_down(tx, parts, replace(changed, user_id=row.user_id), EVENTS[what], actor, reason)
    return changed


def end_sign_ins(tx: WriteTx, parts: Parts, row: KeyRow, actor: str, new: KeyRow, receipt: str) -> KeyRow:
    """Take a lost key away, because another one stands in for it. Raises WrongState, StaleRow."""
    revoke_credentials(tx, credentials_of_key(tx, row.id), remote_parties(parts), parts.clock.now())
    tell_holder(tx, parts, row, Notice.REPLACED, Told(new=new, reference=receipt))
    return moved(tx, parts, row, Change.LOSE, actor, "replaced")
