"""The index of words: filled beside the intake in the order of message numbers, and asked for the newest first.

SQLite has FTS5 and PostgreSQL a GIN index over `tsvector`; in both a message's words stand as they were made, without
a parser or a dictionary. What is common is looked for in portions of the newest messages, so that no question reads
all that it could find.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, column, delete, func, or_, select, table, text, update

from hub import words
from hub.directory import InboxId
from hub.record import Came, Found, Line
from hub.store import cutting, lane
from hub.store.listing import COLUMNS, line
from hub.store.reading import joined
from hub.store.tables import body, item, mark, message

# The name of the mark: the number of the last message whose words are kept.
MARK = "search"

# So many of the newest messages that have the words are looked at together.
LOOKED = 1_000
# So many of the newest messages are looked at to know whether words are common: one in a hundred has them then, and as
# many are read from the newest on as that lets expect, at most so many; what is rare is asked of the index.
PROBED, COMMON, READ = 1_000, 10, 10_000


def behind(c: Connection) -> int:
    """How many messages came whose words are not kept yet."""
    return _newest(c) - _kept(c)


def unread(c: Connection, limit: int, most: int) -> tuple[int, int, list[Came]]:
    """The next messages whose words are to be kept: from which number, to which, and those with bytes.

    At most so many, and no more once their bytes are `most`; what was not taken in has no words here.
    """
    old = _kept(c)
    new = min(_newest(c), old + limit)
    there = (body.c.message_id == message.c.id, body.c.received_at == message.c.received_at)
    query = select(message.c.id, message.c.received_at, message.c.via, body.c.raw).join(body, and_(*there))
    wanted = (message.c.id > old, message.c.id <= new, message.c.verdict == "accepted")
    found: list[Came] = []
    size = 0
    for r in c.execute(query.where(*wanted).order_by(message.c.id)):
        if found and size + len(r.raw) > most:
            return old, r.id - 1, found
        raw = cutting.whole(c, r.id, r.raw)
        size += len(raw)
        found.append(Came(r.id, r.received_at, r.via, raw))
    return old, new, found


def keep(c: Connection, old: int, new: int, found: Mapping[int, Sequence[str]]) -> bool:
    """Keep the words of messages, and go on to a number; false when somebody else has gone on from the old one."""
    lane.add(c, mark, [{"name": MARK, "number": 0}], ignore=True)
    moved = update(mark).where(mark.c.name == MARK, mark.c.number == old).values(number=new)
    if c.execute(moved).rowcount != 1:
        return False
    said = {number: list(x) for number, x in found.items() if x}
    if c.dialect.name == "postgresql":
        _put(c, _POSTGRESQL, [{"number": n, "words": x} for n, x in said.items()])
    else:
        _put(c, _SQLITE, [{"number": n, "words": " ".join(x)} for n, x in said.items()])
    return True


def forgotten(c: Connection, after: int, limit: int) -> list[int]:
    """Messages after a number whose words are kept although their bytes were let go, at most so many."""
    number, there = _number(c), (body.c.message_id == message.c.id, body.c.received_at == message.c.received_at)
    query = select(number).select_from(_SEARCH).join(message, message.c.id == number)
    gone = ~select(body.c.message_id).where(*there).exists()
    return list(c.execute(query.where(number > after, gone).order_by(number).limit(limit)).scalars())


def clear(c: Connection, numbers: Collection[int]) -> None:
    """Let go of the words of messages."""
    c.execute(delete(_SEARCH).where(_number(c).in_(numbers)))


def find(c: Connection, asked: Sequence[str], inboxes: Collection[InboxId], before: int | None, limit: int) -> Found:
    """Items of some inboxes, or that belong there, whose message has all the words; the newest message first.

    `before` is where the page before said that it goes on. A page has all items of its last message.
    """
    numbers, rest = _matching(c, asked, before)
    if not numbers:
        return Found((), rest)
    mine = or_(item.c.inbox.in_(inboxes), item.c.home.in_(inboxes))
    # The rows of all that matches need not be read for a page.
    query = select(item.c.id, item.c.message_id).where(lane.among(c, item.c.message_id, numbers), mine)
    found = c.execute(query.order_by(item.c.message_id.desc(), item.c.id).limit(limit + 1)).all()
    if len(found) <= limit:
        return Found(_lines(c, [r.id for r in found]), rest)
    last = found[limit].message_id
    shown = [r.id for r in found if r.message_id != last]
    if shown:
        return Found(_lines(c, shown), last + 1)
    # All items of one message: more than a page, where somebody asks for very short ones.
    alone = c.execute(select(item.c.id).where(item.c.message_id == last, mine)).scalars()
    return Found(_lines(c, list(alone)), last)


def _lines(c: Connection, ids: Sequence[str]) -> list[Line]:
    """Items as lines, the newest message first."""
    query = joined(*COLUMNS).where(item.c.id.in_(ids)).order_by(item.c.message_id.desc(), item.c.id)
    return [line(r) for r in c.execute(query)]


def _matching(c: Connection, asked: Sequence[str], before: int | None) -> tuple[list[int], int | None]:
    """The newest messages that have all the words, before a number; and before which number it goes on, if it does."""
    if c.dialect.name == "postgresql":
        return _in_portions(c, asked, before)
    query = _FTS5.format("" if before is None else "AND rowid < :before")
    found = list(c.execute(text(query), {"asked": _fts5(asked), "before": before, "limit": LOOKED}).scalars())
    return found, found[-1] if len(found) == LOOKED else None


def _in_portions(c: Connection, asked: Sequence[str], before: int | None) -> tuple[list[int], int | None]:
    """The same of a GIN index, which knows no order: of what is common it would give all that ever came."""
    values = {"asked": _tsquery(asked), "before": _newest(c) + 1 if before is None else before}
    found, last = _read(c, values, PROBED)
    if len(found) < COMMON:
        rare = list(c.execute(text(_GIN), {**values, "limit": LOOKED}).scalars())
        return rare, rare[-1] if len(rare) == LOOKED else None
    if len(found) < LOOKED and last is not None:
        found, last = _read(c, values, min(READ, LOOKED * PROBED // len(found)))
    return found[:LOOKED], found[LOOKED - 1] if len(found) > LOOKED else last


def _read(c: Connection, values: Mapping[str, Any], limit: int) -> tuple[list[int], int | None]:
    """Which of the newest messages have the words, and the last one that was read; None when there are no more."""
    row = c.execute(text(_PORTION), {**values, "limit": limit}).one()
    return row.found or [], row.last if row.read == limit else None


def _fts5(asked: Sequence[str]) -> str:
    return " ".join(f'"{x}"{"*" if len(x) >= words.BEGINNING else ""}' for x in asked)


def _tsquery(asked: Sequence[str]) -> str:
    return " & ".join(f"'{x}'{':*' if len(x) >= words.BEGINNING else ''}" for x in asked)


def _put(c: Connection, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        c.execute(text(statement), rows)


def _number(c: Connection) -> Any:
    return _SEARCH.c.message_id if c.dialect.name == "postgresql" else _SEARCH.c.rowid


def _kept(c: Connection) -> int:
    return c.execute(select(mark.c.number).where(mark.c.name == MARK)).scalar() or 0


def _newest(c: Connection) -> int:
    return c.execute(select(func.max(message.c.id))).scalar() or 0


_SEARCH = table("search", column("rowid"), column("message_id"), column("words"))
_SQLITE = "INSERT OR REPLACE INTO search (rowid, words) VALUES (:number, :words)"
_POSTGRESQL = (
    "INSERT INTO search (message_id, words) VALUES (:number, array_to_tsvector(CAST(:words AS text[])))"
    " ON CONFLICT (message_id) DO NOTHING"
)
_FTS5 = "SELECT rowid FROM search WHERE search MATCH :asked {} ORDER BY rowid DESC LIMIT :limit"
# Without an order that the primary key has, the index of words is asked, and not every message.
_GIN = (
    "SELECT message_id FROM search WHERE words @@ CAST(:asked AS tsquery) AND message_id < :before"
    " ORDER BY message_id + 0 DESC LIMIT :limit"
)
_NEWEST = "SELECT message_id, words FROM search WHERE message_id < :before ORDER BY message_id DESC LIMIT :limit"
# A portion is taken first and then looked through; otherwise the planner may take another way to the same.
_PORTION = (
    f"WITH newest AS MATERIALIZED ({_NEWEST})"
    " SELECT count(*) AS read, min(message_id) AS last, array_agg(message_id ORDER BY message_id DESC)"
    " FILTER (WHERE words @@ CAST(:asked AS tsquery)) AS found FROM newest"
)
