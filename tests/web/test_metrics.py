"""What Prometheus reads: right counts, bounded labels, nobody's data, and no look at whole tables."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from httpx2 import ASGITransport, AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from hub import settings
from hub.account import SystemAccount
from hub.audit import Flaw
from hub.record import Worker
from hub.service import BROKER, Delivery, Hub
from hub.web import metrics
from hub.web.app import app
from tests import centre
from tests.servers import postgresql as pg

ANYBODY = SystemAccount("exchange", "", frozenset(), any=True)
BROUGHT = SystemAccount(f"{BROKER}900200", "", frozenset(), any=True)

Values = dict[tuple[str, ...], float]


@pytest.fixture
async def prometheus(hub: Hub, client: AsyncClient) -> AsyncIterator[AsyncClient]:
    """A client that nothing is kept for: every look is a new one."""
    client._transport.app.state.figures = metrics.Figures(hub, keep=0)  # type: ignore[attr-defined]
    yield client


async def read(client: AsyncClient) -> Values:
    """Each figure by its name and its labels' values."""
    found = await client.get("/metrics")
    assert (200, "text/plain") == (found.status_code, found.headers["content-type"].partition(";")[0])
    families = text_string_to_metric_families(found.text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


async def take_in(hub: Hub, *raws: bytes, account: SystemAccount = ANYBODY) -> None:
    await hub.receive([Delivery(raw, account) for raw in raws], hub.clock.now())


async def live(hub: Hub, kind: str, silent: float, name: str = "1") -> None:
    at = hub.clock.now() - timedelta(seconds=silent)
    await hub.store.beat(Worker(f"{kind}-{name}", kind, at, at, {}))


async def test_an_empty_hub_tells_zeros(prometheus: AsyncClient) -> None:
    found = await read(prometheus)
    others = ("sambud_store_up", "sambud_heartbeat", "sambud_measured_age_seconds")
    assert (1, 1) == (found["sambud_store_up",], found["sambud_heartbeat",])
    zeros = {key: value for key, value in found.items() if key[0] not in others}
    assert {0.0} == set(zeros.values())
    assert {
        ("sambud_messages_total", "accepted"),
        ("sambud_messages_total", "rejected"),
        ("sambud_messages_total", "noted"),
        ("sambud_items", "new"),
        ("sambud_items", "claimed"),
        ("sambud_items", "waiting"),
        ("sambud_items_late",),
        ("sambud_inbound_held_seconds",),
        ("sambud_inbound_waited_seconds",),
        ("sambud_outbox_waiting",),
        ("sambud_outbox_oldest_seconds",),
        ("sambud_parked",),
        ("sambud_partners_silent",),
        ("sambud_quarantine",),
        *(("sambud_workers", kind) for kind in ("audit", "intake", "relay", "serve", "watch")),
        *((f"sambud_audit_{what}", flaw.value) for what in ("found", "mended") for flaw in Flaw),
    } == set(zeros)


async def test_each_message_is_counted_once_however_often_it_is_looked(hub: Hub, prometheus: AsyncClient) -> None:
    await take_in(hub, centre.message(1), centre.message(2), centre.message(msg_id="no-uuid"), b"rubbish")
    await read(prometheus)
    await take_in(hub, centre.message(2), centre.message(3))
    found = await read(prometheus)
    assert (3, 1, 0) == tuple(found["sambud_messages_total", verdict] for verdict in ("accepted", "rejected", "noted"))
    assert (await hub.store.tally())["messages"] == {"accepted": 3, "rejected": 1}
    assert (3, 1) == (found["sambud_items", "new"], found["sambud_quarantine",])


async def test_late_items_and_what_waits_are_counted(hub: Hub, prometheus: AsyncClient) -> None:
    before = hub.clock.now() - timedelta(days=5)
    await hub.receive([Delivery(centre.message(n), BROUGHT) for n in (1, 2)], before)
    found = await read(prometheus)
    assert (2, 2, 0) == tuple(found[f"sambud_{name}",] for name in ("items_late", "outbox_waiting", "parked"))
    assert found["sambud_outbox_oldest_seconds",] == pytest.approx(5 * 86_400, abs=60)
    now = hub.clock.now()
    claimed = await hub.store.relay(now, now + timedelta(seconds=60), 10)
    await hub.store.put_off([(x, "unroutable", None) for x in claimed[:1]], now)
    await hub.store.relayed(claimed[1:], now)
    found = await read(prometheus)
    assert (0, 1, 0) == tuple(found[f"sambud_{x}",] for x in ("outbox_waiting", "parked", "outbox_oldest_seconds"))


async def test_workers_are_told_by_kind(hub: Hub, prometheus: AsyncClient) -> None:
    await live(hub, "intake", 4)
    await live(hub, "intake", 300, "2")
    await live(hub, "relay", 90)
    await live(hub, "somebody", 1)
    found = await read(prometheus)
    assert (1, 0, 0) == tuple(found["sambud_workers", kind] for kind in ("intake", "relay", "watch"))
    assert found["sambud_worker_last_seen_seconds", "intake"] == pytest.approx(4, abs=2)
    assert found["sambud_worker_last_seen_seconds", "relay"] == pytest.approx(90, abs=2)
    assert ("sambud_worker_last_seen_seconds", "watch") not in found
    assert not [key for key in found if "somebody" in key]


async def test_what_auditors_found_and_mended_is_told_by_its_kind(hub: Hub, prometheus: AsyncClient) -> None:
    now = hub.clock.now()
    state = {"audited_at": now.isoformat(), "found": "overdue=2", "mended": "unclocked=3"}
    await hub.store.beat(Worker("audit-1", "audit", now, now, state))
    gone = now - timedelta(minutes=5)
    await hub.store.beat(Worker("audit-2", "audit", gone, gone, {**state, "found": "untried=9"}))
    found = await read(prometheus)
    assert (2, 0) == (found["sambud_audit_found", "overdue"], found["sambud_audit_found", "untried"])
    assert (6, 0) == (found["sambud_audit_mended", "unclocked"], found["sambud_audit_mended", "running"])


async def test_nobody_need_sign_in_and_nobody_is_named(hub: Hub, prometheus: AsyncClient) -> None:
    await take_in(hub, centre.message(), centre.message(2, patient=centre.GP_PATIENT), account=BROUGHT)
    text = (await prometheus.get("/metrics")).text
    named = {*hub.directory.inboxes, *hub.directory.people, "900200", "900100", centre.TEAM_PATIENT, centre.GP_PATIENT}
    assert [] == [name for name in named if name in text]
    labels = {label for family in text_string_to_metric_families(text) for s in family.samples for label in s.labels}
    assert {"kind", "state", "verdict"} >= labels


async def test_what_was_measured_is_told_again_for_some_seconds(hub: Hub, client: AsyncClient) -> None:
    first = await read(client)
    await take_in(hub, centre.message())
    again = await read(client)
    assert (0, 0) == (first["sambud_messages_total", "accepted"], again["sambud_messages_total", "accepted"])
    assert 0 <= first["sambud_measured_age_seconds",] < again["sambud_measured_age_seconds",] < metrics.KEPT_SECONDS


async def test_no_table_is_read_whole_but_quarantine(hub: Hub, prometheus: AsyncClient) -> None:
    await take_in(hub, centre.message())
    await read(prometheus)
    asked: list[tuple[str, tuple[object, ...]]] = []
    engine = hub.store._readers.engine
    event.listen(engine, "before_cursor_execute", lambda _c, _x, sql, values, *_: asked.append((sql, values)))
    await read(prometheus)
    with engine.connect() as c:
        selects = [(sql, values) for sql, values in asked if sql.startswith("SELECT")]
        plans = [c.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in selects]
    steps = [str(step.detail) for plan in plans for step in plan]
    whole = [step for step in steps if step.startswith("SCAN") and "USING" not in step]
    # The last message's number is looked up by its key; a subquery of what is newer is all that is counted.
    assert {"SCAN quarantine", "SCAN worker", "SCAN anon_1"} >= set(whole) > set(), steps
    assert all("ix_item_open" in step for step in steps if " item" in step)


async def test_a_database_that_goes_away_is_told_and_comes_back(postgresql: pg.Postgresql, postgresql_url: str) -> None:
    name = postgresql_url.rpartition("/")[2]

    def let(in_: bool) -> None:
        cut = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        postgresql.run("psql", "-c", f"ALTER DATABASE {name} ALLOW_CONNECTIONS {in_}", "-c", cut)

    sample = settings.load(settings.sample())
    found = sample.model_copy(update={"database": settings.Database(url=postgresql_url)})
    async with centre.opened(found) as hub:
        made = app(hub, limit=1_000_000)
        made.state.figures = metrics.Figures(hub, keep=0)
        async with AsyncClient(transport=ASGITransport(made), base_url="http://hub") as client:
            await take_in(hub, centre.message())
            assert 1 == (await read(client))["sambud_messages_total", "accepted"]
            let(False)
            away = await read(client)
            told = {key: away[key] for key in away if "age" not in key[0]}
            assert {("sambud_store_up",): 0.0, ("sambud_heartbeat",): 1.0} == told
            let(True)
            # A busy server may not take its callers back at once.
            back = await read(client)
            for _ in range(50):
                if back["sambud_store_up",]:
                    break
                await asyncio.sleep(0.1)
                back = await read(client)
            assert (1, 1) == (back["sambud_store_up",], back["sambud_messages_total", "accepted"])


async def test_many_who_ask_at_once_are_told_from_one_look(hub: Hub, client: AsyncClient) -> None:
    asked: list[str] = []
    event.listen(hub.store._readers.engine, "before_cursor_execute", lambda _c, _x, sql, *_: asked.append(sql))
    found = await asyncio.gather(*(read(client) for _ in range(20)))
    assert 1 == sum("FROM worker" in sql for sql in asked)
    assert {1.0} == {values["sambud_store_up",] for values in found}
