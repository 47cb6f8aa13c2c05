"""Staff as administrators have them: added, changed and disabled, their keys, and the links that they join with.

Who administers some sites does so for members of those sites alone, and gives nobody more than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Path, Response

from kiosk.contract.staff import Role
from kiosk.service.console.routing import PAGES, NoSuchThing, NotAllowed
from kiosk.service.console.session import Administrator, ConfirmedAdministrator, Member
from kiosk.service.parts import Parts
from kiosk.service.staff import actions, hands
from kiosk.service.staff.actions import NewMember, ToldCode
from kiosk.service.staff.rules import (
    BadMember,
    CannotVouch,
    NameTaken,
    NoSuchStaff,
    actor_of,
    origin_of,
    roles_of,
    sites_of,
)
from kiosk.service.store.staff import StaffRow

STAFF: Final = "/console/staff"
ROLES: Final[Mapping[Role, str]] = {
    Role.VIEW: "Sees stations, and what happened.",
    Role.CONCIERGE: "Looks people up, and makes sure who calls.",
    Role.APPROVE: "Says yes or no to what people at kiosks wait for.",
    Role.ADMINISTER: "Sets up stations and staff.",
}

router = APIRouter(**PAGES)
StaffId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


@router.get(STAFF, summary="All staff")
def everybody(member: Administrator) -> Response:
    """Whom who looks administers, by name; disabled ones at the end."""
    return _list(member)


@router.post(STAFF, summary="Make somebody staff")
def add(member: ConfirmedAdministrator) -> Response:
    """The link that registers their first key stands on the answer itself, once."""
    form = member.form
    sites = _sites(form)
    _require_within(member, sites)
    new = NewMember(form.get("name", ""), form.get("display_name", ""), form.get("email", ""), _roles(form), sites)
    try:
        told = actions.add_member(member.parts, member.actor, member.tenant, new, member.session.hands)
    except NameTaken:
        return _list(member, 409, told="name_taken")
    except BadMember:
        return _list(member, 400, told="bad_member")
    return _one(member, _known(member, told.staff_id), told="staff_added", code=told)


@router.get(f"{STAFF}/{{staff_id}}", summary="A member of staff")
def one(staff_id: StaffId, member: Administrator) -> Response:
    """What they may do, where, and with which keys."""
    return _one(member, _known(member, staff_id))


@router.post(f"{STAFF}/{{staff_id}}", summary="Change a member of staff")
def change(staff_id: StaffId, member: ConfirmedAdministrator) -> Response:
    """It is so at once, also where they are signed in."""
    row, form = _known(member, staff_id), member.form
    roles, sites = _roles(form), _sites(form)
    _require_within(member, sites)
    if row.id == member.session.staff.id and Role.ADMINISTER not in roles:
        return _one(member, row, 409, told="not_oneself")
    values = {"display_name": form.get("display_name", ""), "email": form.get("email", "")}
    try:
        actions.change_member(member.parts, member.actor, row.id, roles=roles, sites=sites, **values)
    except BadMember:
        return _one(member, row, 400, told="bad_member")
    return member.on(f"{STAFF}/{row.id}", "staff_changed")


@router.post(f"{STAFF}/{{staff_id}}/link", summary="Make a link that registers a key")
def link(staff_id: StaffId, member: ConfirmedAdministrator) -> Response:
    """Shown once; an earlier one is not good any more."""
    row = _known(member, staff_id)
    return _one(member, row, told="link_made", code=actions.new_join_code(*_for(member, row)))


@router.post(f"{STAFF}/{{staff_id}}/sealed", summary="Make a sealed one-time code")
def sealed_code(staff_id: StaffId, member: ConfirmedAdministrator) -> Response:
    """For an envelope, shown once; they are told by mail that there is one."""
    row = _known(member, staff_id)
    return _one(member, row, told="sealed_made", sealed=actions.new_sealed_code(*_for(member, row)))


@router.post(f"{STAFF}/{{staff_id}}/disable", summary="Disable a member of staff")
def disable(staff_id: StaffId, member: ConfirmedAdministrator) -> Response:
    """They are signed out at once, and no key and no code of theirs is good. Nobody does it to themselves."""
    row = _known(member, staff_id)
    if row.id == member.session.staff.id:
        return _one(member, row, 409, told="not_oneself")
    actions.disable_member(member.parts, member.actor, row.id)
    return member.on(STAFF, "staff_disabled")


@router.post(f"{STAFF}/{{staff_id}}/keys/{{key_id}}/revoke", summary="Revoke a staff key")
def revoke_key(staff_id: StaffId, key_id: KeyId, member: ConfirmedAdministrator) -> Response:
    """Its owner is signed out everywhere."""
    row = _known(member, staff_id)
    actions.revoke_key(member.parts, member.actor, row.id, key_id)
    return member.on(f"{STAFF}/{row.id}", "key_revoked")


@router.post(f"{STAFF}/{{staff_id}}/keys/{{key_id}}/vouch", summary="Vouch for a staff key")
def vouch(staff_id: StaffId, key_id: KeyId, member: ConfirmedAdministrator) -> Response:
    """Who did not make the link has seen the key with its owner: now it counts where two must agree."""
    row = _known(member, staff_id)
    try:
        actions.vouch(member.parts, member.session, row.id, key_id)
    except CannotVouch:
        return _one(member, row, 409, told="cannot_vouch")
    return member.on(f"{STAFF}/{row.id}", "key_vouched")


def _for(member: Member, row: StaffRow) -> tuple[Parts, str, str, frozenset[str]]:
    return member.parts, member.actor, row.id, member.session.hands


def _known(member: Member, staff_id: str) -> StaffRow:
    """A member whom who asks administers. Raises NoSuchThing."""
    try:
        row = actions.member(member.parts, member.tenant, staff_id)
    except NoSuchStaff as error:
        raise NoSuchThing from error
    if not _within(member, sites_of(row)):
        raise NoSuchThing
    return row


def _within(member: Member, sites: frozenset[str]) -> bool:
    """Whether these are all sites that the member administers; none are all of the tenant."""
    own = member.session.sites
    return not own or (bool(sites) and sites <= own)


def _require_within(member: Member, sites: frozenset[str]) -> None:
    if not _within(member, sites):
        raise NotAllowed


def _roles(form: Mapping[str, str]) -> frozenset[Role]:
    return frozenset(each for each in Role if f"role_{each}" in form)


def _sites(form: Mapping[str, str]) -> frozenset[str]:
    ticked = {name.removeprefix("site_") for name in form if name.startswith("site_")}
    return frozenset(ticked | set(form.get("sites", "").replace(",", " ").split()))


def _list(member: Member, status: int = 200, *, told: str = "") -> Response:
    found = actions.members(member.parts, member.tenant)
    shown = [(each, sorted(roles_of(each))) for each in found if _within(member, sites_of(each))]
    shown.sort(key=lambda each: each[0].disabled_at is not None)
    form = member.form
    return member.page("staff.html", status, told=told, members=shown, sent=form, roles=ROLES, sites=member.sites)


def _one(
    member: Member,
    row: StaffRow,
    status: int = 200,
    *,
    told: str = "",
    code: ToldCode | None = None,
    sealed: ToldCode | None = None,
) -> Response:
    url = origin_of(member.parts.settings.staff.url or "")
    return member.page(
        "staff_member.html",
        status,
        told=told,
        who=row,
        held=roles_of(row),
        at=sites_of(row),
        keys=actions.keys_of(member.parts, row.id),
        alone={each.id for each in actions.keys_of(member.parts, row.id) if hands.alone(each, actor_of(row))},
        link="" if code is None else f"{url}/console/join#{code.text}",
        sealed=sealed,
        hours=0 if code is None else code.expires_in // 3600,
        roles=ROLES,
        sites=member.sites,
        oneself=row.id == member.session.staff.id,
    )
