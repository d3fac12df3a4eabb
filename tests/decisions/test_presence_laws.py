"""Whoever is away and whoever stands in: nothing open lies with nobody, and all of it comes back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hub import calendar, intake, presence, route, standing
from hub.calendar import Slot
from hub.directory import Absence, Directory, InboxId, InboxKind, Listing, Person, PersonId
from hub.item import Item, ItemId, State
from hub.record import Lying
from hub.route import Rule, When
from tests import builders

FIRST = date(2026, 11, 23)
NAMES = tuple("abcdef")
INBOXES = (*NAMES, "team", "coordinator", "duty", "manager")

names = st.sampled_from(NAMES).map(PersonId)
days = st.integers(0, 13).map(lambda n: FIRST + timedelta(days=n))
moments = st.integers(0, 14 * 24 * 4).map(lambda n: builders.TUESDAY + timedelta(minutes=15 * n))
stretches = st.sampled_from([(time(8), time(12)), (time(12), time(16)), (time(9), time(10)), (time(0), time(23, 59))])


TEAMS = tuple(map(InboxId, ("team", "coordinator", "duty")))


def person(
    name: str, substitute: PersonId | None, week: int, teams: int, part: tuple[int, tuple[time, time]]
) -> Person:
    """Somebody with an inbox of their own, on some days of the week, in some teams; on one day perhaps in part."""
    return builders.person(
        name,
        substitute=substitute,
        weekdays=frozenset(day for day in range(7) if week >> day & 1),
        at_work=(Slot(part[0], *part[1]),) if part[0] < 5 else (),
        inboxes=(InboxId(name), *(inbox for n, inbox in enumerate(TEAMS) if teams >> n & 1)),
    )


def absence(who: PersonId, first: date, length: int, substitute: PersonId | None, hours: tuple[time, time]) -> Absence:
    """Somebody is away, for whole days or for some hours of each."""
    return Absence(who, first, first + timedelta(days=length // 2), substitute, "", hours if length % 2 else None)


def people() -> st.SearchStrategy[tuple[Person, ...]]:
    """Six people who stand in for each other and work in teams as it happens."""
    part = st.tuples(st.integers(0, 9), stretches)
    drawn = (st.none() | names, st.integers(0, 127), st.integers(0, 7), part)
    return st.tuples(*(st.builds(person, st.just(name), *drawn) for name in NAMES))


def absences() -> st.SearchStrategy[Absence]:
    return st.builds(absence, names, days, st.integers(0, 11), st.none() | names, stretches)


directories = st.builds(builders.directory, people(), st.lists(absences(), max_size=8).map(tuple))


def items() -> st.SearchStrategy[list[Item]]:
    """Open items wherever they may lie, some of them taken, some of them away from home."""
    lying = st.tuples(st.sampled_from(INBOXES), st.none() | names, st.none() | names)
    return st.lists(lying, max_size=8).map(lambda all: [item(n, *how) for n, how in enumerate(all)])


(MADE, *_) = intake.judge(builders.message(patient=builders.patient("2")), builders.order(), builders.TUESDAY).items


def item(number: int, inbox: str, owner: PersonId | None, home: PersonId | None) -> Item:
    return replace(
        MADE,
        id=ItemId(str(number)),
        inbox=InboxId(inbox),
        owner=owner,
        state=State.CLAIMED if owner else State.NEW,
        home=InboxId(home) if home and home != inbox else None,
    )


def after(found: Sequence[Item], directory: Directory, now: datetime) -> list[Item]:
    """The items as they lie when all moves are made."""
    changes = {c.items[0].id: c.items[0] for c in presence.moves(found, {}, directory, now)}
    return [changes.get(x.id, x) for x in found]


def here(person: PersonId, directory: Directory, now: datetime) -> bool:
    hours = directory.practices[builders.OURS].hours
    return directory.present(person, *calendar.acting_from(hours, now))


@settings(deadline=None)
@given(directories, items(), moments)
def test_someone_present_or_the_coordinator_has_it(directory: Directory, found: list[Item], now: datetime) -> None:
    for x in after(found, directory, now):
        inbox = directory.inboxes[x.inbox]
        by = x.owner or inbox.owner
        present = here(by, directory, now) if by else any(here(p, directory, now) for p in directory.members(x.inbox))
        assert present or inbox.kind is InboxKind.COORDINATOR


@settings(deadline=None)
@given(directories, items(), moments)
def test_when_all_is_moved_nothing_moves_any_more(directory: Directory, found: list[Item], now: datetime) -> None:
    assert () == presence.moves(after(found, directory, now), {}, directory, now)


@settings(deadline=None)
@given(directories, items(), moments)
def test_what_lies_as_it_should_is_known_without_looking_at_it(
    directory: Directory, found: list[Item], now: datetime
) -> None:
    moved = {c.items[0].id for c in presence.moves(found, {}, directory, now)}
    for x in found:
        lying = Lying(x.inbox, x.home, x.owner)
        assert presence.settled(lying, directory, now) == (x.id not in moved)


@settings(deadline=None)
@given(directories, items(), st.lists(moments, max_size=6).map(sorted))
def test_after_the_absences_all_that_nobody_has_taken_is_back_with_its_owner(
    directory: Directory, found: list[Item], nows: list[datetime]
) -> None:
    belonged = {x.id: x.home or x.inbox for x in found}
    for now in nows:
        found = after(found, directory, now)
    # A directory in which everybody is here at last.
    everybody = {p.id: replace(p, weekdays=frozenset(range(7)), at_work=()) for p in directory.people.values()}
    team = everybody[PersonId("a")]
    staffed = {**everybody, team.id: replace(team, inboxes=(*team.inboxes, *map(InboxId, INBOXES[6:])))}
    back = after(found, replace(directory, people=staffed, absences=()), builders.TUESDAY + timedelta(days=21))
    assert {x.id: belonged[x.id] for x in back if not x.owner} == {x.id: x.inbox for x in back if not x.owner}
    assert {None} >= {x.home for x in back if not x.owner}


@settings(deadline=None)
@given(directories, items(), moments)
def test_a_move_touches_no_clock_and_ends_nothing(directory: Directory, found: list[Item], now: datetime) -> None:
    before = {x.id: x for x in found}
    for change in presence.moves(found, {}, directory, now):
        (x,) = change.items
        assert () == change.deadlines + change.outgoing + change.notices
        same = replace(before[x.id], inbox=x.inbox, home=x.home, owner=x.owner, state=x.state)
        assert same == x and x.open and x.owner is None


@settings(deadline=None)
@given(directories, names, days, st.none() | stretches)
def test_substitution_never_loops(
    directory: Directory, person: PersonId, day: date, hours: tuple[time, time] | None
) -> None:
    cover = directory.cover(person, day, hours[0] if hours else time.min)
    assert len(cover.away) == len({*cover.away}) <= len(NAMES)
    assert cover.person not in cover.away
    assert cover.person is None or directory.present(cover.person, day, hours[0] if hours else time.min)


@settings(deadline=None)
@given(directories, days)
def test_a_gap_is_told_where_an_item_would_fall_to_the_coordinator(directory: Directory, day: date) -> None:
    hours = directory.practices[builders.OURS].hours
    told = {gap.inbox for gap in presence.gaps(directory, day, 1) if gap.since is None}
    if calendar.working_day(hours, day):
        early = calendar.at(hours, day, time.min)
        pile = InboxId("coordinator")
        fallen = {x.id for x in directory.inboxes.values() if presence.place(x, directory, early).inbox == pile != x.id}
        assert fallen == told - {pile}
    else:
        assert set() == told


DESTINATION = st.sampled_from((*route.DESTINATIONS, *INBOXES, "nowhere"))
RULES = st.lists(
    st.builds(
        lambda to, copies, pht: Rule(f"to {to}", to, When(pht=pht), tuple(copies)),
        DESTINATION,
        st.lists(DESTINATION, max_size=3),
        st.none() | st.booleans(),
    ),
    max_size=4,
).map(tuple)
LISTED = st.dictionaries(
    st.sampled_from("12"),
    st.tuples(names, st.none() | st.just("team")),
    max_size=2,
).map(lambda all: {n: builders.listing(n, gp, pht) for n, (gp, pht) in all.items()})


@given(directories, LISTED, RULES, moments, st.sampled_from("123"))
@settings(max_examples=300)
def test_whatever_comes_somebody_present_owns_it_or_the_coordinator(
    directory: Directory, listed: dict[str, Listing], rules: tuple[Rule, ...], now: datetime, patient: str
) -> None:
    """By any rules, about anybody, at any moment: and whoever watches finds nothing of it in the wrong place."""
    known = replace(directory, listings=listed)
    change = intake.judge(
        builders.message(patient=builders.patient(patient)), builders.order(directory=known, rules=rules), now
    )
    (main, *_) = change.items
    inbox = known.inboxes[main.inbox]
    acting = calendar.acting_from(known.practices[builders.OURS].hours, now)
    assert inbox.kind in standing.STAYS or standing.here(inbox, known, *acting)
    assert () == presence.moves([main], {}, known, now)
    assert main.home != main.inbox
