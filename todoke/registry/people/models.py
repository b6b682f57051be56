"""Residents, their households, how they are recognised, what is known of them, what they allowed, and who looked."""

from django.db import models

from todoke.kernel.ids import new_id
from todoke.kernel.sealed import SealedJSONField


class Household(models.Model):
    """People who live together (世帯)."""

    id = models.UUIDField(primary_key=True, default=new_id)
    municipality_code = models.CharField(max_length=5)
    postal_code = models.CharField(max_length=7, blank=True)
    address = models.CharField(max_length=200)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    def __str__(self) -> str:
        return self.address


class Resident(models.Model):
    """A person as the register of residents (住民基本台帳) or, for others, the card gives them."""

    id = models.UUIDField(primary_key=True, default=new_id)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="members")
    relation = models.CharField(max_length=20, help_text="To the head of household: head, spouse, child, parent, other")
    name = models.CharField(max_length=100, help_text="As given: 氏 and 名 with a half-width space")
    name_kana = models.CharField(max_length=100, blank=True)
    name_key = models.CharField(max_length=100, help_text="text.search_key of the name, for comparison only")
    birth_date = models.DateField()
    gender = models.CharField(max_length=1, help_text="ISO 5218: 0 not known, 1 male, 2 female, 9 other")
    registered = models.BooleanField(default=True, help_text="Whether the register of residents has this person")
    demonstration = models.BooleanField(default=False, help_text="A made-up person")
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=10, default="ja")
    wants_email = models.BooleanField(default=True)
    left_on = models.DateField(null=True, help_text="When the register says that they died or moved away")
    left_because = models.CharField(
        max_length=10, blank=True, db_default="", help_text="died, elsewhere (another prefecture), abroad"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left_because__in=["", "died", "elsewhere", "abroad"]), name="why_a_resident_left"
            )
        ]
        indexes = [
            models.Index(fields=["birth_date", "name_key"], name="resident_match"),
            models.Index(fields=["household"], name="resident_household"),
        ]

    def __str__(self) -> str:
        return self.name


class Identity(models.Model):
    """A subject of an OpenID provider, and the resident it stands for."""

    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="identities")
    first_used_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="an_identity_once")]

    def __str__(self) -> str:
        return self.subject


