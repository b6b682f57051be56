"""Text of files as municipalities publish them: UTF-8 with or without a mark, UTF-16, or CP932."""

from pathlib import Path

from todoke.registry.places.errors import BadFileError

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def text_of(path: Path) -> str:
    """The whole file. Raises BadFileError."""
    try:
        content = path.read_bytes()
        if content.startswith(UTF16_MARKS):
            return content.decode("utf-16")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("cp932")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFileError(file=path.name, problem=str(error)) from None
