"""A data set: where its rows come from, and what each column is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from psycopg.sql import SQL, Composable, Identifier, Literal

from todoke.registry.catalogue.types import Texts


class Format(StrEnum):
    """What files a data set comes in."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


MEDIA_TYPES: Mapping[Format, str] = {
    Format.CSV: "text/csv",
    Format.JSON: "application/json",
    Format.PARQUET: "application/vnd.apache.parquet",
}


class ColumnType(StrEnum):
    """What stands in a column. CODE is text of digits; FLAG is 1 or nothing, as the standard data sets write it."""

    TEXT = "text"
    CODE = "code"
    URL = "url"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    FLAG = "flag"
    DATE = "date"
    TIME = "time"
    MOMENT = "moment"


_CASTS = {
    ColumnType.INTEGER: "bigint",
    ColumnType.NUMBER: "numeric",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.MOMENT: "timestamptz",
}
_MOMENT = SQL("""to_char({} AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD"T"HH24:MI:SS"+09:00"')""")


@dataclass(frozen=True, eq=False)
class Column:
    """A column. ``name`` heads it in CSV and is its key in JSON; ``english`` is another name that the API knows.

    ``sql`` is compared and sorted by, over a row ``t`` of the data set's relation; ``exact`` is what is shown where
    that is not the same.
    """

    name: str
    english: str
    type: ColumnType
    sql: Composable
    titles: Texts
    description: Texts
    exact: Composable | None = None
    unit: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()
    filter: bool = False
    """It stands among the filters of the page for people."""

    brief: bool = True
    """It stands in the table for people; all columns are in the files."""

    @property
    def cast(self) -> SQL:
        """The type in the database that a given value is read as."""
        return SQL(_CASTS.get(self.type, "text"))

    @property
    def value(self) -> Composable:
        """As JSON has it: numbers as numbers."""
        if self.type is ColumnType.MOMENT:
            return _MOMENT.format(self.sql)
        return self.exact or self.sql

    @property
    def words(self) -> Composable:
        """As text, nothing where there is nothing."""
        return self.value if self.is_text and self.required else SQL("nullif(({})::text, '')").format(self.value)

    @property
    def line(self) -> Composable:
        """As COPY writes it into a line of CSV: ``words``, but numbers and days are left to it."""
        by_itself = self.type in {ColumnType.INTEGER, ColumnType.NUMBER, ColumnType.DATE}
        return self.value if by_itself else self.words

    @property
    def is_text(self) -> bool:
        """Whether the database has it as text already."""
        return self.type not in _CASTS


@dataclass(frozen=True)
class Relation:
    """What stands behind FROM, with its parameters."""

    sql: Composable
    parameters: tuple[Any, ...] = ()


@dataclass(frozen=True)
class State:
    """Which rows a data set has now: another ``version`` whenever any changed."""

    version: str
    modified: datetime | None


@dataclass(frozen=True)
class Span:
    """The days that a data set is about."""

    begins: date | None = None
    ends: date | None = None


@dataclass(frozen=True, eq=False)
class DataSet:
    """What is published under one name."""

    id: str
    titles: Texts
    description: Texts
    columns: tuple[Column, ...]
    relation: Callable[[], Relation]
    state: Callable[[], State]
    licence: Callable[[], str]
    key: Composable
    """Tells rows of the relation ``t`` apart, and puts them in order."""

    key_type: str = "bigint"
    frequency: str = "IRREG"
    """How often it changes, in the EU's list of frequencies."""

    themes: tuple[str, ...] = ("GOVE",)
    """In the EU's list of data themes."""

    keywords: tuple[Texts, ...] = ()
    span: Callable[[], Span] = field(default=Span)
    mark: bool = False
    """Its CSV begins with a byte order mark, as files of the standard data sets do."""

    standard: str = ""
    """Its number among 自治体標準オープンデータセット."""

    primary_key: tuple[str, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Columns by their names, and by their English names."""
        return {one.english: one for one in self.columns} | {one.name: one for one in self.columns}


def texts(ja: str, en: str, easy: str = "") -> Texts:
    """The same in the languages of the public pages."""
    return {"ja": ja, "easy": easy or ja, "en": en}


def of_row(name: str) -> Composable:
    """A column of the relation."""
    return SQL("t.{}").format(Identifier(name))


def of_json(name: str, type_: ColumnType) -> Composable:
    """A value of the relation's JSON ``content``."""
    text = SQL("t.content ->> {}").format(Literal(name))
    cast = _CASTS.get(type_)
    return SQL("nullif({}, '')::{}").format(text, SQL(cast)) if cast else SQL("({})").format(text)
