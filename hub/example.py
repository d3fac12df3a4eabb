"""Examples of what a routing table is to do: a message in a few words, and where it must lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from hub import calendar, route
from hub.directory import MIDNIGHT, Directory, InboxId, PartnerKind
from hub.message import HerId
from hub.route import Circumstances, Decision, Table, Text, Whose


@dataclass(frozen=True, slots=True)
class Example:
    """What a message is like, and where it is to lie: `rule` and `copies` are expected where they are told.

    `sender` and `receiver` are HER-ids of either level, or None for a stranger and for the first practice. `on` is the
    day on which it comes; the next one on which the practice works when it is None.
    """

    name: str
    to: InboxId
    kind: str = "dialogue"
    type: str = "DIALOG_HELSEFAGLIG"
    themes: frozenset[str] = frozenset()
    sender: HerId | None = None
    receiver: HerId | None = None
    wanted_roles: frozenset[str] = frozenset()
    professions: frozenset[str] = frozenset()
    patient: str = ""
    text: str = ""
    attachments: bool = False
    test: bool = False
    on: date | None = None
    rule: str | None = None
    copies: frozenset[InboxId] | None = None


def placed(e: Example, table: Table, directory: Directory, now: datetime) -> Decision:
    """Where the example lies by these rules."""
    practice = directory.practice_of(e.receiver, e.receiver) if e.receiver else None
    practice = practice or next(iter(directory.practices.values()))
    service = e.receiver if e.receiver in practice.services else None
    found = directory.listings.get(e.patient)
    listing = found if found and found.practice == practice.her_id else None
    partner = directory.partner_of(e.sender, e.sender) if e.sender else None
    day, clock = (e.on, MIDNIGHT) if e.on else calendar.acting_from(practice.hours, now)
    c = Circumstances(
        kind=e.kind,
        type=e.type,
        themes=e.themes,
        receiver=practice.her_id,
        receiver_service=service,
        sender=partner.her_id if partner else e.sender,
        sender_service=e.sender if partner and e.sender in partner.services else None,
        sender_kind=partner.kind if partner else PartnerKind.OTHER,
        wanted_roles=e.wanted_roles,
        professions=e.professions,
        pht=bool(listing and listing.pht),
        services=frozenset(listing.services) if listing else frozenset(),
        flags=frozenset(flag.value for flag in listing.flags) if listing else frozenset(),
        attachments=e.attachments,
        test=e.test,
        information=False,
        text=Text(e.text.casefold()),
        agreements=directory.agreements.between(practice.her_id, partner.her_id) if partner else (),
        day=day,
    )
    return route.decide(c, table, Whose(directory, practice, listing, service, day, clock, None if e.on else now))


def wrong(e: Example, d: Decision) -> Iterator[str]:
    """What is otherwise than the example says, in words; nothing when it lies where it must."""
    if d.inbox.id != e.to:
        yield f"lies in {d.inbox.id} and not in {e.to}"
    if e.rule is not None and d.placing.rule != e.rule:
        yield f"goes by the rule “{d.placing.rule}” and not by “{e.rule}”"
    if e.copies is not None and frozenset(d.copies) != e.copies:
        yield f"goes as a copy to {_named(d.copies)} and not to {_named(e.copies)}"


def _named(inboxes: frozenset[InboxId] | tuple[InboxId, ...]) -> str:
    return ", ".join(sorted(inboxes)) or "nobody"
