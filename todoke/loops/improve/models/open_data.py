"""What is published as open data: released figures laid flat, rows of municipalities' files, and files made ready."""

from django.db import models


class PublishedFigure(models.Model):
    """A released figure as everybody sees it; one for each place in its data set, kept up with each release."""

    policy = models.CharField(max_length=60)
    indicator = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    unit = models.CharField(max_length=40)
    grain = models.CharField(max_length=8)
    on = models.DateField()
    municipality = models.CharField(max_length=6, blank=True, help_text="With its check digit; empty: all")
    municipality_name = models.CharField(max_length=40, blank=True)
    service = models.CharField(max_length=60, blank=True)
    value = models.DecimalField(max_digits=20, decimal_places=6, null=True, help_text="Null: hidden")
    hidden = models.BooleanField()
    origin = models.CharField(max_length=10)
    source = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)
    released_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "indicator", "grain", "on", "municipality", "service"], name="a_published_figure_once"
            )
        ]
        indexes = [
            models.Index(fields=["indicator", "id"], name="published_indicator"),
            models.Index(fields=["municipality", "id"], name="published_municipality"),
            models.Index(fields=["municipality", "value", "id"], name="published_place_and_value"),
            models.Index(fields=["on", "id"], name="published_on"),
            models.Index(fields=["service", "id"], name="published_service"),
            models.Index(fields=["value", "id"], name="published_value"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.on}: {self.value}"


class StandardRow(models.Model):
    """A line of a municipality's file of a standard data set, by the names of its columns."""

    data_set = models.CharField(max_length=40)
    municipality_code = models.CharField(max_length=5)
    number = models.CharField(max_length=100, help_text="Its ID in the file")
    content = models.JSONField()
    source = models.CharField(max_length=120)
    changed_at = models.DateTimeField()
    withdrawn = models.BooleanField(default=False, help_text="No longer in the municipality's file")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["data_set", "municipality_code", "number"], name="a_standard_row_once")
        ]
        indexes = [
            models.Index(fields=["data_set", "changed_at"], name="standard_row_changed"),
            models.Index(fields=["data_set", "id"], condition=models.Q(withdrawn=False), name="standard_row_published"),
        ]

    def __str__(self) -> str:
        return f"{self.data_set} {self.number}"


class PublishedFile(models.Model):
    """A whole data set as a file, made once for each of its versions; its bytes are in parts."""

    data_set = models.CharField(max_length=40)
    format = models.CharField(max_length=10)
    version = models.CharField(max_length=64, help_text="Of the rows in it")
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    rows = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["data_set", "format"], name="a_published_file_once")]

    def __str__(self) -> str:
        return f"{self.data_set}.{self.format}"


class FilePart(models.Model):
    """A stretch of a published file."""

    file = models.ForeignKey(PublishedFile, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="a_part_of_a_file_once")]

    def __str__(self) -> str:
        return f"{self.file_id}:{self.number}"


class Visitor(models.Model):
    """What the sender of requests may still ask for: known by a keyed hash of the day, never by an address."""

    mark = models.BinaryField(primary_key=True)
    tokens = models.FloatField()
    filled_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.tokens}"
