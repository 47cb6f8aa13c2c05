"""What a token is good for, and for how long."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.client_pin import PERMISSION
from hardware.grants import FIRST_USE_SECONDS, LONGEST_USE_SECONDS, NO_GRANT, Grant, Token

ISSUED = 1000.0
permissions = st.integers(1, 0x3F).map(PERMISSION)
rp_ids = st.sampled_from([None, "example.com", "example.net"])


@settings(deadline=None)
@given(permissions, permissions, rp_ids, rp_ids)
def test_a_token_serves_what_it_was_given_for_and_whom(
    given_for: PERMISSION, wanted: PERMISSION, bound_to: str | None, rp_id: str | None
) -> None:
    serves = Token(b"t" * 32, given_for, bound_to, ISSUED).serves(wanted, rp_id, ISSUED)
    if serves:
        assert wanted & given_for == wanted
        for_a_relying_party = wanted & ~(PERMISSION.AUTHENTICATOR_CFG | PERMISSION.BIO_ENROLL)
        assert bound_to in (None, rp_id) or not for_a_relying_party
    assert serves or given_for & wanted != wanted or bound_to not in (None, rp_id)


def test_a_token_waits_a_while_for_its_first_use_and_lives_longer_then() -> None:
    token = Token(b"t" * 32, PERMISSION.CREDENTIAL_MGMT, None, ISSUED)
    assert not token.serves(PERMISSION.CREDENTIAL_MGMT, None, ISSUED + FIRST_USE_SECONDS)
    assert token.use() == b"t" * 32
    assert token.serves(PERMISSION.CREDENTIAL_MGMT, None, ISSUED + FIRST_USE_SECONDS)
    assert not token.serves(PERMISSION.CREDENTIAL_MGMT, None, ISSUED + LONGEST_USE_SECONDS)


def test_the_one_token_of_an_older_key_serves_everything_for_ever() -> None:
    token = Token(b"t" * 32, None, None, ISSUED)
    assert token.serves(PERMISSION.MAKE_CREDENTIAL, "example.com", ISSUED + 10**6)


def test_a_wiped_token_is_zeros_and_no_token_is_shown() -> None:
    token = Token(b"secret-token-secret-token-secret", None, None, ISSUED)
    grant = Grant(None, token.use())
    token.wipe()
    assert token.use() == bytes(32)
    assert "secret" not in repr(token) + repr(grant)


def test_nothing_proves_nothing_and_the_option_is_told() -> None:
    assert (NO_GRANT.proof(b"message"), NO_GRANT.options()) == ((None, None), None)
    assert NO_GRANT.options(rk=True) == {"rk": True}
    assert (Grant(uv=True).options(), Grant(uv=True).options(up=False)) == ({"uv": True}, {"uv": True, "up": False})
