"""What came is judged again by other rules; what they would do otherwise is told, and nothing is written."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hub import rehearsal, settings
from hub.deadline import ElapsedHours
from hub.desk import Act
from hub.directory import Absence, InboxKind, PersonId
from hub.item import Action, Outcome
from hub.rehearsal import Rehearsal
from hub.route import Rule, When
from hub.service import Delivery, Hub
from tests import centre
from tests.wire.builders import HOSPITAL, dialogue, ident, patient

SINCE = timedelta(days=30)
KARI = PersonId("kari.moen")


@pytest.fixture
async def hub(url: str) -> AsyncIterator[Hub]:
    """A hub that got twenty messages from the home service, and one that nobody can read."""
    sample = settings.load(settings.sample())
    found = sample.model_copy(update={"database": settings.Database(url=url)})
    async with centre.opened(found) as opened:
        exchange = next(s for s in opened.accounts.systems.values() if s.any)
        raws = [*(centre.message(n) for n in range(1, 21)), b"rubbish"]
        await opened.receive([Delivery(raw, exchange) for raw in raws], opened.clock.now())
        yield opened


async def rehearsed(hub: Hub, as_of: date | None = None, **changes: object) -> Rehearsal:
    new = replace(hub.order, **changes)  # type: ignore[arg-type]
    return await rehearsal.rehearse(hub.store, hub.readers, hub.order, new, hub.clock.now() - SINCE, as_of)


async def test_the_configuration_as_it_is_moves_nothing(hub: Hub) -> None:
    assert Rehearsal(20, 0, ()) == await rehearsed(hub)


async def test_a_new_rule_shows_what_would_go_where_with_examples(hub: Hub) -> None:
    new = Rule("Hjemmetjenesten til saksbehandleren", "case_handler", When(senders=("900200",)))
    before = await hub.store.tally()
    found = await rehearsed(hub, rules=(new, *hub.order.rules))
    handlers = hub.directory.first(InboxKind.CASE_HANDLER, next(iter(hub.directory.practices)))
    assert handlers is not None
    way = (centre.TEAM, handlers.id, new.name)
    assert (20, 0, {way: 20}) == (found.judged, found.unread, dict(found.ways))
    (one, *others) = found.examples(way, 3)
    assert (2, new.name, "dialogue") == (len(others), one.after.rule, one.kind)
    assert before == await hub.store.tally()


async def test_it_tells_which_deadlines_would_have_been_met_by_the_same_work(hub: Hub) -> None:
    nurse = hub.directory.people[PersonId("kari.moen")]
    now = hub.clock.now()
    for line in (await hub.store.lines(centre.TEAM))[:5]:
        await hub.act(line.item.id, Act(Action.ANSWER, text="Ja."), line.item.version, nurse, now + timedelta(hours=2))
    ladders = tuple(replace(x, due=ElapsedHours(1)) for x in hub.order.ladders)
    new, old = replace(hub.order, ladders=ladders), hub.order
    later = now + timedelta(days=30)
    found = await rehearsal.rehearse(hub.store, hub.readers, old, new, now - SINCE, now=later)
    # Five were answered after two hours; nobody ever answered the others, and a month later all of these are late.
    assert {("met", "missed"): 5, ("missed", "missed"): 15} == dict(found.fates)
    soon = await rehearsal.rehearse(hub.store, hub.readers, old, new, now - SINCE, now=now)
    assert {("met", "missed"): 5, ("open", "open"): 15} == dict(soon.fates)
    assert (15, 0, 5) == (soon.after("open"), soon.before("missed"), soon.before("met"))


HOUR = timedelta(hours=1)
# A Tuesday at ten, long after what the fixture got, and the days on which somebody was waited for.
MORNING, DAYS = datetime(2031, 11, 25, 9, tzinfo=UTC), timedelta(days=6)
ASK, CLOSE = Act(Action.ASK, text="Hvilken dose?"), Act(Action.CLOSE, outcome=Outcome.TELEPHONE)


async def lived(hub: Hub, *acts: tuple[timedelta, Act]) -> None:
    """A message came in the morning, and this was done about it so long after."""
    exchange, nurse = next(s for s in hub.accounts.systems.values() if s.any), hub.directory.people[KARI]
    await hub.receive([Delivery(centre.message(99), exchange)], MORNING)
    for after, done in acts:
        item = (await hub.store.lines(centre.TEAM))[-1].item
        await hub.act(item.id, done, item.version, nurse, MORNING + after)


async def fates(hub: Hub, now: datetime = MORNING + 2 * DAYS, **changes: object) -> dict[tuple[str, str], int]:
    """What became of its deadline, and what would have."""
    new = replace(hub.order, **changes)  # type: ignore[arg-type]
    found = await rehearsal.rehearse(hub.store, hub.readers, hub.order, new, MORNING - HOUR, now=now)
    return dict(found.fates)


@pytest.mark.parametrize(
    ("acts", "fate"),
    [
        # It is due at four; an hour after it came six are left, and they go on six days later.
        (((HOUR, ASK), (DAYS + HOUR, Act(Action.RESUME)), (DAYS + 5 * HOUR, CLOSE)), "met"),
        (((HOUR, ASK), (DAYS + HOUR, Act(Action.RESUME)), (DAYS + 30 * HOUR, CLOSE)), "missed"),
        (((HOUR, ASK), (DAYS, CLOSE)), "met"),
        (((8 * HOUR, ASK), (DAYS, CLOSE)), "missed"),
        (((HOUR, ASK),), "open"),
        (((8 * HOUR, ASK),), "missed"),
        (((HOUR, ASK), (DAYS + HOUR, Act(Action.RESUME))), "missed"),
    ],
)
async def test_by_the_same_configuration_each_deadline_is_what_it_was_however_long_somebody_was_waited_for(
    hub: Hub, acts: tuple[tuple[timedelta, Act], ...], fate: str
) -> None:
    await lived(hub, *acts)
    assert {(fate, fate): 1} == await fates(hub)


async def test_what_was_waited_for_counts_for_no_other_ladder_either(hub: Hub) -> None:
    await lived(hub, (HOUR, ASK), (DAYS, Act(Action.RESUME)), (DAYS + HOUR, CLOSE))
    ladders = [tuple(replace(x, due=ElapsedHours(n)) for x in hub.order.ladders) for n in (3, 1)]
    assert [{("met", "met"): 1}, {("met", "missed"): 1}] == [await fates(hub, ladders=x) for x in ladders]


async def test_as_it_was_is_by_the_clock_that_it_had_and_not_by_what_is_in_force_now(hub: Hub) -> None:
    now = hub.order
    hub.order = replace(now, ladders=tuple(replace(x, due=ElapsedHours(1)) for x in now.ladders))
    await lived(hub, (2 * HOUR, CLOSE))
    hub.order = now
    assert {("missed", "met"): 1} == await fates(hub)


async def test_what_was_marked_as_urgent_is_due_as_that_says(hub: Hub) -> None:
    await lived(hub, (HOUR, Act(Action.URGE)), (4 * HOUR, CLOSE))
    assert {("missed", "missed"): 1} == await fates(hub)
    ladders = tuple(replace(x, due=ElapsedHours(24)) for x in hub.order.ladders)
    assert {("missed", "met"): 1} == await fates(hub, ladders=ladders)


async def test_what_was_ended_in_an_inbox_that_is_gone_was_ended(hub: Hub) -> None:
    await lived(hub, (2 * HOUR, CLOSE))
    inboxes = {id: x for id, x in hub.directory.inboxes.items() if id != centre.TEAM}
    hub.order = replace(hub.order, directory=replace(hub.directory, inboxes=inboxes))
    assert {("met", "met"): 1} == await fates(hub)


async def test_another_ladder_moves_nothing_but_the_time(hub: Hub) -> None:
    ladders = tuple(replace(x, due=ElapsedHours(1)) for x in hub.order.ladders)
    found = await rehearsed(hub, ladders=ladders)
    assert ({}, 20, 0) == (dict(found.ways), found.sooner, found.later)
    back = await rehearsal.rehearse(
        hub.store, hub.readers, replace(hub.order, ladders=ladders), hub.order, hub.clock.now() - SINCE
    )
    assert ({}, 0, 20) == (dict(back.ways), back.sooner, back.later)


async def test_a_directory_without_the_partner_would_hold_nothing_back(hub: Hub) -> None:
    """A stranger's message about a team patient still finds the team."""
    found = await rehearsed(hub, directory=replace(hub.directory, partners={}))
    assert {} == dict(found.ways)