class Fact(models.Model):
    """Something known of a resident. Rows are only added: a newer one corrects an older one of its source.

    Row-level security shows a row only to a transaction that has said whose data it reads (``access``).
    """

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="facts")
    key = models.CharField(max_length=80)
    value = models.JSONField(null=True, help_text='As given; of a sensitive key {"sealed": …}; null: taken back')
    source = models.CharField(max_length=40, help_text="register, card, office, self")
    source_detail = models.CharField(
        max_length=120, blank=True, help_text="Which submission, for those said by the person"
    )
    agent_name = models.CharField(
        max_length=100, blank=True, db_default="", help_text="Of who said it for the resident"
    )
    learnt_at = models.DateTimeField(help_text="Since when it is known here")
    valid_from = models.DateField(null=True, help_text="From when it holds; null: as long as anyone knows")
    valid_to = models.DateField(null=True, help_text="Its last day; null: until further notice")

    class Meta:
        indexes = [
            models.Index(fields=["resident", "key", "-id"], name="fact_newest"),
            models.Index(fields=["learnt_at"], name="fact_learnt"),
            models.Index(fields=["resident"], condition=models.Q(key__startswith="needs."), name="fact_needs"),
            models.Index(fields=["valid_from"], condition=models.Q(valid_from__isnull=False), name="fact_begins"),
            models.Index(fields=["valid_to"], condition=models.Q(valid_to__isnull=False), name="fact_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.resident_id}"


class AccessEntry(models.Model):
    """A look at a resident's data by staff or a service; the resident can read it."""

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="access_entries")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=60, help_text="As shown to the resident: an office, not a person's name")
    what = models.CharField(max_length=200)
    keys = models.JSONField(default=list, help_text="The keys of the facts that were read")
    purpose = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True, help_text="In the reader's words, where a key asks for one")
    transaction = models.BigIntegerField(null=True, help_text="That last read it, for row-level security")

    class Meta:
        indexes = [
            models.Index(fields=["resident", "-id"], name="access_newest"),
            models.Index(fields=["resident", "transaction"], name="access_transaction"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.what}"


class BatchRead(models.Model):
    """A look at facts of everybody at once, of which only counts or messages came out; every resident can read it."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=60)
    keys = models.JSONField()
    purpose = models.CharField(max_length=200)
    transaction = models.BigIntegerField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.purpose}"


class Consent(models.Model):
    """Something that a resident allowed, until they take it back."""

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40, help_text="A purpose of consents.PURPOSES")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident", "purpose"], condition=models.Q(withdrawn_at=None), name="one_standing_consent"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} of {self.resident_id}"


class Agency(models.Model):
    """Somebody who may act for a resident (代理), until a day, or until either of them ends it."""

    person = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="agencies")
    agent = models.ForeignKey(Resident, null=True, on_delete=models.CASCADE, related_name="acts_for")
    code_hash = models.CharField(max_length=64, unique=True, help_text="Of the code by which the agent takes it up")
    granted_by = models.CharField(max_length=64, help_text="The person themselves, or the officer who saw the paper")
    basis = models.CharField(max_length=20, help_text="consent (任意代理), paper (委任状), guardian (法定代理)")
    created_at = models.DateTimeField()
    valid_to = models.DateField(help_text="The last day")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(agent=models.F("person")), name="nobody_is_their_own_agent")
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} for {self.person_id}"


class Whereabouts(models.Model):
    """Where else than at home a resident may be: a place they registered, or said they are at now."""

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="whereabouts")
    kind = models.CharField(max_length=10, help_text="work, school, other, now")
    name = models.CharField(max_length=100, blank=True)
    longitude = models.FloatField()
    latitude = models.FloatField()
    said_at = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="Of now: when it is no longer believed")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=models.Q(kind="now", ended_at=None), name="one_place_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["work", "school", "other", "now"]), name="a_kind_of_whereabouts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.resident_id}"


class Helper(models.Model):
    """Somebody who agreed to help a resident in a disaster: who is told too, and goes or calls (避難支援等実施者)."""

    person = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="helpers")
    helper = models.ForeignKey(Resident, null=True, on_delete=models.CASCADE, related_name="helps")
    name = models.CharField(max_length=100, help_text="Of a helper who is no resident here: an association, a relative")
    phone = SealedJSONField(null=True)
    relation = models.CharField(max_length=20, help_text="family, neighbour, volunteer, care")
    code_hash = models.CharField(
        max_length=64, blank=True, db_default="", help_text="Of the code by which a resident agrees to help"
    )
    asked_by = models.CharField(max_length=64, db_default="", help_text="The person, who acts for them, or an officer")
    asked_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "helper"], condition=models.Q(ended_at=None), name="a_helper_of_a_person_once"
            ),
            models.UniqueConstraint(
                fields=["code_hash"], condition=~models.Q(code_hash=""), name="a_code_of_a_helper_once"
            ),
            models.CheckConstraint(condition=~models.Q(helper=models.F("person")), name="nobody_is_their_own_helper"),
        ]

    def __str__(self) -> str:
        return f"{self.name} for {self.person_id}"


class Change(models.Model):
    """Whose rows a transaction wrote, noted by triggers, so that a snapshot of everybody can be brought up to now.

    A row without resident and household: so many were written at once that the tables themselves must be asked.
    """

    transaction = models.BigIntegerField(help_text="PostgreSQL's number of it, without wrapping around")
    at = models.DateTimeField()
    resident = models.UUIDField(null=True)
    household = models.UUIDField(null=True)
    floor = models.BooleanField(db_default=False, help_text="Changes of older transactions have been forgotten")

    class Meta:
        indexes = [models.Index(fields=["transaction"], name="change_transaction")]

    def __str__(self) -> str:
        return f"{self.resident or self.household or 'many'} in {self.transaction}"
