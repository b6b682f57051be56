"""Writes of drafts."""

from datetime import datetime
from typing import Any

from django.db import transaction

from todoke.capabilities.forms.models import Draft, Upload
from todoke.kernel import clock, events, files
from todoke.kernel.errors import NotFoundError, StaleError
from todoke.kernel.ids import new_secret, secret_hash
from todoke.kernel.models import StoredFile
from todoke.registry.catalogue.models import PackVersion
from todoke.registry.people.models import Resident

MAX_FILES = 20
"""Files that a draft may hold."""


class DraftChangedElsewhereError(StaleError):
    """この申請はほかの画面で変更されています。新しい内容を読み込んでから続けてください。"""

    code = "draft-changed-elsewhere"


class DraftSubmittedError(StaleError):
    """この申請はもう出されています。「申請のようす」で確かめてください。"""

    code = "draft-submitted"


class TooManyFilesError(StaleError):
    """ファイルは20個まで付けられます。要らないものを取り消してください。"""

    code = "too-many-files"
    status = 422


@transaction.atomic
def begin_draft(
    *, version: PackVersion, resident: Resident | None, answers: dict[str, Any], about: str = ""
) -> tuple[Draft, str]:
    """A draft to fill in. A resident goes on with the one they have; a stranger gets a secret to come back with.

    Tells ``draft-begun``. ``about`` names a question by whose answer drafts of one service are told apart: each has a
    draft of its own.
    """
    if resident is not None:
        Resident.objects.select_for_update().get(pk=resident.pk)
        open_ones = Draft.objects.filter(
            resident=resident, pack_version__pack=version.pack, submitted_at=None, corrects=""
        )
        for open_one in open_ones:
            if not about or open_one.answers.get(about) == answers.get(about):
                return open_one, ""
    secret = "" if resident else new_secret()
    now = clock.now()
    draft = Draft.objects.create(
        pack_version=version,
        resident=resident,
        secret_hash=secret_hash(secret) if secret else "",
        answers=answers,
        created_at=now,
        updated_at=now,
    )
    events.tell("draft-begun", draft=draft)
    return draft, secret


def _locked(draft: Draft) -> Draft:
    row = Draft.objects.select_for_update().filter(pk=draft.pk).first()
    if row is None:
        raise NotFoundError
    if row.submitted_at:
        raise DraftSubmittedError
    return row


@transaction.atomic
def save_answers(*, draft: Draft, answers: dict[str, Any], revision: int | None, visited: str | None = None) -> Draft:
    """Merge ``answers`` into the draft; ``visited`` is a page that was saved without an error.

    ``revision`` is what the writer saw last; None overwrites. Raises DraftChangedElsewhereError when another
    device wrote in between, DraftSubmittedError after the submission.
    """
    row = _locked(draft)
    if revision is not None and revision != row.revision:
        raise DraftChangedElsewhereError
    merged = row.answers | answers
    pages = row.visited if visited is None or visited in row.visited else [*row.visited, visited]
    if merged != row.answers or pages != row.visited:
        row.answers, row.visited = merged, pages
        row.revision += 1
    row.updated_at = clock.now()
    row.save(update_fields=["answers", "visited", "revision", "updated_at"])
    return row


@transaction.atomic
def attach_file(*, draft: Draft, question: str, name: str, content: bytes) -> Upload:
    """Attach a file to a question. Raises the errors of ``kernel.files.store`` and TooManyFilesError."""
    row = _locked(draft)
    if row.uploads.count() >= MAX_FILES:
        raise TooManyFilesError
    stored = files.store(content)
    known = row.uploads.filter(question=question, file=stored).first()
    if known:
        return known
    return Upload.objects.create(
        draft=row, question=question, file=stored, name=name[-200:] or "file", added_at=clock.now()
    )


@transaction.atomic
def remove_file(*, draft: Draft, upload: Upload) -> None:
    """Take a file off a draft; its content goes when nothing else holds it."""
    _locked(draft)
    Upload.objects.filter(pk=upload.pk, draft=draft).delete()


@transaction.atomic
def close_draft(*, draft: Draft) -> Draft:
    """Mark a draft as handed in; raises DraftSubmittedError the second time."""
    row = _locked(draft)
    row.submitted_at = clock.now()
    row.save(update_fields=["submitted_at"])
    return row


def discard_draft(*, draft: Draft) -> None:
    """Throw away what was not handed in."""
    with transaction.atomic():
        if Draft.objects.select_for_update().filter(pk=draft.pk, submitted_at=None).exists():
            Draft.objects.filter(pk=draft.pk).delete()


def forget_stale_drafts(*, untouched_since: datetime) -> int:
    """Delete what was begun, not handed in, and not touched since; how many there were."""
    with transaction.atomic():
        stale = Draft.objects.select_for_update(skip_locked=True).filter(
            submitted_at=None, updated_at__lt=untouched_since
        )
        ids = list(stale.values_list("pk", flat=True))
        Draft.objects.filter(pk__in=ids).delete()
    return len(ids)


def forget_unused_files(*, stored_before: datetime) -> int:
    """Delete files that no draft, no submission and no meeting holds; a young one may be on its way to a draft."""
    unused = StoredFile.objects.filter(stored_at__lt=stored_before, uploads=None, attachments=None, papers_of=None)
    return unused.delete()[0]
