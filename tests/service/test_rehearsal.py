"""What came is judged again by other rules; what they would do otherwise is told, and nothing is written."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hub import rehearsal, settings
from hub.deadline import ElapsedHours, Ladder
from hub.desk import Act
from hub.directory import Absence, InboxId, InboxKind, PersonId
from hub.item import Action, ItemId, Outcome, State
from hub.rehearsal import Fated, Rehearsal, Term
from hub.route import Rule, When
from hub.service import Delivery, Hub
from hub.store import reading
from tests import centre
from tests.wire.builders import HOSPITAL, dialogue, ident, patient

# A Tuesday at ten, with the whole working day before it.
CAME, SINCE = datetime(2026, 11, 24, 9, tzinfo=UTC), timedelta(days=30)
KARI = PersonId("kari.moen")


@pytest.fixture
async def hub(url: str) -> AsyncIterator[Hub]:
    """A hub that got twenty messages from the home service, and one that nobody can read."""
    sample = settings.load(settings.sample())
    found = sample.model_copy(update={"database": settings.Database(url=url)})
    async with centre.opened(found) as opened:
        exchange = next(s for s in opened.accounts.systems.values() if s.any)
        raws = [*(centre.message(n) for n in range(1, 21)), b"rubbish"]
        await opened.receive([Delivery(raw, exchange) for raw in raws], CAME)
        yield opened


async def rehearsed(hub: Hub, as_of: date | None = None, **changes: object) -> Rehearsal:
    new = replace(hub.order, **changes)  # type: ignore[arg-type]
    return await rehearsal.rehearse(hub.store, hub.readers, hub.order, new, CAME - SINCE, as_of)


async def test_the_configuration_as_it_is_moves_nothing(hub: Hub) -> None:
    assert Rehearsal(20, 0) == await rehearsed(hub)


async def test_a_new_rule_shows_what_would_go_where_with_examples(hub: Hub) -> None:
    new = Rule("Hjemmetjenesten til saksbehandleren", "case_handler", When(senders=("900200",)))
    before = await hub.store.tally()
    found = await rehearsed(hub, rules=(new, *hub.order.rules))
    handlers = hub.directory.first(InboxKind.CASE_HANDLER, next(iter(hub.directory.practices)))
    assert handlers is not None
    way = (centre.TEAM, handlers.id, new.name)
    assert (20, 0, {way: 20}) == (found.judged, found.unread, dict(found.ways))
    (one, *others) = found.examples[way]
    assert (2, new.name, "dialogue") == (len(others), one.after.rule, one.kind)
    assert before == await hub.store.tally()


async def test_it_tells_which_deadlines_would_have_been_met_by_the_same_work(hub: Hub) -> None:
    nurse = hub.directory.people[PersonId("kari.moen")]
    for line in (await hub.store.lines(centre.TEAM))[:5]:
        await hub.act(line.item.id, Act(Action.ANSWER, text="Ja."), line.item.version, nurse, CAME + 2 * HOUR)
    ladders = tuple(replace(x, due=ElapsedHours(1)) for x in hub.order.ladders)
    new, old = replace(hub.order, ladders=ladders), hub.order
    later = CAME + timedelta(days=30)
    found = await rehearsal.rehearse(hub.store, hub.readers, old, new, CAME - SINCE, now=later)
    # Five were answered after two hours; nobody ever answered the others, and a month later all of these are late.
    assert {("met", "missed"): 5, ("missed", "missed"): 15} == dict(found.fates)
    soon = await rehearsal.rehearse(hub.store, hub.readers, old, new, CAME - SINCE, now=CAME)
    assert {("met", "missed"): 5, ("open", "open"): 15} == dict(soon.fates)
    assert (15, 0, 5) == (soon.after("open"), soon.before("missed"), soon.before("met"))


HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
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
    return dict((await judged(hub, now, **changes)).fates)


async def judged(hub: Hub, now: datetime = MORNING + 2 * DAYS, **changes: object) -> Rehearsal:
    """What came in the morning, judged again."""
    new = replace(hub.order, **changes)  # type: ignore[arg-type]
    return await rehearsal.rehearse(hub.store, hub.readers, hub.order, new, MORNING - HOUR, now=now)


def within(hub: Hub, hours: int) -> tuple[Ladder, ...]:
    """The ladders as they are, but each due so long after the message came, day and night."""
    return tuple(replace(x, due=ElapsedHours(hours)) for x in hub.order.ladders)


@pytest.mark.parametrize(
    ("acts", "fate"),
    [
        # It is due at four; an hour after it came six are left, and they go on six days later.
        (((HOUR, ASK), (DAYS + HOUR, Act(Action.RESUME)), (DAYS + 5 * HOUR, CLOSE)), "met"),
        (((HOUR, ASK), (DAYS + HOUR, Act(Action.RESUME)), (DAYS + 30 * HOUR, CLOSE)), "missed"),
        (((HOUR, ASK), (DAYS, CLOSE)), "met"),
        (((HOUR, ASK), (DAYS + HOUR, Act(Action.RESUME)), (DAYS + 2 * HOUR, ASK), (2 * DAYS, CLOSE)), "met"),
        (((HOUR, Act(Action.URGE)), (HOUR + MINUTE, ASK), (DAYS, CLOSE)), "met"),
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
    found = await judged(hub)
    assert ({(fate, fate): 1}, 0, ()) == (dict(found.fates), found.changed, found.fated)


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


@pytest.mark.parametrize("back", [False, True], ids=["urgent", "and taken back"])
async def test_what_was_marked_as_urgent_while_the_sender_was_waited_for_is_waited_for_no_longer(
    hub: Hub, back: bool
) -> None:
    """Due at four, asked after an hour: six are left. Urgent on the next day, it is due half an hour later."""
    await lived(hub, (HOUR, ASK))
    nurse, at = hub.directory.people[KARI], MORNING + 24 * HOUR
    item = (await hub.store.lines(centre.TEAM))[-1].item
    urged = await hub.act(item.id, Act(Action.URGE, undo=10 * MINUTE), item.version, nurse, at)
    if back:
        urged = await hub.undo(item.id, urged.version, nurse, at + MINUTE)
    history = [x.detail.get("what", x.event) for x in await hub.store.history(item.id)]
    marked = ["deadline.resumed", "deadline.moved"]
    assert ["item.waiting", "deadline.paused", *marked, *marked[back * 2 - 1 :] * back] == history[1:]
    await hub.act(item.id, CLOSE, urged.version, nurse, at + HOUR)
    fate = "met" if back else "missed"
    assert {(fate, fate): 1} == await fates(hub)


async def test_what_was_ended_while_the_sender_was_waited_for_was_due_as_the_hours_of_then_said(hub: Hub) -> None:
    await lived(hub, (HOUR, ASK))
    was = hub.order
    hub.order = replace(was, ladders=within(hub, 48))
    assert 21 == await hub.reckon(MORNING + 2 * HOUR)
    item = (await hub.store.lines(centre.TEAM))[-1].item
    # Its six hours were over when it was asked by what came first, and are not by what came then.
    await hub.act(item.id, CLOSE, item.version, hub.directory.people[KARI], MORNING + DAYS)
    (one,) = (await judged(hub, ladders=within(hub, 1))).fated
    assert (MORNING + 48 * HOUR, "met") == (one.before.due, one.before.fate)


async def test_what_was_ended_in_an_inbox_that_is_gone_was_ended(hub: Hub) -> None:
    await lived(hub, (2 * HOUR, CLOSE))
    inboxes = {id: x for id, x in hub.directory.inboxes.items() if id != centre.TEAM}
    hub.order = replace(hub.order, directory=replace(hub.directory, inboxes=inboxes))
    assert {("met", "met"): 1} == await fates(hub)


async def test_a_deadline_that_would_be_missed_is_named_with_both_its_times(hub: Hub) -> None:
    await lived(hub, (2 * HOUR, CLOSE))
    (came,) = await hub.store.traffic(MORNING - HOUR, 0, 10)
    (one,) = (await judged(hub, ladders=within(hub, 1))).fated
    assert (came.number, centre.TEAM, "Europe/Oslo") == (one.number, one.inbox, one.zone)
    name = "Pasient med kommunale tjenester"
    # It was due at closing time, which is four in Oslo, and would have been an hour after it came.
    assert Term(MORNING + 6 * HOUR, name, "met") == one.before
    assert Term(MORNING + HOUR, name, "missed") == one.after
    assert (MORNING + 2 * HOUR, None) == (one.ended, one.asked)
    there = await hub.store.look(lambda c: reading.stored(c, one.item))
    assert there is not None
    assert State.CLOSED == there.item.state


async def test_a_deadline_that_stood_tells_since_when_and_the_ladder_that_it_would_have_had(hub: Hub) -> None:
    await lived(hub, (HOUR, ASK))
    (waiting,) = (await judged(hub, ladders=within(hub, 3))).fated
    name = "Pasient med kommunale tjenester"
    assert (MORNING + HOUR, None) == (waiting.asked, waiting.ended)
    assert (name, "open", "open") == (waiting.before.ladder, *waiting.fates)
    item = (await hub.store.lines(centre.TEAM))[-1].item
    await hub.act(item.id, CLOSE, item.version, hub.directory.people[KARI], MORNING + DAYS)
    (ended,) = (await judged(hub, ladders=within(hub, 3))).fated
    assert (MORNING + HOUR, MORNING + DAYS) == (ended.asked, ended.ended)
    # Only the sender's clock is left of it: by which ladder ours went nobody knows.
    assert ("", name, "met", "met") == (ended.before.ladder, ended.after.ladder, *ended.fates)


async def test_what_was_marked_as_urgent_names_the_ladder_that_counts_for_it(hub: Hub) -> None:
    await lived(hub, (HOUR, Act(Action.URGE)), (4 * HOUR, CLOSE))
    urgent = next(x.name for x in hub.order.ladders if x.urgent)
    (one,) = (await judged(hub, ladders=within(hub, 24))).fated
    # An urgent one would have a day from when it was marked; from when it came it would have had less.
    assert (urgent, "missed") == (one.before.ladder, one.before.fate)
    assert Term(MORNING + 24 * HOUR, "Pasient med kommunale tjenester", "met") == one.after


async def test_no_more_examples_are_kept_than_are_wanted_however_much_came(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsal, "PORTION", 3)
    nurse = hub.directory.people[KARI]
    lines = (await hub.store.lines(centre.TEAM))[:5]
    for line in lines:
        await hub.act(line.item.id, Act(Action.ANSWER, text="Ja."), line.item.version, nurse, CAME + 2 * HOUR)
    rule = Rule("Hjemmetjenesten til saksbehandleren", "case_handler", When(senders=("900200",)))
    new = replace(hub.order, ladders=within(hub, 1), rules=(rule, *hub.order.rules))
    known = (hub.store, hub.readers, hub.order, new, CAME - SINCE, None, CAME)
    found = await rehearsal.rehearse(*known, examples=7)
    assert (20, 7, [7]) == (found.changed, len(found.fated), [len(x) for x in found.examples.values()])
    # Those that would have been missed are first, wherever in the period they came.
    assert [("met", "missed")] * 5 + [("open", "open")] * 2 == [x.fates for x in found.fated]
    assert {x.item.id for x in lines} == {x.item for x in found.fated[:5]}
    none = await rehearsal.rehearse(*known, examples=0)
    assert (20, (), [[]]) == (none.changed, none.fated, list(none.examples.values()))


def test_first_is_whose_fate_changes_then_what_shifts_most_then_the_newest() -> None:
    def fated(number: int, was: str, would: str, shift: timedelta) -> Fated:
        before, after = Term(MORNING, "A", was), Term(MORNING + shift, "B", would)
        return Fated(number, ItemId(f"{number:020}"), InboxId(centre.TEAM), "Europe/Oslo", None, None, before, after)

    ordered = [
        fated(1, "met", "missed", -2 * HOUR),
        fated(2, "met", "missed", -HOUR),
        fated(3, "missed", "met", HOUR),
        fated(4, "open", "missed", -HOUR),
        fated(5, "met", "met", -9 * HOUR),
        fated(6, "met", "met", 8 * HOUR),
        fated(8, "open", "open", HOUR),
        fated(7, "missed", "missed", HOUR),
    ]
    assert ordered == sorted({*ordered}, key=lambda x: x.place)


async def test_another_ladder_moves_nothing_but_the_time(hub: Hub) -> None:
    ladders = tuple(replace(x, due=ElapsedHours(1)) for x in hub.order.ladders)
    found = await rehearsed(hub, ladders=ladders)
    assert ({}, 20, 0) == (dict(found.ways), found.sooner, found.later)
    back = await rehearsal.rehearse(
        hub.store, hub.readers, replace(hub.order, ladders=ladders), hub.order, CAME - SINCE
    )
    assert ({}, 0, 20) == (dict(back.ways), back.sooner, back.later)


async def test_a_directory_without_the_partner_would_hold_nothing_back(hub: Hub) -> None:
    """A stranger's message about a team patient still finds the team."""
    found = await rehearsed(hub, directory=replace(hub.directory, partners={}))
    assert {} == dict(found.ways)


