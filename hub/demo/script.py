"""The script of the day: every message that is sent, made anew and the same from the same seed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

from hub import identity
from hub.demo import letter, pdf, profile, spoil, topic
from hub.demo.cast import Cast
from hub.demo.fate import Fate, Manner
from hub.demo.hours import DAY, at
from hub.demo.letter import Author, Enclosed, Form, Letter, Subject
from hub.demo.sending import Expected, Sending, Verdict
from hub.demo.topic import Talk, Topic, Topics
from hub.directory import Flag, Listing, Partner, PartnerKind, PersonId, Service
from hub.message import HerId

# Codes of services (8663, 8666) by which the sample's partners are cast.
CASEWORK, CHILD_WELFARE, ADMISSIONS = "KD0501", "KX15", "1"
GENERAL = "KA01"

NURSES = "Anne Lise Bakken, Tone Eira, Marit Utsi, Jonas Nygård, Heidi Persen, Inga Balto, Silje Aune, Mohamed Yusuf"
OTHERS = "Hanne Lunde, Erik Storvik, Siri Hætta, Pål Nesse, Randi Mikkelsen, Odd Kvam, Liv Johansen, Arne Mathisen"

# How many messages nobody sees to, beyond one of each group.
MORE_NEVER = 2
REPEATED = 14
WRITES_AGAIN = 0.16
# A sender writes again only while somebody can still see to it the same day.
LAST_AGAIN = at(15, 20)


@dataclass(frozen=True, slots=True)
class Script:
    """All that is sent, in order of time, and its digest: another program makes another day."""

    seed: int
    sendings: tuple[Sending, ...]
    topics: Topics
    digest: str


def write(seed: int, cast: Cast) -> Script:
    """Make the day."""
    chance = Random(f"sambud {seed}")
    topics = topic.load()
    good = list(_good(chance, topics, cast))
    good = _fated(chance, good, cast)
    good = _repeated(chance, good)
    bad = spoil.sendings(chance, cast, [s for s in good if s.letter and s.sort == "dialogue"])
    every = tuple(sorted((*good, *bad), key=lambda s: (s.times[0], s.key)))
    return Script(seed, every, topics, _digest(every))


def again(script: Script, about: Sending, answer: str, answered_at: datetime) -> Sending | None:
    """What the sender writes back on an answer, in the same conversation; None when it is content, or it is late."""
    chance = Random(f"{script.seed} {about.key} again")
    when = answered_at + timedelta(minutes=chance.randint(4, 25))
    if about.letter is None or not about.writes_again or when > LAST_AGAIN:
        return None
    talk = topic.talk(script.topics.again, chance)
    found = replace(
        about.letter,
        msg_id=profile.uuid(chance),
        form=Form.DIALOGUE,
        at=when,
        theme="6",
        title=f"Re: {about.letter.title}",
        words=talk.words,
        wants="",
        copies=(),
        formatted=False,
        enclosed=None,
        parent=answer,
        first=about.letter.first or about.letter.msg_id,
    )
    return _sending(f"{about.key} again", "again", about.system, found, _fate(chance, script.topics.again, talk))


def _good(chance: Random, topics: Topics, cast: Cast) -> Iterator[Sending]:
    pools = _Pools(chance, cast)
    for subject in topics.all:
        for n in range(subject.share):
            talk = topic.talk(subject, chance)
            written = _letter(chance, topics, subject, talk, cast, pools)
            system = cast.system_of(written.sender.her_id).name
            made = _sending(
                f"{subject.name} {n + 1}", subject.form.value, system, written, _fate(chance, subject, talk)
            )
            yield replace(made, writes_again=chance.random() < WRITES_AGAIN, urgent=subject.urgent)


def _sending(key: str, sort: str, system: str, x: Letter, fate: Fate) -> Sending:
    expected = Expected(Verdict.ACCEPTED, acknowledgements=1 + len(x.copies))
    return Sending(key, sort, system, x.msg_id, letter.write(x), (x.at,), expected, x.service.her_id, fate, x)


def _letter(chance: Random, topics: Topics, subject: Topic, talk: Talk, cast: Cast, pools: "_Pools") -> Letter:
    sender, service = chance.choice(_senders(subject, cast))
    listing = pools.patient(subject.patients)
    author = chance.choice(NURSES.split(", ") if subject.sender == "home" else OTHERS.split(", "))
    given, _, family = author.rpartition(" ")
    receiver = _receiver(chance, subject, listing, cast)
    return Letter(
        msg_id=profile.uuid(chance),
        form=subject.form,
        at=profile.moment(chance, subject.urgent),
        sender=sender,
        service=service,
        practice=cast.practice,
        receiver=receiver,
        subject=Subject(listing.family_name, listing.given_name, listing.national_id),
        author=Author(family, given, _profession(subject)),
        theme=subject.theme,
        title=talk.title,
        words=talk.words + chance.choice(topics.endings).format(given=given, family=family, service=service.name),
        copies=_copies(chance, subject, listing, receiver, cast),
        wants=subject.wants,
        formatted=subject.form is not Form.REQUEST and chance.random() < 0.3,
        training=subject.training,
        enclosed=_enclosed(chance, subject, talk),
    )


def _senders(subject: Topic, cast: Cast) -> list[tuple[Partner, Service]]:
    """Everybody who may write on a topic; the centre's own municipality writes more than the neighbour."""
    found = [(p, s) for p in cast.directory.partners.values() for s in p.services.values() if _writes(subject, p, s)]
    return found + [found[0]] * 2 if subject.sender == "home" else found


