"""Addresses."""

import re
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from todoke.capabilities.forms.questions.kind import Raw, Typed
from todoke.capabilities.forms.types import Question
from todoke.kernel.text import to_halfwidth


class Address(Typed):
    """A postal code, and the address as one writes it: ``{"postal_code": "9860822", "text": "…"}``."""

    name: ClassVar[str] = "address"

    def parse(self, question: Question, field: str, raw: Raw) -> Any:
        """'' when both are empty."""
        code = to_halfwidth(super().parse(question, f"{field}-postal_code", raw)).lstrip("〒")
        text = super().parse(question, f"{field}-text", raw)
        return {"postal_code": re.sub(r"[-‐−–ー\s]", "", code), "text": text} if code or text else ""

    def problem(self, question: Question, value: Any) -> str | None:
        """A part that is missing or has not its form."""
        if not isinstance(value, dict) or not re.fullmatch(r"\d{7}", str(value.get("postal_code", ""))):
            return _("郵便番号は7桁の数字で入れてください。例：986-0822")
        text = value.get("text", "")
        if not text or len(text) > 200:
            return _("都道府県から番地まで、200文字以内で入れてください。")
        return None

    def present(self, question: Question, value: Any, reading: str) -> str:
        """〒986-0822 …"""
        code = value["postal_code"]
        return f"〒{code[:3]}-{code[3:]} {value['text']}"
