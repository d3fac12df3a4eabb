"""What stands in a list, in the reader's words: items, what went wrong, what others were told, and gaps in cover."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub import presence
from hub.calendar import Hours
from hub.deadline import ElapsedHours
from hub.directory import InboxId, Person, PersonId
from hub.item import Item, ItemId, Purpose, State
from hub.record import Line, Raised, Reading
from hub.service import Hub
from hub.web import reading, wording
from hub.web.answers import ANEW, Answers
from hub.web.language import N_, Due, Language
from hub.workload import Pressing

# A day on which somebody is there until that time.
SINCE = N_("%(day)s from %(time)s")

# The real seconds between two looks without any event: countdowns must count, also on a rehearsal's clock.
SLOWEST, FASTEST = 60, 2


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list, with the way to its item; `reads` and `writes` are others who have it open just now."""

    item: Item
    path: str
    due: Due
    state: str
    kind: str
    subject: str
    owner: str
    mine: bool
    information: bool
    reading: bool
    urgent: bool
    home: str
    inbox: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()

    @property
    def chosen(self) -> str:
        """What a form sends of it: the item, and the version that the person saw."""
        return f"{self.item.id}~{self.item.version}"


class Rows(tuple[Row, ...]):
    """The lines of a list, made once for all who see them so: each list is its own, whatever another has in it.

    `of` is what they were made of.
    """

    of: object = None

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other


@dataclass(frozen=True, slots=True)
class Notice:
    """An item elsewhere that this inbox was told about: where it lies, when it was told, and whether late."""

    row: Row
    inbox: str
    at: str
    late: bool


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that went wrong with an item here, in words; `words` are the partner's own."""

    id: int
    kind: str
    row: Row
    what: str
    advice: str
    words: str
    at: str
    inbox: InboxId


@dataclass(frozen=True, slots=True)
class Gap:
    """Days on which nobody covers, in words, with the way that led to nobody."""

    what: str
    days: str
    path: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, in which language, by which clock: what turns items into rows. `answers` may be a moment old."""

    hub: Hub
    who: Person
    language: Language
    hours: Hours
    now: datetime
    answers: Answers = ANEW

    async def rows(self, lines: Sequence[Line]) -> Rows:
        """Items as lines of a list, each by the hours of where it lies, with those who have it open."""
        ids = tuple(x.item.id for x in lines if x.item.open)
        reads = await self.answers.ask(("readers", ids), lambda: reading.readers(self.hub, ids))
        # What they have taken or read looks otherwise to each; else it is the same for all who read the language.
        own = any(x.item.owner == self.who.id for x in lines)
        own = own or any(x.person == self.who.id for found in reads.values() for x in found)
        question = ("rows", id(lines), id(reads), self.language.code, self.who.id if own else "")
        return await self.answers.ask(question, lambda: self._rows(lines, reads))

    async def _rows(self, lines: Sequence[Line], reads: Mapping[ItemId, Sequence[Reading]]) -> Rows:
        made = Rows(self.row(x, reads.get(x.item.id, ())) for x in lines)
        # As long as these are kept, nothing else can be taken for what they were made of.
        made.of = lines, reads
        return made

    def row(self, line: Line, reads: Sequence[Reading] = ()) -> Row:
        """An item as a line of the list."""
        x = line.item
        kind = wording.told(self.language, x.headline.kind)
        return Row(
            item=x,
            path=f"/items/{x.id}",
            due=self.due(line),
            state=self.language.gettext(wording.STATES[x.state]),
            kind=kind,
            subject=wording.subject(x.headline.subject, kind),
            owner=wording.name(self.hub.directory, x.owner) if x.owner else "",
            mine=x.owner == self.who.id,
            information=x.purpose is Purpose.INFORMATION,
            reading=x.purpose is Purpose.READING,
            urgent=line.urgent,
            home=self.place(x.home) if x.home else "",
            inbox=self.place(x.inbox),
            reads=self.names(r.person for r in reads if not r.writing),
            writes=self.names(r.person for r in reads if r.writing),
        )

    def names(self, people: Iterable[PersonId]) -> tuple[str, ...]:
        """Others by their names: what somebody does themselves they know."""
        return tuple(wording.name(self.hub.directory, x) for x in people if x != self.who.id)

    def due(self, line: Line) -> Due:
        """When an item is due, by the hours of where it lies; a partner's clock runs on whatever ours does."""
        x, ladders = line.item, {x.name: x for x in self.hub.order.ladders}
        ladder = ladders.get(line.ladder)
        elapses = x.state is State.WAITING or bool(ladder and isinstance(ladder.due, ElapsedHours))
        return self.language.due(line.due, not x.open, self.hub.directory.hours(x.inbox), self.now, elapses)

    def place(self, id: InboxId) -> str:
        """The name of an inbox, or the id of one that is gone."""
        inbox = self.hub.directory.inboxes.get(id)
        return inbox.name if inbox else id

    def gap(self, words: str, path: tuple[str, ...], gaps: Sequence[presence.Gap]) -> Gap:
        """Gaps in cover that differ only by their day as a line of the page."""
        way = "; ".join(wording.told(self.language, x) for x in path)
        return Gap(wording.told(self.language, words), ", ".join(map(self.day, gaps)), way)

    def day(self, gap: presence.Gap) -> str:
        """The day of a gap, with the time until which somebody is there."""
        day = self.language.weekday(gap.day)
        return self.language.gettext(SINCE, day=day, time=f"{gap.since:%H:%M}") if gap.since else day

    def alert(self, raised: Raised) -> Alert:
        """Something that went wrong as a line of the alerts."""
        kind = raised.alert.kind
        return Alert(
            id=raised.id,
            kind=kind.value,
            row=self.row(Line(raised.item, None, False)),
            what=self.language.gettext(wording.ALERTS[kind]),
            advice=self.language.gettext(wording.ADVICE[kind]),
            words=raised.alert.words,
            at=self.language.moment(raised.alert.at, self.hours, self.now),
            inbox=raised.alert.inbox,
        )

    def pressing(self, x: Pressing) -> str:
        """An inbox in which more is due soon than can be done, in words."""
        language, inbox = self.language, self.hub.directory.inboxes[x.inbox].name
        due = language.ngettext("%(num)d message is due", "%(num)d messages are due", x.due)
        people = language.ngettext("%(num)d person is there", "%(num)d persons are there", x.people)
        return language.gettext(
            "%(inbox)s: %(due)s by %(until)s, %(people)s; that takes about %(time)s, and they have %(left)s for it",
            inbox=inbox,
            due=due,
            until=language.clock(x.until, self.hours),
            people=people,
            time=language.span(x.needed),
            left=language.span(x.left),
        )

    def notice(self, line: Line, at: datetime, late: bool) -> Notice:
        """An item elsewhere as a line of the notices."""
        when = self.language.moment(at, self.hours, self.now)
        return Notice(self.row(line), self.place(line.item.inbox), when, late)

    def pause(self) -> float:
        """How many real seconds a minute of the hub's clock takes, within reason."""
        seconds = self.hub.clock.seconds_until(self.now + timedelta(minutes=1))
        return min(max(seconds, FASTEST), SLOWEST)
