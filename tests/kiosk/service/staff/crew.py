"""Staff in tests: members with keys that really sign, at stations and in browsers of a service."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kiosk.contract import enrollments as wire
from kiosk.contract.staff import (
    AnswerChallenge,
    Approval,
    ApprovalAction,
    Decision,
    OpenApproval,
    Role,
    StaffChallenge,
    StaffPurpose,
)
from kiosk.service.approvals import actions as approvals
from kiosk.service.approvals.decisions import Wanted, decide, decision_challenge
from kiosk.service.enrollments import actions as enrollments
from kiosk.service.messages.connector import Message, TemplateName
from kiosk.service.parts import Parts
from kiosk.service.settings import ServiceSettings
from kiosk.service.staff import challenges, joining
from kiosk.service.staff.actions import NewMember, add_member, member
from kiosk.service.staff.challenges import SignedStatement, answer
from kiosk.service.store.audit import audit
from kiosk.service.store.staff import StaffRow
from kiosk.service.tokens.actions import Rights, create_client
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.accounts.desk import letters
from tests.kiosk.service.running import Running, settings_for
from tests.kiosk.service.soft_key import Json, SoftKey

BROWSER: Final = "browser:0123456789abcdef"
MARIA: Final = {"upn": "m.okafor@example.org"}
NOBODY: Final = {"upn": "nobody@example.org"}
URL: Final = "https://keys.example.org/console"
APPROVER: Final = frozenset({Role.APPROVE})


def staffed(folder: Path, **changes: Any) -> ServiceSettings:
    """Settings with a console, where people are believed if staff approve; `supervision` adds to what is supervised."""
    supervision = {"verify": 1, "override": 1, "guest": 1} | changes.pop("supervision", {})
    given: Json = {
        "staff": {"url": URL, "rp_id": "keys.example.org"},
        "supervision": supervision,
        "verification": {"methods": ["self_confirmation", "none", "email"], "allow_self_confirmation": True}
        | {"allow_none": True},
        "key": {"reset": "staff"},
    }
    return settings_for(folder, **given | changes)


@dataclass
class Member:
    """A member of staff with their key."""

    row: StaffRow
    key: SoftKey = field(default_factory=SoftKey)

    def credential(self, challenge: StaffChallenge) -> Json:
        """What the key answers when it is touched, and names its owner."""
        asked = {**challenge.public_key, "userPresence": "required"}
        return self.key.prove(asked, challenge.origin)

    def answers(self, challenge: StaffChallenge) -> AnswerChallenge:
        return AnswerChallenge(self.credential(challenge))


@dataclass
class Crew:
    """Staff and stations of one service."""

    running: Running

    @property
    def parts(self) -> Parts:
        return self.running.parts

    def joined(self, name: str, roles: frozenset[Role] = APPROVER, **more: Any) -> Member:
        """Somebody new, who registered a key with their code; `tenant`, and whether the key `counts`, are in `more`."""
        tenant, key = more.pop("tenant", "default"), SoftKey(counter=1 if more.pop("counts", True) else 0)
        behind = more.pop("behind", frozenset())
        told = {"display_name": name.title(), "email": f"{name}@example.org", **more}
        code = add_member(self.parts, "service", tenant, NewMember(name, roles=roles, **told), behind)
        begun = joining.begin_join(self.parts, BROWSER, code.text)
        response = key.register(begun.public_key, "https://keys.example.org")
        row = joining.finish_join(self.parts, BROWSER, code.text, begun.challenge_id, response, "Blue key")
        return Member(row, key)

    def again(self, who: Member) -> StaffRow:
        return member(self.parts, who.row.tenant, who.row.id)

    def caller(self, name: str = "Lobby", *, tenant: str = "default", sites: frozenset[str] = frozenset()) -> Caller:
        """A station."""
        rights = Rights(frozenset(), tenant, sites)
        made = create_client(self.parts.store, self.running.clock, self.running.random, name, rights)
        return Caller(made.client_id, frozenset(), tenant, sites)

    def visit(self, caller: Caller, criteria: dict[str, str] | None = None) -> str:
        """Somebody who has said who they are."""
        opened = enrollments.open_enrollment(self.parts, caller, wire.OpenEnrollment())
        enrollments.identify(self.parts, caller, opened.enrollment_id, wire.Identify("upn", criteria or MARIA))
        return opened.enrollment_id

    def asked(self, caller: Caller, visit: str, action: ApprovalAction = ApprovalAction.VERIFY) -> Approval:
        return approvals.request(self.parts, caller, visit, OpenApproval(action))

    def signed(
        self, who: Member, approval_id: str, decision: Decision = Decision.APPROVE, **how: str
    ) -> SignedStatement:
        """What a member signs, in a browser or at a station (`holder`)."""
        holder, reason = how.get("holder", BROWSER), how.get("reason", "")
        wanted = Wanted(approval_id, decision, reason)
        challenge = decision_challenge(self.parts, holder, wanted, who.row.tenant)
        return answer(self.parts, holder, challenge.challenge_id, who.answers(challenge))

    def says(self, who: Member, approval_id: str, decision: Decision = Decision.APPROVE, **how: str) -> Approval:
        return decide(self.parts, self.signed(who, approval_id, decision, **how))

    def challenge(self, holder: str = BROWSER, purpose: StaffPurpose = StaffPurpose.CONSOLE) -> StaffChallenge:
        return challenges.challenge_for(self.parts, holder, purpose, {})

    def events(self, *names: str) -> list[Any]:
        """Rows of the trail with these names, first one first."""
        with self.parts.store.read() as tx:
            found = tx.connection.execute(audit.select().order_by(audit.c.number)).all()
        return [each for each in found if each.event in names]

    def mails(self) -> list[Message]:
        """What is in the outbox for staff."""
        return [each for each in letters(self.running) if each.template is TemplateName.STAFF]
