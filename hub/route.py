"""Which inbox gets a message, and why: a table read from the top, with its hit and its misses."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import lru_cache, partial

from hub import calendar, standing
from hub.agreement import Agreement
from hub.directory import MIDNIGHT, Directory, Flag, Inbox, InboxId, InboxKind, Listing, PartnerKind, Practice
from hub.item import Placing
from hub.message import HerId, Message
from hub.sieve import Rows, Sieve, bits, numbers


class Text:
    """What a message says, without regard to case. Each word is looked for once, however many rules ask for it."""

    __slots__ = ("_found", "_said")

    def __init__(self, said: str) -> None:
        self._said = said
        self._found: dict[str, bool] = {}

    def has(self, word: str) -> bool:
        """Whether a word, which is written without regard to case, is anywhere in it."""
        found = self._found.get(word)
        if found is None:
            found = self._found[word] = word in self._said
        return found


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What rules and ladders can ask about one message at one practice."""

    kind: str
    type: str
    themes: frozenset[str]
    receiver: HerId | None
    receiver_service: HerId | None
    sender: HerId | None
    sender_service: HerId | None
    sender_kind: PartnerKind
    wanted_roles: frozenset[str]
    professions: frozenset[str]
    pht: bool
    services: frozenset[str]
    flags: frozenset[str]
    attachments: bool
    test: bool
    information: bool
    text: Text
    agreements: tuple[Agreement, ...]
    day: date
    _against: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    @property
    def agreed(self) -> frozenset[str]:
        """The topics on which there is a valid agreement with the sender."""
        return frozenset(a.topic for a in self.agreements if a.holds(self.day))

    def against(self, condition: str) -> str:
        """What speaks against a condition of When that does not hold, in words; many rules fail by the same one."""
        if condition not in self._against:
            _, words = _CONDITIONS[condition]
            self._against[condition] = words(self)
        return self._against[condition]


def _any(wanted: tuple[str, ...], found: Collection[str | None]) -> bool:
    return any(value in found for value in wanted)


def _listed(values: frozenset[str]) -> str:
    return ", ".join(sorted(values)) or "none"


@lru_cache(maxsize=4096)
def _folded(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in words)


_Holds = Callable[["When", Circumstances], bool]

# Each field of When with its condition and the words for its failure, in the order they are tried: first what is the
# same for whole kinds of messages, and then what each message has of its own.
_CONDITIONS: dict[str, tuple[_Holds, Callable[[Circumstances], str]]] = {
    "test": (lambda w, c: w.test == c.test, lambda c: f"it is {'a' if c.test else 'no'} test message"),
    "information": (
        lambda w, c: w.information == c.information,
        lambda c: f"it is for {'information' if c.information else 'action'}",
    ),
    "kinds": (lambda w, c: c.kind in w.kinds, lambda c: f"kind is {c.kind}"),
    "types": (lambda w, c: c.type in w.types, lambda c: f"type is {c.type}"),
    "receivers": (
        lambda w, c: _any(w.receivers, (c.receiver, c.receiver_service)),
        lambda c: f"receiver is {c.receiver_service or c.receiver or 'without HER-id'}",
    ),
    "senders": (
        lambda w, c: _any(w.senders, (c.sender, c.sender_service)),
        lambda c: f"sender is {c.sender or 'without HER-id'}",
    ),
    "sender_kinds": (lambda w, c: c.sender_kind in w.sender_kinds, lambda c: f"sender is {c.sender_kind.value}"),
    "pht": (lambda w, c: w.pht == c.pht, lambda c: f"the patient is {'' if c.pht else 'not '}followed by a team"),
    "attachments": (
        lambda w, c: w.attachments == c.attachments,
        lambda c: f"it has {'' if c.attachments else 'no '}attachments",
    ),
    "themes": (lambda w, c: _any(w.themes, c.themes), lambda c: f"theme is {_listed(c.themes)}"),
    "wanted_roles": (
        lambda w, c: _any(w.wanted_roles, c.wanted_roles),
        lambda c: f"role asked for is {_listed(c.wanted_roles)}",
    ),
    "professions": (
        lambda w, c: _any(w.professions, c.professions),
        lambda c: f"profession asked for is {_listed(c.professions)}",
    ),
    "services": (
        lambda w, c: _any(w.services, c.services),
        lambda c: f"the patient's services are {_listed(c.services)}",
    ),
    "flags": (lambda w, c: _any(w.flags, c.flags), lambda c: f"the patient's flags are {_listed(c.flags)}"),
    "agreements": (
        lambda w, c: any(a.topic in w.agreements and a.holds(c.day) for a in c.agreements),
        lambda c: f"topics agreed with the sender are {_listed(c.agreed)}",
    ),
    "words": (
        lambda w, c: any(map(c.text.has, _folded(w.words))),
        lambda c: "none of its words is in the text",
    ),
}


