"""After the log-in nobody is led to another site."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpResponseRedirect
from hypothesis import example, given
from hypothesis import strategies as st

from todoke.faces.portal.login import local_path

OURS = "http://localhost:8000"
ALPHABET = st.sampled_from("/\\:@.?#%\t\n\r\x00 ​／。;=&aA0") | st.characters()


def as_browsers_read(location: str) -> str:
    """The site that a browser goes to: it strips controls at the ends, drops tabs and line ends, and takes \\ for /."""
    read = location.strip("".join(map(chr, range(0x21))))
    read = "".join(letter for letter in read if letter not in "\t\n\r").replace("\\", "/")
    parts = urlsplit(urljoin(f"{OURS}/login/callback", read))
    return f"{parts.scheme}://{parts.netloc}"


@given(st.text(ALPHABET, max_size=40) | st.builds("/{}".format, st.text(ALPHABET, max_size=40)))
@example("//elsewhere.example")
@example("/\\elsewhere.example")
@example("/\t/elsewhere.example")
@example("///elsewhere.example")
@example("http:///elsewhere.example")
@example("javascript:alert(1)")
@example("/%0a/elsewhere.example")
@example("/\n/elsewhere.example")
@example("/\ud800")
def test_every_target_is_ours(target: str) -> None:
    location = HttpResponseRedirect(local_path(target)).headers["Location"]
    assert as_browsers_read(location) == OURS


@pytest.mark.parametrize("target", ["/", "/cases/", "/apply/0192/page/?a=1&b=%E3%81%82#top", "/services/あ/"])
def test_our_pages_are_kept(target: str) -> None:
    assert local_path(target) == target


@pytest.mark.parametrize("target", ["/login/", "/login/callback?code=x", "/logout", "/logout-everywhere", "", "cases/"])
def test_what_would_go_in_circles_leads_to_the_first_page(target: str) -> None:
    assert local_path(target) == "/"


def test_an_endless_target_leads_to_the_first_page() -> None:
    assert local_path("/" + "a" * 5000) == "/"