async def test_what_came_before_is_left_out(hub: Hub) -> None:
    found = await rehearsal.rehearse(
        hub.store, hub.readers, hub.order, hub.order, hub.clock.now() + timedelta(minutes=1)
    )
    assert Rehearsal(0, 0, ()) == found


async def test_a_leave_of_other_days_is_felt_by_what_is_judged_as_of_them_alone(hub: Hub) -> None:
    """Whatever time it is now: what comes after closing time is the next day's."""
    exchange = next(s for s in hub.accounts.systems.values() if s.any)
    now, day = hub.clock.now(), date(2026, 3, 3)
    about = patient("Aas", "Eva", idents=ident("19891687608", "FNR", "8116"))
    await hub.receive([Delivery(dialogue(sender=HOSPITAL, patient=about), exchange)], now)
    leave = Absence(PersonId("nora.nordli"), day, day + timedelta(days=3), substitute=PersonId("tuva.lien"))
    away = replace(hub.directory, absences=(*hub.directory.absences, leave))
    assert {} == dict((await rehearsed(hub, directory=away)).ways)
    found = await rehearsed(hub, day, directory=away)
    assert [("nora-nordli", "tuva-lien", 1)] == [(*way[:2], count) for way, count in found.ways.items()]
    (moved,) = (x for x in found.moved if x.elsewhere)
    assert (now, True) == (moved.at, moved.after.due is not None and moved.after.due.date() - day < timedelta(days=3))


def test_each_comes_at_its_own_time_of_the_day_in_summer_and_in_winter(hub: Hub) -> None:
    came = datetime(2026, 7, 1, 7, 30, tzinfo=UTC)
    assert datetime(2026, 11, 25, 8, 30, tzinfo=UTC) == rehearsal.on(date(2026, 11, 25), came, hub.directory)
