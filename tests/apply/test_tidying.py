"""What is tidied away, and what must not be."""

from datetime import timedelta

from tests.apply.conftest import Town
from todoke.capabilities.forms.actions import forget_stale_drafts, forget_unused_files
from todoke.capabilities.forms.models import Draft
from todoke.kernel import clock, sessions
from todoke.kernel.models import Session, StoredFile


def test_only_stale_drafts_and_files_that_nobody_holds_go(town: Town) -> None:
    case = town.case()
    draft = town.childcare_draft()
    soon = clock.now() + timedelta(days=1)
    assert forget_stale_drafts(untouched_since=clock.now() - timedelta(days=1)) == 0
    assert forget_stale_drafts(untouched_since=soon) == 1
    assert not Draft.objects.filter(pk=draft.pk).exists()
    assert forget_unused_files(stored_before=soon) == 0
    assert StoredFile.objects.count() == 1
    StoredFile.objects.create(sha256="0" * 64, media_type="image/png", size=1, content=b"x", stored_at=clock.now())
    assert forget_unused_files(stored_before=soon) == 1
    assert case.submissions.get().attachments.get().file.size > 0


def test_only_log_ins_that_ended_go(town: Town) -> None:
    for days in (-1, 1):
        store = sessions.SessionStore()
        store[sessions.PRINCIPAL] = f"resident:{town.mother.pk}"
        store.create()
        Session.objects.filter(pk=store.session_key).update(expire_date=clock.now() + timedelta(days=days))
    assert sessions.forget_ended() == 1
    assert sessions.sign_out_everywhere(f"resident:{town.mother.pk}") == 1
