"""Who is staff: how they come, change and go, join with a code, and stand in with a sealed one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kiosk.contract.staff import AnswerChallenge, Role
from kiosk.service.staff import actions, joining, rules
from kiosk.service.staff.actions import NewMember, ToldCode
from kiosk.service.staff.challenges import LIFE, SignedStatement, answer
from kiosk.service.staff.evidence import evidence, recheck
from kiosk.service.staff.rules import BadKey, BadMember, NameTaken, NoSuchCode, NoSuchStaff, StaffRefused
from kiosk.service.store.staff import staff_codes
from tests.kiosk.service.attestation.maker import USER_PRESENT
from tests.kiosk.service.soft_key import SoftKey
from tests.kiosk.service.staff.crew import APPROVER, BROWSER, Crew, Member

ORIGIN = "https://keys.example.org"


def added(crew: Crew, name: str = "ada") -> ToldCode:
    return actions.add_member(crew.parts, "service", "default", NewMember(name, "Ada L.", "ada@example.org", APPROVER))


def spent(crew: Crew, name: str, code: str) -> SignedStatement:
    asked = crew.challenge()
    return answer(crew.parts, BROWSER, asked.challenge_id, AnswerChallenge(name=name, code=code))


def refused(crew: Crew, name: str, code: str) -> None:
    with pytest.raises(StaffRefused):
        spent(crew, name, code)


def test_a_member_has_a_name_of_their_own(crew: Crew) -> None:
    added(crew, "Ada")
    with pytest.raises(NameTaken):
        added(crew, "ADA")
    assert [each.name for each in actions.members(crew.parts, "default")] == ["Ada"]
    assert actions.member_named(crew.parts, "default", "ada").display_name == "Ada L."
    with pytest.raises(NoSuchStaff):
        actions.member_named(crew.parts, "other", "ada")


@pytest.mark.parametrize(
    ("wrong", "reasons"),
    [
        (NewMember("", "", "", APPROVER), ("name",)),
        (NewMember("a\u202eb", "", "", APPROVER), ("name",)),
        (NewMember("a" * 129, "", "", APPROVER), ("name",)),
        (NewMember("ada", "", "ada", APPROVER), ("email",)),
        (NewMember("ada", "", "", frozenset()), ("roles",)),
        (NewMember("ada", "", "", APPROVER, frozenset({"no site"})), ("sites",)),
    ],
)
def test_what_is_no_member_is_said_by_its_name(crew: Crew, wrong: NewMember, reasons: tuple[str, ...]) -> None:
    with pytest.raises(BadMember) as caught:
        actions.add_member(crew.parts, "service", "default", wrong)
    assert caught.value.reasons == reasons


def test_what_is_changed_holds_at_once(crew: Crew) -> None:
    ada = crew.joined("ada")
    now = actions.change_member(crew.parts, "service", ada.row.id, roles={Role.VIEW}, sites={"north"}, email="")
    assert (now.roles, now.sites, now.email, now.display_name) == ("view", "north", "", "Ada")
    assert not rules.may(now, Role.APPROVE)
    assert rules.may(now, Role.VIEW, "north")
    assert not rules.may(now, Role.VIEW, "south")
    assert not rules.may(now, Role.VIEW, ""), "what is at no site is for those who are at all of them"
    with pytest.raises(BadMember):
        actions.change_member(crew.parts, "service", ada.row.id, display_name="\x00")
    with pytest.raises(NoSuchStaff):
        actions.change_member(crew.parts, "service", "0" * 32, email="")


def test_no_code_is_kept_as_it_is(crew: Crew) -> None:
    code = added(crew)
    with crew.parts.store.read() as tx:
        (row,) = tx.connection.execute(staff_codes.select()).all()
    assert code.text not in str(row)
    assert code.text not in repr(code)
    assert len(code.text.replace("-", "")) == 32, "160 bits"


def test_a_code_joins_once(crew: Crew) -> None:
    code = added(crew)
    begun, key = joining.begin_join(crew.parts, BROWSER, code.text.lower().replace("-", " ")), SoftKey()
    assert begun.public_key["authenticatorSelection"]["userVerification"] == "required"
    told = key.register(begun.public_key, ORIGIN)
    joining.finish_join(crew.parts, BROWSER, code.text, begun.challenge_id, told, "Blue \x00key")
    (kept,) = actions.keys_of(crew.parts, code.staff_id)
    assert (kept.name, kept.credential_id) == ("Blue key", key.credential_id)
    for again in (lambda: joining.begin_join(crew.parts, BROWSER, code.text), lambda: finish(crew, code, begun)):
        with pytest.raises(NoSuchCode):
            again()
    assert "added" in crew.mails()[-1].values["change"]


def finish(
    crew: Crew, code: ToldCode, begun: joining.Joining, key: SoftKey | None = None, holder: str = BROWSER
) -> None:
    told = (key or SoftKey()).register(begun.public_key, ORIGIN)
    joining.finish_join(crew.parts, holder, code.text, begun.challenge_id, told)


def test_a_code_that_is_not_good_joins_nobody(crew: Crew) -> None:
    old = added(crew)
    new = actions.new_join_code(crew.parts, "service", old.staff_id)
    for each in (old.text, "", "0" * 200, "ÄÖ", actions.new_sealed_code(crew.parts, "service", old.staff_id).text):
        with pytest.raises(NoSuchCode):
            joining.begin_join(crew.parts, BROWSER, each)
    crew.running.clock.advance(hours=72)
    with pytest.raises(NoSuchCode):
        joining.begin_join(crew.parts, BROWSER, new.text)


def test_a_disabled_member_joins_no_more(crew: Crew) -> None:
    code = added(crew)
    actions.disable_member(crew.parts, "service", code.staff_id)
    with pytest.raises(NoSuchCode):
        joining.begin_join(crew.parts, BROWSER, code.text)
    for make in (actions.new_join_code, actions.new_sealed_code):
        with pytest.raises(NoSuchStaff):
            make(crew.parts, "service", code.staff_id)


def test_what_was_not_made_as_asked_is_not_kept(crew: Crew) -> None:
    code = added(crew)

    def unverified() -> None:
        finish(crew, code, joining.begin_join(crew.parts, BROWSER, code.text), SoftKey(flags=USER_PRESENT))

    def elsewhere() -> None:
        finish(crew, code, joining.begin_join(crew.parts, BROWSER, code.text), SoftKey(origin="https://evil.example"))

    def by_another_browser() -> None:
        finish(crew, code, joining.begin_join(crew.parts, BROWSER, code.text), holder="browser:other")

    def late() -> None:
        begun = joining.begin_join(crew.parts, BROWSER, code.text)
        crew.running.clock.advance(seconds=LIFE.total_seconds())
        finish(crew, code, begun)

    def taken() -> None:
        finish(crew, code, joining.begin_join(crew.parts, BROWSER, code.text), crew.joined("bob").key)

    wrong: tuple[Callable[[], None], ...] = (unverified, elsewhere, by_another_browser, late, taken)
    for each in wrong:
        with pytest.raises(BadKey):
            each()
    assert actions.keys_of(crew.parts, code.staff_id) == ()
    finish(crew, code, joining.begin_join(crew.parts, BROWSER, code.text))


def test_a_sealed_code_stands_for_the_key_once_and_administrators_are_told(crew: Crew) -> None:
    ada, boss = crew.joined("ada"), crew.joined("boss", frozenset({Role.ADMINISTER}))
    code = actions.new_sealed_code(crew.parts, "service", ada.row.id)
    assert "was made" in crew.mails()[-1].values["change"]
    signed = spent(crew, " ADA ", code.text.lower())
    assert signed.staff == ada.row
    told = [each.to for each in crew.mails() if "was used" in each.values["change"]]
    assert sorted(told) == [ada.row.email, boss.row.email]
    refused(crew, "ada", code.text)
    kept = evidence(crew.parts, signed.assertion_id)
    assert kept is not None
    assert not recheck(crew.parts, kept), "nothing was signed"
    (event,) = crew.events("staff_signed_console")
    assert event.reason == "sealed_code"


def test_a_sealed_code_is_its_owners_alone_and_ends(crew: Crew) -> None:
    ada = crew.joined("ada")
    crew.joined("bob")
    code = actions.new_sealed_code(crew.parts, "service", ada.row.id)
    for name, text in (("bob", code.text), ("ada", "X" * 39), ("nobody", code.text), ("\x00", code.text)):
        refused(crew, name, text)
    crew.running.clock.advance(days=365)
    refused(crew, "ada", code.text)


def test_wrong_codes_hold_the_name_up_and_never_for_good(crew: Crew) -> None:
    ada = crew.joined("ada")
    code = actions.new_sealed_code(crew.parts, "service", ada.row.id)
    for _ in range(crew.parts.settings.verification.limits.per_station):
        refused(crew, "ada", "wrong")
    refused(crew, "ada", code.text)
    crew.running.clock.advance(seconds=crew.parts.settings.verification.limits.longest_wait)
    assert spent(crew, "ada", code.text).staff == ada.row


def test_a_revoked_key_is_told_to_its_owner(crew: Crew) -> None:
    ada, bob = crew.joined("ada"), crew.joined("bob")
    (key,) = actions.keys_of(crew.parts, ada.row.id)
    with pytest.raises(NoSuchStaff):
        actions.revoke_key(crew.parts, "service", bob.row.id, key.id)
    for _ in range(2):
        actions.revoke_key(crew.parts, "service", ada.row.id, key.id)
    (mail,) = (each for each in crew.mails() if "revoked" in each.values["change"])
    assert mail.to == ada.row.email
    assert len(crew.events("staff_key_revoked")) == 1


def test_a_member_without_an_address_is_told_nothing(crew: Crew) -> None:
    ada: Member = crew.joined("ada", email="")
    actions.new_sealed_code(crew.parts, "service", ada.row.id)
    assert crew.mails() == []
