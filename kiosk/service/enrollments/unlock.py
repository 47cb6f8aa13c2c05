"""Staff forgive a person the failures that locked them out of being verified."""

from __future__ import annotations

from kiosk.contract.profile import FieldKind, IdentifyField
from kiosk.service.directories.rules import BadValue, Site, normalise
from kiosk.service.store.engine import Store, WriteTx
from kiosk.service.store.users import user_id_of_upn
from kiosk.service.verification.actions import unlock as forget_failures
from kiosk.service.verification.counters import subject_of_person


def unlock(store: Store, hmac_key: bytes, site: Site, upn: str) -> bool:
    """Forget the failures of whoever has this user name; False when nobody has it."""
    try:
        key = normalise(IdentifyField("upn", FieldKind.UPN), upn, site)
    except BadValue:
        return False

    def work(tx: WriteTx) -> bool:
        user_id = user_id_of_upn(tx, key)
        if user_id is not None:
            forget_failures(tx, subject_of_person(hmac_key, user_id))
        return user_id is not None

    return store.write(work)
