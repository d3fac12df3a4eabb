"""`python -m tests.bench.search`: lists and search over a million messages, on both databases, beside the plain index.

The messages are made in the database itself, with the words that the hub would keep: their bytes are asked by nobody.
"""

import argparse
import asyncio
import random
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, text

from hub import words
from hub.directory import InboxId, PersonId
from hub.selection import Filters, Folder, Selection
from hub.store import Store, boarding, searching
from hub.store.migrate import migrate
from hub.tally import Span
from tests.servers import postgresql

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
INBOXES = [InboxId(f"inbox-{n}") for n in range(20)]
MINE = tuple(INBOXES[:3])
NURSE = PersonId("nurse")
ROUNDS = 60
PORTION = 20_000
# So many words the texts have, the first ones far more often than the others.
VOCABULARY = 20_000
SENDERS = ("Fjordbyen kommune Sykepleietjeneste", "Fjordbyen sykehus Medisinsk avdeling", "Nordlys spesialistsenter")

QUESTIONS = {
    "one patient (national identity number)": lambda n: f"{n // 2:011}",
    "one message (MsgId)": lambda n: f"{n // 3:08x}-0000-4000",
    "name and birth date": lambda n: f"given{n % 700} 01.0{1 + n % 9}.19{40 + n % 50}",
    "a rare word": lambda n: f"ord{VOCABULARY - 50 - n % 40}",
    "a word in one of a hundred": lambda n: "sjelden",
    "a common word (three in ten)": lambda n: "epikrise",
    "the beginning of common words": lambda n: "pasien",
    "two common words": lambda n: "epikrise pasienten",
    "a common and a rare word": lambda n: f"epikrise family{n % 3000}",
    "the sender of a third": lambda n: "fjordbyen sykehus",
    "nothing that is there": lambda n: "finnesikke",
}
FOLDERS = {
    "new, three inboxes": Selection(Folder.NEW, MINE, NURSE),
    "all that is open, twenty inboxes": Selection(Folder.GROUP, tuple(INBOXES), NURSE),
    "mine": Selection(Folder.MINE, MINE, NURSE),
    "to be read, three inboxes": Selection(Folder.INFORMATION, MINE, NURSE),
    "archive, three inboxes": Selection(Folder.ARCHIVE, MINE, NURSE),
    "archive, filtered by kind": Selection(Folder.ARCHIVE, MINE, NURSE, Filters(kind="note")),
    "open, filtered by sender and urgent": Selection(Folder.GROUP, MINE, NURSE, Filters(sender="1", urgent=True)),
}


