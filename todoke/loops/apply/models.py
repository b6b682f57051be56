"""Cases: what was submitted, what happened to it, and what was decided."""

from django.db import models
from django.db.models import F, Q

from todoke.kernel.models import StoredFile
from todoke.kernel.sealed import SealedJSONField
from todoke.loops.apply.types import CaseState, EventKind
from todoke.registry.catalogue.models import PackVersion
from todoke.registry.organisations.models import Officer, Organisation
from todoke.registry.people.models import Resident


class Case(models.Model):
    """A submission on its way to a decision."""

    receipt_number = models.CharField(max_length=30, unique=True)
    pack_version = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="cases")
    office = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    resident = models.ForeignKey(Resident, null=True, on_delete=models.PROTECT, related_name="cases")
    secret_hash = models.CharField(
        max_length=64, blank=True, help_text="SHA-256 of the secret of a case without log-in"
    )
    failed_attempts = models.PositiveIntegerField(default=0, help_text="Wrong secrets since the last right one")
    locked_until = models.DateTimeField(null=True)
    contact_name = models.CharField(max_length=100)
    contact_email = models.EmailField(blank=True)
    language = models.CharField(max_length=5, default="ja")
    state = models.CharField(max_length=12, choices=CaseState.choices, default=CaseState.RECEIVED)
    revision = models.PositiveIntegerField(default=0, help_text="Grows with each change: who saw an older one is told")
    assignee = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="cases")
    received_at = models.DateTimeField()
    due_on = models.DateField(help_text="End of the standard processing period (行政手続法6条)")
    stopped_on = models.DateField(null=True, help_text="Since when the period stands still for a correction")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["office", "state", "due_on"], name="case_worklist"),
            models.Index(fields=["resident", "-received_at"], name="case_of_resident"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(resident__isnull=False) | ~Q(secret_hash=""), name="somebody_can_follow_the_case"
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_number


class Submission(models.Model):
    """The answers as handed in; a correction is another one."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="submissions")
    number = models.PositiveIntegerField()
    draft_id = models.UUIDField(unique=True, help_text="The draft it came from: a draft is handed in once")
    answers = SealedJSONField()
    facts = SealedJSONField(help_text="The facts shown or used, with their sources, as they were")
    submitted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="a_submission_number_once")]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number}"


class Attachment(models.Model):
    """A file of a submission."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="attachments")
    question = models.CharField(max_length=120)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class CaseEvent(models.Model):
    """A line of the time line."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=EventKind.choices)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    actor_name = models.CharField(max_length=100)
    text = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"


class CorrectionRequest(models.Model):
    """An answer that the office asks to be put right (補正)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="correction_requests")
    question = models.CharField(max_length=120)
    text = models.TextField()
    due_on = models.DateField()
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.question} of {self.case_id}"


class CaseMessage(models.Model):
    """A word between applicant and office about the case, or a note inside the office."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    from_office = models.BooleanField()
    internal = models.BooleanField(default=False)
    author = models.CharField(max_length=64)
    author_name = models.CharField(max_length=100)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(internal=False) | Q(from_office=True), name="notes_are_the_offices"),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class DismissedFinding(models.Model):
    """A finding of the checks that an officer set aside, with the reason."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="dismissed_findings")
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE)
    check_id = models.CharField(max_length=80)
    reason = models.TextField()
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["submission", "check_id"], name="a_finding_dismissed_once")]

    def __str__(self) -> str:
        return self.check_id


class Proposal(models.Model):
    """A decision as proposed (起案); it becomes the decision when a second officer approves."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="proposals")
    outcome = models.CharField(max_length=40)
    reasons = models.TextField(blank=True)
    letter = models.TextField(help_text="The notice, worded in full, with the 教示")
    proposed_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=10, default="open", help_text="open, approved, sent-back")
    answered_by = models.ForeignKey(Officer, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.TextField(blank=True, help_text="Why it was sent back")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(state="open"), name="one_open_proposal"),
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True) | ~Q(answered_by=F("proposed_by")),
                name="nobody_approves_their_own",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.state}"


class Decision(models.Model):
    """What was decided; one for a case."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="decision")
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT)
    outcome = models.CharField(max_length=40)
    favourable = models.BooleanField()
    reasons = models.TextField(blank=True)
    letter = models.TextField()
    decided_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"


class FittingService(models.Model):
    """A service that fits a resident, and that they know of: seen by themselves, or told once."""

    resident = models.ForeignKey(Resident, on_delete=models.CASCADE, related_name="fitting_services")
    pack = models.CharField(max_length=60)
    known_at = models.DateTimeField()
    told = models.BooleanField(help_text="By a message, and not seen by themselves")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resident", "pack"], name="told_of_a_service_once")]

    def __str__(self) -> str:
        return f"{self.pack} for {self.resident_id}"
