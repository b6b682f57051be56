"""The SOAP call ``publish(message)`` by which Lアラート takes documents and gives them out."""

from dataclasses import dataclass

from todoke.loops.reach.telegrams.commons.profile import Profile
from todoke.loops.reach.telegrams.errors import IncompleteTelegramError
from todoke.loops.reach.telegrams.markup import Node, element, parse, render

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>'
_MARK = "todoke-document"


@dataclass(frozen=True)
class Fault:
    """Why a call was not carried out. ``ours`` when what we said is wrong, so that saying it again is of no use."""

    ours: bool
    code: str
    text: str


def wrap(document: bytes, profile: Profile) -> bytes:
    """The call with a document that was written here."""
    as_text = profile.message_as == "text"
    message = element(profile.soap, "message", document.decode() if as_text else _MARK)
    body = element(profile.soap_envelope, "Body", element(profile.soap, "publish", message))
    call = render(element(profile.soap_envelope, "Envelope", body), prefixes(profile))
    return call if as_text else call.replace(_MARK.encode(), document.removeprefix(_DECLARATION).strip())


def distribution(root: Node) -> Node:
    """The EDXLDistribution of a call, whether it is an element or a string; the root itself when it is no call.

    Raises TelegramError.
    """
    if root.name != "Envelope":
        return root
    message = root.find("Body/publish/message")
    if message is None:
        raise IncompleteTelegramError(element="message")
    return message.children[0] if message.children else parse(message.text.encode())


def fault_of(root: Node) -> Fault | None:
    """What an answer of SOAP 1.1 or 1.2 complains of."""
    found = root.find("Body/Fault")
    if found is None:
        return None
    code = found.value("faultcode") or found.value("Code/Value")
    text = found.value("faultstring") or found.value("Reason/Text")
    return Fault(code.rpartition(":")[2] in {"Client", "Sender"}, code, text)


def answer(profile: Profile) -> bytes:
    """What is said to a call that was taken."""
    return _enveloped(element(profile.soap, "publishResponse"), profile)


def fault(text: str, profile: Profile, *, theirs: bool) -> bytes:
    """What is said to a call that was not; ``theirs`` when it should not come again as it is."""
    said = element(
        profile.soap_envelope,
        "Fault",
        element("", "faultcode", f"soap:{'Client' if theirs else 'Server'}"),
        element("", "faultstring", text),
    )
    return _enveloped(said, profile)


def prefixes(profile: Profile) -> dict[str, str]:
    """Of a call's namespaces."""
    return {profile.soap_envelope: "soap", profile.soap: "tns"}


def _enveloped(content: Node, profile: Profile) -> bytes:
    root = element(profile.soap_envelope, "Envelope", element(profile.soap_envelope, "Body", content))
    return render(root, prefixes(profile) | {"": ""})
