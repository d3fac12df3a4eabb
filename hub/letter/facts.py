"""What a letter to a partner is made of."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from hub.agreement import Agreement
from hub.directory import Directory, Partner, Practice, Service
from hub.message import HerId
from hub.record import Returns


@dataclass(frozen=True, slots=True)
class Department:
    """A department of a partner, or the partner itself: how many of its messages were returned, by reason (8117).

    A party that is in no file is its own partner, and has its HER-id for a name.
    """

    partner: HerId
    partner_name: str
    her_id: HerId
    name: str
    reasons: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many in all."""
        return sum(self.reasons.values())


@dataclass(frozen=True, slots=True)
class Facts:
    """Who writes to whom, since when was counted, what was returned, the most first, and what is agreed today."""

    practice: Practice
    partner: Partner
    since: date
    today: date
    departments: tuple[Department, ...]
    agreements: tuple[Agreement, ...]
    services: tuple[Service, ...]
    topics: Mapping[str, str]

    @property
    def returned(self) -> int:
        """How many messages were returned in all."""
        return sum(x.count for x in self.departments)


def departments(directory: Directory, returns: Iterable[Returns]) -> tuple[Department, ...]:
    """What was returned to whom, the most first."""
    counted: dict[HerId, Counter[str]] = {}
    for x in returns:
        counted.setdefault(x.to, Counter())[x.reason] += x.count
    found = (_department(directory, to, reasons) for to, reasons in counted.items())
    return tuple(sorted(found, key=lambda d: (-d.count, d.her_id)))


def _department(directory: Directory, to: HerId, reasons: Mapping[str, int]) -> Department:
    partner = directory.partner_of(to, to)
    if partner is None:
        return Department(to, to, to, to, reasons)
    name = partner.services[to].name if to in partner.services else partner.name
    return Department(partner.her_id, partner.name, to, name, reasons)


def gather(
    directory: Directory, practice: Practice, partner: Partner, returns: Iterable[Returns], since: date, today: date
) -> Facts:
    """All that a letter from a practice to a partner can say."""
    mine = tuple(x for x in departments(directory, returns) if x.partner == partner.her_id)
    return Facts(
        practice=practice,
        partner=partner,
        since=since,
        today=today,
        departments=mine,
        agreements=directory.agreements.on(today, practice.her_id, partner.her_id),
        services=tuple(practice.services.values()),
        topics={key: topic.name("nb") for key, topic in directory.agreements.topics.items()},
    )
