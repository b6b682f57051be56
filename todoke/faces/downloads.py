"""Files that people attached, given out so that they cannot do harm."""

from urllib.parse import quote

from django.http import HttpResponse

from todoke.kernel.models import StoredFile


def file_response(file: StoredFile, name: str) -> HttpResponse:
    """The content under the type that was found by decoding it; scripts in it are powerless."""
    response = HttpResponse(bytes(file.content), content_type=file.media_type)
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
