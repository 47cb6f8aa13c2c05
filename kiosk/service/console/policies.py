"""Policies: what holds, the draft of the next beside it, and its publication."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Query, Response

from kiosk.service.console.routing import PAGES, NoSuchThing, NotAllowed
from kiosk.service.console.session import Administrator, ConfirmedAdministrator, Member
from kiosk.service.console.tellers import actors
from kiosk.service.pages.visitor import BadForm
from kiosk.service.policies import actions, lines
from kiosk.service.policies.actions import NoDraft, NothingChanges, Owner, Proposal
from kiosk.service.policies.rules import BadPolicy, Change
from kiosk.service.projects.actions import overview
from kiosk.service.store.policies import PolicyRow

POLICIES: Final = "/console/policies"
_MOST_PROJECTS: Final = 200

router = APIRouter(**PAGES)
Project = Annotated[str, Query(pattern="^([0-9a-f]{32})?$")]


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the form: the document and its note as they were sent, and what is wrong with it."""

    text: str = ""
    note: str = ""
    wrong: str = ""


@router.get(POLICIES, summary="Policies")
def policies(member: Administrator, project: Project = "", version: Annotated[int, Query(ge=0)] = 0) -> Response:
    """What holds for everybody, or at the stations of a project; with `version`, an earlier one stands in the form."""
    owner = _owner(member, project)
    earlier = [row for row in actions.history(member.parts, owner) if row.version == version]
    return _page(member, owner, Written(lines.written(earlier[0].document)) if earlier else None)


@router.post(POLICIES, summary="Keep the draft of a policy")
def keep(member: Administrator) -> Response:
    """Nothing holds before it is published; what makes no sense is told, and stays in the form."""
    owner, text, note = _owner_sent(member), member.form.get("document", ""), member.form.get("note", "")
    try:
        actions.write_draft(member.parts, member.actor, owner, lines.read(text), note)
    except BadPolicy as error:
        wrong = f"{error.path} {error.why}".strip()
        return _page(member, owner, Written(text, note, wrong), 400)
    return member.on(_at(owner), "draft_kept")


@router.post(f"{POLICIES}/publish", summary="Publish a policy")
def publish(member: ConfirmedAdministrator) -> Response:
    """It holds a second later. Only the edition that was looked at is published."""
    owner = _owner_sent(member)
    try:
        actions.publish(member.parts, member.actor, owner, _edition(member))
    except NoDraft:
        return _page(member, owner, None, 409, told="draft_moved")
    except (NothingChanges, BadPolicy):
        return _page(member, owner, None, 409, told="nothing_changes")
    return member.on(_at(owner), "policy_published")


@router.post(f"{POLICIES}/discard", summary="Give a draft up")
def discard(member: Administrator) -> Response:
    """What holds stays as it is."""
    owner = _owner_sent(member)
    try:
        actions.discard(member.parts, owner, _edition(member))
    except NoDraft:
        return _page(member, owner, None, 409, told="draft_moved")
    return member.on(_at(owner), "draft_gone")


def _page(member: Member, owner: Owner, sent: Written | None = None, status: int = 200, *, told: str = "") -> Response:
    proposal, broken = _proposal(member, owner)
    history = actions.history(member.parts, owner)
    return member.page(
        "policies.html",
        status,
        told=told,
        owner=owner,
        projects=_projects(member),
        holds=_holds(member, owner),
        proposal=proposal,
        broken=broken,
        written=sent or _in_the_form(proposal, history),
        history=history,
        names=actors(member),
    )


def _proposal(member: Member, owner: Owner) -> tuple[Proposal | None, str]:
    """The draft with its changes; or what is wrong with it, since the settings were changed under it."""
    try:
        return actions.proposal(member.parts, owner), ""
    except BadPolicy as error:
        return None, f"{error.path} {error.why}"


def _holds(member: Member, owner: Owner) -> tuple[Change, ...] | None:
    """What holds otherwise than the settings say; None where settings and policy make no sense together."""
    try:
        return actions.standing(member.parts, owner)
    except BadPolicy:
        return None


def _in_the_form(proposal: Proposal | None, history: tuple[PolicyRow, ...]) -> Written:
    if proposal is not None:
        return Written(lines.written(proposal.draft.document), proposal.draft.note)
    return Written(lines.written(history[0].document)) if history else Written()


def _owner(member: Member, project: str) -> Owner:
    """Whose policy it is. A policy is of all sites: who administers some of them does not see it. Raises NotAllowed,
    NoSuchThing."""
    if member.session.sites:
        raise NotAllowed
    if project and project not in dict(_projects(member)):
        raise NoSuchThing
    return Owner(member.tenant, project)


def _owner_sent(member: Member) -> Owner:
    return _owner(member, member.form.get("project", ""))


def _projects(member: Member) -> tuple[tuple[str, str], ...]:
    found = overview(member.parts, member.caller, "", _MOST_PROJECTS).projects
    return tuple((each.id, each.name) for each in found if each.closed_at is None)


def _edition(member: Member) -> int:
    """Raises BadForm."""
    told = member.form.get("edition", "")
    if not (told.isascii() and told.isdigit() and len(told) < 10):
        raise BadForm
    return int(told)


def _at(owner: Owner) -> str:
    return f"{POLICIES}?project={owner.project_id}" if owner.project_id else POLICIES
