"""The bare floor: parse, validate and one grouped durable commit, in one process, without the hub."""

import sqlite3
import time
from pathlib import Path

from lxml import etree

from hub import resources
from tests.bench import messages


def rate(folder: Path, count: int, group: int) -> float:
    """Messages a second when each group of so many is parsed, validated and committed as one."""
    schema = etree.XMLSchema(etree.parse(resources.folder("schemas") / "catalogue.xsd"))
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, raw BLOB)")
    waiting = messages.make(count, seed=2)
    begun = time.perf_counter()
    for n in range(0, count, group):
        batch = waiting[n : n + group]
        for raw in batch:
            schema.assertValid(etree.fromstring(raw))
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO message (raw) VALUES (?)", [(raw,) for raw in batch])
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begun
    connection.close()
    return count / seconds
