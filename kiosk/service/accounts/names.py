"""Aliases: other names that a person signs in with, which they add and drop themselves."""

from __future__ import annotations

from typing import Final

from kiosk.service.accounts.people import alone_with_name, name_key
from kiosk.service.accounts.rules import BadAttributes, NameTaken, NoSuchAccount
from kiosk.service.accounts.sign_in_guard import SignedIn
from kiosk.service.audit.actions import Event, record
from kiosk.service.directories.rules import BadValue, tame
from kiosk.service.once import Asked, once
from kiosk.service.parts import Parts
from kiosk.service.store import aliases as rows
from kiosk.service.store.accounts import account, account_of_name
from kiosk.service.store.aliases import AliasRow
from kiosk.service.store.engine import WriteTx

MOST: Final = 10
"""How many aliases a person has at most."""


def add_alias(parts: Parts, who: SignedIn, typed: str, asked: Asked) -> tuple[str, ...]:
    """Take another name; all that the person has then. Taking one's own again changes nothing.

    Raises NameTaken, BadAttributes (no name, or too many of them), IdempotencyConflict.
    """
    key, shown = _read(parts, typed)

    def work(tx: WriteTx) -> tuple[str, ...]:
        account(tx, who.user_id)  # locks the row: two that are added at once are counted one after the other
        alone_with_name(tx, who.tenant, key)
        held, holder = rows.aliases_of(tx, who.user_id), account_of_name(tx, who.tenant, key)
        if holder is not None and holder.id != who.user_id:
            raise NameTaken
        if holder is not None:
            return tuple(each.alias for each in held)
        if len(held) >= MOST:
            raise BadAttributes(("alias",))
        rows.add_alias(tx, AliasRow(who.tenant, key, shown, who.user_id, parts.clock.now()))
        record(tx, parts, Event("alias_added", who.tenant, f"user:{who.user_id}", who.user_id, who.site))
        return (*(each.alias for each in held), shown)

    return once(parts, asked, tuple[str, ...], work)


def list_aliases(parts: Parts, who: SignedIn) -> tuple[str, ...]:
    """The person's aliases, first one first."""
    with parts.store.read() as tx:
        return tuple(each.alias for each in rows.aliases_of(tx, who.user_id))


def drop_alias(parts: Parts, who: SignedIn, typed: str) -> None:
    """Give a name up, for whoever wants it. Raises NoSuchAccount where it is none of the person's aliases."""
    key, _shown = _read(parts, typed)

    def work(tx: WriteTx) -> None:
        if not rows.drop_alias(tx, who.tenant, who.user_id, key):
            raise NoSuchAccount
        record(tx, parts, Event("alias_dropped", who.tenant, f"user:{who.user_id}", who.user_id, who.site))

    parts.store.write(work)


def _read(parts: Parts, typed: str) -> tuple[str, str]:
    """A name as it is compared, and as it is shown."""
    try:
        return name_key(parts, typed), tame(typed)
    except BadValue as error:
        raise BadAttributes(("alias",)) from error
