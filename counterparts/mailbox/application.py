"""The mailbox's pages."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from counterparts.mailbox.store import Mail, Store
from counterparts.mailbox.texts import TEXTS
from counterparts.page import html, joined, language_of, stylesheet, text

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

ROUTES = Map(
    [
        Rule("/", endpoint="list", methods=["GET"]),
        Rule("/health", endpoint="health", methods=["GET"]),
        Rule("/counterpart.css", endpoint="style", methods=["GET"]),
        Rule("/messages.json", endpoint="json", methods=["GET"]),
        Rule("/messages/<mail_id>", endpoint="mail", methods=["GET"]),
        Rule("/messages/<mail_id>.eml", endpoint="source", methods=["GET"]),
    ]
)
PAGE = 50
_JAPAN = timezone(timedelta(hours=9))


@dataclass
class Mailbox:
    """A WSGI application."""

    store: Store

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Route and answer."""
        request = Request(environ)
        try:
            endpoint, arguments = ROUTES.bind_to_environ(environ).match()
            response: Any = getattr(self, f"on_{endpoint}")(request, **arguments)
        except HTTPException as error:
            response = error
        return list(response(environ, start_response))

    def on_health(self, request: Request) -> Response:
        """For who waits until it serves."""
        return Response("{}", mimetype="application/json")

    def on_style(self, request: Request) -> Response:
        """The style sheet."""
        return stylesheet()

    def on_list(self, request: Request) -> Response:
        """Newest first."""
        language = language_of(request)
        texts = TEXTS[language]
        to, before = request.args.get("to", "").strip(), request.args.get("before", "")
        found = self.store.newest(to=to, before=before, limit=PAGE + 1)
        mails, more = found[:PAGE], len(found) > PAGE
        content = text("""
<form method="get" action="/" class="search" role="search">
<label for="to">{label}</label>
<input type="search" id="to" name="to" value="{to}" autocomplete="off">
<input type="hidden" name="lang" value="{language}">
<button class="button" type="submit">{button}</button>
</form>
<ul class="rows">{rows}</ul>
<nav class="pages">{links}</nav>
""").format(
            label=texts["search_label"],
            to=to,
            language=language,
            button=texts["search_button"],
            rows=joined(_row(mail, texts, language) for mail in mails),
            links=joined(
                [
                    *([_link({"to": to, "lang": language}, texts["newest"])] if before else []),
                    *([_link({"to": to, "before": mails[-1].id, "lang": language}, texts["older"])] if more else []),
                ]
            ),
        )
        return _page(request, language, _heading(texts, to, len(mails), more or bool(before)), content)

    def on_mail(self, request: Request, mail_id: str) -> Response:
        """One mail, as text."""
        language = language_of(request)
        texts = TEXTS[language]
        mail = self.store.find(mail_id)
        back = text('<p><a href="/?lang={language}">{back}</a></p>').format(language=language, back=texts["back"])
        if mail is None:
            return _page(request, language, texts["missing"], back, 404)
        plain, markup = self.store.texts(mail)
        content = text("""
<dl>
<dt>{from_label}</dt><dd>{sender}</dd>
<dt>{to_label}</dt><dd>{to}</dd>
<dt>{at_label}</dt><dd>{at}</dd>
</dl>
{plain}
{markup}
<p><a href="/messages/{id}.eml">{source}</a></p>
{back}
""").format(
            from_label=texts["from"],
            sender=mail.sender,
            to_label=texts["to"],
            to=", ".join(mail.to),
            at_label=texts["at"],
            at=_time(mail),
            plain=text("<pre>{body}</pre>").format(body=plain) if plain else "",
            markup=text("<h2>{heading}</h2>\n<pre>{body}</pre>").format(heading=texts["html"], body=markup)
            if markup
            else "",
            id=mail.id,
            source=texts["source"],
            back=back,
        )
        return _page(request, language, mail.subject or texts["no_subject"], content)

    def on_source(self, request: Request, mail_id: str) -> Response:
        """The mail as it came, to be saved and not shown."""
        mail = self.store.find(mail_id)
        if mail is None:
            return Response(status=404)
        return Response(
            self.store.source(mail),
            mimetype="message/rfc822",
            headers={"Content-Disposition": f'attachment; filename="{mail.id}.eml"'},
        )

    def on_json(self, request: Request) -> Response:
        """For stories and tests."""
        limit = request.args.get("limit", 100, type=int)
        mails = self.store.newest(to=request.args.get("to", ""), exactly=True, limit=max(1, min(limit, 10_000)))
        listed = [
            {
                "id": mail.id,
                "received_at": mail.received_at.isoformat(),
                "from": mail.sender,
                "to": list(mail.to),
                "subject": mail.subject,
                "message_id": mail.message_id,
                "text": self.store.texts(mail)[0],
            }
            for mail in mails
        ]
        return Response(json.dumps(listed, ensure_ascii=False), mimetype="application/json")


def _heading(texts: dict[str, str], to: str, count: int, part: bool) -> str:
    if not count:
        return texts["none_to"].format(to=to) if to else texts["none"]
    if part:
        return texts["first"].format(count=count)
    return texts["some_to"].format(to=to, count=count) if to else texts["some"].format(count=count)


def _row(mail: Mail, texts: dict[str, str], language: str) -> Markup:
    return text(
        '<li><a href="/messages/{id}?lang={language}"><strong>{subject}</strong>'
        "<span>{to}</span><span>{at}</span></a></li>"
    ).format(
        id=mail.id,
        language=language,
        subject=mail.subject or texts["no_subject"],
        to=", ".join(mail.to),
        at=_time(mail),
    )


def _time(mail: Mail) -> str:
    return mail.received_at.astimezone(_JAPAN).strftime("%Y-%m-%d %H:%M:%S")


def _link(parameters: dict[str, str], name: str) -> Markup:
    return text('<a href="/?{query}">{name}</a>').format(query=urlencode(parameters), name=name)


def _page(request: Request, language: str, heading: str, content: Markup, status: int = 200) -> Response:
    what = TEXTS[language]["what"]
    other = request.args.to_dict() | {"lang": "en" if language == "ja" else "ja"}
    return html(
        language=language,
        title=f"{heading} | {what}",
        what=what,
        heading=heading,
        content=content,
        switch_address=f"{request.path}?{urlencode(other)}",
        status=status,
    )
