"""What two parties have promised each other: about a topic, for a time, with whom to ask and who does what."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from hub.message import HerId

# When a partner can be told of an enquiry.
RECEIVED, LATE = TELLS = ("received", "late")


@dataclass(frozen=True, slots=True)
class Topic:
    """What agreements are made about; `names` has what it is called in each language, bokmål always."""

    key: str
    names: Mapping[str, str]

    def name(self, language: str) -> str:
        """What it is called in a language, else in bokmål."""
        return self.names.get(language) or self.names["nb"]


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask about an agreement: a person or an office in words, and a telephone number if there is one."""

    text: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Task:
    """Who does what."""

    who: str
    what: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """What `ours`, a practice or a municipality, and a partner promise each other about one topic.

    It holds from `first` to `last`, both included, or for good. `deadlines` names the ladder for each kind of message,
    and `tells` when the partner hears of an enquiry by itself: when it was received, when it is late.
    """

    name: str
    ours: HerId
    partner: HerId
    topic: str
    first: date
    last: date | None = None
    deadlines: Mapping[str, str] = field(default_factory=dict)
    contact: Contact | None = None
    language: str = ""
    tasks: tuple[Task, ...] = ()
    tells: tuple[str, ...] = ()

    def holds(self, day: date) -> bool:
        """Whether it is valid on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


Pair = tuple[HerId, HerId]


@dataclass(frozen=True, slots=True)
class Agreements:
    """All of them, found by the two parties without looking through the others.

    A practice has its municipality's agreements too (`municipalities`), and a partner those of the whole that it is
    part of (`wholes`), as a hospital has its trust's.
    """

    every: tuple[Agreement, ...] = ()
    topics: Mapping[str, Topic] = field(default_factory=dict)
    municipalities: Mapping[HerId, HerId] = field(default_factory=dict)
    wholes: Mapping[HerId, HerId] = field(default_factory=dict)
    # Whether any of them wants the partner to be told of anything.
    tell: bool = field(init=False, repr=False, compare=False)
    _between: dict[Pair, tuple[Agreement, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_between", self._found())
        object.__setattr__(self, "tell", any(a.tells for a in self.every))

    def __iter__(self) -> Iterator[Agreement]:
        return iter(self.every)

    def __len__(self) -> int:
        return len(self.every)

    def between(self, practice: HerId, partner: HerId) -> tuple[Agreement, ...]:
        """What a practice and a partner have agreed, whenever it holds: the practice's own before its municipality's.

        For each of the two, the partner's own go before those of the whole that it is part of; else the order is
        that of the file.
        """
        return self._between.get((practice, partner), ())

    def on(self, day: date, practice: HerId, partner: HerId) -> tuple[Agreement, ...]:
        """Those that hold on a day, in the order of the topics."""
        order = {key: n for n, key in enumerate(self.topics)}
        held = (a for a in self.between(practice, partner) if a.holds(day))
        return tuple(sorted(held, key=lambda a: order.get(a.topic, len(order))))

    def _found(self) -> dict[Pair, tuple[Agreement, ...]]:
        written: dict[Pair, list[Agreement]] = defaultdict(list)
        for agreement in self.every:
            written[agreement.ours, agreement.partner].append(agreement)
        pairs = {pair for ours, partner in written for pair in self._meant(ours, partner)}
        return {pair: tuple(a for wider in self._wider(pair) for a in written.get(wider, ())) for pair in pairs}

    def _meant(self, ours: HerId, partner: HerId) -> Iterator[Pair]:
        """The two parties of an agreement, and everybody who is part of either."""
        practices = (ours, *(p for p, municipality in self.municipalities.items() if municipality == ours))
        partners = (partner, *(p for p, whole in self.wholes.items() if whole == partner))
        return ((p, q) for p in practices for q in partners)

    def _wider(self, pair: Pair) -> Iterator[Pair]:
        """The two parties themselves, and then with what each is part of, the nearest first."""
        practice, partner = pair
        for ours in (practice, self.municipalities.get(practice)):
            for theirs in (partner, self.wholes.get(partner)):
                if ours and theirs:
                    yield ours, theirs
