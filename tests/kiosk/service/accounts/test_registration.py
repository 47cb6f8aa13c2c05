"""Registration, activation by mail, and only then signing in: over HTTPS."""

from __future__ import annotations

from tests.kiosk.service.accounts.desk import PASSWORD, Desk


def test_a_person_registers_activates_and_signs_in(desk: Desk) -> None:
    made = desk.post("/user/registration", desk.form("maria"), 201)
    assert made["status"] == "pending"
    letter = desk.letters()[-1]
    assert (letter.to, letter.template, letter.values["name"]) == ("maria@example.org", "activation", "Maria Okafor")
    activated = desk.post(
        f"/user/activate-token/{made['userId']}", {"token": letter.values["code"], "password": PASSWORD}, 200
    )
    assert activated == {"userId": made["userId"], "status": "active"}
    session = desk.login().json()
    assert session.keys() == {"accessToken", "tokenType", "expiresIn", "userId", "mfa"}
    assert (session["tokenType"], session["userId"], session["mfa"]) == ("Bearer", made["userId"], False)
    told = desk.call("GET", "/user/session", session=session["accessToken"]).json()
    assert (told["userId"], told["siteId"], told["username"], told["method"]) == (
        made["userId"],
        "staff",
        "maria",
        "password",
    )
    assert [each.event for each in desk.trail(made["userId"])] == ["registered", "activated", "signed_in"]


def test_nobody_signs_in_before_activation_and_nobody_is_activated_before_creation(desk: Desk) -> None:
    nobody = "0" * 32
    assert desk.call("POST", f"/user/activate-token/{nobody}", {"token": "x"}).status_code == 404
    desk.post("/user/registration", desk.form("maria", password=PASSWORD), 201)
    assert desk.login().status_code == 401
