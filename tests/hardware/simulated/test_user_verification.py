"""Built-in user verification: clientPIN 0x06 and 0x07, the `uv` option, alwaysUv, and what a PIN may not do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap2.pin import PinProtocol
from fido2.hid import CTAPHID
from fido2.server import Fido2Server
from fido2.webauthn import PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity, UserVerificationRequirement

from hardware.simulated.key import SimulatedKey
from hardware.simulated.models import BIOMETRIC, BIOMETRIC_ONLY, BIOMETRIC_PREVIEW, EVERYTHING, FINGER_FOR_CEREMONIES
from hardware.simulated.traits import ACTION_TIMEOUT, CTAP21, USER_ACTION_TIMEOUT
from tests.hardware.simulated.host import (
    ERR,
    HASH,
    PERMISSION,
    PIN,
    RP,
    Computer,
    ManualClock,
    Owner,
    descriptor,
    enrolled,
    refusal,
    seeded_key,
)

UP, UV = 1, 4
MC, GA = PERMISSION.MAKE_CREDENTIAL, PERMISSION.GET_ASSERTION


@pytest.fixture
def owner(clock: ManualClock) -> Owner:
    """At a biometric key with a PIN and one enrolled finger; nothing happens by itself."""
    return Owner(enrolled(Computer(seeded_key(BIOMETRIC, clock))), clock)


def test_a_finger_gives_a_token_and_shows_presence_so_no_touch_is_asked_for(owner: Owner) -> None:
    token = owner.with_finger(lambda: owner.computer.pin.get_uv_token(MC, RP))
    made = owner.computer.make(**owner.computer.authentication(token))  # nobody touches
    assert made.auth_data.flags & (UP | UV) == UP | UV
    assert owner.computer.ctap.get_info().uv_count_since_pin == 1


def test_a_token_by_finger_is_had_under_either_protocol(owner: Owner, protocol: PinProtocol) -> None:
    computer = Computer(owner.key, protocol)
    token = owner.with_finger(lambda: computer.pin.get_uv_token(GA, RP))
    fields = {1: RP, 2: HASH, 5: {"up": False}, 6: protocol.authenticate(token, HASH), 7: protocol.VERSION}
    assert computer.raw(0x02, fields)[0] == ERR.NO_CREDENTIALS


def test_presence_shown_by_a_finger_lasts_thirty_seconds(owner: Owner, clock: ManualClock) -> None:
    token = owner.with_finger(lambda: owner.computer.pin.get_uv_token(MC | GA, RP))
    arguments = owner.computer.authentication(token)
    fields = {1: RP, 2: HASH, 5: {"up": False}, 6: arguments["pin_uv_param"], 7: 2}
    owner.computer.raw(0x02, fields)  # used, so it lives on
    clock.now += 31
    assert owner.with_finger(lambda: owner.computer.make(**arguments))
    assert owner.touches == 2


def test_each_strange_finger_costs_a_try_and_the_last_blocks(owner: Owner) -> None:
    ask = owner.computer.pin.get_uv_token
    seen = [refusal(lambda: owner.with_finger(lambda: ask(MC, RP), False)) for _ in range(5)]
    assert seen == [ERR.UV_INVALID] * 4 + [ERR.UV_BLOCKED]
    assert owner.computer.pin.get_uv_retries() == 0
    assert refusal(lambda: ask(MC, RP)) == ERR.UV_BLOCKED  # at once: nobody is waited for
    owner.key.power_cycle()
    assert Computer(owner.key).pin.get_uv_retries() == 0


def test_a_right_finger_or_a_right_pin_gives_all_tries_back(owner: Owner) -> None:
    ask = owner.computer.pin.get_uv_token
    refusal(lambda: owner.with_finger(lambda: ask(MC, RP), False))
    assert owner.computer.pin.get_uv_retries() == 4
    owner.with_finger(lambda: ask(MC, RP))
    assert owner.computer.pin.get_uv_retries() == 5
    refusal(lambda: owner.with_finger(lambda: ask(MC, RP), False))
    owner.computer.token(MC, RP)
    assert owner.computer.pin.get_uv_retries() == 5
    assert owner.computer.ctap.get_info().uv_count_since_pin == 0


def test_a_finger_of_a_removed_template_is_a_strangers(owner: Owner) -> None:
    [template] = owner.key.templates
    assert owner.with_finger(lambda: owner.computer.pin.get_uv_token(MC, RP), template)
    assert refusal(lambda: owner.with_finger(lambda: owner.computer.pin.get_uv_token(MC, RP), b"gone")) == (
        ERR.UV_INVALID
    )


def test_a_mere_touch_is_no_finger(owner: Owner) -> None:
    owner.key.on_change = lambda: owner.key.touch() if owner.key.wants_finger else None
    owner.clock_runs_out()
    assert refusal(lambda: owner.computer.pin.get_uv_token(MC, RP)) == ACTION_TIMEOUT
    assert owner.computer.pin.get_uv_retries() == 5


def test_a_finger_may_not_change_settings_or_fingers_unless_the_key_says_so(owner: Owner) -> None:
    for permission in (PERMISSION.BIO_ENROLL, PERMISSION.AUTHENTICATOR_CFG):
        assert refusal(lambda: owner.computer.pin.get_uv_token(permission)) == ERR.UNAUTHORIZED_PERMISSION  # noqa: B023
    key = enrolled(Computer(seeded_key(FINGER_FOR_CEREMONIES)))
    assert key.pin.get_uv_token(PERMISSION.BIO_ENROLL)
    assert key.pin.get_uv_token(PERMISSION.AUTHENTICATOR_CFG)


def test_before_a_finger_is_enrolled_there_is_no_token_by_finger() -> None:
    computer = Computer(seeded_key(BIOMETRIC))
    assert computer.ctap.info.options["uv"] is False
    assert refusal(lambda: computer.pin.get_uv_token(MC, RP)) == ERR.NOT_ALLOWED
    assert enrolled(computer).ctap.get_info().options["uv"] is True


def test_a_key_without_sensor_knows_neither_subcommand(computer: Computer) -> None:
    assert refusal(lambda: computer.pin.get_uv_token(MC, RP)) == ERR.INVALID_SUBCOMMAND
    assert refusal(computer.pin.get_uv_retries) == ERR.INVALID_SUBCOMMAND


def test_where_the_pin_only_manages_it_makes_no_credential() -> None:
    computer = enrolled(Computer(seeded_key(FINGER_FOR_CEREMONIES)))
    for permission in (MC, GA, MC | PERMISSION.CREDENTIAL_MGMT):
        assert refusal(lambda: computer.token(permission, RP)) == ERR.UNAUTHORIZED_PERMISSION  # noqa: B023
    assert refusal(lambda: computer.pin.get_pin_token(PIN)) == ERR.UNAUTHORIZED_PERMISSION
    assert computer.key.pin_retries == 8
    assert computer.token(PERMISSION.CREDENTIAL_MGMT)
    without: dict[str, Any] = {"pin_uv_param": None, "pin_uv_protocol": None}
    assert refusal(lambda: computer.make(**without)) == ERR.OPERATION_DENIED
    assert computer.make(options={"rk": True, "uv": True}, **without).auth_data.flags & UV


def test_the_uv_option_verifies_by_finger_on_keys_without_such_tokens() -> None:
    key = seeded_key(BIOMETRIC_PREVIEW)
    computer = enrolled(Computer(key))
    without: dict[str, Any] = {"pin_uv_param": None, "pin_uv_protocol": None}
    made = computer.make(options={"rk": True, "uv": True}, **without)
    assert made.auth_data.flags & (UP | UV) == UP | UV
    assertion = computer.ctap.get_assertion(RP, HASH, [descriptor(made)], options={"uv": True})
    assert assertion.auth_data.flags & (UP | UV) == UP | UV
    assert computer.ctap.get_assertion(RP, HASH, [descriptor(made)]).auth_data.flags & (UP | UV) == UP


def test_within_a_ceremony_three_fingers_are_tried_and_then_the_pin_is_wanted(clock: ManualClock) -> None:
    owner = Owner(enrolled(Computer(seeded_key(BIOMETRIC_PREVIEW, clock))), clock)
    fields = {1: RP, 2: HASH, 5: {"uv": True}}
    assert owner.with_finger(lambda: owner.computer.raw(0x02, fields)[0], False) == ERR.PUAT_REQUIRED
    assert owner.touches == 3


def test_within_a_ceremony_nobody_comes_and_no_finger_is_counted(clock: ManualClock) -> None:
    owner = Owner(enrolled(Computer(seeded_key(BIOMETRIC_PREVIEW, clock))), clock)
    owner.clock_runs_out()
    assert owner.computer.raw(0x02, {1: RP, 2: HASH, 5: {"uv": True}})[0] == USER_ACTION_TIMEOUT


def test_a_finger_gives_the_persistent_token_too() -> None:
    computer = enrolled(Computer(seeded_key(EVERYTHING)))
    permission = PERMISSION.PERSISTENT_CREDENTIAL_MGMT
    assert computer.pin.get_uv_token(permission) == computer.token(permission)


def test_uv_cannot_be_asked_of_a_key_that_has_none_enrolled() -> None:
    computer = Computer(seeded_key(BIOMETRIC))
    assert refusal(lambda: computer.make(options={"uv": True})) == ERR.INVALID_OPTION


def test_always_uv_takes_a_finger_where_no_token_came(owner: Owner) -> None:
    made = owner.with_finger(lambda: owner.computer.make(pin_uv_param=None, options={"uv": True}))
    owner.computer.config().toggle_always_uv()
    without: dict[str, Any] = {"pin_uv_param": None, "pin_uv_protocol": None}
    assertion = owner.with_finger(lambda: owner.computer.ctap.get_assertion(RP, HASH, [descriptor(made)]))
    assert assertion.auth_data.flags & (UP | UV) == UP | UV
    assert owner.with_finger(lambda: owner.computer.make(b"2", rk=False, **without)).auth_data.flags & UV


def test_a_key_with_fingers_only_works_without_any_pin() -> None:
    computer = Computer(seeded_key(BIOMETRIC_ONLY))
    assert "clientPin" not in computer.ctap.info.options
    assert refusal(computer.pin.get_pin_retries) == ERR.INVALID_SUBCOMMAND
    token = computer.pin.get_uv_token(MC, RP)
    assert computer.make(**computer.authentication(token)).auth_data.flags & UV
    computer.key.touch_automatically = False
    wrong: Callable[[], None] = lambda: computer.key.finger(False) if computer.key.wants_finger else None  # noqa: E731
    computer.key.on_change = wrong
    assert computer.raw(0x02, {1: RP, 2: HASH})[0] == ERR.OPERATION_DENIED


def test_make_cred_uv_not_rqd_is_told_and_kept(clock: ManualClock) -> None:
    for traits, code in ((CTAP21, 0), (replace(CTAP21, make_credential_uv_not_required=False), ERR.PUAT_REQUIRED)):
        computer = Computer(seeded_key(traits, clock))
        assert computer.ctap.info.options["makeCredUvNotRqd"] is (code == 0)
        computer.pin.set_pin(PIN)
        user = {"id": b"1"}
        fields = {1: HASH, 2: {"id": RP}, 3: user, 4: [{"type": "public-key", "alg": -7}]}
        assert computer.raw(0x01, fields)[0] == code


@pytest.mark.parametrize("traits", [BIOMETRIC, BIOMETRIC_PREVIEW, BIOMETRIC_ONLY])
def test_a_browser_registers_and_logs_in_by_finger(traits: Any) -> None:
    key: SimulatedKey = seeded_key(traits)
    computer = Computer(key)
    if traits.enrolls_fingers:
        enrolled(computer)
    server = Fido2Server(PublicKeyCredentialRpEntity(id=RP, name="Example"))
    client = Fido2Client(computer.device, DefaultClientDataCollector(f"https://{RP}"), user_interaction=Nobody())
    required = UserVerificationRequirement.REQUIRED
    user = PublicKeyCredentialUserEntity(id=b"1", name="a", display_name="A")
    options, state = server.register_begin(user, user_verification=required)
    data = server.register_complete(state, client.make_credential(options.public_key))
    assert data.credential_data is not None
    asked, state = server.authenticate_begin([data.credential_data], user_verification=required)
    response = client.get_assertion(asked.public_key).get_response(0)
    server.authenticate_complete(state, [data.credential_data], response)


class Nobody(UserInteraction):
    """Who knows no PIN."""

    def prompt_up(self) -> None:
        """The key blinks."""

    def request_uv(self, permissions: PERMISSION, rp_id: str | None) -> bool:
        """A finger is there."""
        return True


def test_waiting_for_a_finger_can_be_cancelled(owner: Owner) -> None:
    assert owner.cancelled(partial(owner.computer.pin.get_uv_token, MC, RP)) == ERR.KEEPALIVE_CANCEL
    assert owner.computer.pin.get_uv_retries() == 5
    assert owner.computer.device.call(CTAPHID.PING, b"alive") == b"alive"
