"""No reader holds up the server for ever, and no connection waits for ever for packets that nobody acknowledges."""

import asyncio
import os
import socket

import psycopg
import pytest
from sqlalchemy import Connection, text

from hub.store import Store, postgresql

LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")


def limits(c: Connection) -> list[object]:
    """What the server says of this connection."""
    return [c.execute(text(f"SHOW {name}")).scalar() for name in LIMITS]


async def test_a_reader_may_take_a_minute_and_may_be_idle_for_one(postgresql_url: str) -> None:
    async with Store(postgresql_url) as store:
        assert ["1min", "1min"] == await store._readers.run(limits)


async def test_the_limits_end_with_the_transaction(postgresql_url: str) -> None:
    """Behind pgbouncer the next who gets the connection is somebody else."""
    async with Store(postgresql_url) as store:
        await store._readers.run(limits)
        with store._readers.engine.connect() as c:
            cursor = c.connection.cursor()
            assert [("0",), ("0",)] == [cursor.execute(f"SHOW {name}").fetchone() for name in LIMITS]


async def test_a_reader_that_is_forgotten_lets_go_of_the_tables(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    brief = tuple(words.replace("60s", "1s") for words in postgresql._READING)
    monkeypatch.setattr(postgresql, "_READING", brief)
    async with Store(postgresql_url) as store:
        forgotten = store._readers.engine.connect()
        forgotten.execute(text("SELECT count(*) FROM body"))
        with psycopg.connect(postgresql_url, autocommit=True) as c:
            c.execute("SET lock_timeout = '5s'")
            await asyncio.to_thread(c.execute, "ALTER TABLE body ADD COLUMN later int")
            assert c.execute("SELECT 1 FROM information_schema.columns WHERE column_name = 'later'").fetchone()
        forgotten.invalidate()
        forgotten.close()


async def test_what_is_not_acknowledged_ends_every_kind_of_connection(postgresql_url: str) -> None:
    async with Store(postgresql_url) as store:
        found = [await side.run(patience) for side in (store._readers, store._sharer, store._writer)]
    assert [20_000] * 3 == found


def patience(c: Connection) -> int:
    """The milliseconds after which the kernel ends the connection when nothing is acknowledged."""
    driver = c.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    with socket.socket(fileno=os.dup(driver.fileno())) as own:
        return own.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