async def test_what_came_before_is_left_out(hub: Hub) -> None:
    found = await rehearsal.rehearse(hub.store, hub.readers, hub.order, hub.order, CAME + MINUTE)
    assert Rehearsal(0, 0) == found


async def test_a_leave_of_other_days_is_felt_by_what_is_judged_as_of_them_alone(hub: Hub) -> None:
    exchange = next(s for s in hub.accounts.systems.values() if s.any)
    day = date(2026, 3, 3)
    about = patient("Aas", "Eva", idents=ident("19891687608", "FNR", "8116"))
    await hub.receive([Delivery(dialogue(sender=HOSPITAL, patient=about), exchange)], CAME)
    leave = Absence(PersonId("nora.nordli"), day, day + timedelta(days=3), substitute=PersonId("tuva.lien"))
    away = replace(hub.directory, absences=(*hub.directory.absences, leave))
    assert {} == dict((await rehearsed(hub, directory=away)).ways)
    found = await rehearsed(hub, day, directory=away)
    assert [("nora-nordli", "tuva-lien", 1)] == [(*way[:2], count) for way, count in found.ways.items()]
    (moved,) = (x for kept in found.examples.values() for x in kept)
    assert (CAME, True) == (moved.at, moved.after.due is not None and moved.after.due.date() - day < timedelta(days=3))


def test_each_comes_at_its_own_time_of_the_day_in_summer_and_in_winter(hub: Hub) -> None:
    came = datetime(2026, 7, 1, 7, 30, tzinfo=UTC)
    assert datetime(2026, 11, 25, 8, 30, tzinfo=UTC) == rehearsal.on(date(2026, 11, 25), came, hub.directory)
