"""A browser without a screen: what a person does, over HTTP, through the doors that everyone uses."""

import re
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx


class StoryError(Exception):
    """A step of the story did not go as told."""


class _Forms(HTMLParser):
    """The forms of a page with their hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, list[str]]]] = []
        self.heading = ""
        self._in_heading = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        elif tag == "h1":
            self._in_heading = not self.heading
        elif tag == "input" and given.get("type") == "hidden" and self.forms:
            self.forms[-1][1].setdefault(given.get("name", ""), []).append(given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "h1":
            self._in_heading = False

    def handle_data(self, data: str) -> None:
        if self._in_heading:
            self.heading += data


class Visitor:
    """One person at one device, with cookies of their own."""

    def __init__(self, base: str) -> None:
        self._client = httpx.Client(base_url=base, follow_redirects=True, timeout=30, headers={"Accept-Language": "ja"})
        self.address = base
        self.html = ""
        self.requests = 0

    def open(self, address: str, expect: int = 200) -> str:
        """Open a page; its heading. Raises StoryError for another status than ``expect``."""
        return self._keep(self._client.get(urljoin(self.address, address)), expect)

    def send(
        self,
        action: str,
        values: Mapping[str, Any] | None = None,
        files: list[tuple[str, tuple[str, bytes, str]]] | None = None,
        expect: int = 200,
    ) -> str:
        """Send the form of this page whose action ends in ``action`` ('' is the page's own), with its hidden fields."""
        parser = _Forms()
        parser.feed(self.html)
        form = next((form for form in parser.forms if form[0].endswith(action) if action or not form[0]), None)
        if form is None:
            raise StoryError(f"no form {action!r} at {self.address}")
        data = {**form[1], **(values or {})}
        target = urljoin(self.address, unescape(form[0]) or self.address)
        return self._keep(self._client.post(target, data=data, files=files or None), expect)

    def _keep(self, response: httpx.Response, expect: int) -> str:
        self.requests += 1 + len(response.history)
        self.address, self.html = str(response.url), response.text
        parser = _Forms()
        parser.feed(self.html)
        heading = re.sub(r"\s+", " ", parser.heading.replace("\u200b", "")).strip()
        if response.status_code != expect:
            raise StoryError(f"{response.status_code} at {self.address}: {heading}")
        return heading

    def find(self, pattern: str) -> str:
        """The first group of ``pattern`` in the page. Raises StoryError when it is not there."""
        match = re.search(pattern, self.html)
        if match is None:
            raise StoryError(f"{pattern} is not at {self.address}")
        return unescape(match[1])
