from django.db import models

from todoke.kernel.sealed import SealedJSONField
from todoke.loops.reach.models.notice import Notice


class Answered(models.Model):
    """That somebody answered a notice's questions, so that they do it once. What they said stands elsewhere."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="answered")
    message = models.UUIDField(help_text="The message with the link that they followed")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "message"], name="an_answer_once")]

    def __str__(self) -> str:
        return f"an answer to notice {self.notice_id}"


class NamedAnswer(models.Model):
    """What somebody said, where it was not promised to be anonymous."""

    answered = models.OneToOneField(Answered, on_delete=models.CASCADE, related_name="said")
    answers = SealedJSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"what was said to notice {self.answered.notice_id}"


class Tally(models.Model):
    """What was said anonymously, added up: no row of anybody, no order, no time.

    A notice has some of these, of which each answer takes one by chance, so that answers need not wait for each other.
    Texts and numbers are kept sorted: who came last cannot be told.
    """

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="tallies")
    part = models.PositiveSmallIntegerField()
    counts = models.JSONField(default=dict, help_text="By question and option")
    said = SealedJSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "part"], name="a_part_of_a_tally_once")]

    def __str__(self) -> str:
        return f"part {self.part} of notice {self.notice_id}"
