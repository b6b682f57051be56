"""Files by content: what a file is decided by what is in it, not by its name."""

import hashlib
import io

from django.conf import settings
from PIL import Image
from pypdf import PdfReader

from todoke.kernel import clock
from todoke.kernel.errors import TodokeError
from todoke.kernel.models import StoredFile

IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MAX_PIXELS = 60_000_000
"""A picture of more is refused before it is decoded: it would take the server's memory."""


class FileTooLargeError(TodokeError):
    """ファイルが大きすぎます（{size}MB）。{limit}MBまでのファイルを選んでください。"""

    code = "file-too-large"
    status = 413


class FileNotReadableError(TodokeError):
    """ファイルを開けません。写真（JPEG、PNG、WebP）かPDFを選んでください。"""

    code = "file-not-readable"
    status = 422


class FileEncryptedError(TodokeError):
    """パスワードの付いたPDFは開けません。パスワードを外したものを選んでください。"""

    code = "file-encrypted"
    status = 422


def media_type_of(content: bytes) -> str:
    """The type by decoding. Raises FileNotReadableError or FileEncryptedError."""
    if content.startswith(b"%PDF-"):
        try:
            reader = PdfReader(io.BytesIO(content))
            if reader.is_encrypted:
                raise FileEncryptedError
            if not reader.pages:
                raise FileNotReadableError
        except TodokeError:
            raise
        except Exception as error:
            raise FileNotReadableError from error
        return "application/pdf"
    try:
        with Image.open(io.BytesIO(content), formats=list(IMAGES)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FileNotReadableError
            kind = IMAGES[str(image.format)]
            image.load()
    except TodokeError:
        raise
    except Exception as error:
        raise FileNotReadableError from error
    return kind


def check_size(size: int) -> None:
    """Raises FileTooLargeError for more bytes than TODOKE_UPLOAD_MAX_BYTES; ask before reading a file."""
    if size > settings.UPLOAD_MAX_BYTES:
        mega = 1024 * 1024
        raise FileTooLargeError(size=-(-size // mega), limit=settings.UPLOAD_MAX_BYTES // mega)


def store(content: bytes) -> StoredFile:
    """Keep ``content`` once. Raises FileTooLargeError, FileNotReadableError, FileEncryptedError."""
    check_size(len(content))
    digest = hashlib.sha256(content).hexdigest()
    known = StoredFile.objects.filter(sha256=digest).defer("content").first()
    if known:
        return known
    row = StoredFile(
        sha256=digest,
        media_type=media_type_of(content),
        size=len(content),
        content=content,
        stored_at=clock.now(),
    )
    StoredFile.objects.bulk_create([row], ignore_conflicts=True)
    return row
