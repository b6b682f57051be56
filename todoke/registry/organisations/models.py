"""Organisations, their officers, and how officers prove who they are."""

from django.db import models
from django.db.models import Q

from todoke.registry.organisations.types import OrganisationKind, Role


class Organisation(models.Model):
    """The prefecture, a municipality, a department or an office."""

    code = models.CharField(max_length=40, unique=True, help_text="04202 or 04202-childcare")
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    function = models.CharField(max_length=40, blank=True, help_text="What an office does, as packs name it: childcare")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    municipality_code = models.CharField(max_length=5, blank=True, help_text="JIS X 0402; empty for the prefecture's")
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=120)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    counter = models.CharField(max_length=200, blank=True, help_text="Where its counter is and when it opens")
    head_title = models.CharField(max_length=40, blank=True, help_text="石巻市長, 宮城県知事: who signs its decisions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["municipality_code", "function"],
                condition=Q(kind=OrganisationKind.OFFICE),
                name="one_office_for_a_function",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Officer(models.Model):
    """A person who works in an organisation."""

    login = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    email = models.EmailField(blank=True)
    password = models.CharField(max_length=200, blank=True, help_text="Argon2 or PBKDF2, by Django's hashers")
    one_time_code_key = models.TextField(blank=True, help_text="TOTP secret (RFC 6238), encrypted")
    one_time_code_used = models.BigIntegerField(default=0, help_text="Last time step used: a code works once")
    failed_attempts = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    active = models.BooleanField(default=True)
    invitation_hash = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the secret for the first log-in"
    )
    invitation_ends_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A role of an officer in an organisation."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "organisation", "role"], name="a_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.officer_id} {self.role} {self.organisation_id}"


class Passkey(models.Model):
    """A WebAuthn credential of an officer (W3C Web Authentication Level 3)."""

    officer = models.ForeignKey(Officer, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.BinaryField(unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    label = models.CharField(max_length=60)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.label
