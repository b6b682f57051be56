"""The frame of the counterparts' pages: plain HTML, one style sheet, no script."""

from importlib.resources import files
from typing import Any

from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.wrappers import Request, Response

LANGUAGES = ("ja", "en")

_FRAME = Markup("""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<link rel="stylesheet" href="/counterpart.css">
<link rel="icon" href="data:,">
</head>
<body>
<a class="skip" href="#main">{skip}</a>
<header><p class="what">{what}</p>{switch}</header>
<main id="main">
<h1>{heading}</h1>
{content}
</main>
</body>
</html>
""")


def text(content: str) -> Markup:
    """HTML written here; its placeholders escape what is put into them."""
    return Markup(content)  # noqa: S704 - callers pass literals only


def joined(parts: Any) -> Markup:
    """One piece of HTML after the other."""
    return Markup("\n").join(parts)


def language_of(request: Request, parameter: str = "lang") -> str:
    """ja or en: what the address asks for, else what the browser does."""
    asked = request.values.get(parameter, "").split(" ")[0]
    if asked in LANGUAGES:
        return asked
    return LanguageAccept(request.accept_languages).best_match(LANGUAGES, default="ja")


def html(
    *,
    language: str,
    title: str,
    what: str,
    heading: str,
    content: Markup,
    switch_address: str = "",
    form_targets: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    """A page. ``switch_address`` leads to the other language; ``form_targets`` are origins a form may lead to."""
    other = "English" if language == "ja" else "日本語"
    other_code = "en" if language == "ja" else "ja"
    switch = (
        text('<p><a href="{address}" lang="{code}" hreflang="{code}">{name}</a></p>').format(
            address=switch_address, code=other_code, name=other
        )
        if switch_address
        else Markup("")
    )
    body = _FRAME.format(
        language=language,
        title=title,
        what=what,
        heading=heading,
        content=content,
        switch=switch,
        skip="本文へ" if language == "ja" else "Skip to content",
    )
    response = Response(body, status=status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {' '.join(form_targets)}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def stylesheet() -> Response:
    """The one style sheet."""
    css = files("counterparts").joinpath("counterpart.css").read_text(encoding="utf-8")
    return Response(css, mimetype="text/css", headers={"Cache-Control": "max-age=300"})
