"""The page that shows what arrived."""

from datetime import timedelta, timezone

from counterparts.page import html, joined, stylesheet, text
from counterparts.sink.store import Store

TEXTS = {
    "ja": {
        "what": "トドケの見本：届け先（SMS・LINE・プッシュ）",
        "none": "まだ何も届いていません",
        "some": "新しい順に{count}件（受け取った数は全部で{all}件）",
        "label": "あて先でさがす",
        "button": "さがす",
    },
    "en": {
        "what": "Todoke’s stand-in: text messages, LINE, push",
        "none": "Nothing has arrived yet",
        "some": "The {count} newest (of {all} that were accepted)",
        "label": "Find by address",
        "button": "Find",
    },
}
SHOWN = 50
_JAPAN = timezone(timedelta(hours=9))

Shown = tuple[int, dict[str, str], bytes]


def page(store: Store, to: str, language: str) -> Shown:
    """Newest first, as text only."""
    language = language if language in TEXTS else "ja"
    texts, found = TEXTS[language], store.newest(to, SHOWN)
    rows = joined(
        text("<li><strong>{channel}</strong> <span>{to}</span> <span>{at}</span><pre>{text}</pre></li>").format(
            channel=one.channel,
            to=one.to,
            at=one.at.astimezone(_JAPAN).strftime("%Y-%m-%d %H:%M:%S"),
            text=one.text,
        )
        for one in found
    )
    content = text("""
<form method="get" action="/" class="search" role="search">
<label for="to">{label}</label>
<input type="search" id="to" name="to" value="{to}" autocomplete="off">
<input type="hidden" name="lang" value="{language}">
<button class="button" type="submit">{button}</button>
</form>
<ul class="rows">{rows}</ul>
""").format(label=texts["label"], button=texts["button"], to=to, language=language, rows=rows)
    heading = texts["some"].format(count=len(found), all=len(store.effects)) if found else texts["none"]
    other = "en" if language == "ja" else "ja"
    response = html(
        language=language,
        title=heading,
        what=texts["what"],
        heading=heading,
        content=content,
        switch_address=f"/?lang={other}",
    )
    return 200, dict(response.headers), response.get_data()


def style() -> Shown:
    """The one style sheet."""
    return 200, {"content-type": "text/css"}, stylesheet().get_data()