def _writes(subject: Topic, p: Partner, s: Service) -> bool:
    if subject.service:
        return s.her_id == subject.service
    office = {CASEWORK: "municipality", CHILD_WELFARE: "child_welfare"}.get(s.code)
    kinds = {
        "home": PartnerKind.HOME_SERVICE,
        "hospital": PartnerKind.HOSPITAL,
        "specialist": PartnerKind.SPECIALIST,
        "public": PartnerKind.PUBLIC,
    }
    return subject.sender == office if office else kinds.get(subject.sender) is p.kind and s.code != ADMISSIONS


def _receiver(chance: Random, subject: Topic, listing: Listing, cast: Cast) -> HerId:
    """The GP by name, when a hospital or specialist asks for a doctor; else the GP service."""
    own = cast.directory.people[listing.gp].her_id if listing.gp else None
    if own and subject.wants == "LE" and subject.sender != "home" and chance.random() < 0.7:
        return own
    return next(s.her_id for s in cast.practice.services.values() if s.code == GENERAL)


def _copies(chance: Random, subject: Topic, listing: Listing, receiver: HerId, cast: Cast) -> tuple[HerId, ...]:
    """Some senders address the patient's GP as a copy receiver too, which makes a second acknowledgement."""
    own = cast.directory.people[listing.gp].her_id if listing.gp else None
    return (own,) if own and own != receiver and subject.copied and chance.random() < 0.4 else ()


def _profession(subject: Topic) -> str:
    return "LE" if subject.sender in ("hospital", "specialist") else "SP" if subject.sender == "home" else "XX"


def _enclosed(chance: Random, subject: Topic, talk: Talk) -> Enclosed | None:
    if subject.form is not Form.DIALOGUE or chance.random() > 0.09:
        return None
    lines = (talk.title, "", *talk.words.split("\n"), "", "Oppdiktet. Gjelder ingen.")
    return Enclosed(f"{talk.title}.pdf".replace("/", "-"), "application/pdf", pdf.page(*(line[:95] for line in lines)))


def _fate(chance: Random, subject: Topic, talk: Talk) -> Fate:
    """Most are answered, some are met by a call, an appointment or a visit; notes are mostly just read."""
    wait = chance.randint(min(3, subject.within), subject.within)
    answered = chance.random() < (0.25 if subject.form is Form.NOTE else 0.76)
    return Fate(Manner.PROMPT, wait, talk.answer) if answered else Fate(Manner.PROMPT, wait, closing=talk.closing)


def _fated(chance: Random, good: list[Sending], cast: Cast) -> list[Sending]:
    """Of each group one is met too late and one never, and of the last some more: all early enough for their ladder."""
    groups: tuple[list[int], ...] = ([], [], [], [])
    for n, s in enumerate(good):
        if s.times[0] < at(11, 30) and s.letter and s.letter.wants and not s.letter.training:
            groups[_group(s, s.letter, cast)].append(n)
    for place, group in enumerate(groups):
        manners = [Manner.LATE, Manner.NEVER, *([Manner.NEVER] * MORE_NEVER if place == 3 else [])]
        chance.shuffle(group)
        for manner, n in zip(manners, group, strict=False):
            good[n] = _met(good[n], manner, chance.randint(10, 35))
    return good


def _group(s: Sending, x: Letter, cast: Cast) -> int:
    """By what the sender may expect: what an agreement promises, haste, a doctor, or what everybody gets."""
    agreed = any(a.partner == x.sender.her_id and a.deadlines for a in cast.directory.agreements)
    return 0 if agreed else 1 if s.urgent else 2 if x.wants == "LE" else 3


def _met(s: Sending, manner: Manner, wait: int) -> Sending:
    assert s.fate is not None, "every good message has a fate"
    return replace(s, fate=replace(s.fate, manner=manner, wait=wait), writes_again=False)


def _repeated(chance: Random, good: list[Sending]) -> list[Sending]:
    """Some systems send the same bytes again: at once, or after a while."""
    for n in chance.sample([n for n, s in enumerate(good) if s.times[0] < at(15)], REPEATED):
        later = good[n].times[0] + timedelta(seconds=chance.choice((1, 30, 300, 1800, 5400)))
        good[n] = replace(good[n], times=(*good[n].times, later))
    return good


class _Pools:
    """The patients of the day: a part of the lists, so that the same ones come up more than once."""

    def __init__(self, chance: Random, cast: Cast) -> None:
        listings = list(cast.directory.listings.values())
        plain = [x for x in listings if Flag.MANAGEMENT not in x.flags]
        self._chance = chance
        self._known = cast.directory.listings
        self._pools = {
            "pht": chance.sample([x for x in plain if x.pht], 120),
            "other": chance.sample([x for x in plain if not x.pht], 90),
            "flagged": [x for x in listings if Flag.MANAGEMENT in x.flags],
        }

    def patient(self, pool: str) -> Listing:
        """One of a pool; a stranger is on no list."""
        return self._stranger() if pool == "stranger" else self._chance.choice(self._pools[pool])

    def _stranger(self) -> Listing:
        by = self._chance.choice(self._pools["other"])
        number = by.national_id
        while number in self._known or not identity.fits(number):
            number = f"{number[:6]}{self._chance.randrange(100000):05}"
        return replace(by, national_id=number, gp=PersonId(""), pht=None)


def _digest(sendings: tuple[Sending, ...]) -> str:
    whole = sha256(DAY.isoformat().encode())
    for s in sendings:
        whole.update(f"{s.key} {s.system} {s.times} {s.fate}".encode() + s.raw)
    return whole.hexdigest()
