"""A new key in place of lost ones: only once it works everywhere, and then all at once.

What takes the old sign-ins away elsewhere are rows, written in the transaction that ends the enrollment: whoever dies
after it is followed by the worker, whoever dies before it has changed nothing.
"""

from __future__ import annotations

from kiosk.service.keys.changing import end_sign_ins
from kiosk.service.keys.issuing import Recipient
from kiosk.service.keys.rules import MOVES, Change
from kiosk.service.parts import Parts
from kiosk.service.store.engine import WriteTx
from kiosk.service.store.keys import KeyRow, key


def replace_lost(tx: WriteTx, parts: Parts, who: Recipient, receipt: str, new: KeyRow) -> int:
    """Take away what the person said is lost; how many keys. One that became somebody else's meanwhile, or was marked
    as lost already, is left alone. Raises StaleRow."""
    taken = 0
    for key_id in sorted(who.lost):
        row = key(tx, key_id)
        if row is None or row.id == new.id or row.user_id != who.person.user_id:
            continue
        if row.state in MOVES[Change.LOSE][0]:
            end_sign_ins(tx, parts, row, who.actor, new, receipt)
            taken += 1
    return taken
