"""Codes: genuine or refused, and what nobody can make of them."""

import base64
import hashlib
from uuid import UUID

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import example, given
from hypothesis import strategies as st

from tests.passes.conftest import Door
from todoke.exchange.passes import codes
from todoke.exchange.passes.actions.passes import code_of, pass_of, renew_pass
from todoke.exchange.passes.finding import RevokedCodeError, find, name_and_birthday, resident_of_code
from todoke.exchange.passes.keys import make_key, public_keys, published_keys
from todoke.exchange.passes.models import Pass
from todoke.exchange.passes.numbers import LENGTH, as_number, in_fours, new_number
from todoke.exchange.passes.types import How
from todoke.kernel.ids import ALPHABET

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
KEYS = {b"key1": PUBLIC}
PASS = UUID("01890000-0000-7000-8000-0000000000ff")


def code(how: How = How.CODE) -> str:
    token = codes.sign(pass_id=PASS, issuer="04", issued_at=1_790_000_000, kid=b"key1", key=KEY)
    return codes.written(token, how)


def test_what_was_signed_is_read_again() -> None:
    for how in (How.CODE, How.CARD):
        read = codes.read(code(how), KEYS)
        assert (read.pass_id, read.issuer, read.issued_at, read.how) == (PASS, "04", 1_790_000_000, how)
    assert codes.read(code().lower() + "\n", KEYS).pass_id == PASS


def test_the_token_is_a_cwt_in_cose_sign1_which_others_can_verify() -> None:
    """Put together by hand from RFC 9052, 4.4, not by our own reader."""
    token = codes.sign(pass_id=PASS, issuer="04", issued_at=1_790_000_000, kid=b"key1", key=KEY)
    tag = cbor2.loads(token)
    protected, unprotected, payload, signature = tag.value
    assert (tag.tag, unprotected) == (18, {})
    assert cbor2.loads(protected) == {1: -8, 4: b"key1"}
    assert cbor2.loads(payload) == {1: "04", 6: 1_790_000_000, 7: PASS.bytes}
    signed = b"\x84\x6aSignature1" + cbor2.dumps(protected) + b"\x40" + cbor2.dumps(payload)
    Ed25519PublicKey.from_public_bytes(PUBLIC).verify(signature, signed)


def test_a_qr_code_holds_it_densely_enough_for_a_card() -> None:
    import segno

    assert set(code()[4:]) <= set(ALPHABET)
    made = segno.make(code(), error="m", boost_error=False)
    assert made.mode == "alphanumeric"
    assert int(str(made.version)) <= 8
    assert 'class="qr-code"' in codes.picture(code())
    assert "style=" not in codes.picture(code())


@given(st.text(max_size=300))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    for tried in (text, "TDP1" + text):
        with pytest.raises(codes.CodeError):
            codes.read(tried, KEYS)


@given(st.integers(4, 190), st.sampled_from(ALPHABET))
@example(place=23, letter="G")
def test_one_wrong_letter_is_refused(place: int, letter: str) -> None:
    right = code()
    place = min(place, len(right) - 1)
    if right[place] == letter:
        return
    with pytest.raises(codes.CodeError):
        codes.read(right[:place] + letter + right[place + 1 :], KEYS)


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(codes.CodeError):
        codes.read(codes.written(raw), KEYS)


def test_another_key_is_refused() -> None:
    other = Ed25519PrivateKey.generate()
    forged = codes.written(codes.sign(pass_id=PASS, issuer="04", issued_at=1, kid=b"key1", key=other))
    with pytest.raises(codes.CodeError):
        codes.read(forged, KEYS)


def test_a_number_is_typed_in_any_way_and_a_slip_is_noticed() -> None:
    for _ in range(50):
        number = new_number()
        assert len(number) == LENGTH
        assert as_number(in_fours(number).lower()) == number
        assert as_number(f" {number[:4]} {number[4:]}") == number
        wrong = ALPHABET[(ALPHABET.index(number[3]) + 1) % 31]
        assert as_number(number[:3] + wrong + number[4:]) == ""
    assert as_number("見本 花子 1988-5-14") == ""
    assert as_number("7K3D-9QXM") == ""


def test_a_pass_stands_until_it_is_renewed(door: Door) -> None:
    first = pass_of(door.mother)
    assert pass_of(door.mother) == first
    text = code_of(first, How.CARD)
    assert resident_of_code(text) == (door.mother, How.CARD)
    assert find(in_fours(first.number)).residents == [door.mother]
    second = renew_pass(resident=door.mother, by="test")
    assert second.pk != first.pk
    for old in (text, first.number):
        with pytest.raises(RevokedCodeError):
            resident_of_code(old)
    assert resident_of_code(code_of(second)) == (door.mother, How.CODE)
    assert Pass.objects.filter(resident=door.mother, revoked_at=None).count() == 1


def test_keys_can_follow_one_another_and_are_published(door: Door) -> None:
    old = code_of(pass_of(door.mother))
    make_key()
    new = code_of(pass_of(door.mother))
    assert old != new
    assert resident_of_code(old)[0] == resident_of_code(new)[0] == door.mother
    listed = published_keys()["keys"]
    assert {one["crv"] for one in listed} == {"Ed25519"}
    for one in listed:
        public = base64.urlsafe_b64decode(one["x"] + "=")
        assert hashlib.sha256(public).digest()[:4] == base64.urlsafe_b64decode(one["kid"] + "==")
        assert "d" not in one
    assert len(public_keys()) == 2


@pytest.mark.parametrize(
    "typed",
    [
        "見本 花子 1988-5-14",
        "見本花子 19880514",
        "1988年5月14日 見本花子",
        "見本 花子 昭和63年5月14日",
        "見本 花子 S63.5.14",
        "見本 花子 s630514",
        "見本　花子　１９８８／５／１４",
    ],
)
def test_a_name_and_a_birthday_are_read_as_people_type_them(typed: str, door: Door) -> None:
    found = find(typed)
    assert (found.how, found.residents) == (How.SEARCH, [door.mother])


def test_the_reading_or_part_of_a_name_will_do(door: Door) -> None:
    for typed in ("みほん", "ミホン ハナコ", "見本", "花子", "はなこ"):
        assert find(f"{typed} 1988-5-14").residents == [door.mother], typed


def test_without_both_nobody_is_shown(door: Door) -> None:
    from todoke.exchange.passes.finding import NameAndBirthdayError, NobodyFoundError

    for typed in ("見本", "1988-5-14", "", "見本 花子 1988-13-40"):
        with pytest.raises(NameAndBirthdayError):
            find(typed)
    with pytest.raises(NobodyFoundError):
        find("本 1988-5-14")
    assert name_and_birthday("見本 平成元年1月9日")[1].year == 1989
