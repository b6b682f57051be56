"""What the platform was used for: written where it happens, soon counted, and then forgotten one by one."""

from django.db import models


class Use(models.Model):
    """Something that happened and is not counted yet; it says of nobody that it was they."""

    kind = models.CharField(max_length=20)
    month = models.DateField(help_text="Its first day, in Japan")
    municipality_code = models.CharField(max_length=5, blank=True)
    service = models.CharField(max_length=60, blank=True)
    attributes = models.JSONField(default=dict)
    count = models.IntegerField(default=1, help_text="Negative where an earlier count is taken back")
    value = models.BigIntegerField(default=0, help_text="The sum of what each measures: days to a decision")

    def __str__(self) -> str:
        return f"{self.kind} {self.count}"


class UseCell(models.Model):
    """How often something happened in a month, at a place, for a service, with these attributes."""

    kind = models.CharField(max_length=20)
    month = models.DateField()
    municipality_code = models.CharField(max_length=5, blank=True)
    service = models.CharField(max_length=60, blank=True)
    attributes = models.JSONField(default=dict)
    count = models.BigIntegerField()
    value = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "month", "municipality_code", "service", "attributes"], name="a_cell_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.month}: {self.count}"


class Outdated(models.Model):
    """A month of a kind whose cells changed since figures were made of them."""

    kind = models.CharField(max_length=20)
    month = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "month"], name="outdated_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.month}"
