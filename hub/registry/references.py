"""Names in the files that must be there, and may be there only once."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from hub.deadline import TELL
from hub.directory import InboxKind
from hub.message import INFORMATIVE, Kind
from hub.registry.files import ACCOUNTS, AGREEMENTS, CENTRE, LADDERS, PARTNERS, ROUTES, TEMPLATES, TOPICS, Files
from hub.registry.problem import Problem
from hub.route import DESTINATIONS

# A system account that may send for anybody: an exchange.
ANYBODY = "*"

# "personal" would mean whoever comes first in the file, so no step may tell it.
TOLD = tuple(name for name in TELL if name != InboxKind.PERSONAL)

# What an agreement can promise an answer to; what is only to be read follows ladders.toml alone.
ANSWERED = tuple(kind.value for kind in Kind if kind not in INFORMATIVE)

# How many names a reason lists before it stops.
LISTED = 20


class Named(NamedTuple):
    """A name and where it is given."""

    file: str
    key: str
    name: str


class Pointer(NamedTuple):
    """A name and where it is used; it must be `among` the names of some `thing`."""

    file: str
    key: str
    name: str
    thing: str
    among: Collection[str]


def wrong(files: Files) -> Iterator[Problem]:
    """Every name given twice, and every name that points at nothing."""
    for thing, names in _names(files).items():
        yield from _twice(files, thing, names)
    yield from _unsaid(files)
    for pointer in _pointers(files):
        if pointer.name not in pointer.among:
            yield files.problem(pointer.file, pointer.key, unknown(pointer))


def unknown(pointer: Pointer) -> str:
    """Why a name is none, with those that are."""
    names = [*pointer.among][:LISTED]
    more = ", ..." if len(pointer.among) > LISTED else ""
    return f'there is no {pointer.thing} "{pointer.name}"; known: {", ".join(names) or "none"}{more}'


def _unsaid(files: Files) -> Iterator[Problem]:
    """Where the folder has several practices, each table must say which it means."""
    if len(files.centre.practice) == 1:
        return
    said = {
        "service": [x.practice for x in files.centre.service],
        "inbox": [x.practice for x in files.centre.inbox],
        "person": [x.practice for x in files.centre.person],
    }
    for table, practices in said.items():
        for n, practice in enumerate(practices):
            if practice is None:
                yield files.problem(CENTRE, f"{table}[{n}].practice", "is missing; there are several practices")


def _twice(files: Files, thing: str, names: Iterable[Named]) -> Iterator[Problem]:
    seen: dict[str, Named] = {}
    for named in names:
        first = seen.setdefault(named.name, named)
        if first is not named:
            yield files.problem(named.file, named.key, f"the same {thing} as {first.key} in {first.file}")


def _names(files: Files) -> dict[str, tuple[Named, ...]]:
    """Every name that may be given only once."""
    c, a = files.centre, files.accounts
    return {
        "HER-id": tuple(_her_ids(files)),
        "municipality": tuple(_municipalities(files)),
        "inbox id": tuple(Named(CENTRE, f"inbox[{n}].id", x.id) for n, x in enumerate(c.inbox)),
        "owner": tuple(Named(CENTRE, f"inbox[{n}].owner", x.owner) for n, x in enumerate(c.inbox) if x.owner),
        "person id": tuple(Named(CENTRE, f"person[{n}].id", x.id) for n, x in enumerate(c.person)),
        "topic": tuple(Named(TOPICS, f"topic[{n}].key", x.key) for n, x in enumerate(files.topics.topic)),
        "agreement": tuple(
            Named(AGREEMENTS, f"agreement[{n}].name", x.name) for n, x in enumerate(files.agreements.agreement)
        ),
        "rule": tuple(Named(ROUTES, f"rule[{n}].name", x.name) for n, x in enumerate(files.routes.rule)),
        "ladder": tuple(Named(LADDERS, f"ladder[{n}].name", x.name) for n, x in enumerate(files.ladders.ladder)),
        "template": tuple(
            Named(TEMPLATES, f"template[{n}].name", x.name) for n, x in enumerate(files.templates.template)
        ),
        "username": tuple(Named(ACCOUNTS, f"person[{n}].username", x.username) for n, x in enumerate(a.person)),
        "system": tuple(Named(ACCOUNTS, f"system[{n}].name", x.name) for n, x in enumerate(a.system)),
        "key": tuple(Named(ACCOUNTS, f"system[{n}].key_sha256", x.key_sha256) for n, x in enumerate(a.system)),
    }


def receivers(files: Files) -> list[str]:
    """Every HER-id of ours: practices, their services and their GPs."""
    return [x.name for x in _her_ids(files) if x.file == CENTRE]


def _her_ids(files: Files) -> Iterator[Named]:
    """Every HER-id: the Address Register numbers both levels, ours and our partners', in one row."""
    for n, practice in enumerate(files.centre.practice):
        yield Named(CENTRE, f"practice[{n}].her_id", practice.her_id)
    for n, service in enumerate(files.centre.service):
        yield Named(CENTRE, f"service[{n}].her_id", service.her_id)
    for n, person in enumerate(files.centre.person):
        if person.her_id:
            yield Named(CENTRE, f"person[{n}].her_id", person.her_id)
    for n, partner in enumerate(files.partners.partner):
        yield Named(PARTNERS, f"partner[{n}].her_id", partner.her_id)
        for m, offered in enumerate(partner.service):
            yield Named(PARTNERS, f"partner[{n}].service[{m}].her_id", offered.her_id)


