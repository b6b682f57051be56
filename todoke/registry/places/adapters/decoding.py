"""Text of files as municipalities publish them: UTF-8 with or without a mark, UTF-16, or CP932."""

import codecs
from pathlib import Path

from todoke.registry.places.errors import BadFileError

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CHUNK = 1024 * 1024
_LOOKED_AT = 1000


def text_of(path: Path) -> str:
    """The whole file. Raises BadFileError."""
    encoding = encoding_of(path)
    return path.read_bytes().decode(encoding)


def encoding_of(path: Path) -> str:
    """What a file of any size is written in; it is read through, in memory that does not grow. Raises BadFileError."""
    try:
        with path.open("rb") as file:
            head = file.read(_LOOKED_AT)
        for encoding in _likely(head):
            fails = _fails(path, encoding)
            if fails is None:
                return encoding
    except OSError as error:
        raise BadFileError(file=path.name, problem=str(error)) from None
    raise BadFileError(file=path.name, problem=fails)


def _likely(head: bytes) -> tuple[str, ...]:
    if head.startswith(UTF16_MARKS):
        return ("utf-16",)
    if head.startswith(UTF8_MARK):
        return ("utf-8-sig",)
    if b"\0" in head:
        # Plain letters have the zero after them in one order of bytes, before them in the other.
        return ("utf-16-le" if head[1::2].count(0) >= head[::2].count(0) else "utf-16-be",)
    return ("utf-8", "cp932")


def _fails(path: Path, encoding: str) -> str | None:
    """What is wrong with the bytes; None where all can be read."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
                read += len(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return f"{encoding}: {error.reason} (byte {read + error.start})"
    return None
