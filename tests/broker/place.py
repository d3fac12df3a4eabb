"""A practice and a partner with queues that nobody else uses, so that all tests may share one broker."""

import asyncio
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from hub.broker import Arrived, Connection
from hub.directory import Directory, Service
from hub.message import HerId
from hub.transport import Label, inbound
from tests import builders

# What never takes so long, unless it never comes.
PATIENCE = 30.0
_numbers = count(71_000, 10)


@dataclass(frozen=True, slots=True)
class Place:
    """A practice with a service, and a partner with one."""

    practice: HerId
    service: HerId
    partner: HerId
    nursing: HerId

    @property
    def directory(self) -> Directory:
        """Who is who here."""
        known = builders.directory()
        practice, partner = known.practices[builders.OURS], known.partners[builders.PARTNER]
        ours = replace(practice, her_id=self.practice, services={self.service: Service(self.service, "Centre")})
        theirs = replace(partner, her_id=self.partner, services={self.nursing: Service(self.nursing, "Nursing")})
        return replace(known, practices={ours.her_id: ours}, partners={theirs.her_id: theirs})

    @property
    def taken(self) -> str:
        """The queue that the practice takes its messages from."""
        return inbound(self.practice)

    @property
    def sent(self) -> str:
        """The queue that the partner takes its messages from."""
        return inbound(self.partner)

    def label(self, queue: str = "", **changes: Any) -> Label:
        """An acknowledgement from our service, to its partner's nurses where no other address is named."""
        found = Label("APPREC", self.service, self.nursing, queue or inbound(self.nursing), "theirs")
        return replace(found, **changes)


def new() -> Place:
    """A place whose HER-ids nobody else has."""
    first = next(_numbers)
    return Place(*(HerId(str(first + n)) for n in range(4)))


async def arrived(line: Connection, number: int = 1) -> list[Arrived]:
    """The next deliveries, so many."""
    async with asyncio.timeout(PATIENCE):
        return [await line.arrived.get() for _ in range(number)]
