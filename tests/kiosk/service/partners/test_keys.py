"""Keys of an agreement are read when the service starts; what is wrong with them is said without telling them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey

from kiosk.errors import ConfigurationError
from kiosk.service.partners.keys import load_keys
from tests.kiosk.service.partners.partner_side import Agreement, agreement, make_key
from tests.kiosk.service.partners.test_rules import partner

AGREED = agreement()


def told(key: Any, **changes: Any) -> dict[str, Any]:
    return dict(key.as_dict(private=False)) | changes


def secrets_of(agreed: Agreement, **changes: Any) -> Callable[[str], str]:
    held = {"partner.open": agreed.ours_enc, "partner.sign": agreed.ours_sig}
    texts = {name: json.dumps(key.as_dict(private=True)) for name, key in held.items()} | changes
    return texts.__getitem__


def load(folder: Path, members: Any, secret: Callable[[str], str] | None = None, **changes: Any) -> Any:
    file = folder / "keys.json"
    file.write_text(members if isinstance(members, str) else json.dumps(members))
    settings = partner(keys=[file], **changes)
    return load_keys(settings, secret or secrets_of(AGREED))


BOTH = [told(AGREED.theirs_sig), told(AGREED.theirs_enc)]


def test_a_set_of_keys_is_read_by_use(tmp_path: Path) -> None:
    new = [told(make_key("P-256", "newer", "sig")), told(make_key("X25519", "newest", "enc"))]
    keys = load(tmp_path, {"keys": [*BOTH, *new]})
    assert sorted(keys.verifying) == ["a-sig", "newer"]
    assert (keys.sealing.kid, list(keys.opening), keys.signing.kid) == ("a-enc", ["our-enc"], "our-sig")


def test_single_keys_in_several_files_are_read(tmp_path: Path) -> None:
    files = []
    for number, member in enumerate(BOTH):
        files.append(tmp_path / f"{number}.json")
        files[-1].write_text(json.dumps(member))
    assert list(load_keys(partner(keys=files), secrets_of(AGREED)).verifying) == ["a-sig"]


PRIVATE = json.dumps({"keys": [AGREED.theirs_sig.as_dict(private=True), BOTH[1]]})


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ("{", "no readable JWK"),
        ("[]", "no readable JWK"),
        ({"keys": [7]}, "no readable JWK"),
        ({"keys": [told(AGREED.theirs_sig, kid=7)]}, "no readable JWK"),
        ({"keys": [told(AGREED.theirs_sig, kid="")]}, "no readable JWK"),
        ({"keys": [told(AGREED.theirs_sig, x="AAAA")]}, "no readable JWK"),
        ({"keys": [told(AGREED.theirs_sig, crv="P-1")]}, "no readable JWK"),
        ({"keys": [told(OctKey.generate_key(256), kid="k")]}, "no readable JWK"),
        ({"keys": [told(RSAKey.generate_key(2048), kid="k")]}, "no readable JWK"),
        (PRIVATE, "holds a private key"),
        ({"keys": [*BOTH, told(make_key("P-256", "a-sig", "sig"))]}, "two keys of the same kid"),
        ({"keys": BOTH[:1]}, "no key with the use 'enc'"),
        ({"keys": BOTH[1:]}, "no key with the use 'sig'"),
        ({"keys": [*BOTH, told(make_key("P-384", "k", "sig"))]}, "on a curve"),
        ({"keys": [BOTH[0], told(make_key("Ed25519", "k", "enc"))]}, "on a curve"),
    ],
    ids=range(15),
)
def test_other_keys_of_a_partner_are_refused(tmp_path: Path, members: Any, problem: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, members)
    assert caught.value.path == "accounts.partners.clinic.keys"
    assert problem in caught.value.problem


@pytest.mark.parametrize("name", ["partner.open", "partner.sign"])
def test_a_secret_that_is_no_private_key_is_refused_and_not_told(tmp_path: Path, name: str) -> None:
    for text in (
        "hunter2",
        "{}",
        json.dumps(BOTH[0]),
        json.dumps(make_key("Ed25519", "k", "enc").as_dict(private=True)),
    ):
        with pytest.raises(ConfigurationError) as caught:
            load(tmp_path, {"keys": BOTH}, secrets_of(AGREED, **{name: text}), signature=["ES256"])
        assert "names a secret that is no" in caught.value.problem
        assert caught.value.__cause__ is None
        assert text not in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.json"):
        load_keys(partner(keys=[tmp_path / "nowhere.json"]), secrets_of(AGREED))


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("signature", ["none"]),
        ("signature", ["HS256"]),
        ("signature", ["RS256", "ES256"]),
        ("signature", []),
        ("key_management", ["dir"]),
        ("key_management", ["RSA1_5"]),
        ("key_management", ["RSA-OAEP"]),
        ("key_management", ["PBES2-HS256+A128KW"]),
        ("key_management", ["A256KW"]),
        ("encryption", ["A256CBC"]),
        ("encryption", []),
    ],
)
def test_no_agreement_may_allow_what_nobody_should(tmp_path: Path, setting: str, values: list[str]) -> None:
    changes: dict[str, Any] = {setting: values}
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, {"keys": BOTH}, **changes)
    assert caught.value.path == f"accounts.partners.clinic.{setting}"
