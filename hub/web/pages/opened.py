"""What an open item shows: the patient, the clock, the reasons and the history, in the reader's language."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from babel import Locale, UnknownLocaleError

from hub import custody, desk, forwarding, identity, intake, presence, route
from hub.calendar import Hours
from hub.custody import Holding
from hub.deadline import Deadline
from hub.desk import ACTIONS, SENDING
from hub.directory import Directory, Inbox, Listing, Person
from hub.enquiry import Looked, Register
from hub.item import TRANSITIONS, Action, Item, Outcome, Purpose
from hub.message import Attachment, Kind, Message, Status
from hub.record import Sent, Told
from hub.service import Hub, Opened
from hub.web import registers, why, wording
from hub.web.agreed import valid
from hub.web.language import Due, Language
from hub.web.pages import agreed, preview, report

# What is answered as whether a patient who is ready can be received (7322: 7), and what a cancellation cannot get.
READINESS = (Kind.READY, Kind.NOT_READY)
UNANSWERED = frozenset({Action.ANSWER, Action.ASK, Action.URGE})


@dataclass(frozen=True, slots=True)
class Subject:
    """The patient: from the message, and from our own list when they are on it."""

    name: str
    born: str
    age: str
    national_id: str
    gp: str
    services: str
    flags: tuple[str, ...]
    speaks: str


@dataclass(frozen=True, slots=True)
class Clock:
    """The deadline: when, because of what, and what happens next."""

    due: Due
    at: str
    because: str
    promise: str
    next: str
    tells: str


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of history in words."""

    id: int
    iso: str
    when: str
    words: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was sent about the item: when, by whom, and what the partner said of it.

    `to` is who got what was passed on, and "" for the message's own sender. `receipt` is the store's word, or awaited;
    `said` is what the partner gave as the reason.
    """

    iso: str
    when: str
    by: str
    to: str
    receipt: str
    words: str
    said: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that came with the message; without a path where it can only be had from the original.

    `way` is how it may be looked at at `look`: "image", "pdf", or "" for one that can only be saved.
    """

    name: str
    path: str
    about: str
    way: str
    look: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, in which language, by which clock."""

    hub: Hub
    who: Person
    language: Language
    hours: Hours
    now: datetime

    @property
    def directory(self) -> Directory:
        """Who is who."""
        return self.hub.directory

    def values(self, opened: Opened, history: Sequence[Told], sent: Sequence[Sent] = ()) -> dict[str, Any]:
        """All that the template needs about an item."""
        item, m = opened.item, opened.message
        kind = wording.told(self.language, m.kind.value)
        joined = item.placing.rule == intake.CONVERSATION
        return {
            "item": item,
            "message": m,
            "kind": kind,
            "about": wording.subject(m.subject, kind) or kind,
            "report": report.Teller(self.language, self.hours, self.now).told(m),
            "subject": self.subject(m),
            "clock": self.clock(opened.deadline, item),
            "received": self.moment(opened.received_at),
            "sent": self.moment(m.envelope.generated),
            "wanted": self.wanted(m),
            "because": wording.told(self.language, item.placing.because),
            "path": [] if joined else [wording.told(self.language, x) for x in item.placing.path],
            "asked": item.placing.path[0] if joined and item.placing.path else "",
            "missed": [(rule, wording.told(self.language, reason)) for rule, reason in item.placing.missed],
            "agreements": self.agreements(opened),
            "history": [self.happening(x) for x in history if x.event not in wording.UNTOLD],
            "seen": history[-1].id if history else 0,
            "standing": wording.standing(self.language, item, self.directory, history),
            "mine": item.owner == self.who.id,
            "actions": actions(item, self.who) - self.impossible(opened),
            "readiness": m.kind in READINESS,
            "outcomes": list(self.outcomes(item)),
            "reasons": [(value, self.language.gettext(words)) for value, words in wording.REASONS.items()],
            "targets": [(x.id, self.target(x)) for x in desk.targets(item, self.directory).values()],
            "addressees": self.addressees(item, m),
            "professions": [(code, self.language.gettext(words)) for code, words in wording.PROFESSIONS.items()],
            "looked": list(self.looked(opened.looked)),
            "held": self.held(history),
            "files": [self.enclosure(item, place, x) for place, x in enumerate(m.attachments)],
            "documents": [self.document(x) for x in sent],
        }

    def outcomes(self, item: Item) -> Iterator[tuple[str, str]]:
        """What an item can be closed with; what asks for something is not done by being read."""
        for value, words in wording.OUTCOMES.items():
            if value != Outcome.READ or item.purpose is not Purpose.ACTION:
                yield value, self.language.gettext(words)

    def target(self, inbox: Inbox) -> str:
        """An inbox that an item can be handed on to, and whether anybody acts there today."""
        if presence.place(inbox, self.directory, self.now).inbox == inbox.id:
            return inbox.name
        return self.language.gettext("%(name)s (nobody there today)", name=inbox.name)

    def addressees(self, item: Item, m: Message) -> list[tuple[str, str]]:
        """To whom outside a message can be passed on, by name; a message about nobody to none."""
        found = forwarding.addressees(item, m.envelope.sender, self.directory) if m.patient else {}
        return sorted(((id, x.party.name) for id, x in found.items()), key=lambda each: each[1])

    def looked(self, found: Sequence[Looked]) -> Iterator[str]:
        """What the national registers say of whom nobody here knows, or that they were asked."""
        names = {x.enquiry.key: x.answer for x in found if x.enquiry.register is Register.ADDRESS and x.answer}
        gps = {x.answer.her_id for x in found if x.enquiry.register is Register.GP and x.answer}
        for x in found:
            if x.enquiry.register is Register.ADDRESS and x.enquiry.key in gps:
                continue
            yield registers.looked(self.language, x, self.directory, names)

    def held(self, history: Sequence[Told]) -> list[tuple[str, str]]:
        """Who had the item for how long, once it has been in more than one inbox."""
        found = custody.holdings(history)
        if len({x.inbox for x in found}) < 2:
            return []
        return [(self.holder(x), self.language.span(x.lasted(self.now))) for x in found]

    def holder(self, x: Holding) -> str:
        """An inbox, and who there had taken the item."""
        inbox = self.directory.inboxes.get(x.inbox)
        place = inbox.name if inbox else x.inbox
        return f"{place}: {wording.name(self.directory, x.person)}" if x.person else place

    def agreements(self, opened: Opened) -> list[agreed.Agreed]:
        """What is agreed with the sender today."""
        found = valid(self.directory, opened.item, opened.message.envelope.sender, self.now)
        used = opened.deadline.why.agreement if opened.deadline else ""
        return list(agreed.shown(self.language, self.directory.agreements, found, used))

    def document(self, sent: Sent) -> Document:
        """Something that was sent, in words."""
        receipt = sent.receipt or "awaited"
        at = self.moment(sent.receipt_at) if sent.receipt_at else ""
        words = self.language.gettext(wording.RECEIPTS[receipt], when=at)
        by = wording.name(self.directory, sent.author) if sent.author else ""
        to = wording.party(self.directory, sent.to) if sent.kind == "forward" else ""
        said = sent.faults if receipt in ("rejected", "accepted") else ""
        return Document(sent.at.isoformat(), self.moment(sent.at), by, to, receipt, words, said)

    def enclosure(self, item: Item, place: int, file: Attachment) -> Enclosure:
        """A file of the message with the way to it."""
        kind = wording.FILE_TYPES.get(file.mime_type, file.mime_type)
        about = ", ".join(x for x in (kind, self.size(file.size)) if x)
        path, way = f"/items/{item.id}/files/{place}", preview.way(file)
        return Enclosure(file.description, f"/v1{path}" if file.length else "", about, way, path)

    def size(self, count: int) -> str:
        """A file's size in kB or MB, with the reader's decimal mark."""
        if count < 1_000_000:
            return f"{max(count / 1_000, 1):.0f} kB"
        mark = "." if self.language.code == "en" else ","
        return f"{count / 1_000_000:.1f} MB".replace(".", mark)

    def subject(self, m: Message) -> Subject | None:
        """The patient, or None when the message is about nobody."""
        if (patient := m.patient) is None:
            return None
        listing = route.listed(m, self.directory)
        born = patient.born or (listing.born if listing else identity.born(patient.national_id or ""))
        return Subject(
            name=patient.name,
            born=f"{born:%d.%m.%Y}" if born else "",
            age=self.age(born) if born else "",
            national_id=_grouped(patient.national_id or ""),
            gp=wording.name(self.directory, listing.gp) if listing else "",
            services=", ".join(listing.services) if listing else "",
            flags=self.flags(listing),
            speaks=self.speaks(listing),
        )

    def flags(self, listing: Listing | None) -> tuple[str, ...]:
        """What the practice has marked about the patient."""
        return tuple(self.language.gettext(wording.FLAGS[f]) for f in sorted(listing.flags)) if listing else ()

    def age(self, born: date) -> str:
        """How old somebody is today; nothing when the birth date is still ahead of us."""
        today = self.hours.local(self.now).date()
        had_birthday = (today.month, today.day) >= (born.month, born.day)
        years = today.year - born.year - (0 if had_birthday else 1)
        return self.language.ngettext("%(num)d year", "%(num)d years", years) if years >= 0 else ""

    def impossible(self, opened: Opened) -> frozenset[Action]:
        """What this message cannot get although its state allows it."""
        m, clock = opened.message, opened.deadline
        if m.status is Status.CANCELLED:
            return UNANSWERED
        unasked = m.envelope.apprec == "1.0" or opened.item.purpose is not Purpose.ACTION
        return frozenset(({Action.ASK} if unasked else set()) | ({Action.URGE} if not clock or clock.urgent else set()))

    def speaks(self, listing: Listing | None) -> str:
        """The language the patient wants, when it is not the usual one."""
        if listing is None or listing.language in ("", "nb", "nn"):
            return ""
        try:
            names = Locale.parse(listing.language)
        except (ValueError, UnknownLocaleError):
            return listing.language
        return names.get_display_name(self.language.code) or listing.language

    def clock(self, deadline: Deadline | None, item: Item) -> Clock | None:
        """The item's deadline in words, or None when it has none."""
        if deadline is None:
            return None
        day = self.hours.local(deadline.due).date()
        return Clock(
            due=self.language.due(deadline.due, not item.open, self.hours, self.now),
            at=f"{self.language.weekday(day)} {self.language.clock(deadline.due, self.hours)}",
            because=why.because(self.language, deadline, self.directory, self.hours, self.now),
            promise=deadline.why.promise,
            next=self.moment(deadline.fires_at) if deadline.fires_at else "",
            tells=self.tells(deadline) if deadline.fires_at else "",
        )

    def tells(self, deadline: Deadline) -> str:
        """Whom the ladder's next step tells."""
        return ", ".join(wording.told(self.language, x) for x in deadline.coming.tell)

    def wanted(self, m: Message) -> str:
        """Whom the sender asks for here, when the message says so."""
        names = (w.name or self.profession(w.profession) for w in m.wanted)
        return ", ".join(dict.fromkeys(n for n in names if n))

    def profession(self, code: str) -> str:
        """A profession (9060) in words; an unknown code as it is."""
        return self.language.gettext(wording.PROFESSIONS[code]) if code in wording.PROFESSIONS else code

    def happening(self, line: Told) -> Happening:
        """A line of history in words."""
        words = wording.happened(self.language, line, self.directory, self.moment)
        return Happening(line.id, line.at.isoformat(), self.moment(line.at), words)

    def moment(self, at: datetime) -> str:
        """A moment as it is said today."""
        return self.language.moment(at, self.hours, self.now)


def actions(item: Item, who: Person) -> frozenset[Action]:
    """What this person can do to the item now; what another has taken can only be given back for them."""
    possible = set(TRANSITIONS[item.state]) & set(ACTIONS)
    if item.owner not in (None, who.id):
        return frozenset(possible & {Action.RELEASE})
    return frozenset(possible - set(SENDING) if item.purpose is Purpose.INFORMATION else possible)


def _grouped(national_id: str) -> str:
    """Date and number apart, as people read them aloud."""
    return f"{national_id[:6]} {national_id[6:]}" if len(national_id) == 11 else national_id
