"""The fast lane to the database, past SQLAlchemy's layers: rows into a table, and small questions.

Many rows are one statement, and one step of the database. Each step of SQLite gives the interpreter's lock away and
waits to get it back: with a step for each row, a commit in its thread and the event loop beside it wait for each other
more than they work.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Table

# Rows of one statement; a full one stays far below SQLite's limit of variables.
PORTION = 256

# How drivers mark a value's place.
_MARKS = {"qmark": "?", "pyformat": "%s"}


class Adding:
    """An INSERT for some columns of a table, ready for any number of rows."""

    def __init__(self, table: Table, columns: tuple[str, ...], dialect: Dialect, ignore: bool) -> None:
        prepared = dialect.identifier_preparer
        names = ", ".join(prepared.quote(name) for name in columns)
        self._head = f"INSERT INTO {prepared.format_table(table)} ({names}) VALUES "
        self._row = f"({', '.join([_MARKS[dialect.paramstyle]] * len(columns))})"
        self._tail = " ON CONFLICT DO NOTHING" if ignore else ""
        self._binds = [(name, _bind(table, name, dialect)) for name in columns]

    def run(self, c: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert the rows, which must have exactly the columns; returns how many were inserted."""
        return sum(self._portion(c, rows[n : n + PORTION]) for n in range(0, len(rows), PORTION))

    def _portion(self, c: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        sql = self._head + ", ".join([self._row] * len(rows)) + self._tail
        values = tuple([bind(row[name]) for row in rows for name, bind in self._binds])
        with closing(c.connection.cursor()) as cursor:
            cursor.execute(sql, values)
            inserted: int = cursor.rowcount
            return inserted


def add(c: Connection, table: Table, rows: Sequence[Mapping[str, Any]], ignore: bool = False) -> int:
    """Insert rows that all have the same columns, within the caller's transaction; returns how many.

    With `ignore` those whose key is taken are left out.
    """
    return _adding(table, tuple(rows[0]), c.dialect, ignore).run(c, rows) if rows else 0


def ask(c: Connection, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """The first row that answers a question, within the caller's transaction; values as the driver takes them.

    Each value's place is a question mark, which stands for nothing else.
    """
    with closing(c.connection.cursor()) as cursor:
        cursor.execute(sql.replace("?", _MARKS[c.dialect.paramstyle]), values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


@lru_cache(maxsize=256)
def _adding(table: Table, columns: tuple[str, ...], dialect: Dialect, ignore: bool) -> Adding:
    return Adding(table, columns, dialect, ignore)


def _bind(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any]:
    """The column type's own way to the driver, as SQLAlchemy would use it."""
    return table.c[name].type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
