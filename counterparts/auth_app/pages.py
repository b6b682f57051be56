"""The page on which a person is chosen, and the small ones beside it."""

from urllib.parse import urlencode, urlsplit

from markupsafe import Markup
from werkzeug.wrappers import Response

from counterparts.auth_app.authorization import AuthorizationRequest
from counterparts.auth_app.cards import Card, Cards
from counterparts.auth_app.grants import Behaviour
from counterparts.auth_app.refusals import RefusedError
from counterparts.auth_app.texts import BEHAVIOURS, TEXTS
from counterparts.page import html, joined, text

SEARCH_LIMIT = 30


def choose_page(request: AuthorizationRequest, cards: Cards, words: str, language: str) -> Response:
    """The story's people, a search over the rest, a way out, and ways to fail."""
    texts = TEXTS[language]
    hidden = joined(
        text('<input type="hidden" name="{name}" value="{value}">').format(name=name, value=value)
        for name, value in (request.parameters | {"ui_locales": language}).items()
    )
    found = cards.search(words, SEARCH_LIMIT) if words.strip() else []
    content = text("""
<p>{lead}</p>
<p class="note">{gives}: {claims}</p>
<form method="post" action="auth" id="choose">
{hidden}
</form>
<h2>{story_heading}</h2>
<ul class="rows">{story}</ul>
<h2 id="search-heading">{search_heading}</h2>
<form method="get" action="auth#search-heading" class="search" role="search">
{hidden}
<label for="q">{search_label}</label>
<input type="search" id="q" name="q" value="{words}" autocomplete="off">
<button class="button" type="submit">{search_button}</button>
</form>
{found}
<details>
<summary>{misbehave}</summary>
<p id="misbehave-help">{misbehave_help}</p>
<fieldset aria-describedby="misbehave-help"><legend>{misbehave_legend}</legend>
{behaviours}
</fieldset>
</details>
<p><button class="button" type="submit" form="choose" name="cancel" value="1">{cancel}</button></p>
<p class="note">{cancel_help}</p>
""").format(
        lead=texts["lead"],
        gives=texts["gives"],
        claims=("、" if language == "ja" else ", ").join(texts[scope] for scope in sorted(request.scopes, key=_order)),
        hidden=hidden,
        story_heading=texts["story"],
        story=_rows(cards.story, texts),
        search_heading=texts["search"],
        search_label=texts["search_label"],
        words=words,
        search_button=texts["search_button"],
        found=_found(found, texts) if words.strip() else "",
        misbehave=texts["misbehave"],
        misbehave_help=texts["misbehave_help"],
        misbehave_legend=texts["misbehave_legend"],
        behaviours=_behaviours(language),
        cancel=texts["cancel"],
        cancel_help=texts["cancel_help"],
    )
    other = "en" if language == "ja" else "ja"
    target = urlsplit(request.redirect_uri)
    return html(
        language=language,
        title=f"{texts['title']} | {texts['what']}",
        what=texts["what"],
        heading=texts["title"],
        content=content,
        switch_address="auth?" + urlencode(request.parameters | {"ui_locales": other, "q": words}),
        form_targets=(f"{target.scheme}://{target.netloc}",),
    )


def _order(scope: str) -> int:
    return ["openid", "name", "address", "birthdate", "gender", "sign"].index(scope)


def _rows(cards: list[Card], texts: dict[str, str]) -> Markup:
    return joined(
        text(
            '<li><button type="submit" form="choose" name="card" value="{id}"><strong>{name}</strong>'
            "<span>{kana}</span><span>{born} {address}</span><span>{note}</span></button></li>"
        ).format(
            id=card.id,
            name=card.name,
            kana=card.kana,
            born=_born(card, texts),
            address=card.address,
            note=card.note,
        )
        for card in cards
    )


def _born(card: Card, texts: dict[str, str]) -> str:
    day = card.birthdate
    return texts["born"].format(year=int(day[:4]), month=int(day[4:6]), day=int(day[6:]))


def _found(found: list[Card], texts: dict[str, str]) -> Markup:
    if not found:
        return text('<p role="status">{none}</p>').format(none=texts["none"])
    key = "found_many" if len(found) == SEARCH_LIMIT else "found"
    return text('<p role="status">{count}</p>\n<ul class="rows">{rows}</ul>').format(
        count=texts[key].format(count=len(found)), rows=_rows(found, texts)
    )


def _behaviours(language: str) -> Markup:
    return joined(
        text(
            '<div class="choice"><input type="radio" form="choose" name="behaviour" id="behaviour-{value}" '
            'value="{value}"{checked}><label for="behaviour-{value}">{label}</label></div>'
        ).format(value=value, label=label, checked=Markup(" checked") if value is Behaviour.OK else "")
        for value, label in BEHAVIOURS[language].items()
    )


def refused_page(refusal: RefusedError, language: str) -> Response:
    """For requests that have nowhere to be answered."""
    texts = TEXTS[language]
    content = text("<p>{help}</p>\n<p class='note'>{reason}: {error}, {description}</p>").format(
        help=texts["refused_help"], reason=texts["reason"], error=refusal.error, description=refusal.description
    )
    return _small(language, texts["refused"], content, 400)


def logged_out_page(language: str) -> Response:
    """After a log-out that named no place to go back to."""
    texts = TEXTS[language]
    return _small(language, texts["logged_out"], text("<p>{help}</p>").format(help=texts["logged_out_help"]))


def idle_page(language: str) -> Response:
    """At the root."""
    texts = TEXTS[language]
    return _small(language, texts["idle"], text("<p>{help}</p>").format(help=texts["idle_help"]))


def _small(language: str, heading: str, content: Markup, status: int = 200) -> Response:
    what = TEXTS[language]["what"]
    return html(
        language=language, title=f"{heading} | {what}", what=what, heading=heading, content=content, status=status
    )
