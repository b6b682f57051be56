"""XML from anywhere, read so that it can do no harm."""

import re
import xml.parsers.expat
from collections.abc import Iterator, Sequence
from typing import Any

from todoke.loops.reach.telegrams.errors import (
    DeepTelegramError,
    EmptyTelegramError,
    EncodingTelegramError,
    ForbiddenTelegramError,
    MalformedTelegramError,
    OversizedTelegramError,
)

MAX_BYTES = 16 * 1024 * 1024
"""The largest telegram known is VPWS50 with 5.5 MB."""
MAX_ELEMENTS = 500_000
"""VPWS50 has about 250,000; each is an object of some 200 bytes here."""
MAX_DEPTH = 64
"""The deepest element of the JMA lies 14 deep, of Lアラート some 20."""

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NONE: dict[str, str] = {}
_UNKNOWN_ENCODING = 18
_INCORRECT_ENCODING = 19


class Node:
    """An element by its local name. ``text`` is what stands directly in it."""

    __slots__ = ("_children", "_first", "_more", "attributes", "name", "namespace")

    def __init__(self, name: str, namespace: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.namespace = namespace
        self.attributes = attributes
        # Most elements have a single word, or none, and no children: lists are made when they are needed.
        self._children: list[Node] | None = None
        self._first = ""
        self._more: list[str] | None = None

    @property
    def children(self) -> "Sequence[Node]":
        """In the order of the document."""
        return self._children or ()

    @property
    def text(self) -> str:
        """Trimmed."""
        return (self._first + "".join(self._more) if self._more else self._first).strip()

    def add_child(self, child: "Node") -> None:
        """After the others."""
        if self._children is None:
            self._children = []
        self._children.append(child)

    def add_words(self, words: str) -> None:
        """After the others."""
        if not self._first:
            self._first = words.lstrip()
        elif self._more is None:
            self._more = [words]
        else:
            self._more.append(words)

    def all(self, path: str) -> list["Node"]:
        """Elements at ``path``, local names separated by slashes."""
        found = [self]
        for name in path.split("/"):
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def find(self, path: str) -> "Node | None":
        """The first at ``path``."""
        if "/" not in path:
            return next((child for child in self.children if child.name == path), None)
        found = self.all(path)
        return found[0] if found else None

    def value(self, path: str) -> str:
        """Text of the first at ``path``; empty where there is none."""
        found = self.find(path)
        return found.text if found is not None else ""

    def walk(self) -> Iterator["Node"]:
        """This and all below, in the order of the document."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


def element(namespace: str, name: str, *children: "Node | str | None", **attributes: str) -> Node:
    """An element to be written: strings are its text, and what is None is left out."""
    node = Node(name, namespace, attributes)
    for child in children:
        if isinstance(child, Node):
            node.add_child(child)
        elif child is not None:
            node.add_words(child)
    return node


def render(root: Node, prefixes: dict[str, str]) -> bytes:
    """UTF-8 with a declaration. ``prefixes`` by namespace; an empty prefix is the namespace without one."""
    declared = "".join(
        f' xmlns{":" if prefix else ""}{prefix}="{_escaped(namespace)}"' for namespace, prefix in prefixes.items()
    )
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    _write(root, prefixes, declared, 0, lines)
    return ("\n".join(lines) + "\n").encode()


def _write(node: Node, prefixes: dict[str, str], declared: str, depth: int, lines: list[str]) -> None:
    prefix = prefixes[node.namespace]
    name = f"{prefix}:{node.name}" if prefix else node.name
    attributes = "".join(f' {key}="{_escaped(value)}"' for key, value in node.attributes.items())
    indent = "  " * depth
    opening = f"{indent}<{name}{declared}{attributes}"
    if node.children:
        lines.append(f"{opening}>")
        for child in node.children:
            _write(child, prefixes, "", depth + 1, lines)
        lines.append(f"{indent}</{name}>")
    elif node.text:
        lines.append(f"{opening}>{_escaped(node.text)}</{name}>")
    else:
        lines.append(f"{opening}/>")


def _escaped(text: str) -> str:
    """Without the characters that XML 1.0 cannot carry."""
    for plain, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("\r", "&#13;")):
        text = text.replace(plain, entity)
    return _UNFIT.sub("", text)


def parse(body: bytes) -> Node:
    """The root. Raises TelegramError for what is too large or too deep, has a DOCTYPE, or is no XML."""
    if len(body) > MAX_BYTES:
        raise OversizedTelegramError(limit=f"{MAX_BYTES // 1024 // 1024} MB")
    if not body.strip():
        raise EmptyTelegramError
    builder = _Builder()
    try:
        builder.parser.Parse(body, True)
    except xml.parsers.expat.ExpatError as error:
        if error.code in {_UNKNOWN_ENCODING, _INCORRECT_ENCODING} or _is_misencoded(body):
            raise EncodingTelegramError from error
        raise MalformedTelegramError(line=error.lineno, problem=xml.parsers.expat.ErrorString(error.code)) from error
    except (ValueError, LookupError) as error:  # pyexpat on encodings of more than one byte, and on unknown ones
        raise EncodingTelegramError from error
    if builder.root is None:
        raise EmptyTelegramError
    return builder.root


def _is_misencoded(body: bytes) -> bool:
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        return True
    return False


class _Builder:
    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._count = 0
        self.parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._forbidden
        self.parser.EntityDeclHandler = self._forbidden
        self.parser.ExternalEntityRefHandler = self._forbidden
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._words

    def _forbidden(self, *_anything: Any) -> int:
        raise ForbiddenTelegramError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise OversizedTelegramError(limit=f"{MAX_ELEMENTS:,} elements")
        if len(self._open) >= MAX_DEPTH:
            raise DeepTelegramError(limit=MAX_DEPTH)
        namespace, _, local = name.rpartition(" ")
        node = Node(local, namespace, {key.rpartition(" ")[2]: value for key, value in attributes.items()} or _NONE)
        if self._open:
            self._open[-1].add_child(node)
        else:
            self.root = node
        self._open.append(node)

    def _end(self, _name: str) -> None:
        self._open.pop()

    def _words(self, words: str) -> None:
        self._open[-1].add_words(words)
