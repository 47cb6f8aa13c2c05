"""Sealed messages: those of the standards, those of partners, and those of everybody else."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import JWKRegistry, OctKey, RSAKey

from kiosk.service.partners.envelope import (
    LONGEST_CONTENT,
    LONGEST_MESSAGE,
    decrypted,
    open_message,
    seal_message,
    verified,
)
from kiosk.service.partners.keys import ENCRYPTION, KEY_MANAGEMENT, SIGNATURES, PartnerKeys
from kiosk.service.partners.rules import MessageRefused, Reason
from tests.kiosk.service.partners.partner_side import (
    Curve,
    agreement,
    b64,
    encrypt,
    make_key,
    public,
    sign,
    unb64,
    with_header,
)

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text())
HELLO = {"hello": "wörld"}
ONE = agreement()


def refused(message: str, keys: PartnerKeys) -> Reason:
    """Why the message is refused; anything else than a refusal fails the test."""
    with pytest.raises(MessageRefused) as caught:
        open_message(message, keys)
    assert caught.value.__cause__ is None
    return caught.value.why


def by_name(vector: dict[str, Any]) -> str:
    return str(vector["from"])


def header_of(compact: str) -> dict[str, Any]:
    return dict(json.loads(unb64(compact.partition(".")[0])))


# What the standards show.


@pytest.mark.parametrize("vector", VECTORS["sealed"], ids=by_name)
def test_seals_of_the_standards_open_with_our_library_and_here_where_the_algorithm_may_be_agreed_on(
    vector: dict[str, Any],
) -> None:
    header, key = header_of(vector["compact"]), JWKRegistry.import_key(vector["key"])
    registry = jwe.JWERegistry(algorithms=[header["alg"], header["enc"]])
    if header["alg"] == "RSA1_5":
        with pytest.warns(SecurityWarning):
            opened = jwe.decrypt_compact(vector["compact"], key, registry=registry).plaintext
    else:
        opened = jwe.decrypt_compact(vector["compact"], key, registry=registry).plaintext
    assert opened == vector["text"].encode()
    allowed = tuple(sorted(KEY_MANAGEMENT)), tuple(sorted(ENCRYPTION))
    ours = replace(ONE.ours(), opening={header.get("kid", ""): key}, key_management=allowed[0], encryption=allowed[1])  # type: ignore[dict-item]  # also keys of no curve
    if vector["from"] in ("RFC 7520, 5.4", "RFC 7520, 5.5"):
        assert decrypted(vector["compact"], ours) == opened
        return
    with pytest.raises(MessageRefused) as caught:
        decrypted(vector["compact"], ours)
    assert caught.value.why is (Reason.ALGORITHM if "kid" in header else Reason.HEADER)


@pytest.mark.parametrize("vector", VECTORS["signed"], ids=by_name)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_signatures_of_the_standards_verify_with_our_library_and_here_where_the_algorithm_may_be_agreed_on(
    vector: dict[str, Any],
) -> None:
    header, key = header_of(vector["compact"]), JWKRegistry.import_key(vector["key"])
    assert (
        jws.deserialize_compact(vector["compact"], key, algorithms=[header["alg"]]).payload == vector["text"].encode()
    )
    keys = replace(ONE.ours(), verifying={header.get("kid", ""): key}, signature=tuple(SIGNATURES))  # type: ignore[dict-item]  # also keys of no curve
    if "kid" not in header:
        assert refused(vector["compact"], keys) is Reason.HEADER
    elif header["alg"] not in SIGNATURES:
        assert refused(vector["compact"], keys) is Reason.ALGORITHM
    else:  # the text is no JWE, but it is signed: it is refused for its letters, which no JWE has
        assert vector["from"] == "RFC 7520, 4.3"
        assert refused(vector["compact"], keys) is Reason.SIGNATURE
        again = sign({"alg": "ES512", "kid": "k"}, "a.b", make_key("P-521", "k", "sig"))
        assert refused(again, keys) is Reason.KEY


# What partners send.


@pytest.mark.parametrize(
    ("sig", "enc"),
    [("P-256", "P-256"), ("Ed25519", "X25519"), ("P-256", "X25519"), ("Ed25519", "P-384"), ("P-256", "P-521")],
)
def test_a_message_opens_and_so_does_the_answer(sig: Curve, enc: Curve) -> None:
    agreed = agreement(sig, enc)
    assert open_message(agreed.message(HELLO), agreed.ours()) == HELLO
    assert open_message(seal_message(HELLO, agreed.theirs()), agreed.ours()) == HELLO
    answer = seal_message(HELLO, agreed.ours())
    assert open_message(answer, agreed.theirs()) == HELLO
    assert refused(answer, agreed.ours()) is Reason.KEY  # our own words cannot be sent back to us


def test_the_newer_name_of_a_signature_is_taken_where_it_is_agreed_on() -> None:
    agreed = replace(agreement("Ed25519", "X25519"), signature=("Ed25519",))
    signed = agreed.outer(agreed.inner(HELLO), alg="Ed25519")
    assert open_message(signed, agreed.ours()) == HELLO
    assert refused(agreed.outer(agreed.inner(HELLO)), agreed.ours()) is Reason.ALGORITHM


def test_headers_may_say_what_a_message_is() -> None:
    message = ONE.outer(
        ONE.inner(HELLO, typ="JWE", cty="json", apu=b64(b"us"), apv=b64(b"them")), typ="JOSE", cty="JWE"
    )
    assert open_message(message, ONE.ours()) == HELLO


# Keys.


def test_a_message_that_another_key_has_signed_is_refused() -> None:
    stranger = replace(ONE, theirs_sig=make_key("P-256", "a-sig", "sig"))
    assert refused(stranger.message(HELLO), ONE.ours()) is Reason.SIGNATURE


def test_a_message_that_is_sealed_for_another_key_is_refused() -> None:
    astray = replace(ONE, ours_enc=make_key("P-256", "our-enc", "enc"))
    assert refused(astray.message(HELLO), ONE.ours()) is Reason.SEAL


def test_the_key_of_one_partner_is_no_key_of_another_though_it_has_the_same_name() -> None:
    other = replace(agreement(name="a"), ours_enc=ONE.ours_enc, ours_sig=ONE.ours_sig)
    assert other.theirs_sig.kid == ONE.theirs_sig.kid
    assert refused(other.message(HELLO), ONE.ours()) is Reason.SIGNATURE
    third = replace(agreement(name="b"), ours_enc=ONE.ours_enc, ours_sig=ONE.ours_sig)
    assert refused(third.message(HELLO), ONE.ours()) is Reason.KEY


def test_during_a_rotation_both_keys_are_taken_and_then_the_old_one_is_not() -> None:
    new = replace(ONE, theirs_sig=make_key("P-256", "a-sig-2", "sig"), ours_enc=make_key("P-256", "our-enc-2", "enc"))
    both = replace(
        ONE.ours(),
        verifying={**ONE.ours().verifying, **new.ours().verifying},
        opening={**ONE.ours().opening, **new.ours().opening},
    )
    for each in (ONE, new, replace(ONE, theirs_sig=new.theirs_sig), replace(ONE, ours_enc=new.ours_enc)):
        assert open_message(each.message(HELLO), both) == HELLO
    assert refused(ONE.message(HELLO), new.ours()) is Reason.KEY
    assert refused(replace(ONE, theirs_sig=new.theirs_sig).message(HELLO), new.ours()) is Reason.KEY


def test_a_name_of_another_key_is_looked_at_and_not_tried() -> None:
    assert refused(ONE.outer(ONE.inner(HELLO), kid="a-enc"), ONE.ours()) is Reason.KEY
    assert refused(ONE.outer(ONE.inner(HELLO, kid="our-sig")), ONE.ours()) is Reason.KEY


# Algorithms.


def test_what_is_not_signed_is_refused() -> None:
    kid = ONE.theirs_sig.kid
    for alg in ("none", "None", "NONE", ""):
        assert refused(sign({"alg": alg, "kid": kid}, ONE.inner(HELLO), None), ONE.ours()) is Reason.ALGORITHM
    first, middle, _ = ONE.message(HELLO).split(".")
    assert refused(f"{first}.{middle}.", ONE.ours()) is Reason.SIGNATURE


def test_a_public_key_is_no_shared_secret() -> None:
    theirs: Any = public(ONE.theirs_sig)
    for secret in (theirs.as_pem(), theirs.as_der(), json.dumps(theirs.as_dict()).encode()):
        forged = sign({"alg": "HS256", "kid": ONE.theirs_sig.kid}, ONE.inner(HELLO), secret)
        assert refused(forged, ONE.ours()) is Reason.ALGORITHM
        assert refused(forged, replace(ONE.ours(), signature=("ES256",))) is Reason.ALGORITHM


def test_an_allowed_signature_by_a_key_of_another_kind_is_refused() -> None:
    assert refused(with_header(ONE.message(HELLO), alg="EdDSA"), ONE.ours()) is Reason.ALGORITHM
    assert refused(with_header(ONE.message(HELLO), alg="ES512"), ONE.ours()) is Reason.ALGORITHM


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_other_seals_are_refused_however_well_they_are_made() -> None:
    kid, content = ONE.ours_enc.kid, json.dumps(HELLO).encode()
    rsa, octets = RSAKey.generate_key(2048), OctKey.generate_key(256)
    seals = [
        encrypt({"alg": "RSA1_5", "enc": "A256GCM", "kid": kid}, content, rsa),
        encrypt({"alg": "RSA-OAEP", "enc": "A256GCM", "kid": kid}, content, rsa),
        encrypt({"alg": "dir", "enc": "A256GCM", "kid": kid}, content, octets),
        encrypt({"alg": "A256KW", "enc": "A256GCM", "kid": kid}, content, octets),
        encrypt({"alg": "PBES2-HS256+A128KW", "enc": "A256GCM", "kid": kid}, content, octets),
        ONE.inner(HELLO, alg="ECDH-ES"),
        ONE.inner(HELLO, alg="ECDH-ES+A128KW"),
        ONE.inner(HELLO, enc="A128GCM"),
        ONE.inner(HELLO, enc="A256CBC-HS512"),
    ]
    for sealed in seals:
        assert refused(ONE.outer(sealed), ONE.ours()) in (Reason.ALGORITHM, Reason.HEADER)
    some = replace(ONE.ours(), key_management=("ECDH-ES", "ECDH-ES+A256KW"), encryption=("A256GCM", "A256CBC-HS512"))
    assert open_message(ONE.outer(ONE.inner(HELLO, alg="ECDH-ES", enc="A256CBC-HS512")), some) == HELLO


# Headers.


@pytest.mark.parametrize(
    "more",
    [
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"jwk": {"kty": "EC"}},
        {"jku": "https://example.org/keys"},
        {"x5u": "https://example.org/certificate"},
        {"x5c": ["MII"]},
        {"p2c": 100000000},
        {"kid": None},
        {"kid": 7},
        {"kid": ["a-sig"]},
        {"alg": None},
        {"alg": ["ES256"]},
        {"typ": {}},
        {"typ": "x" * 300},
        {"surprise": "x"},
    ],
    ids="+".join,
)
def test_a_header_with_anything_else_is_refused(more: dict[str, Any]) -> None:
    assert refused(with_header(ONE.message(HELLO), **more), ONE.ours()) is Reason.HEADER
    assert refused(ONE.outer(with_header(ONE.inner(HELLO), **more)), ONE.ours()) is Reason.HEADER


def test_a_header_is_one_object_with_each_name_once() -> None:
    sealed = ONE.inner(HELLO)
    for header in (b'{"alg":"none","alg":"ES256","kid":"a-sig"}', b"[]", b"1", b"", b"{", b"\xff", b'{"alg":NaN}'):
        _, middle, last = ONE.outer(sealed).split(".")
        assert refused(f"{b64(header)}.{middle}.{last}", ONE.ours()) is Reason.HEADER


@pytest.mark.parametrize(
    "epk",
    [
        None,
        "x",
        {},
        {"kty": "EC", "crv": "P-256", "x": b64(b"\0" * 32)},
        {"kty": "EC", "crv": "P-384", "x": b64(b"\1" * 48), "y": b64(b"\1" * 48)},
        {"kty": "OKP", "crv": "X25519", "x": b64(b"\1" * 32)},
        {"kty": "EC", "crv": "P-256", "x": b64(b"\1" * 32), "y": b64(b"\1" * 32), "d": b64(b"\1" * 32)},
        {"kty": "EC", "crv": "P-256", "x": 1, "y": 1},
        {"kty": "EC", "crv": "P-256", "x": "A" * 1000, "y": "A"},
        {"kty": "oct", "k": "AAAA"},
    ],
)
def test_an_ephemeral_key_of_another_form_is_refused(epk: Any) -> None:
    assert refused(ONE.outer(with_header(ONE.inner(HELLO), epk=epk)), ONE.ours()) in (Reason.HEADER, Reason.SIZE)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (b"\1" * 32, b"\2" * 32),
        (b"\0" * 32, b"\0" * 32),
        (b"\xff" * 32, b"\xff" * 32),
        (b"", b""),
        (b"\1" * 31, b"\2" * 33),
        (b"\1" * 100, b"\2" * 100),
    ],
)
def test_a_point_that_is_not_on_the_curve_is_refused(x: bytes, y: bytes) -> None:
    epk = {"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)}
    assert refused(ONE.outer(with_header(ONE.inner(HELLO), epk=epk)), ONE.ours()) is Reason.SEAL


@pytest.mark.parametrize("point", [0, 1, 2**255 - 19, 2**255 - 20, 2**256 - 1])
def test_a_point_of_low_order_is_refused(point: int) -> None:
    agreed = agreement("Ed25519", "X25519")
    epk = {"kty": "OKP", "crv": "X25519", "x": b64(point.to_bytes(32, "little"))}
    assert refused(agreed.outer(with_header(agreed.inner(HELLO), epk=epk)), agreed.ours()) is Reason.SEAL


# Sizes and bombs.


def test_a_message_is_bounded_before_anything_of_it_is_read() -> None:
    assert refused("x" * (LONGEST_MESSAGE + 1), ONE.ours()) is Reason.SIZE
    assert refused("." * LONGEST_MESSAGE, ONE.ours()) is Reason.FORM
    assert refused(ONE.message(b" " * (LONGEST_CONTENT + 1)), ONE.ours()) is Reason.SIZE
    fits = b'{"a":"' + b"x" * (LONGEST_CONTENT - 8) + b'"}'
    assert len(fits) == LONGEST_CONTENT
    assert open_message(ONE.message(fits), ONE.ours())["a"][:3] == "xxx"


def test_a_compressed_bomb_is_never_unpacked() -> None:
    zeros = b'{"a":"' + b"0" * 240_000 + b'"}'
    bomb = encrypt(
        {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": "our-enc", "zip": "DEF"}, zeros, public(ONE.ours_enc)
    )
    registry = jwe.JWERegistry(algorithms=["ECDH-ES+A256KW", "A256GCM", "DEF"])
    assert jwe.decrypt_compact(bomb, ONE.ours_enc, registry=registry).plaintext == zeros  # it is a good one
    message = ONE.outer(bomb)
    assert len(message) < 2000
    tracemalloc.start()
    try:
        assert refused(message, ONE.ours()) is Reason.HEADER
        assert tracemalloc.get_traced_memory()[1] < 150_000
    finally:
        tracemalloc.stop()


def test_messages_in_messages_are_not_opened() -> None:
    message = ONE.message(HELLO)
    assert refused(ONE.outer(message), ONE.ours()) is Reason.FORM
    assert refused(ONE.outer(ONE.inner(ONE.inner(HELLO).encode())), ONE.ours()) is Reason.CLAIMS
    assert refused(ONE.inner(HELLO), ONE.ours()) is Reason.FORM


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 8000 + b"]" * 8000,
        b'{"a":' * 2600 + b"1" + b"}" * 2600,
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"[]",
        b'"text"',
        b"",
        b"\xff\xfe",
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1} x',
    ],
    ids=range(12),
)
def test_contents_that_are_no_plain_object_are_refused(content: bytes) -> None:
    assert refused(ONE.message(content), ONE.ours()) is Reason.CLAIMS


def test_only_the_compact_form_is_read() -> None:
    first, middle, last = ONE.message(HELLO).split(".")
    flattened = json.dumps({"protected": first, "payload": middle, "signature": last})
    assert refused(flattened, ONE.ours()) is Reason.FORM
    parts = ONE.inner(HELLO).split(".")
    names = ("protected", "encrypted_key", "iv", "ciphertext", "tag")
    assert refused(ONE.outer(json.dumps(dict(zip(names, parts, strict=True)))), ONE.ours()) is Reason.FORM


def test_each_part_is_written_in_one_way_only() -> None:
    message = ONE.message(HELLO)
    first, middle, last = message.split(".")
    for changed in (
        last + "=",
        last + "==",
        f"{last[:-1]}\n",
        f" {last}",
        last[:-1] + "é",
        last.replace("_", "/", 1) + "+",
    ):
        assert refused(f"{first}.{middle}.{changed}", ONE.ours()) is Reason.FORM
    twin = last[:-1] + chr(ord(last[-1]) + 1)  # of the last letter of 64 bytes, four bits count
    assert unb64(twin) == unb64(last)
    assert refused(f"{first}.{middle}.{twin}", ONE.ours()) is Reason.FORM


# Whatever else there is.


MESSAGE = ONE.message(HELLO)
SEALED = ONE.inner(HELLO)
KEYS = ONE.ours()


def only_refused(message: str, keys: PartnerKeys = KEYS) -> None:
    try:
        assert open_message(message, keys) == HELLO
        assert message == MESSAGE
    except MessageRefused:
        pass


@given(st.text(max_size=400))
def test_no_text_makes_anything_but_a_refusal(text: str) -> None:
    only_refused(text)


@given(st.integers(0, len(MESSAGE)), st.text(max_size=6), st.integers(0, 8))
def test_no_change_of_a_message_makes_anything_but_a_refusal(at: int, put: str, drop: int) -> None:
    only_refused(MESSAGE[:at] + put + MESSAGE[at + drop :])


@given(st.integers(0, len(SEALED)), st.binary(max_size=6), st.integers(0, 8))
def test_nothing_that_a_partner_signs_makes_anything_but_a_refusal(at: int, put: bytes, drop: int) -> None:
    raw = SEALED.encode()
    changed = raw[:at] + put + raw[at + drop :]
    try:
        assert open_message(ONE.outer(changed), KEYS) == HELLO
        assert changed == raw
    except MessageRefused:
        pass


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
MEMBERS = st.sampled_from(["alg", "enc", "kid", "epk", "apu", "apv", "typ", "cty", "crit", "zip", "iv", "p2s"])


@given(st.dictionaries(MEMBERS, JSON, max_size=4))
@settings(max_examples=200)
def test_no_header_makes_anything_but_a_refusal(changes: dict[str, Any]) -> None:
    only_refused(with_header(MESSAGE, **changes))
    try:
        open_message(ONE.outer(with_header(SEALED, **changes)), KEYS)
    except MessageRefused:
        return
    assert header_of(with_header(SEALED, **changes)) == header_of(SEALED)


@given(st.binary(max_size=66), st.binary(max_size=66))
def test_no_point_makes_anything_but_a_refusal(x: bytes, y: bytes) -> None:
    epk = {"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y)}
    assert refused(ONE.outer(with_header(SEALED, epk=epk)), KEYS) is Reason.SEAL


@given(st.binary(max_size=200))
def test_no_content_makes_anything_but_an_object_or_a_refusal(content: bytes) -> None:
    try:
        assert isinstance(open_message(ONE.message(content), KEYS), dict)
    except MessageRefused:
        assert refused(ONE.message(content), KEYS) is Reason.CLAIMS


def test_a_refusal_tells_nothing_of_the_message_and_keys_nothing_of_themselves() -> None:
    with pytest.raises(MessageRefused) as caught:
        verified(MESSAGE[:-2], KEYS)
    assert caught.value.args == (Reason.SIGNATURE,)
    assert repr(KEYS) == (
        "PartnerKeys(signature=('ES256', 'EdDSA'), key_management=('ECDH-ES+A256KW',), encryption=('A256GCM',))"
    )
