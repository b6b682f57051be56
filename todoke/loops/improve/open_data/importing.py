"""A municipality's file of a standard data set, taken in whole or not at all."""

import csv
import json
import tempfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from todoke.kernel import audit, clock
from todoke.loops.improve.open_data.checking import BadValueError, checked
from todoke.loops.improve.open_data.errors import NotAFileSetError, NotImportedError, UnreadableFileError
from todoke.loops.improve.open_data.layouts import Item, Layout
from todoke.loops.improve.open_data.problems import Problems
from todoke.loops.improve.open_data.reading import Table, columns_of, opened, whole_lines
from todoke.loops.improve.open_data.registry import data_set
from todoke.loops.improve.open_data.standard import LAYOUTS
from todoke.registry.places.adapters.shelter_files import check_digit, five_digits
from todoke.registry.places.adapters.shelter_layouts import LAYOUTS as SHELTER_LAYOUTS
from todoke.registry.places.adapters.shelter_layouts import columns_of as shelter_columns
from todoke.registry.places.adapters.shelter_layouts import plain
from todoke.registry.places.errors import BadFileError, BadRowsError
from todoke.registry.places.queries import known_municipalities
from todoke.registry.places.shelters import import_shelters

LONGEST_NUMBER = 100
MOST_SHELTERS = 100_000
"""Shelters are compared in memory with those that are known."""

_STAGE = "CREATE TEMPORARY TABLE open_data_lines (line bigint, number text, content jsonb) ON COMMIT DROP"
_TWICE = """
SELECT line, number, first FROM (
    SELECT line, number, min(line) OVER (PARTITION BY number) AS first FROM open_data_lines
) AS l WHERE line <> first ORDER BY line
"""
_KEEP = """
WITH kept AS (
    INSERT INTO improve_standardrow AS r
           (data_set, municipality_code, number, content, source, changed_at, withdrawn)
    SELECT %(data_set)s, %(place)s, number, content, %(source)s, %(now)s, false FROM open_data_lines ORDER BY line
    ON CONFLICT (data_set, municipality_code, number) DO UPDATE
       SET content = excluded.content, source = excluded.source, changed_at = excluded.changed_at, withdrawn = false
     WHERE r.withdrawn OR r.content IS DISTINCT FROM excluded.content
    RETURNING xmax = 0 AS new
)
SELECT count(*) FILTER (WHERE new), count(*) FILTER (WHERE NOT new) FROM kept
"""
_WITHDRAW = """
UPDATE improve_standardrow r SET withdrawn = true, changed_at = %(now)s
 WHERE data_set = %(data_set)s AND municipality_code = %(place)s AND NOT withdrawn
   AND NOT EXISTS (SELECT 1 FROM open_data_lines l WHERE l.number = r.number)
"""


@dataclass(frozen=True)
class Taken:
    """What an import did, in rows; ``strange`` are columns of the file that the layout does not have."""

    added: int
    changed: int
    withdrawn: int
    unchanged: int
    encoding: str
    strange: Sequence[str] = ()


@transaction.atomic
def import_rows(
    *,
    data_set_id: str,
    path: Path,
    municipality: str,
    problems: Problems,
    dry_run: bool = False,
    actor: str = audit.SYSTEM,
) -> Taken:
    """Take in a municipality's file; what it had before and has no more is withdrawn.

    Every problem is told to ``problems``. With ``dry_run`` the same is said and nothing is kept. Raises
    NotImportedError where there was any problem, UnreadableFileError, NoHeaderError, NotAFileSetError, NoPlacesError.
    """
    layout = LAYOUTS.get(data_set_id)
    if layout is None:
        raise NotAFileSetError(data_set=data_set_id)
    place = _place(municipality, path)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"open-data.{data_set_id}.{place}"])
    if layout is LAYOUTS["shelters"]:
        taken = _import_shelters(path, layout, place, problems, actor)
    else:
        taken = _import_rows(data_set_id, path, layout, place, problems, actor)
    if dry_run:
        transaction.set_rollback(True)
    return taken


def _place(municipality: str, path: Path) -> str:
    """Its five digits."""
    known = known_municipalities()
    try:
        place = five_digits(municipality, settings.PREFECTURE)
    except ValueError:
        place = ""
    if place not in known:
        raise UnreadableFileError(
            file=path.name, problem=_("市区町村コード {code} がありません").format(code=municipality)
        )
    return place