# Conditions that ask for one of some values, with what a message has: all rules are asked them at once.
_ALIKE: dict[str, Callable[[Circumstances], tuple[object, ...]]] = {
    "test": lambda c: (c.test,),
    "information": lambda c: (c.information,),
    "kinds": lambda c: (c.kind,),
    "types": lambda c: (c.type,),
    "receivers": lambda c: (c.receiver, c.receiver_service),
    "senders": lambda c: (c.sender, c.sender_service),
    "sender_kinds": lambda c: (c.sender_kind,),
    "pht": lambda c: (c.pht,),
    "attachments": lambda c: (c.attachments,),
}


@dataclass(frozen=True, slots=True)
class When:
    """A rule's conditions; one that is left out does not matter, the others must all hold.

    `themes` are written "7322:6" (code system's number, then the code). `agreements` are topics: one on any of them is
    valid between us and the sender. `words` are found anywhere in the subject or text, without regard to case.
    """

    kinds: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    sender_kinds: tuple[PartnerKind, ...] = ()
    wanted_roles: tuple[str, ...] = ()
    professions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    agreements: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    pht: bool | None = None
    attachments: bool | None = None
    test: bool | None = None
    information: bool | None = None
    _asked: tuple[tuple[str, _Holds], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Most rules ask one or two things; the others are not looked at again for every message.
        asked = ((name, holds) for name, (holds, _) in _CONDITIONS.items() if getattr(self, name) not in (None, ()))
        object.__setattr__(self, "_asked", tuple(asked))

    def holds(self, c: Circumstances) -> bool:
        """Whether all conditions hold."""
        return all(holds(self, c) for _, holds in self._asked)

    def mismatch(self, c: Circumstances) -> str | None:
        """The first condition that fails, in words, or None when all hold."""
        return self._failing(self._asked, c)

    def facts(self, c: Circumstances) -> tuple[str, ...]:
        """What holds of the conditions, in words."""
        return tuple(self._fact(name, c) for name, holds in self._asked if holds(self, c))

    def _fact(self, condition: str, c: Circumstances) -> str:
        if condition == "words":
            return f"the text has “{next(w for w in self.words if c.text.has(w.casefold()))}”"
        return c.against(condition)

    @property
    def alike(self) -> dict[str, tuple[object, ...]]:
        """What is asked of all rules at once, as the values that do."""
        asked = {name: getattr(self, name) for name, _ in self._asked if name in _ALIKE}
        return {name: value if isinstance(value, tuple) else (value,) for name, value in asked.items()}

    @property
    def own(self) -> Callable[[Circumstances], str | None] | None:
        """What is asked of each message by itself: why it fails, in words; None when nothing is."""
        asked = tuple((name, holds) for name, holds in self._asked if name not in _ALIKE)
        return partial(self._failing, asked) if asked else None

    def _failing(self, asked: tuple[tuple[str, _Holds], ...], c: Circumstances) -> str | None:
        for name, holds in asked:
            if not holds(self, c):
                return c.against(name)
        return None


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the routing table. `to` and `copies` name destinations or inbox ids."""

    name: str
    to: str
    when: When = ALWAYS
    copies: tuple[str, ...] = ()


NOTHING = frozenset[str]()

# A rule that was passed over, and why.
Miss = tuple[str, str]


class Table:
    """Rules read from the top, made ready to be asked."""

    def __init__(self, rules: Iterable["Rule"]) -> None:
        self.rules = tuple(rules)
        self._sieve = Sieve(tuple(_ALIKE), [rule.when.alike for rule in self.rules])
        self._own = [rule.when.own for rule in self.rules]

    def sift(self, c: Circumstances) -> tuple[Rows, list[tuple[str, Rows]]]:
        """The rules that may hold by what is alike in many messages; and by condition those that do not."""
        return self._sieve.sift({name: found(c) for name, found in _ALIKE.items()})

    def mismatch(self, n: int, c: Circumstances) -> str | None:
        """Why a rule that may hold does not, in words, by what each message has of its own; None when it does."""
        own = self._own[n]
        return own(c) if own else None


@dataclass(frozen=True, slots=True)
class Passed:
    """The rules that were passed over before the `end`: by condition, and each by itself."""

    table: Table
    c: Circumstances
    failed: Sequence[tuple[str, Rows]]
    own: Mapping[int, str]
    end: int

    def told(self) -> tuple[Miss, ...]:
        """Each with why, in the order of the table."""
        before, reasons = (1 << self.end) - 1, dict(self.own)
        for condition, rows in self.failed:
            reasons |= dict.fromkeys(numbers(rows & before), self.c.against(condition))
        return tuple([(rule.name, reasons[n]) for n, rule in enumerate(self.table.rules[: self.end])])


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a message goes: an inbox to act, by which rule, the way there, inboxes to inform, and what was passed.

    `home` is the inbox that it belongs to, where its people are away and others act for them.
    """

    inbox: Inbox
    rule: str
    because: str
    path: tuple[str, ...] = ()
    copies: tuple[InboxId, ...] = ()
    passed: Passed | None = None
    home: InboxId | None = None

    @property
    def placing(self) -> Placing:
        """The reasons in words, as they are kept with the item."""
        return Placing(self.rule, self.because, self.passed.told() if self.passed else (), self.path)


# Where a rule may send; a name that is not here is the id of an inbox.
DESTINATIONS = {
    "gp": "the patient's GP, or whoever covers today",
    "pht": "the team that owns the patient, else the practice's first",
    "coordinator": "the coordinator's pile",
    "case_handler": "the case handlers",
    "duty": "the doctor on duty",
    "manager": "the manager",
    "test": "the test inbox, away from care staff",
}

# Why nobody is found who is a patient's GP.
STRANGER = "the patient is on no list here and no GP is addressed"

# The name that a placing gets when no rule found anybody.
UNPLACED = "unplaced"


@dataclass(frozen=True, slots=True)
class Found:
    """What a destination resolved to: an inbox where somebody acts, or none, with the way there in words.

    `home` is the one that was meant, where nobody is at work there.
    """

    inbox: Inbox | None
    path: tuple[str, ...] = ()
    home: Inbox | None = None


@dataclass(frozen=True, slots=True)
class Whose:
    """At whose practice a message is to find somebody, about whom, and on which day from which time on.

    `addressee` is the receiver's level-2 HER-id, which names a GP when the patient is not listed here. With `now`, an
    inbox with hours of its own is asked from when its own acting day says.
    """

    directory: Directory
    practice: Practice
    listing: Listing | None
    addressee: HerId | None
    day: date
    clock: time = MIDNIGHT
    now: datetime | None = None

    def acting(self, inbox: Inbox) -> tuple[date, time]:
        """The day on which an inbox is to have somebody at work, and from which time on."""
        if inbox.hours is None or self.now is None:
            return self.day, self.clock
        return calendar.acting_from(inbox.hours, self.now)


def circumstances(
    m: Message,
    directory: Directory,
    listing: Listing | None,
    receiver: HerId | None = None,
    service: HerId | None = None,
    day: date = date.min,
) -> Circumstances:
    """Gather what rules can ask of a message to a practice and its service; a stranger's kind is OTHER.

    `day` is the practice's day of receipt, on which an agreement must be valid.
    """
    sender, service_there = m.envelope.sender.level_1, m.envelope.sender.level_2
    partner = directory.partner_of(sender, service_there)
    return Circumstances(
        kind=m.kind.value,
        type=m.envelope.type.value,
        themes=frozenset([f"{theme.number}:{theme.value}" for theme in m.themes]),
        receiver=receiver,
        receiver_service=service,
        sender=sender,
        sender_service=service_there,
        sender_kind=partner.kind if partner else PartnerKind.OTHER,
        wanted_roles=frozenset([w.role for w in m.wanted if w.role]) if m.wanted else NOTHING,
        professions=frozenset([w.profession for w in m.wanted if w.profession]) if m.wanted else NOTHING,
        pht=bool(listing and listing.pht),
        services=frozenset(listing.services) if listing and listing.services else NOTHING,
        flags=frozenset([f.value for f in listing.flags]) if listing and listing.flags else NOTHING,
        attachments=bool(m.attachments),
        test=m.envelope.test,
        information=False,
        text=Text(f"{m.subject.casefold()}\n{m.words}"),
        agreements=directory.agreements.between(receiver, partner.her_id) if receiver and partner else (),
        day=day,
    )


def listed(m: Message, directory: Directory, practice: HerId | None = None) -> Listing | None:
    """The patient as the practice knows them, by national identity number, or None.

    Another practice's list is nothing to go by: the addressee decides which practice a message is for.
    """
    found = directory.listings.get(m.about)
    return found if found and practice in (None, found.practice) else None


def decide(c: Circumstances, table: Table, whose: Whose) -> Decision:
    """The first rule that matches and finds somebody present; else the coordinator's unplaced pile.

    What nobody present was found for belongs to the first inbox that was meant, and goes there when they are back.
    """
    may, failed = table.sift(c)
    own: dict[int, str] = {}
    home: Inbox | None = None
    for n in bits(may):
        rule = table.rules[n]
        reason = table.mismatch(n, c)
        found = Found(None) if reason else find(rule.to, whose)
        if found.inbox is not None:
            copies = _copies(rule, found.inbox, whose)
            passed = Passed(table, c, failed, own, n)
            because, belongs = _because(rule, found), found.home.id if found.home else None
            return Decision(found.inbox, rule.name, because, found.path, copies, passed, belongs)
        home = home or found.home
        own[n] = reason or "matched, but " + ("; ".join(found.path) or f"there is no {rule.to}")
    passed = Passed(table, c, failed, own, len(table.rules))
    unplaced = whose.directory.pile(whose.practice.her_id)
    return Decision(unplaced, UNPLACED, "no rule found anybody", passed=passed, home=home.id if home else None)


def find(to: str, whose: Whose) -> Found:
    """The inbox a destination means for this patient, or whichever covers for it then."""
    meant = _meant(to, whose)
    if meant is None or standing.here(meant, whose.directory, *whose.acting(meant)):
        return Found(meant, () if meant or to != "gp" else (STRANGER,))
    place = standing.place(meant, whose.directory, *whose.acting(meant))
    return Found(None if place.lacking else whose.directory.inboxes[place.inbox], place.path, meant)


def _meant(to: str, whose: Whose) -> Inbox | None:
    """The inbox that a destination names, whoever is at work."""
    directory, practice, listing = whose.directory, whose.practice, whose.listing
    if to == "gp":
        service = practice.services.get(whose.addressee) if whose.addressee else None
        own = listing.gp if listing else (service.person if service else None)
        return directory.personal(own) if own else None
    if to == "pht" and listing and listing.pht:
        return directory.inboxes.get(listing.pht)
    if to in DESTINATIONS:
        return directory.first(InboxKind(to), practice.her_id)
    named = directory.inboxes.get(InboxId(to))
    return named if named and named.practice == practice.her_id else None


def _copies(rule: Rule, main: Inbox, whose: Whose) -> tuple[InboxId, ...]:
    """Who is informed; where nobody is at work it waits for them, and whoever watches sees to it."""
    found = (find(to, whose) for to in rule.copies)
    inboxes = (x.inbox or x.home for x in found)
    return tuple(dict.fromkeys(i.id for i in inboxes if i is not None and i.id != main.id))


def _because(rule: Rule, found: Found) -> str:
    where = DESTINATIONS.get(rule.to, f"the inbox {rule.to}")
    name = found.inbox.name if found.inbox else ""
    return f"rule “{rule.name}” sends this to {where}: {name}"