def main() -> None:
    """Measure and print; nothing here passes or fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.search", description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000, help="how many have ended")
    parser.add_argument("--open", type=int, default=100_000, help="how many more are open")
    asked = parser.parse_args()
    for name, made in (("SQLite", _sqlite), ("PostgreSQL", _postgresql)):
        table = Table(
            "what", "p50", "p95", "own CPU", "floor, same run (p95)", "target", title=f"Lists and search on {name}"
        )
        begun = time.perf_counter()
        with made(asked.messages, asked.open) as url:
            print(f"{name}: {asked.messages:,} ended and {asked.open:,} open in {time.perf_counter() - begun:.0f} s")
            asyncio.run(_measured(url, table, asked.messages + asked.open))
        Console(width=118).print(table)


async def _measured(url: str, table: Table, count: int) -> None:
    async with Store(url) as store:
        counts = await _times(lambda _: store.lists.counts(MINE, NURSE))
        table.add_row("counts of the folders, three inboxes", *counts, "", "")
        table.add_row("  twenty inboxes", *await _times(lambda _: store.lists.counts(INBOXES, NURSE)), "", "")
        floor = (await _times(lambda _: store.look(_plain_list)))[1]
        for name, wanted in FOLDERS.items():
            each = await _times(lambda _, wanted=wanted: store.lists.listing(wanted, None, 100, NOW))
            table.add_row(name, *each, floor, "")
        table.add_row("the overview of twenty inboxes", *await _times(lambda _: _overview(store)), floor, "")
        for name, question in QUESTIONS.items():
            bare = await _times(lambda n, q=question: store.look(_plain, words.asked(q(n * 7919 % count))))
            each = await _times(
                lambda n, q=question: store.lists.find(words.asked(q(n * 7919 % count)), MINE, None, 50)
            )
            table.add_row(name, *each, bare[1], "p95 < 200 ms")


async def _overview(store: Store) -> None:
    """What is asked for the page of those who plan, one after another as it does."""
    soon, tonight = NOW + timedelta(hours=1), NOW + timedelta(hours=15)
    spans = [Span(tuple(INBOXES), soon, tonight)]
    await store.look(boarding.tallies, spans, NOW)
    await store.look(boarding.held, [PersonId(f"person-{n}") for n in range(50)], tonight, NOW)
    await store.look(boarding.urgent, spans, (), MINE, 50)


def _plain_list(c: Connection) -> int:
    """One piece of the index of open items."""
    asked = "SELECT id FROM item WHERE inbox = 'inbox-0' AND state IN ('new', 'claimed', 'waiting')"
    return len(c.execute(text(f"{asked} ORDER BY due_at LIMIT 100")).all())


def _plain(c: Connection, asked: Sequence[str]) -> int:
    """The index of words alone, in whatever order it has them."""
    if c.dialect.name == "postgresql":
        query = "SELECT message_id FROM search WHERE words @@ CAST(:asked AS tsquery) LIMIT 50"
        return len(c.execute(text(query), {"asked": searching._tsquery(asked)}).all())
    query = "SELECT rowid FROM search WHERE search MATCH :asked LIMIT 50"
    return len(c.execute(text(query), {"asked": searching._fts5(asked)}).all())


async def _times(ask: Callable[[int], Awaitable[object]]) -> tuple[str, str, str]:
    """The middle and the 95th of a hundred, after some to warm up; and what this process took of the processor."""
    took, used = [], []
    for n in range(ROUNDS + 5):
        begun, cpu = time.perf_counter(), time.process_time()
        await ask(n)
        took.append(1000 * (time.perf_counter() - begun))
        used.append(1000 * (time.process_time() - cpu))
    found, own = sorted(took[5:]), sorted(used[5:])
    middle, late = len(found) // 2, len(found) * 95 // 100
    return f"{found[middle]:.1f} ms", f"{found[late]:.1f} ms", f"{own[middle]:.1f} ms"


def rows(ended: int, open: int) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...], list[str]]]:
    """Messages with an item, its clock and their words, the open ones last."""
    chance = random.Random(7)
    vocabulary = [f"ord{n}" for n in range(VOCABULARY)]
    weights = [1 / (n + 1) for n in range(VOCABULARY)]
    texts = [chance.choices(vocabulary, weights, k=30) for _ in range(50_000)]
    for n in range(ended + open):
        sender, inbox, is_open = n % 3, INBOXES[chance.randrange(20)], n >= ended
        at = NOW - timedelta(minutes=(ended + open - n) / 3)
        due = at + timedelta(hours=7)
        state = chance.choice(("new", "new", "claimed")) if is_open else "closed"
        purpose = "action" if chance.random() < 0.8 else "information"
        kind = "discharge_summary" if chance.random() < 0.3 else "note" if chance.random() < 0.001 else "dialogue"
        born = f"01.0{1 + n % 9}.19{40 + n % 50}"
        said = [f"given{n % 700}", f"family{n % 3000}", *_words(born), f"{n // 2:011}", f"{n // 3:08x}"]
        said += [*_words(SENDERS[sender]), *texts[chance.randrange(50_000)], *("0000", "4000")]
        said += ["epikrise"] if kind == "discharge_summary" else ["helsefaglig", "dialog"]
        said += ["pasienten"] if n % 2 else ["pasientens"]
        said += ["sjelden"] if n % 100 == 0 else []
        headline = (
            f'{{"kind":"{kind}","subject":"Blodtrykk","sender":"{SENDERS[sender]}","patient":"Given{n % 700} '
            f'Family{n % 3000}","born":"1950-02-01","attachments":{n % 2}}}'
        )
        owner = f"person-{n % 50}" if state == "claimed" else None
        yield (
            (n + 1, str(sender), f"{n:032x}", b"", "accepted", kind, f"{n // 2:011}", at, "bench"),
            (f"{n:020}", n + 1, inbox, purpose, state, owner, 0, 1, "", headline, _PLACING, due),
            (f"{n:020}", due, "[]", '{"ladder":"same day"}', 0, due if is_open else None, n % 40 == 0),
            sorted(set(said)),
        )


@cache
def _words(text: str) -> frozenset[str]:
    return words.of(text)


_PLACING = '{"rule":"team","because":"the team that owns the patient","missed":[],"path":[]}'
_MESSAGE = "message (id, sender, msg_id, digest, verdict, kind, patient, received_at, via)"
_ITEM = 'item (id, message_id, inbox, purpose, state, owner, level, version, note, headline, "placing", due_at)'
_DEADLINE = "deadline (item_id, due_at, steps, why, step, fires_at, urgent)"
_MARK = "INSERT INTO mark (name, number) SELECT 'search', max(id) FROM message"


@contextmanager
def _sqlite(ended: int, open: int) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="sambud-bench-") as folder:
        url = f"sqlite:///{folder}/hub.db"
        migrate(url)
        c = sqlite3.connect(Path(folder) / "hub.db", isolation_level=None)
        c.execute("PRAGMA synchronous=OFF")
        for many in _portions(ended, open):
            c.execute("BEGIN")
            for n, into in enumerate((_MESSAGE, _ITEM, _DEADLINE)):
                places = ", ".join("?" * len(many[0][n]))
                c.executemany(f"INSERT INTO {into} VALUES ({places})", [tuple(map(_wall, each[n])) for each in many])
            said = [(each[0][0], " ".join(each[3])) for each in many]
            c.executemany("INSERT INTO search (rowid, words) VALUES (?, ?)", said)
            c.execute("COMMIT")
        c.execute(_MARK)
        c.close()
        yield url


@contextmanager
def _postgresql(ended: int, open: int) -> Iterator[str]:
    with postgresql.running(None, "shared_buffers=256MB") as server:
        url = server.url(server.create())
        migrate(url)
        with psycopg.connect(url) as c:
            c.execute("DROP INDEX ix_search_words")
            for many in _portions(ended, open):
                for n, into in enumerate((_MESSAGE, _ITEM, _DEADLINE)):
                    with c.cursor().copy(f"COPY {into} FROM STDIN") as copy:
                        for each in many:
                            copy.write_row(each[n])
                with c.cursor().copy("COPY search (message_id, words) FROM STDIN") as copy:
                    for each in many:
                        copy.write_row((each[0][0], " ".join(f"'{x}'" for x in each[3])))
            c.execute("CREATE INDEX ix_search_words ON search USING gin (words)")
            c.execute(_MARK)
        with psycopg.connect(url, autocommit=True) as c:
            c.execute("VACUUM (ANALYZE)")
        yield url


def _portions(ended: int, open: int) -> Iterator[list[Any]]:
    made = rows(ended, open)
    while many := list(islice(made, PORTION)):
        yield many


def _wall(value: object) -> object:
    """Moments as SQLite has them."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else value


if __name__ == "__main__":
    main()
