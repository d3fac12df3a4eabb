"""Rows into a table by the fast lane: the statement is compiled once, and a batch is one call to the driver."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


class Adding:
    """An INSERT for some columns of a table, ready for many rows."""

    def __init__(self, table: Table, columns: tuple[str, ...], dialect: Dialect, ignore: bool) -> None:
        made: Insert = table.insert()
        if ignore:
            family = postgresql if dialect.name == "postgresql" else sqlite
            made = family.insert(table).on_conflict_do_nothing()
        compiled = made.compile(dialect=dialect, column_keys=list(columns))
        self._sql = str(compiled)
        self._names: Sequence[str] = compiled.positiontup or columns
        self._binds = [_bind(table, name, dialect) for name in self._names]

    def run(self, c: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert the rows, which must have exactly the columns; returns how many were inserted."""
        lane = list(zip(self._names, self._binds, strict=True))
        return c.exec_driver_sql(self._sql, [tuple([bind(row[name]) for name, bind in lane]) for row in rows]).rowcount


def add(c: Connection, table: Table, rows: Sequence[Mapping[str, Any]], ignore: bool = False) -> int:
    """Insert rows that all have the same columns, within the caller's transaction; returns how many.

    With `ignore` those whose key is taken are left out.
    """
    return _adding(table, tuple(rows[0]), c.dialect, ignore).run(c, rows) if rows else 0


@lru_cache(maxsize=256)
def _adding(table: Table, columns: tuple[str, ...], dialect: Dialect, ignore: bool) -> Adding:
    return Adding(table, columns, dialect, ignore)


def _bind(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any]:
    """The column type's own way to the driver, as SQLAlchemy would use it."""
    return table.c[name].type.dialect_impl(dialect).bind_processor(dialect) or _as_it_is


def _as_it_is(value: Any) -> Any:
    return value
