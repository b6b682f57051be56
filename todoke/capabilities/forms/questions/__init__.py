"""The types of question. Each reads what a browser sends, checks it, and puts it in words."""

from todoke.capabilities.forms.questions.choices import Choice, Choices, YesNo
from todoke.capabilities.forms.questions.kind import Kind
from todoke.capabilities.forms.questions.places import Address
from todoke.capabilities.forms.questions.quiet import Heading, Statement, Upload
from todoke.capabilities.forms.questions.texts import Decimal, Email, Kana, Number, Phone, Text, TextArea
from todoke.capabilities.forms.questions.times import Date, Time

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Text(),
        TextArea(),
        Kana(),
        Email(),
        Phone(),
        Number(),
        Decimal(),
        YesNo(),
        Choice(),
        Choices(),
        Date(),
        Time(),
        Address(),
        Upload(),
        Heading(),
        Statement(),
    )
}
"""By the name that a pack writes; ``group`` is not among them, since it is made of others."""
