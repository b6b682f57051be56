"""Giving documents out."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from xml.etree import ElementTree as Tree

from counterparts.commons.checking import ENVELOPE, SOAP


@dataclass(frozen=True)
class Receiver:
    """Who is given documents, by the same call by which they are taken."""

    address: str = ""
    token: str = ""

    def give(self, document: bytes) -> tuple[int, str]:
        """The status of the answer and its text; 0 where nobody answers, or nobody is to be given anything."""
        if not self.address:
            return 0, "no receiver"
        call = urllib.request.Request(self.address, data=wrap(document), method="POST")  # noqa: S310
        call.add_header("Content-Type", "text/xml; charset=utf-8")
        call.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(call, timeout=10) as answer:  # noqa: S310
                return answer.status, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")
        except OSError as error:
            return 0, str(error)


def wrap(document: bytes) -> bytes:
    """``publish(message)`` with the document as an element."""
    root = Tree.Element(f"{{{ENVELOPE}}}Envelope")
    body = Tree.SubElement(root, f"{{{ENVELOPE}}}Body")
    message = Tree.SubElement(Tree.SubElement(body, f"{{{SOAP}}}publish"), f"{{{SOAP}}}message")
    message.append(Tree.fromstring(document))  # noqa: S314
    return bytes(Tree.tostring(root, encoding="utf-8", xml_declaration=True))
