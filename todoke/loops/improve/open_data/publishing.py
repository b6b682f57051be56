"""Making files of data sets ready, so that whoever takes one gets bytes with a known size and checksum."""

import hashlib
import tempfile
from collections.abc import Iterator

from django.db import connection, transaction
from psycopg.sql import SQL

from todoke.kernel import clock
from todoke.loops.improve.models import FilePart, PublishedFile
from todoke.loops.improve.open_data.files import stream
from todoke.loops.improve.open_data.registry import DATA_SETS
from todoke.loops.improve.open_data.types import DataSet, Format

PART = 1024 * 1024


def version_of(data_set: DataSet) -> str:
    """Another one whenever a row changed, or the columns did."""
    shape = "|".join(f"{column.name}:{column.type}" for column in data_set.columns)
    return hashlib.sha256(f"{data_set.state().version}\n{shape}\n{data_set.mark}".encode()).hexdigest()


def ready_file(data_set: DataSet, form: Format, version: str) -> PublishedFile | None:
    """The file that was made of this version of the rows."""
    return PublishedFile.objects.filter(data_set=data_set.id, format=form, version=version).first()


def parts_of(file: PublishedFile) -> Iterator[bytes]:
    """Its bytes. One that was replaced meanwhile ends early, and is then shorter than was said."""
    number = 0
    while True:
        content = FilePart.objects.filter(file_id=file.pk, number=number).values_list("content", flat=True).first()
        if content is None:
            return
        yield bytes(content)
        number += 1


def make_ready(data_set: DataSet) -> int:
    """Make the files of which the rows changed; how many. Rows that change meanwhile are in the next ones."""
    made = 0
    for form in Format:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"open-data.{data_set.id}"])
            version = version_of(data_set)
            if ready_file(data_set, form, version):
                continue
            _make(data_set, form, version)
            if version_of(data_set) != version:
                transaction.set_rollback(True)
                continue
            made += 1
    return made


def make_all_ready() -> int:
    """Of every data set."""
    return sum(make_ready(one) for one in DATA_SETS.values())


def _make(data_set: DataSet, form: Format, version: str) -> None:
    PublishedFile.objects.filter(data_set=data_set.id, format=form).delete()
    file = PublishedFile.objects.create(
        data_set=data_set.id, format=form, version=version, size=0, sha256="", rows=0, made_at=clock.now()
    )
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as kept:
        # The connection is busy with the rows until the last of them.
        for chunk in stream(data_set, form):
            kept.write(chunk)
            digest.update(chunk)
        file.size = kept.tell()
        kept.seek(0)
        for number, part in enumerate(iter(lambda: kept.read(PART), b"")):
            FilePart.objects.create(file=file, number=number, content=part)
    relation = data_set.relation()
    with connection.cursor() as cursor:
        cursor.execute(SQL("SELECT count(*) FROM {}").format(relation.sql), list(relation.parameters))
        file.rows = int(cursor.fetchone()[0])
    file.sha256 = digest.hexdigest()
    file.save()
