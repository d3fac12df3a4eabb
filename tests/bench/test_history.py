"""The history that a bench makes is one that the hub could have made: every copy has all that its source has."""

from datetime import timedelta

import psycopg
import pytest

from hub import intake
from hub.store import Store, Writing
from hub.transport import Label
from tests import builders
from tests.bench import history

NOW = builders.TUESDAY
LABEL = Label("APPREC", "101", "201", "201_async", "id-1")
COUNT, COPIES = 10, 30

# Whole messages: with their bytes, an item whose clock has stopped, an answer, its attempt, and both lines.
WHOLE = """SELECT count(*) FROM message m
JOIN body b ON b.message_id = m.id AND b.received_at = m.received_at
JOIN item i ON i.message_id = m.id AND i.state = 'closed'
JOIN deadline d ON d.item_id = i.id AND d.fires_at IS NULL
JOIN outbox o ON o.message_id = m.id AND o.next_attempt_at IS NULL
JOIN attempt a ON a.outbox_id = o.id
JOIN journal first ON first.item_id = i.id AND first.event = 'message.accepted'
JOIN journal last ON last.item_id = i.id AND last.event = 'item.closed'
WHERE first.message = m.sender || '/' || m.msg_id AND last.message = first.message"""


@pytest.fixture
async def grown(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with some messages that were answered, and three times as many copied from them."""
    monkeypatch.setattr(history, "SOURCES", COUNT)
    async with Store(postgresql_url) as store:
        await store.commit([arrived(n) for n in range(1, COUNT + 1)])
        sent = await store.relay(NOW, NOW + timedelta(seconds=15), COUNT)
        await store.relayed(sent, NOW)
        history.grow(postgresql_url, COPIES)
        # The hub goes on where the copies end.
        await store.commit([arrived(COUNT + 1)])
    return postgresql_url


def arrived(n: int) -> Writing:
    change = intake.judge(builders.message(n), builders.order(), NOW)
    return Writing(change, NOW, b"<xml/>", "broker:201", (b"<AppRec/>",), (LABEL,))


def test_every_copy_is_whole(grown: str) -> None:
    with psycopg.connect(grown) as c:
        assert (COPIES,) == c.execute(WHOLE).fetchone()
        assert (COUNT + COPIES + 1,) == c.execute("SELECT count(*) FROM message").fetchone()


def test_the_past_reaches_back_a_year_in_the_order_of_its_numbers(grown: str) -> None:
    with psycopg.connect(grown) as c:
        row = c.execute("SELECT min(received_at) FROM message").fetchone()
        assert row is not None
        assert timedelta(days=365) == NOW - row[0]
        copies = c.execute("SELECT received_at FROM message WHERE id BETWEEN 11 AND 40 ORDER BY id").fetchall()
        assert sorted(copies) == copies