def _import_rows(data_set_id: str, path: Path, layout: Layout, place: str, problems: Problems, actor: str) -> Taken:
    title = (layout.number, data_set(data_set_id).titles["ja"])
    with opened(path, lambda name: plain(name) in layout.known, title) as table, connection.cursor() as cursor:
        places, strange = columns_of(table, layout)
        for item in layout.items:
            if item.required and item not in places and item.name != _CODE:
                problems.add(1, item.name, _("この列がありません"))
        cursor.execute("DROP TABLE IF EXISTS open_data_lines")
        cursor.execute(_STAGE)
        rows = 0
        with cursor.copy("COPY open_data_lines FROM STDIN") as copy:
            for number, content in _contents(table, places, place, problems):
                rows += 1
                copy.write_row((number, content["ID"], json.dumps(content, ensure_ascii=False)))
        encoding = table.encoding
        # What was written in this transaction the planner knows nothing of: it would go through all lines for each row.
        cursor.execute("CREATE INDEX ON open_data_lines (number); ANALYZE open_data_lines")
        cursor.execute(_TWICE)
        while listed := cursor.fetchmany(1000):
            for line, identifier, first in listed:
                problems.add(line, "ID", _("{line} 行目と同じIDです").format(line=first), identifier)
        if not rows and not problems.count:
            problems.add(1, "", _("行が1つもありません"))
        if problems.count:
            raise NotImportedError(file=path.name, count=problems.count)
        values: dict[str, Any] = {
            "data_set": data_set_id,
            "place": place,
            "source": path.name[:120],
            "now": clock.now(),
        }
        cursor.execute(_KEEP, values)
        added, changed = cursor.fetchone()
        cursor.execute(_WITHDRAW, values)
        withdrawn = cursor.rowcount
    if added or changed or withdrawn:
        audit.record(
            actor=actor,
            action="open-data.import",
            subject=f"data-set:{data_set_id}:{place}",
            added=added,
            changed=changed,
            withdrawn=withdrawn,
        )
        _make_files(data_set_id)
    return Taken(added, changed, withdrawn, rows - added - changed, encoding, strange)


_CODE = "全国地方公共団体コード"


def _contents(
    table: Table, places: Mapping[Item, int], place: str, problems: Problems
) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines without a problem, their values by name; nothing stands for nothing."""
    for number, values in whole_lines(table, problems):
        before = problems.count
        content: dict[str, str] = {}
        for item, at in places.items():
            try:
                value = checked(item, values[at])
            except BadValueError as error:
                if not (item.name == _CODE and not values[at].strip()):
                    problems.add(number, table.names[at], str(error), values[at].strip())
                continue
            if value:
                content[item.name] = value
        code = content.setdefault(_CODE, place + check_digit(place))
        if code[:5] != place:
            problems.add(number, _CODE, _("ほかの市区町村の行です"), code)
        if len(content.get("ID", "")) > LONGEST_NUMBER:
            problems.add(number, "ID", _("長すぎます（{most}文字まで）").format(most=LONGEST_NUMBER), content["ID"])
        if content.get("終了日") and content.get("開始日", "") > content["終了日"]:
            problems.add(number, "終了日", _("開始日より前です"), content["終了日"])
        if problems.count == before and "ID" in content:
            yield number, content


def _make_files(data_set_id: str) -> None:
    from todoke.loops.improve.jobs import make_files

    make_files.enqueue_once(f"improve.open-data.{data_set_id}", data_set=data_set_id)


def _import_shelters(path: Path, layout: Layout, place: str, problems: Problems, actor: str) -> Taken:
    """Through the import of shelters, which knows three layouts; what it says is told with the file's own lines."""
    names = {plain(name) for name in layout.known} | _SHELTER_NAMES
    title = (layout.number, data_set("shelters").titles["ja"])
    lines = array("Q")
    with tempfile.TemporaryDirectory(prefix="todoke-shelters-") as folder:
        copy = Path(folder) / path.name
        with (
            opened(path, lambda name: plain(name) in names, title) as table,
            copy.with_suffix(".csv").open("w", encoding="utf-8", newline="") as file,
        ):
            columns = shelter_columns([plain(name) for name in table.names])
            if columns is None:
                problems.add(1, "", _("標準データセット03（新・旧）でも、国土地理院の形式でもありません"))
                raise NotImportedError(file=path.name, count=problems.count)
            code_at = next(
                (at for at, name in enumerate(table.names) if plain(name) == plain(columns.municipality_code)), None
            )
            writer = csv.writer(file)
            writer.writerow(table.names)
            lines.append(1)
            for number, values in whole_lines(table, problems):
                if len(lines) > MOST_SHELTERS:
                    problems.add(number, "", _("行が多すぎます（{most}行まで）").format(most=MOST_SHELTERS))
                    break
                if code_at is not None and _is_elsewhere(values[code_at], place):
                    problems.add(number, table.names[code_at], _("ほかの市区町村の行です"), values[code_at])
                _write(writer, lines, number, values)
            encoding = table.encoding
        try:
            done = import_shelters(path=copy.with_suffix(".csv"), actor=actor)
        except BadRowsError as error:
            for one in error.problems:
                problems.add(lines[one.line - 1] if one.line <= len(lines) else one.line, "", one.reason)
        except BadFileError as error:
            problems.add(1, "", str(error.details["problem"]))
    if problems.count:
        raise NotImportedError(file=path.name, count=problems.count)
    return Taken(done.added, done.changed, done.withdrawn, done.unchanged, encoding)


_SHELTER_NAMES = {
    plain(name)
    for columns in SHELTER_LAYOUTS
    for name in (columns.marker, columns.number, columns.municipality, columns.name, columns.address)
}


def _is_elsewhere(code: str, place: str) -> bool:
    """A code that cannot be read is told by the import itself."""
    try:
        return bool(code.strip()) and five_digits(code, settings.PREFECTURE) != place
    except ValueError:
        return False


def _write(writer: Any, lines: "array[int]", number: int, values: Sequence[str]) -> None:
    """A line of the copy; values there go over no lines, so that these can be counted."""
    writer.writerow([" ".join(value.splitlines()) for value in values])
    lines.append(number)
