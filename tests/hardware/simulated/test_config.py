"""authenticatorConfig beyond the usual: who may change what, and what cannot be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fido2.ctap2.config import Config
from fido2.ctap2.pin import PinProtocol

from hardware.simulated.models import EVERYTHING, FINGER_FOR_CEREMONIES, OPEN_3
from hardware.simulated.traits import CTAP21
from tests.hardware.simulated.host import ERR, PERMISSION, PIN, RP, Computer, enrolled, refusal, seeded_key

CONFIG = 0x0D


def test_settings_are_changed_under_either_protocol(protocol: PinProtocol) -> None:
    computer = Computer(seeded_key(), protocol)
    computer.pin.set_pin(PIN)
    computer.config().enable_enterprise_attestation()
    computer.config().toggle_always_uv()
    computer.config().set_min_pin_length(6, rp_ids=[RP])
    info = computer.ctap.get_info()
    assert (info.options["ep"], info.options["alwaysUv"], info.min_pin_length) == (True, True, 6)


@pytest.mark.parametrize("parameters", [{}, {1: 1}, {1: 1, 2: 2}])
def test_vendor_prototypes_are_refused(computer: Computer, parameters: dict[int, Any]) -> None:
    assert computer.raw(CONFIG, {1: 0xFF, 2: parameters})[0] == ERR.INVALID_SUBCOMMAND


def test_always_uv_may_be_for_good() -> None:
    computer = Computer(seeded_key(replace(CTAP21, always_uv=True, can_disable_always_uv=False)))
    computer.pin.set_pin(PIN)
    assert refusal(computer.config().toggle_always_uv) == ERR.OPERATION_DENIED
    assert computer.ctap.get_info().options["alwaysUv"] is True
    computer.ctap.reset()
    assert computer.ctap.get_info().options["alwaysUv"] is True  # as it left the factory


def test_a_refused_setting_changes_nothing() -> None:
    computer = Computer(seeded_key(EVERYTHING))
    before = computer.raw(0x04)[1]
    for parameters in ({1: 3}, {1: 64}, {1: 6, 3: True}, {1: 6, 2: ["a"] * 9}, {1: 6, 2: [7]}, {1: 6, 3: 1}):
        assert computer.raw(CONFIG, {1: 3, 2: parameters})[0] != 0
    assert computer.raw(0x04)[1] == before


def test_relying_parties_are_replaced_as_a_whole(computer: Computer) -> None:
    extension: dict[str, Any] = {"extensions": {"minPinLength": True}}
    computer.config().set_min_pin_length(rp_ids=["first.example", RP])
    assert computer.make(**extension).auth_data.extensions == {"minPinLength": 4}
    computer.config().set_min_pin_length(rp_ids=["first.example"])
    assert computer.make(**extension).auth_data.extensions is None


def test_a_minimum_above_the_pin_in_use_forces_a_change_and_ends_tokens(computer: Computer) -> None:
    computer.pin.set_pin("12345")
    token = computer.token(PERMISSION.AUTHENTICATOR_CFG, pin="12345")
    Config(computer.ctap, computer.protocol, token).set_min_pin_length(6)
    assert computer.ctap.get_info().force_pin_change is True
    assert refusal(lambda: computer.token(PERMISSION.MAKE_CREDENTIAL, RP, pin="12345")) == ERR.PIN_POLICY_VIOLATION
    computer.pin.change_pin("12345", "123456")
    assert computer.ctap.get_info().force_pin_change is False


def test_the_minimum_survives_power_and_a_reset_brings_the_old_one_back(computer: Computer) -> None:
    computer.config().set_min_pin_length(8)
    computer.key.power_cycle()
    computer = Computer(computer.key)
    assert computer.ctap.info.min_pin_length == 8
    computer.ctap.reset()
    assert computer.ctap.get_info().min_pin_length == 4


def test_a_finger_may_configure_where_the_key_says_so() -> None:
    computer = enrolled(Computer(seeded_key(FINGER_FOR_CEREMONIES)))
    token = computer.pin.get_uv_token(PERMISSION.AUTHENTICATOR_CFG)
    Config(computer.ctap, computer.protocol, token).toggle_always_uv()
    assert computer.ctap.get_info().options["alwaysUv"] is True


def test_a_key_tells_which_settings_it_knows() -> None:
    assert Computer(seeded_key(EVERYTHING)).ctap.info.authenticator_config_commands == [1, 2, 3]
    few = replace(EVERYTHING, enterprise=None, always_uv=None)
    computer = Computer(seeded_key(few))
    assert computer.ctap.info.authenticator_config_commands == [3]
    with pytest.raises(ValueError, match="not supported"):
        Config(computer.ctap).toggle_always_uv()


def test_a_key_without_configuration_has_no_such_command() -> None:
    assert Computer(seeded_key(OPEN_3)).raw(CONFIG, {1: 1})[0] == ERR.INVALID_COMMAND