def _municipalities(files: Files) -> Iterator[Named]:
    """Every municipality, after the HER-ids that it cannot share: with its own home service it may have the same."""
    partners = {x.her_id for x in files.partners.partner}
    yield from (x for x in _her_ids(files) if x.name not in partners)
    for n, municipality in enumerate(files.centre.municipality):
        yield Named(CENTRE, f"municipality[{n}].her_id", municipality.her_id)


def _pointers(files: Files) -> Iterator[Pointer]:
    yield from _in_centre(files)
    yield from _in_partners(files)
    yield from _in_agreements(files)
    yield from _in_tables(files)
    yield from _in_accounts(files)
    yield from _in_templates(files)


def _in_centre(files: Files) -> Iterator[Pointer]:
    c = files.centre
    practices, inboxes = _known(x.her_id for x in c.practice), _known(x.id for x in c.inbox)
    people, municipalities = _known(x.id for x in c.person), _known(x.her_id for x in c.municipality)
    for n, practice in enumerate(c.practice):
        yield from _maybe(CENTRE, f"practice[{n}].municipality", practice.municipality, "municipality", municipalities)
    for n, service in enumerate(c.service):
        yield from _maybe(CENTRE, f"service[{n}].practice", service.practice, "practice", practices)
        yield from _maybe(CENTRE, f"service[{n}].person", service.person, "person", people)
    for n, inbox in enumerate(c.inbox):
        yield from _maybe(CENTRE, f"inbox[{n}].practice", inbox.practice, "practice", practices)
        yield from _maybe(CENTRE, f"inbox[{n}].owner", inbox.owner, "person", people)
    for n, person in enumerate(c.person):
        yield from _maybe(CENTRE, f"person[{n}].practice", person.practice, "practice", practices)
        yield from _maybe(CENTRE, f"person[{n}].substitute", person.substitute, "person", people)
        yield from _each(CENTRE, f"person[{n}].inboxes", person.inboxes, "inbox", inboxes)
    for n, absence in enumerate(c.absence):
        yield Pointer(CENTRE, f"absence[{n}].person", absence.person, "person", people)
        yield from _maybe(CENTRE, f"absence[{n}].substitute", absence.substitute, "person", people)


def _in_partners(files: Files) -> Iterator[Pointer]:
    partners = _known(x.her_id for x in files.partners.partner)
    for n, partner in enumerate(files.partners.partner):
        yield from _maybe(PARTNERS, f"partner[{n}].part_of", partner.part_of, "partner", partners)


