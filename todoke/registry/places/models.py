"""Where things are: municipalities, the JMA's warning areas, towns."""

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
