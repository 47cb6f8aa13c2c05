"""The inventory of security keys: found by what they are and who has them, taken into the stock, and what becomes of
each. Whoever is staff looks; concierges say what became of a key; administrators stock keys and retire them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Response

from kiosk.contract.staff import Role
from kiosk.service.console.routing import PAGES, NoSuchThing, NotAllowed
from kiosk.service.console.session import Administrator, ConfirmedAdministrator, ConfirmedConcierge, Member, Viewer
from kiosk.service.console.tellers import actors, name_of
from kiosk.service.directories.csv_file import BadFile, BadRow
from kiosk.service.keys import actions, stock
from kiosk.service.keys.rules import MOVES, Actor, BadSerial, Change, NoSuchKey, WrongState
from kiosk.service.pages.visitor import BadForm
from kiosk.service.store.keys import KeyCount, KeyRow, KeyState, Wanted

KEYS: Final = "/console/keys"
_PAGE: Final = 50

router = APIRouter(**PAGES)
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Typed = Annotated[str, Query(max_length=128)]


class Became(StrEnum):
    """What concierges say of a key; the words of the paths."""

    LOST = "lost"
    RETURNED = "returned"
    WIPED = "wiped"
    HANDED_OVER = "handed-over"


@dataclass(frozen=True, slots=True)
class Step:
    """What may be done with a key: where the form goes, the button's words, what it means, and whether it ends
    sign-ins."""

    path: str
    title: str
    text: str
    role: Role
    change: Change
    ends: bool = False


_STEPS: Final = (
    Step("handed-over", "Handed over", "Its owner has it in their hands: its sign-ins begin to work.",
         Role.CONCIERGE, Change.HAND_OVER),
    Step("lost", "Lost", "Its sign-ins are taken away everywhere.", Role.CONCIERGE, Change.LOSE, ends=True),
    Step("returned", "Returned", "Its sign-ins are taken away, and it waits to be wiped.",
         Role.CONCIERGE, Change.RETURN, ends=True),
    Step("wiped", "Wiped", "It goes into the stock again.", Role.CONCIERGE, Change.RESTOCK),
    Step("retire", "Retire", "Out of use for good; its sign-ins are taken away.",
         Role.ADMINISTER, Change.RETIRE, ends=True),
)  # fmt: skip


def actor_of(member: Member) -> Actor:
    """Who changes the inventory."""
    return Actor(member.actor, member.tenant, member.session.sites)


async def _asked(
    state: Typed = "", model: Typed = "", site: Typed = "", serial: Typed = "", holder: Typed = ""
) -> Mapping[str, str]:
    asked = {"state": state, "model": model, "site": site, "serial": serial.strip(), "holder": holder.strip()}
    return {name: text for name, text in asked.items() if text}


Asked = Annotated[Mapping[str, str], Depends(_asked)]
"""The filter of an address, without what is empty."""


@router.get(KEYS, summary="Keys")
def keys(member: Viewer, asked: Asked, after: Typed = "") -> Response:
    """A page of those that fit, and how many there are of each kind."""
    return _list(member, asked, after)


@router.get(f"{KEYS}/stock", summary="Add keys to the stock")
def delivery(member: Administrator) -> Response:
    """By their numbers, or as a table."""
    return _stock(member)


@router.post(f"{KEYS}/stock", summary="Add keys to the stock")
def take_in(member: Administrator) -> Response:
    """What is wrong is told by its line; the rest is taken in. Nothing that was typed is lost."""
    form = member.form
    site = form.get("site", "")
    member.require(Role.ADMINISTER, site)
    try:
        done = stock.add_stock(member.parts, actor_of(member), _delivered(form.get("keys", ""), form, site))
    except BadFile:
        return _stock(member, 400, told="bad_delivery")
    except NoSuchKey as error:
        raise NotAllowed from error
    told = "" if done.wrong else "keys_stocked"
    return _stock(member, 400 if done.wrong and not done.added else 200, told=told, done=done)


@router.get(f"{KEYS}/{{key_id}}", summary="A key")
def key(key_id: KeyId, member: Viewer) -> Response:
    """What is on it, what happened to it, and what can be done with it."""
    return _one(member, key_id)


@router.post(f"{KEYS}/{{key_id}}/retire", summary="Retire a key")
def retire(key_id: KeyId, member: ConfirmedAdministrator) -> Response:
    """Out of use for good."""
    return _changed(member, key_id, lambda: actions.retire(member.parts, actor_of(member), key_id, _reason(member)))


@router.post(f"{KEYS}/{{key_id}}/{{what}}", summary="Say what became of a key")
def became(key_id: KeyId, what: Became, member: ConfirmedConcierge) -> Response:
    """Lost, brought back, wiped, or handed over."""
    parts, actor, reason = member.parts, actor_of(member), _reason(member)
    work: Mapping[Became, Callable[[], KeyRow]] = {
        Became.LOST: lambda: actions.mark_lost(parts, actor, key_id, reason),
        Became.RETURNED: lambda: actions.return_key(parts, actor, key_id, reason),
        Became.WIPED: lambda: actions.restock(parts, actor, key_id),
        Became.HANDED_OVER: lambda: actions.hand_over(parts, actor, key_id),
    }
    return _changed(member, key_id, work[what])


def _changed(member: Member, key_id: str, work: Callable[[], KeyRow]) -> Response:
    try:
        work()
    except NoSuchKey as error:
        raise NoSuchThing from error
    except WrongState:
        return _one(member, key_id, 409, told="wrong_key_state")
    return member.on(f"{KEYS}/{key_id}", "key_changed")


def _reason(member: Member) -> str:
    """A word for the trail."""
    return member.form.get("reason", "").strip()[:40]


def wanted_of(member: Member, asked: Mapping[str, str]) -> Wanted:
    """The filter that an address says. Raises BadForm."""
    try:
        state = KeyState(asked["state"]) if asked.get("state") else None
    except ValueError as error:
        raise BadForm from error
    at = frozenset({asked["site"]}) if asked.get("site") else frozenset[str]()
    return Wanted(member.tenant, asked.get("serial", ""), asked.get("holder", ""), state, asked.get("model", ""), at)


def page_of(member: Member, asked: Mapping[str, str], after: str, limit: int) -> actions.KeyPage:
    """Some of the keys that an address asks for. Raises BadForm."""
    try:
        return actions.find(member.parts, actor_of(member), wanted_of(member, asked), after, limit)
    except BadSerial as error:
        raise BadForm from error


def _list(member: Member, asked: Mapping[str, str], after: str) -> Response:
    page = page_of(member, asked, after, _PAGE)
    counted = actions.count(member.parts, actor_of(member))
    later = f"{KEYS}?{urlencode({**asked, 'after': page.next})}" if page.next else ""
    return member.page(
        "keys.html",
        keys=page.keys,
        asked={"state": "", "model": "", "site": "", "serial": "", "holder": "", **asked},
        chips=_chips(counted, asked),
        models=_models(counted),
        held_at=[(each, each) for each in sorted({each.site for each in counted if each.site})],
        file=f"{KEYS}.csv?{urlencode(asked)}".rstrip("?"),
        earlier=f"{KEYS}?{urlencode(asked)}" if after else "",
        later=later,
    )


def _chips(counted: Iterable[KeyCount], asked: Mapping[str, str]) -> list[tuple[str, str, int, bool]]:
    """Address, word and number of each state."""
    numbers: Counter[str] = Counter()
    for each in counted:
        numbers[each.state.value] += each.number
    rest = {name: text for name, text in asked.items() if name != "state"}
    chips = [("", "All", numbers.total())]
    chips += [(state.value, state.value.replace("_", " ").capitalize(), numbers[state.value]) for state in KeyState]
    here = asked.get("state", "")
    return [
        (f"{KEYS}?{urlencode({**rest, **({'state': value} if value else {})})}", word, number, value == here)
        for value, word, number in chips
    ]


def _models(counted: Iterable[KeyCount]) -> list[tuple[str, str]]:
    known = {each.aaguid: each.model or each.aaguid for each in counted if each.aaguid}
    return [("", "All models"), *sorted(known.items(), key=lambda each: each[1])]


def _one(member: Member, key_id: str, status: int = 200, *, told: str = "") -> Response:
    try:
        found = actions.show(member.parts, actor_of(member), key_id)
    except NoSuchKey as error:
        raise NoSuchThing from error
    row = found.key
    known = actors(member)
    return member.page(
        "key.html",
        status,
        told=told,
        key=row,
        path=f"{KEYS}/{row.id}",
        credentials=found.credentials,
        history=[(each, name_of(known, each.actor)) for each in reversed(found.history)],
        steps=[each for each in _STEPS if row.state in MOVES[each.change][0] and member.may(each.role, row.site)],
        parties={each.id: each.name for each in member.parts.settings.relying_parties},
    )


def _stock(member: Member, status: int = 200, *, told: str = "", done: stock.Stocked | None = None) -> Response:
    models = _models(actions.count(member.parts, actor_of(member)))
    choice = [("", "Not told"), *models[1:]]
    return member.page(
        "key_stock.html", status, told=told, done=done, sent=member.form, models=choice, sites=member.sites
    )


def _delivered(text: str, form: Mapping[str, str], site: str) -> Iterable[stock.NewKey | BadRow]:
    """A table where its first line names a column `serial`, or else numbers with spaces or line ends between them.

    Raises BadForm, BadFile.
    """
    if not text.strip():
        raise BadForm
    if "serial" in text.strip().splitlines()[0].lower():
        return stock.of_file(BytesIO(text.strip().encode()))
    return stock.of_serials(text.replace(",", " ").replace(";", " ").split(), form.get("model", ""), site)
