"""Passes, readers, the scans that they made, and the presence that follows from them."""

from django.db import models
from django.db.models import Q

from todoke.exchange.passes.types import How, Kind
from todoke.kernel.ids import new_id
from todoke.kernel.sealed import SealedJSONField
from todoke.registry.people.models import Resident
from todoke.registry.places.models import Shelter


class PassKey(models.Model):
    """A key that signs passes (Ed25519); the newest signs, all that stand are believed."""

    kid = models.BinaryField(unique=True, help_text="The first 4 bytes of the public key's SHA-256")
    private = SealedJSONField(help_text="32 bytes in base64")
    public = models.BinaryField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="Passes that it signed are believed no more")

    def __str__(self) -> str:
        return bytes(self.kid).hex()


class Pass(models.Model):
    """What a resident shows to be recognised: one that stands for each person; a new one ends the old."""

    id = models.UUIDField(primary_key=True, default=new_id)
    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="passes")
    number = models.CharField(max_length=12, unique=True, help_text="To be typed where no camera reads the code")
    issued_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resident"], condition=Q(revoked_at=None), name="one_standing_pass"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Reader(models.Model):
    """A device at the door of a shelter, which volunteers use without an account."""

    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="readers")
    label = models.CharField(max_length=40, help_text="Where it stands: 入口1")
    code_hash = models.CharField(max_length=64, unique=True, help_text="Of the secret that enrols a device, once")
    code_ends_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, unique=True, null=True, help_text="Of what the device keeps")  # noqa: DJ001
    operator = models.CharField(max_length=60, blank=True, help_text="Who stands there, as they said")
    enrolled_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    taken_up_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    waiting = models.PositiveIntegerField(default=0, help_text="Scans not yet sent, as the device last said")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return self.label


class Visitor(models.Model):
    """A person at a shelter whom no register here knows."""

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.CharField(max_length=64, unique=True, help_text="The same person entered again has the same key")
    details = SealedJSONField(help_text="name, birth_date, town")
    municipality_code = models.CharField(max_length=5, blank=True, help_text="Of the town, where it is known")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


_ONE_PERSON = Q(resident=None, visitor__isnull=False) | Q(resident__isnull=False, visitor=None)


class Scan(models.Model):
    """Somebody came to a shelter or left it; only ever added to (a trigger refuses the rest)."""

    nonce = models.UUIDField(unique=True, help_text="Made from the step's and the person: a second upload is harmless")
    entry = models.UUIDField(help_text="The nonce of the step at the door")
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="scans")
    reader = models.ForeignKey(Reader, null=True, on_delete=models.PROTECT, related_name="scans")
    kind = models.CharField(max_length=4)
    how = models.CharField(max_length=6)
    resident = models.ForeignKey(Resident, null=True, on_delete=models.PROTECT, related_name="scans")
    visitor = models.ForeignKey(Visitor, null=True, on_delete=models.PROTECT, related_name="scans")
    people = models.PositiveSmallIntegerField(default=1, help_text="Of a visitor: with those who came along")
    private = models.BooleanField(default=False, help_text="The family is not to see where")
    voids = models.UUIDField(null=True, help_text="Of a void: the nonce of the scan that does not count")
    at = models.DateTimeField(help_text="By the device's clock")
    sent_at = models.DateTimeField(null=True, help_text="By the device's clock, at the upload")
    received_at = models.DateTimeField()
    by = models.CharField(max_length=64, help_text="reader:<id> or officer:<id>")
    by_name = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["resident"], name="scan_resident"),
            models.Index(fields=["visitor"], name="scan_visitor"),
            models.Index(fields=["entry"], name="scan_entry"),
            models.Index(fields=["reader", "-id"], name="scan_reader_newest"),
            models.Index(fields=["voids"], condition=Q(voids__isnull=False), name="scan_voids"),
        ]
        constraints = [
            models.CheckConstraint(condition=_ONE_PERSON, name="a_scan_of_one_person"),
            models.CheckConstraint(condition=Q(kind__in=[k.value for k in Kind]), name="a_kind_of_scan"),
            models.CheckConstraint(condition=Q(how__in=[h.value for h in How]), name="a_way_of_scanning"),
            models.CheckConstraint(
                condition=Q(kind="void", voids__isnull=False) | (~Q(kind="void") & Q(voids=None)),
                name="a_void_names_a_scan",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.nonce}"


class Presence(models.Model):
    """Where a person is, or was last: what ``merge`` makes of their scans, kept in the transaction of each."""

    resident = models.OneToOneField(Resident, null=True, on_delete=models.CASCADE, related_name="presence")
    visitor = models.OneToOneField(Visitor, null=True, on_delete=models.CASCADE, related_name="presence")
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="presences")
    since = models.DateTimeField(help_text="Of who left: when they left")
    present = models.BooleanField()
    people = models.PositiveSmallIntegerField(default=1)
    private = models.BooleanField(default=False)
    nonce = models.UUIDField(help_text="Of the scan that decides")
    family = models.UUIDField(help_text="The household, or of a visitor themselves: who is counted as one family")
    municipality_code = models.CharField(max_length=5, blank=True, help_text="Of the home")

    class Meta:
        indexes = [
            models.Index(fields=["shelter", "family"], condition=Q(present=True), name="presence_shelter"),
            models.Index(fields=["municipality_code"], condition=Q(present=True), name="presence_home"),
        ]
        constraints = [models.CheckConstraint(condition=_ONE_PERSON, name="a_presence_of_one_person")]

    def __str__(self) -> str:
        return f"{self.shelter_id} {self.present}"


class Tally(models.Model):
    """How many are in a shelter now, by the municipality that they are from; kept in the transaction of each scan."""

    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="tallies")
    municipality_code = models.CharField(max_length=5, blank=True)
    people = models.IntegerField(default=0)
    families = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shelter", "municipality_code"], name="a_tally_of_a_home_once"),
        ]
        indexes = [models.Index(fields=["municipality_code"], name="tally_home")]

    def __str__(self) -> str:
        return f"{self.shelter_id} {self.municipality_code}: {self.people}"
