"""Who has agreed what with whom, from checked tables; and what must hold of it once every name is known."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from hub.agreement import Agreement, Agreements, Contact, Task, Topic
from hub.message import HerId
from hub.registry.files import AGREEMENTS, PARTNERS, Files
from hub.registry.problem import Problem
from hub.registry.shape import AgreementTable, TopicTable


def made(files: Files) -> Agreements:
    """All agreements, with whatever makes one hold for more than the two it names."""
    centre, partners = files.centre, files.partners
    return Agreements(
        every=tuple(map(_agreement, files.agreements.agreement)),
        topics={x.key: _topic(x) for x in files.topics.topic},
        municipalities={HerId(p.her_id): HerId(p.municipality) for p in centre.practice if p.municipality},
        wholes={HerId(p.her_id): HerId(p.part_of) for p in partners.partner if p.part_of},
    )


def wrong(files: Files) -> Iterator[Problem]:
    """What would make it a matter of luck which agreement holds; asks only files whose names have been checked."""
    yield from _parts(files)
    yield from _with_oneself(files)
    yield from _overlaps(files)


def _agreement(x: AgreementTable) -> Agreement:
    ours, partner = x.between
    return Agreement(
        name=x.name,
        ours=HerId(ours),
        partner=HerId(partner),
        topic=x.topic,
        first=x.first,
        last=x.last,
        deadlines=x.deadlines,
        contact=Contact(x.contact.text, x.contact.phone) if x.contact else None,
        language=x.language or "",
        tasks=tuple(Task(t.who, t.what) for t in x.tasks),
        tells=tuple(x.tell_partner),
    )


def _topic(x: TopicTable) -> Topic:
    names = {"nb": x.nb, "en": x.en, "se": x.se}
    return Topic(x.key, {language: name for language, name in names.items() if name})


def _parts(files: Files) -> Iterator[Problem]:
    """A part belongs to a whole, and that to nobody: else the way to an agreement could go round in a ring."""
    parts = {p.her_id for p in files.partners.partner if p.part_of}
    for n, partner in enumerate(files.partners.partner):
        if partner.part_of in parts:
            reason = f'must name a partner that is no part itself, and "{partner.part_of}" is one'
            yield files.problem(PARTNERS, f"partner[{n}].part_of", reason)


def _with_oneself(files: Files) -> Iterator[Problem]:
    for n, x in enumerate(files.agreements.agreement):
        if x.between[0] == x.between[1]:
            reason = "must be two parties: nobody has an agreement with themselves"
            yield files.problem(AGREEMENTS, f"agreement[{n}].between", reason)


def _overlaps(files: Files) -> Iterator[Problem]:
    """Two parties have one agreement about a topic at a time; the next begins when the one before has ended."""
    alike: dict[tuple[str, ...], list[tuple[date, int, AgreementTable]]] = defaultdict(list)
    for n, x in enumerate(files.agreements.agreement):
        alike[*x.between, x.topic].append((x.first, n, x))
    for found in alike.values():
        yield from _overlapping(files, sorted(found, key=lambda x: x[:2]))


def _overlapping(files: Files, found: list[tuple[date, int, AgreementTable]]) -> Iterator[Problem]:
    """Those that begin before the longest of the earlier ones has ended."""
    longest = found[0]
    for later in found[1:]:
        if longest[2].last is None or later[0] <= longest[2].last:
            until = f"until {longest[2].last}" if longest[2].last else "without an end"
            reason = f'agreement[{longest[1]}] "{longest[2].name}" has the same parties and topic and holds {until}'
            yield files.problem(
                AGREEMENTS, f"agreement[{later[1]}].from", f"{reason}; let one end before the next begins"
            )
        longest = max(longest, later, key=lambda x: x[2].last or date.max)