def _in_agreements(files: Files) -> Iterator[Pointer]:
    ours = _known([*(x.her_id for x in files.centre.municipality), *(x.her_id for x in files.centre.practice)])
    partners = _known(x.her_id for x in files.partners.partner)
    topics = _known(x.key for x in files.topics.topic)
    # The one for a follow_up is a partner's clock, and no promise of ours.
    ladders = _known(x.name for x in files.ladders.ladder if not x.follow_up)
    for n, x in enumerate(files.agreements.agreement):
        key = f"agreement[{n}]"
        yield Pointer(AGREEMENTS, f"{key}.between[0]", x.between[0], "municipality or practice of ours", ours)
        yield Pointer(AGREEMENTS, f"{key}.between[1]", x.between[1], "partner", partners)
        yield Pointer(AGREEMENTS, f"{key}.topic", x.topic, "topic", topics)
        for kind, ladder in x.deadlines.items():
            yield Pointer(AGREEMENTS, f"{key}.deadlines.{kind}", kind, "kind of message to answer", ANSWERED)
            yield Pointer(AGREEMENTS, f"{key}.deadlines.{kind}", ladder, "ladder", ladders)


def _in_tables(files: Files) -> Iterator[Pointer]:
    destinations = _known((*DESTINATIONS, *(x.id for x in files.centre.inbox)))
    senders = _known(x.name for x in _her_ids(files) if x.file == PARTNERS)
    topics = _known(x.key for x in files.topics.topic)
    for n, rule in enumerate(files.routes.rule):
        yield Pointer(ROUTES, f"rule[{n}].to", rule.to, "destination or inbox", destinations)
        yield from _each(ROUTES, f"rule[{n}].copies", rule.copies, "destination or inbox", destinations)
    for n, ladder in enumerate(files.ladders.ladder):
        for m, step in enumerate(ladder.steps):
            yield from _each(LADDERS, f"ladder[{n}].steps[{m}].tell", step.tell, "inbox or kind of inbox", TOLD)
    ours = _known(receivers(files))
    for file, key, when in files.whens():
        yield from _each(file, f"{key}.senders", when.senders, "partner or service with HER-id", senders)
        yield from _each(file, f"{key}.agreements", when.agreements, "topic", topics)
        yield from _each(file, f"{key}.receivers", when.receivers, "practice, service or GP with HER-id", ours)


def _in_accounts(files: Files) -> Iterator[Pointer]:
    people = _known(x.id for x in files.centre.person)
    parties = _known([*(x.her_id for x in files.centre.practice), *(x.her_id for x in files.partners.partner)])
    for n, account in enumerate(files.accounts.person):
        yield Pointer(ACCOUNTS, f"person[{n}].person", account.person, "person", people)
    for n, system in enumerate(files.accounts.system):
        named = [] if system.her_ids == [ANYBODY] else system.her_ids
        yield from _each(ACCOUNTS, f"system[{n}].her_ids", named, "level-1 party", parties)


def _in_templates(files: Files) -> Iterator[Pointer]:
    inboxes = _known(x.id for x in files.centre.inbox)
    for n, template in enumerate(files.templates.template):
        yield from _each(TEMPLATES, f"template[{n}].inboxes", template.inboxes, "inbox", inboxes)


def _known(names: Iterable[str]) -> Collection[str]:
    """Names in the order of the file, among which thousands of others are looked for."""
    return dict.fromkeys(names)


def _maybe(file: str, key: str, name: str | None, thing: str, among: Collection[str]) -> Iterator[Pointer]:
    if name is not None:
        yield Pointer(file, key, name, thing, among)


def _each(file: str, key: str, names: Iterable[str], thing: str, among: Collection[str]) -> Iterator[Pointer]:
    return (Pointer(file, f"{key}[{n}]", name, thing, among) for n, name in enumerate(names))
