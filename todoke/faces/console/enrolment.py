"""The key of one-time codes while it is being set up: in the session, encrypted, until the app shows a right code."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from todoke.kernel.errors import NotFoundError
from todoke.kernel.signing import decrypt, encrypt
from todoke.registry.organisations.credentials.codes import code_address, code_picture, new_code_key
from todoke.registry.organisations.models import Officer
from todoke.registry.places.prefectures import prefecture

PENDING = "pending-code-key"


def party_name() -> str:
    """How authenticators and code apps list this system."""
    return _("トドケ %(place)s 職員") % {"place": prefecture(settings.PREFECTURE).short_name}


def pending_key(request: HttpRequest, officer: Officer) -> str:
    """The key that waits for its first code; a new one where none waits for this officer."""
    kept = request.session.get(PENDING)
    if kept and kept[0] == officer.pk:
        return decrypt(kept[1])
    key = new_code_key()
    request.session[PENDING] = [officer.pk, encrypt(key)]
    return key


def forget_pending(request: HttpRequest) -> None:
    """After the key was taken into use."""
    request.session.pop(PENDING, None)


def in_fours(key: str) -> str:
    """A key as a person types it: ``ABCD EFGH …``."""
    return " ".join(key[i : i + 4] for i in range(0, len(key), 4))


def pending_address(request: HttpRequest, officer: Officer) -> str:
    """The otpauth: address, for an app on the same device."""
    return code_address(officer, pending_key(request, officer), party_name())


@never_cache
@require_GET
def totp_qr(request: HttpRequest) -> HttpResponse:
    """The QR code of the key that waits in this session."""
    kept = request.session.get(PENDING)
    officer = Officer.objects.filter(pk=kept[0], active=True).first() if kept else None
    if officer is None:
        raise NotFoundError
    return HttpResponse(code_picture(pending_address(request, officer)), content_type="image/svg+xml")
