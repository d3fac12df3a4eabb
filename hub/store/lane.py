"""The fast lane to the database, past SQLAlchemy's layers: rows into a table, their changes, and small questions.

Many rows are one statement, and one step of the database. Each step of SQLite gives the interpreter's lock away and
waits to get it back: with a step for each row, a commit in its thread and the event loop beside it wait for each other
more than they work.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from typing import Any

from psycopg import RawCursor
from sqlalchemy import ARRAY, Column, ColumnElement, Connection, Dialect, Table, any_, bindparam

# Rows of one statement; a full one stays far below SQLite's limit of variables.
PORTION = 256

# The driver of PostgreSQL takes its own marks ($1, $2) as they are; to look for others costs it a sixth of a commit.
_NUMBERED = "psycopg"


class Adding:
    """An INSERT for some columns of a table, ready for any number of rows."""

    def __init__(self, table: Table, columns: tuple[str, ...], dialect: Dialect, ignore: bool) -> None:
        prepared = dialect.identifier_preparer
        names = ", ".join(prepared.quote(name) for name in columns)
        self._head = f"INSERT INTO {prepared.format_table(table)} ({names}) VALUES "
        self._numbered = dialect.driver == _NUMBERED
        self._tail = " ON CONFLICT DO NOTHING" if ignore else ""
        self._binds = [(name, _bind(table, name, dialect)) for name in columns]

    def run(self, c: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert the rows, which must have exactly the columns; returns how many were inserted."""
        inserted = 0
        for n in range(0, len(rows), PORTION):
            with closing(_cursor(c)) as cursor:
                self._portion(cursor, rows[n : n + PORTION], "")
                inserted += cursor.rowcount
        return inserted

    def returning(self, c: Connection, rows: Sequence[Mapping[str, Any]], wanted: str) -> list[tuple[Any, ...]]:
        """As `run`, with what each row has in the wanted columns, in any order."""
        found: list[tuple[Any, ...]] = []
        for n in range(0, len(rows), PORTION):
            with closing(_cursor(c)) as cursor:
                self._portion(cursor, rows[n : n + PORTION], f" RETURNING {wanted}")
                found += cursor.fetchall()
        return found

    def _portion(self, cursor: Any, rows: Sequence[Mapping[str, Any]], returning: str) -> None:
        sql = self._head + _places(len(rows), len(self._binds), self._numbered) + self._tail + returning
        cursor.execute(sql, tuple([bind(row[name]) for row in rows for name, bind in self._binds]))


class Changing:
    """An UPDATE of some columns of the rows that have certain keys, ready for any number of rows."""

    def __init__(self, table: Table, keys: tuple[str, ...], columns: tuple[str, ...], dialect: Dialect) -> None:
        quote, own = dialect.identifier_preparer.quote, dialect.identifier_preparer.format_table(table)
        self._numbered = dialect.driver == _NUMBERED
        self._binds = [_bind(table, name, dialect) for name in (*keys, *columns)]
        # Both databases name the columns of VALUES so; only PostgreSQL must hear what the values are.
        typed = "CAST(v.column{} AS {})" if self._numbered else "v.column{}"
        places = [
            (quote(name), typed.format(n, table.c[name].type.compile(dialect)))
            for n, name in enumerate((*keys, *columns), 1)
        ]
        wanted = " AND ".join(f"{own}.{name} = {place}" for name, place in places[: len(keys)])
        values = ", ".join(f"{name} = {place}" for name, place in places[len(keys) :])
        self._head = f"UPDATE {own} SET {values} FROM (VALUES "
        self._tail = f") AS v WHERE {wanted} RETURNING {quote(keys[0])}"

    def run(self, c: Connection, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Change the rows, each with its keys before its values; returns the first key of those that were there."""
        found: list[Any] = []
        for n in range(0, len(rows), PORTION):
            some = rows[n : n + PORTION]
            sql = self._head + _places(len(some), len(self._binds), self._numbered) + self._tail
            with closing(_cursor(c)) as cursor:
                cursor.execute(sql, tuple([b(x) for row in some for x, b in zip(row, self._binds, strict=True)]))
                found += [row[0] for row in cursor.fetchall()]
        return found


def add(c: Connection, table: Table, rows: Sequence[Mapping[str, Any]], ignore: bool = False) -> int:
    """Insert rows that all have the same columns, within the caller's transaction; returns how many.

    With `ignore` those whose key is taken are left out.
    """
    return _adding(table, tuple(rows[0]), c.dialect, ignore).run(c, rows) if rows else 0


def change(
    c: Connection, table: Table, keys: Sequence[Mapping[str, Any]], values: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """Give rows other values, all for the same columns, where all their keys are as told, within the transaction.

    Returns the first key of each that was there.
    """
    if not keys:
        return []
    changing = _changing(table, tuple(keys[0]), tuple(values[0]), c.dialect)
    return changing.run(c, [(*key.values(), *row.values()) for key, row in zip(keys, values, strict=True)])


def numbered(c: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: str) -> dict[Any, int]:
    """Insert rows as `add` does; returns the number (`id`) that each got, by its value in a column of the caller's."""
    if not rows:
        return {}
    adding = _adding(table, tuple(rows[0]), c.dialect, ignore=False)
    return {row[0]: row[1] for row in adding.returning(c, rows, f"{key}, id")}


def among(c: Connection, column: Column[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Whether a column has one of many values: for PostgreSQL one array, and not as many values as there are."""
    if c.dialect.driver != _NUMBERED:
        return column.in_(values)
    return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))


def ask(c: Connection, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """The first row that answers a question, within the caller's transaction; values as the driver takes them.

    Each value's place is a question mark, which stands for nothing else.
    """
    with closing(_cursor(c)) as cursor:
        cursor.execute(_marked(sql) if c.dialect.driver == _NUMBERED else sql, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def _cursor(c: Connection) -> Any:
    connection: Any = c.connection.driver_connection
    return RawCursor(connection) if c.dialect.driver == _NUMBERED else connection.cursor()


@lru_cache(maxsize=512)
def _places(rows: int, columns: int, numbered: bool) -> str:
    """The places of so many rows: (?, ?), (?, ?) or ($1, $2), ($3, $4)."""
    marks = _numbers() if numbered else iter(lambda: "?", "")
    return ", ".join(f"({', '.join(next(marks) for _ in range(columns))})" for _ in range(rows))


@lru_cache(maxsize=512)
def _marked(sql: str) -> str:
    parts, marks = sql.split("?"), _numbers()
    return "".join(part + (next(marks) if n < len(parts) else "") for n, part in enumerate(parts, 1))


def _numbers() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"${number}"


@lru_cache(maxsize=256)
def _adding(table: Table, columns: tuple[str, ...], dialect: Dialect, ignore: bool) -> Adding:
    return Adding(table, columns, dialect, ignore)


@lru_cache(maxsize=256)
def _changing(table: Table, keys: tuple[str, ...], columns: tuple[str, ...], dialect: Dialect) -> Changing:
    return Changing(table, keys, columns, dialect)


def _bind(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any]:
    """The column type's own way to the driver, as SQLAlchemy would use it."""
    return table.c[name].type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
