"""What staff's systems do with accounts: hold, let go on, remove, and tend what sites know of people."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from kiosk.contract import enrollments as wire
from kiosk.contract.paths import Scope
from kiosk.contract.profile import VerificationMethod
from kiosk.service.accounts import people, standing
from kiosk.service.accounts.people import NewPerson
from kiosk.service.accounts.rules import AccountState, Origin
from kiosk.service.enrollments import actions, ceremonies, completion, proof
from kiosk.service.enrollments.ceremonies import Place
from kiosk.service.enrollments.reconciliation import expire
from kiosk.service.enrollments.removal import remove_next
from kiosk.service.enrollments.rules import Expired
from kiosk.service.parts import Parts
from kiosk.service.store.credentials import credentials_of_user
from kiosk.service.tokens.rules import Caller
from tests.kiosk.service.accounts.desk import PASSWORD, Desk, desk_at
from tests.kiosk.service.enrollments.elsewhere import Elsewhere
from tests.kiosk.service.running import Running

NOBODY = "0" * 32
DESK = Caller("desk", frozenset(), "default", frozenset({"staff"}))
KIOSK = Caller("lobby", frozenset())


def status(desk: Desk, user_id: str, wanted: str, expect: int) -> str:
    told = desk.post(f"/user/{user_id}/status", {"status": wanted, "reason": "a good reason"}, expect)
    return str(told.get("status", told.get("error")))


def test_on_hold_nobody_signs_in_until_they_go_on(desk: Desk) -> None:
    user_id = desk.member()
    assert status(desk, user_id, "on_hold", 200) == "on_hold"
    assert status(desk, user_id, "on_hold", 200) == "on_hold"
    assert desk.login().status_code == 401
    assert status(desk, user_id, "active", 200) == "active"
    assert desk.login().status_code == 200
    held = [each for each in desk.trail(user_id) if each.event == "account_on_hold"]
    assert [each.reason for each in held] == ["a good reason"] * 2


def test_who_registered_is_activated_by_their_mail_alone(desk: Desk) -> None:
    user_id = desk.registered(password=PASSWORD)
    for wanted in ("active", "on_hold"):
        assert status(desk, user_id, wanted, 409) == "account_state"
    assert desk.login().status_code == 401


@pytest.mark.databases
def test_a_pending_guest_is_let_in_by_staff_and_by_no_token(peopled: Running) -> None:
    guest = NewPerson("default", "staff", "guest", "guest@example.org", origin=Origin.GUEST, attributes={"team": "R"})
    parts = peopled.parts
    user_id = parts.store.write(lambda tx: people.create(tx, parts, guest))
    told = standing.set_state(parts, DESK, user_id, AccountState.ACTIVE, "known to us")
    assert told.status is AccountState.ACTIVE


def test_a_guest_cannot_have_a_token_mailed(desk: Desk) -> None:
    guest = NewPerson("default", "staff", "guest", "guest@example.org", origin=Origin.GUEST, attributes={"team": "R"})
    parts = desk.running.parts
    user_id = parts.store.write(lambda tx: people.create(tx, parts, guest))
    desk.post(f"/user/activate-token/{user_id}/resend", {}, 202)
    assert desk.letters() == []


def test_states_are_words_that_there_are(desk: Desk) -> None:
    user_id = desk.member()
    for wanted in ("removed", "pending", "inactive", ""):
        assert status(desk, user_id, wanted, 400) == "malformed"
    body = {"status": "on_hold", "reason": ""}
    assert desk.call("POST", f"/user/{user_id}/status", body).status_code == 400


def test_who_is_removed_is_gone_and_their_names_are_free(desk: Desk) -> None:
    user_id = desk.member()
    here = desk.signed_in()
    desk.post("/user/aliases", {"alias": "zed"}, 201, session=here)
    assert desk.call("DELETE", f"/user/account/{user_id}").status_code == 204
    again = desk.call("DELETE", f"/user/account/{user_id}")
    assert (again.status_code, again.json()["error"]) == (404, "not_found")
    assert status(desk, user_id, "active", 404) == "not_found"
    assert desk.call("GET", "/user/session", session=here).status_code == 401
    assert desk.login().status_code == 401
    assert [each.event for each in desk.trail(user_id)][-1] == "account_removed"
    desk.member("zed")
    desk.member("maria")


def test_nobody_is_not_found(desk: Desk) -> None:
    assert status(desk, NOBODY, "on_hold", 404) == "not_found"
    path = f"/user/{NOBODY}/site/staff/attributes"
    assert desk.call("GET", path).status_code == desk.call("PUT", path, {"attributes": {}}).status_code == 404
    assert desk.call("DELETE", f"/user/account/{NOBODY}").status_code == 404
    assert desk.call("DELETE", "/user/account/not-an-id").status_code == 400


def test_what_a_site_knows_is_told_and_replaced_as_a_whole(desk: Desk) -> None:
    user_id = desk.member()
    path = f"/user/{user_id}/site/staff/attributes"
    assert desk.call("GET", path).json() == {"attributes": {"team": "Red"}}
    put = desk.call("PUT", path, {"attributes": {"team": " Dark  Blue ", "desk": "٤ ٢"}})
    assert (put.status_code, put.json()) == (200, {"attributes": {"team": "Dark Blue", "desk": "42"}})
    assert desk.call("PUT", path, {"attributes": {"team": "Red", "desk": ""}}).json() == {"attributes": {"team": "Red"}}
    for wrong, named in (({}, "team"), ({"team": "R", "desk": "x"}, "desk"), ({"team": "R", "shirt": "L"}, "shirt")):
        told = desk.call("PUT", path, {"attributes": wrong})
        assert (told.status_code, told.json()["errorDetails"].endswith(f"(attribute:{named})")) == (400, True)
    assert desk.call("GET", path).json() == {"attributes": {"team": "Red"}}


ROUTES = (
    ("POST", "/user/registration", Scope.USER_RW),
    ("POST", f"/user/activate-token/{NOBODY}", Scope.USER_RW),
    ("POST", f"/user/activate-token/{NOBODY}/resend", Scope.USER_RW),
    ("POST", "/user/site/staff/login", Scope.USER_RW),
    ("POST", "/user/send-passcode", Scope.USER_RW),
    ("POST", "/user/change-password-from-passcode", Scope.USER_RW),
    ("POST", f"/user/{NOBODY}/status", Scope.SYSTEM_USER_RW),
    ("DELETE", f"/user/account/{NOBODY}", Scope.SYSTEM_REMOVE_USER),
    ("GET", f"/user/{NOBODY}/site/staff/attributes", Scope.USER_ATTRIBUTES_RW),
    ("PUT", f"/user/{NOBODY}/site/staff/attributes", Scope.USER_ATTRIBUTES_RW),
)


def test_every_route_asks_for_its_own_scope(accounts: Running) -> None:
    for lacking in {scope for _, _, scope in ROUTES}:
        with desk_at(accounts, ("staff",), scopes=frozenset(Scope) - {lacking}) as desk:
            for method, path, scope in ROUTES:
                answer = desk.call(method, path, None if method in ("GET", "DELETE") else {})
                assert answer.status_code >= 400 or path.endswith("resend")
                refused = (answer.status_code, answer.json().get("error")) == (403, "insufficient_scope")
                assert refused is (scope is lacking), (method, path)


@dataclass
class Visit:
    """Somebody of the service at a kiosk, which registers keys here and elsewhere."""

    running: Running
    elsewhere: Elsewhere
    user_id: str = ""
    enrollment: str = ""

    @property
    def parts(self) -> Parts:
        parts = self.running.parts
        return replace(parts, relying_parties={**parts.relying_parties, "mail": self.elsewhere})

    def verified(self) -> Visit:
        parts = self.parts
        maria = NewPerson("default", "staff", "maria", "maria@example.org", attributes={"team": "Red"})
        active = replace(maria, state=AccountState.ACTIVE)
        self.user_id = parts.store.write(lambda tx: people.create(tx, parts, active))
        self.enrollment = actions.open_enrollment(parts, KIOSK, wire.OpenEnrollment()).enrollment_id
        actions.identify(parts, KIOSK, self.enrollment, wire.Identify("upn", {"upn": "MARIA"}))
        actions.send_code(parts, KIOSK, self.enrollment, wire.SendCode(VerificationMethod.EMAIL))
        answer = wire.Verify(VerificationMethod.EMAIL, self.running.random.codes[-1])
        actions.verify(parts, KIOSK, self.enrollment, answer)
        return self

    def completed(self, party: str) -> tuple[Place, wire.ProveCeremony]:
        """A credential that waits for its proof."""
        key = wire.KeyReport(str(self.running.key.aaguid), ("FIDO_2_1",), (), {"rk": True, "clientPin": True})
        ceremony = ceremonies.begin_ceremony(self.parts, KIOSK, self.enrollment, wire.BeginCeremony(party, key))
        place = Place(KIOSK, self.enrollment, ceremony.ceremony_id)
        response = wire.CompleteCeremony(self.running.key.register(ceremony.public_key, ceremony.origin))
        made = completion.complete(self.parts, place, response)
        return place, wire.ProveCeremony(self.running.key.prove(made.proof, ceremony.origin))

    def held(self) -> set[str]:
        """Where the service says that they have a credential."""
        with self.parts.store.read() as tx:
            return {each.relying_party for each in credentials_of_user(tx, self.user_id)}

    def settle(self) -> None:
        """What time does."""
        expire(self.parts)
        while remove_next(self.parts):
            pass


@pytest.fixture
def visit(peopled: Running) -> Visit:
    return Visit(peopled, Elsewhere(peopled.clock)).verified()


@pytest.mark.databases
def test_the_keys_of_who_is_removed_are_taken_away_wherever_they_are(visit: Visit) -> None:
    for party in ("staff", "mail"):
        proof.prove(visit.parts, *visit.completed(party))
    assert visit.held() == {"staff", "mail"}
    assert len(visit.elsewhere.held) == 1
    standing.remove(visit.parts, DESK, visit.user_id)
    assert visit.held() == set()
    visit.settle()
    assert visit.elsewhere.held == {}


@pytest.mark.databases
def test_who_is_removed_in_the_middle_of_an_enrollment_gets_no_key(visit: Visit) -> None:
    proof.prove(visit.parts, *visit.completed("staff"))
    waiting = visit.completed("mail")
    standing.remove(visit.parts, DESK, visit.user_id)
    with pytest.raises(Expired):
        proof.prove(visit.parts, *waiting)
    visit.settle()
    assert visit.held() == set()
    assert (visit.elsewhere.held, visit.elsewhere.half_made) == ({}, {})
