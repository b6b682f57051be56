"""Where Lアラート gives out documents: its SOAP call ``publish``, or the document alone."""

from django.http import HttpRequest, HttpResponse

from todoke.faces.api.sources import for_machines
from todoke.loops.reach.actions.telegrams import receive
from todoke.loops.reach.publishing.commons import profile
from todoke.loops.reach.telegrams.commons.soap import answer, fault
from todoke.loops.reach.telegrams.markup import MAX_BYTES

XML = "text/xml; charset=utf-8"


@for_machines
def push_message(request: HttpRequest) -> HttpResponse:
    """200 and ``publishResponse`` when it is kept, also for the second time; a fault when it cannot be read, or kept.

    What cannot be read is kept with its error all the same.
    """
    body = request.read(MAX_BYTES + 1)
    if not body:
        return _fault("the request has no body", 400)
    if len(body) > MAX_BYTES:
        return _fault(f"a message has at most {MAX_BYTES} bytes", 413)
    telegram = receive(body=body, source="commons").telegram
    if telegram.error:
        return _fault(telegram.error, 500)
    return HttpResponse(answer(profile()), content_type=XML)


def _fault(text: str, status: int) -> HttpResponse:
    return HttpResponse(fault(text, profile(), theirs=True), content_type=XML, status=status)
