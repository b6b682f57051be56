"""A new key of encryption: what is sealed anywhere goes under it, and nothing that is written meanwhile is lost."""

import argparse
from threading import Event, Thread
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db import connection, transaction
from django.db.models import JSONField
from django.db.models.functions import Cast
from pytest_django.fixtures import Settings

from tests.apply.conftest import Town
from todoke.capabilities.forms.models import Draft
from todoke.faces.commands import facts as command
from todoke.kernel import encrypt_anew as keys
from todoke.kernel.encrypt_anew import encrypt_columns_anew, sealed_columns
from todoke.kernel.models import AuditEntry
from todoke.loops.apply.models import Submission
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.queries import own_facts


def stored(model: type[Any], pk: object) -> Any:
    return model.objects.annotate(stored=Cast("answers", JSONField())).values_list("stored", flat=True).get(pk=pk)


def new_key(settings: Settings) -> list[str]:
    """A newer key, put first; gives it alone."""
    new = [Fernet.generate_key().decode()]
    settings.FIELD_KEYS = [*new, *settings.FIELD_KEYS]
    return new


def test_every_sealed_column_of_the_project_is_found() -> None:
    found = {(model._meta.label, name) for model, name in sealed_columns()}
    assert found >= {("forms.Draft", "answers"), ("apply.Submission", "answers"), ("apply.Submission", "facts")}


@pytest.mark.django_db
def test_drafts_and_submissions_go_under_the_newest_key(town: Town, settings: Settings) -> None:
    case, draft = town.case(), town.childcare_draft(employer="例示工業")
    submission = case.submissions.get()
    facts = submission.facts
    alone = new_key(settings)
    assert encrypt_columns_anew() == Draft.objects.count() + 2
    settings.FIELD_KEYS = alone
    assert Draft.objects.get(pk=draft.pk).answers["employer"] == "例示工業"
    again = Submission.objects.get(pk=submission.pk)
    assert (again.answers["employer"], again.facts) == ("見本商店", facts)
    assert AuditEntry.objects.get(action="sealed.encrypt-anew").detail == {"rows": Draft.objects.count() + 2}


@pytest.mark.django_db
def test_the_command_renews_facts_drafts_and_submissions(
    town: Town, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = town.childcare_draft()
    learn_facts(resident=town.mother, said={"disability.certificate": "physical"})
    alone = new_key(settings)
    for said in ("1 facts and 1 values", "0 facts and 0 values"):
        assert command.run(argparse.Namespace()) == 0
        assert said in capsys.readouterr().out
    settings.FIELD_KEYS = alone
    assert own_facts(town.mother)["disability.certificate"].value == "physical"
    assert Draft.objects.get(pk=draft.pk).answers == draft.answers


@pytest.mark.django_db
def test_it_goes_on_where_it_was_broken_off(town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    drafts = [town.records_draft()[0] for _ in range(5)]
    alone = new_key(settings)
    done: list[Any] = []
    renew = keys._renew

    def breaks(model: Any, name: str, pk: Any, held: Any) -> bool:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(pk)
        return renew(model, name, pk, held)

    with monkeypatch.context() as patch:
        patch.setattr(keys, "_renew", breaks)
        with pytest.raises(KeyboardInterrupt):
            encrypt_columns_anew(batch=2)
    assert encrypt_columns_anew(batch=2) == 3
    assert encrypt_columns_anew(batch=2) == 0
    settings.FIELD_KEYS = alone
    assert [Draft.objects.get(pk=one.pk).answers for one in drafts] == [one.answers for one in drafts]


@pytest.mark.django_db
def test_what_an_older_version_left_plain_is_sealed(town: Town) -> None:
    draft = town.childcare_draft()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE forms_draft SET answers = %s WHERE id = %s", ['{"employer": "見本商会"}', draft.pk])
    assert encrypt_columns_anew() == 1
    assert set(stored(Draft, draft.pk)) == {"sealed"}
    assert Draft.objects.get(pk=draft.pk).answers == {"employer": "見本商会"}


@pytest.mark.django_db(transaction=True)
def test_what_a_writer_changes_meanwhile_is_kept(town: Town, settings: Settings) -> None:
    draft = town.childcare_draft()
    alone = new_key(settings)
    written, counted = Event(), []

    def renew() -> None:
        written.wait()
        counted.append(encrypt_columns_anew())
        connection.close()

    renewal = Thread(target=renew)
    renewal.start()
    with transaction.atomic():
        row = Draft.objects.select_for_update().get(pk=draft.pk)
        row.answers = {"employer": "見本商会"}
        row.save()
        written.set()
        renewal.join(timeout=1)
        assert renewal.is_alive()
    renewal.join()
    assert counted == [0]
    settings.FIELD_KEYS = alone
    assert Draft.objects.get(pk=draft.pk).answers == {"employer": "見本商会"}
