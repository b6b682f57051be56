"""The page that shows what was taken."""

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from markupsafe import Markup
from werkzeug.wrappers import Response

from counterparts.commons.checking import Document
from counterparts.page import html, joined, text

TEXTS = {
    "ja": {
        "what": "トドケの見本：Lアラート",
        "none": "まだ何も届いていません",
        "some": "受け付けた文書：{count}件（新しい順）",
        "refused": "受け付けなかったもの",
        "revision": "第{revision}版",
        "Exercise": "【訓練】",
        "Test": "【試験】",
        "Actual": "",
        "EvacuationOrder": "避難情報",
        "Shelter": "避難所情報",
    },
    "en": {
        "what": "Todoke’s stand-in: L-Alert",
        "none": "Nothing has arrived yet",
        "some": "Documents taken: {count} (newest first)",
        "refused": "Refused",
        "revision": "revision {revision}",
        "Exercise": "[DRILL] ",
        "Test": "[TEST] ",
        "Actual": "",
        "EvacuationOrder": "Evacuation information",
        "Shelter": "Shelters",
    },
}
SHOWN = 50
_JAPAN = timezone(timedelta(hours=9))


def page(
    taken: Sequence[tuple[int, datetime, Document]], refused: Sequence[tuple[datetime, str]], language: str
) -> Response:
    """Newest first, as text only."""
    texts = TEXTS[language]
    rows = joined(_row(number, at, one, texts) for number, at, one in taken[:SHOWN])
    wrong = joined(
        text("<li><span>{at}</span> {why}</li>").format(at=_time(at), why=why) for at, why in refused[:SHOWN]
    )
    content = text('<ul class="rows">{rows}</ul>').format(rows=rows)
    if refused:
        content += text('<h2>{title}</h2><ul class="rows">{wrong}</ul>').format(title=texts["refused"], wrong=wrong)
    heading = texts["some"].format(count=len(taken)) if taken else texts["none"]
    other = "en" if language == "ja" else "ja"
    return html(
        language=language,
        title=heading,
        what=texts["what"],
        heading=heading,
        content=content,
        switch_address=f"/?lang={other}",
    )


def _row(number: int, at: datetime, one: Document, texts: dict[str, str]) -> Markup:
    return text(
        "<li><strong>{drill}{category}</strong> <span>{publisher}</span> <span>{revision}</span> <span>{at}</span>"
        '<p lang="ja">{headline}</p><pre lang="ja">{sorts}</pre><a href="/documents/{number}.xml">XML</a></li>'
    ).format(
        drill=texts[one.status],
        category=texts[one.category],
        publisher=one.publisher,
        revision=texts["revision"].format(revision=one.revision),
        at=_time(at),
        headline=one.headline,
        sorts="\n".join(one.sorts),
        number=number,
    )


def _time(at: datetime) -> str:
    return at.astimezone(_JAPAN).strftime("%Y-%m-%d %H:%M:%S")
