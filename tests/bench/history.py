"""A database that has been in use for long: a year of messages with all their rows, copied from some that are there.

Copied in the database itself, as the hub would need an hour for a million; the tables and their indexes become as
large as the hub would make them. Every item of the past is closed and has a line that says so.
"""

import psycopg
from sqlalchemy import create_engine

from hub.store import engine, partition

# So many of the newest messages are what the others are copied from.
SOURCES = 1_000
# From the oldest message to now.
YEAR = "interval '365 days'"

# Which rows are copied, and what copies have otherwise than their source, `s`. `k` is the number of the copy and
# `%(copies)s` how many there are. Moments are put back by themselves, those of the first copy furthest.
_BETWEEN = "> %(first)s AND {0} <= %(last)s"
_OF_MESSAGE = f"s.message_id {_BETWEEN.format('s.message_id')}"
_ITEMS = f"SELECT id FROM item WHERE message_id {_BETWEEN.format('message_id')}"
_DOCUMENTS = f"SELECT id FROM outbox WHERE message_id {_BETWEEN.format('message_id')}"
_LINES = f"s.event = 'message.accepted' AND s.item_id IN ({_ITEMS})"
_MESSAGE = "s.message_id + k * %(sources)s"
_ITEM = "left(md5(s.item_id || k), 20)"
_LINE = {
    "id": "nextval('journal_id_seq')",
    "message": "split_part(s.message, '/', 1) || '/' || md5(split_part(s.message, '/', 2) || k)::uuid",
    "item_id": _ITEM,
}
_CLOSED = {"event": "'item.closed'", "who": "'anna'", "detail": """'{"outcome":"read"}'"""}

_TABLES: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "message",
        f"s.id {_BETWEEN.format('s.id')}",
        {"id": "s.id + k * %(sources)s", "msg_id": "md5(s.msg_id || k)::uuid"},
    ),
    ("body", _OF_MESSAGE, {"message_id": _MESSAGE}),
    (
        "item",
        _OF_MESSAGE,
        {"id": "left(md5(s.id || k), 20)", "message_id": _MESSAGE, "state": "'closed'", "version": "2"},
    ),
    ("deadline", f"s.item_id IN ({_ITEMS})", {"item_id": _ITEM, "fires_at": "NULL"}),
    (
        "outbox",
        _OF_MESSAGE,
        {"id": "s.id + k * %(documents)s", "msg_id": "md5(s.msg_id || k)::uuid", "message_id": _MESSAGE},
    ),
    (
        "attempt",
        f"s.outbox_id IN ({_DOCUMENTS})",
        {"amqp_id": "gen_random_uuid()", "outbox_id": "s.outbox_id + k * %(documents)s"},
    ),
    ("journal", _LINES, _LINE),
    ("journal", _LINES, _LINE | _CLOSED),
)


def grow(url: str, count: int) -> None:
    """Store so many more, rounded up to whole thousands; a thousand must be there, and nobody may write meanwhile."""
    copies = -(-count // SOURCES)
    with psycopg.connect(url, autocommit=True) as c:
        # The copies refer to each other as their sources do, and need not be on the disk one by one.
        c.execute("SET session_replication_role = replica")
        c.execute("SET synchronous_commit = off")
        told = _told(c) | {"copies": copies}
        _months(url)
        for table, sources, otherwise in _TABLES:
            c.execute(_copying(c, table, sources, otherwise).encode(), told)
        c.execute("SELECT setval('outbox_id_seq', (SELECT max(id) FROM outbox))")
        c.execute("SELECT setval('message_id_seq', (SELECT max(id) FROM message))")


def rest(url: str) -> None:
    """What a database that has been in use for long has behind it: vacuum, statistics and a checkpoint."""
    with psycopg.connect(url, autocommit=True) as c:
        c.execute("VACUUM (ANALYZE)")
        c.execute("CHECKPOINT")


def megabytes(url: str) -> float:
    """How large the database is."""
    with psycopg.connect(url) as c:
        row = c.execute("SELECT pg_database_size(current_database())").fetchone()
        return row[0] / 1e6 if row else 0.0


def _told(c: psycopg.Connection) -> dict[str, int]:
    """Which messages are the sources, and how far the numbers of their copies are apart."""
    row = c.execute(
        """SELECT (SELECT max(id) FROM message), (SELECT max(id) FROM outbox) - min(o.id) + 1, count(*)
        FROM outbox o WHERE message_id > (SELECT max(id) - %s FROM message)""",
        (SOURCES,),
    ).fetchone()
    if row is None or row[2] < SOURCES:
        raise RuntimeError(f"there must be {SOURCES} messages to copy")
    last, documents, _ = row
    return {"first": last - SOURCES, "last": last, "documents": documents, "sources": SOURCES}


def _copying(c: psycopg.Connection, table: str, sources: str, otherwise: dict[str, str]) -> str:
    """The statement that copies: every column as it is, but those that are otherwise, and moments put back."""
    columns = c.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s", (table,)
    ).fetchall()
    values = [otherwise.get(name) or _value(name, type) for name, type in columns]
    names = ", ".join(f'"{name}"' for name, _ in columns)
    return (
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)}"
        f" FROM generate_series(1, %(copies)s) AS k, {table} AS s WHERE {sources}"
    )


def _value(name: str, type: str) -> str:
    back = f" - {YEAR} * (%(copies)s + 1 - k) / %(copies)s" if type == "timestamp with time zone" else ""
    return f's."{name}"{back}'


def _months(url: str) -> None:
    """See to it that the bytes of all months of the year have their place."""
    made = create_engine(engine.address(url))
    with made.begin() as c:
        row = c.exec_driver_sql(f"SELECT min(received_at) - {YEAR}, max(received_at) FROM message").one()
        partition.between(c, *row)
    made.dispose()
