"""Where things are: municipalities, the JMA's warning areas, towns; where it is dangerous, and where it is safe."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Municipality(models.Model):
    """A city, town, village or ward of the prefecture."""

    code = models.CharField(max_length=5, primary_key=True, help_text="JIS X 0402 with the prefecture's two digits")
    prefecture_code = models.CharField(max_length=2)
    district = models.CharField(
        max_length=20, blank=True, help_text="郡, which stands before a town's name in addresses"
    )
    name = models.CharField(max_length=40)
    name_kana = models.CharField(max_length=80, blank=True)
    name_en = models.CharField(max_length=80)
    boundary = models.BinaryField(null=True, help_text="Multipolygon in WGS 84 as WKB")
    boundary_source = models.CharField(max_length=60, blank=True)
    population = models.PositiveIntegerField(null=True, help_text="Residents at the census of 2020")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class WarningArea(models.Model):
    """An area for which the JMA issues warnings: a municipality or a part of one."""

    code = models.CharField(max_length=7, primary_key=True, help_text="The JMA's code of 市町村等 (class20s)")
    municipality = models.ForeignKey(Municipality, null=True, on_delete=models.PROTECT, related_name="warning_areas")
    name = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100)
    boundary = models.BinaryField(help_text="Multipolygon in WGS 84 as WKB")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Town(models.Model):
    """A town (町字) with its postal code; a point where one was imported."""

    municipality = models.ForeignKey(Municipality, on_delete=models.CASCADE, related_name="towns")
    name = models.CharField(
        max_length=100, help_text="Empty where a postal code stands for the whole municipality", blank=True
    )
    name_kana = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=7, blank=True, db_index=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name", "postal_code"], name="a_town_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Zone(models.Model):
    """An area in which something is dangerous, or for which something is planned: imported, or drawn on the map."""

    code = models.CharField(max_length=60, unique=True, help_text="Of the source: its file and number; stays the same")
    hazard = models.CharField(max_length=20, help_text="A hazard of types.Hazard")
    kind = models.CharField(max_length=20, help_text="tsunami, flood, landslide, paz, upz, drawn")
    name = models.CharField(max_length=100)
    boundary = models.BinaryField(help_text="Multipolygon in WGS 84 as WKB")
    properties = models.JSONField(default=dict, help_text="As the source gives them: depth, class, river")
    source = models.CharField(max_length=120)
    demonstration = models.BooleanField(default=False)
    imported_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Shelter(models.Model):
    """A place to flee to from a hazard, to stay at, or both (災害対策基本法49条の4, 49条の7)."""

    code = models.CharField(max_length=60, unique=True, help_text="Of the source; stays the same")
    name = models.CharField(max_length=120)
    name_kana = models.CharField(max_length=200, blank=True)
    name_en = models.CharField(max_length=200, blank=True)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="shelters")
    address = models.CharField(max_length=200, blank=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    emergency = models.BooleanField(help_text="指定緊急避難場所")
    designated = models.BooleanField(help_text="指定避難所")
    hazards = ArrayField(models.CharField(max_length=20), default=list, help_text="Fit to flee to from these")
    capacity = models.PositiveIntegerField(null=True, help_text="People; null: not published")
    features = ArrayField(
        models.CharField(max_length=20), default=list, help_text="wheelchair, power, infants, pets, …"
    )
    phone = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=120)
    demonstration = models.BooleanField(default=False)
    imported_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, help_text="No longer designated")

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class ShelterEntry(models.Model):
    """A line of a source about a shelter, which is put together from its lines in force and withdrawn without."""

    code = models.CharField(max_length=60, unique=True, help_text="Of the source; stays the same")
    shelter = models.ForeignKey(Shelter, on_delete=models.CASCADE, related_name="entries")
    layout = models.CharField(max_length=20, help_text="standard, recommended, gsi, own: the first counts most")
    emergency = models.BooleanField()
    designated = models.BooleanField()
    content = models.JSONField(help_text="As read from the line")
    source = models.CharField(max_length=120)
    left_at = models.DateTimeField(null=True, help_text="When it was no longer in its file")

    def __str__(self) -> str:
        return self.code


class ShelterState(models.Model):
    """A shelter was opened, closed, or said to be full. Rows are only added; the newest counts."""

    shelter = models.ForeignKey(Shelter, on_delete=models.CASCADE, related_name="states")
    state = models.CharField(max_length=10, help_text="open, full, closed")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=60)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["shelter", "-id"], name="shelter_state_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "full", "closed"]), name="a_state_of_a_shelter"
            )
        ]

    def __str__(self) -> str:
        return self.state
