"""The code of a pass: a CBOR web token (RFC 8392) signed with Ed25519 (COSE_Sign1, RFC 9052), as a QR code.

It names the pass and nothing of its holder. Whoever has the public keys can tell without network that it is
genuine. It is written in the alphabet of ``kernel.ids``, which QR codes hold densely and which a scanner types the
same way on every keyboard.
"""

from dataclasses import dataclass
from uuid import UUID

import cbor2
import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from todoke.exchange.passes.types import How
from todoke.kernel.errors import InvalidInputError
from todoke.kernel.ids import ALPHABET, MISREAD

PREFIXES = {"TDP1": How.CODE, "TDC1": How.CARD}
"""On a screen, on a card."""

ALGORITHM, KID = 1, 4
EDDSA = -8
ISSUER, ISSUED_AT, TOKEN_ID = 1, 6, 7
LONGEST = 400


class CodeError(InvalidInputError):
    """このコードは読めません。もう一度読み取るか、名前と生年月日でさがしてください。"""

    code = "pass-code"


@dataclass(frozen=True)
class ReadCode:
    """A code whose signature is right."""

    pass_id: UUID
    issuer: str
    issued_at: int
    how: How


def sign(*, pass_id: UUID, issuer: str, issued_at: int, kid: bytes, key: Ed25519PrivateKey) -> bytes:
    """The signed token; the same input makes the same token."""
    protected = cbor2.dumps({ALGORITHM: EDDSA, KID: kid})
    payload = cbor2.dumps({ISSUER: issuer, ISSUED_AT: issued_at, TOKEN_ID: pass_id.bytes})
    signature = key.sign(_to_be_signed(protected, payload))
    return _enveloped(protected, payload, signature)


def _enveloped(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(18, [protected, {}, payload, signature]))


def _to_be_signed(protected: bytes, payload: bytes) -> bytes:
    return cbor2.dumps(["Signature1", protected, b"", payload])


def written(token: bytes, how: How = How.CODE) -> str:
    """As the QR code holds it."""
    prefix = next(prefix for prefix, way in PREFIXES.items() if way is how)
    bits, size = int.from_bytes(token, "big"), len(token) * 8
    letters = -(-size // 5)
    bits <<= letters * 5 - size
    return prefix + "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(letters)))


def is_code(text: str) -> bool:
    """Whether somebody scanned a pass, rather than typed a number or a name."""
    return text.strip()[:4].upper() in PREFIXES


def read(text: str, keys: dict[bytes, bytes]) -> ReadCode:
    """The pass that a code names. ``keys`` are public keys by kid. Raises CodeError for all that is not genuine.

    A pass has one way of being written: what differs where nothing is signed is refused too.
    """
    plain = text.strip().upper()
    if not is_code(plain) or len(plain) > LONGEST:
        raise CodeError
    try:
        protected, _unprotected, payload, signature = cbor2.loads(_unwritten(plain[4:])).value
        header, claims = cbor2.loads(protected), cbor2.loads(payload)
        letters = written(_enveloped(protected, payload, signature))[4:]
        if header[ALGORITHM] != EDDSA or letters != plain[4:].translate(MISREAD):
            raise CodeError
        public = Ed25519PublicKey.from_public_bytes(keys[header[KID]])
        public.verify(signature, _to_be_signed(protected, payload))
        return ReadCode(UUID(bytes=claims[TOKEN_ID]), str(claims[ISSUER]), int(claims[ISSUED_AT]), PREFIXES[plain[:4]])
    except (InvalidSignature, LookupError, TypeError, ValueError, AttributeError, cbor2.CBORError) as error:
        raise CodeError from error


def _unwritten(letters: str) -> bytes:
    bits = 0
    for letter in letters.translate(MISREAD):
        bits = bits << 5 | ALPHABET.index(letter)
    size = len(letters) * 5 // 8
    return (bits >> len(letters) * 5 - size * 8).to_bytes(size, "big")


def picture(text: str) -> str:
    """The QR code as an SVG element, black on white in every theme; its text is beside it, so it is hidden."""
    # Which mask suits best is most of the work; signed letters look the same under any.
    code = segno.make(text, error="m", boost_error=False, mask=2)
    svg: str = code.svg_inline(omitsize=True, border=4, dark="#000", light="#fff", svgclass="qr-code")
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)
