"""When messages come, and under which ids: most when the doors open and after lunch, and few late in the day."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from hub.demo.hours import at

# From when, until when, and how much of the day's letters.
PARTS = (
    (at(7, 30), at(8), 4),
    (at(8), at(9), 24),
    (at(9), at(10), 15),
    (at(10), at(11), 11),
    (at(11), at(12), 9),
    (at(12), at(13), 17),
    (at(13), at(14), 10),
    (at(14), at(15), 7),
    (at(15), at(16), 2),
    (at(16), at(17, 30), 1),
)
# What is urgent comes while somebody is there to meet it within half an hour.
URGENT = tuple(part for part in PARTS if at(8) <= part[0] < at(14))


def moment(chance: Random, urgent: bool) -> datetime:
    """A moment of the day, more often where there is more to do."""
    parts = URGENT if urgent else PARTS
    begin, end, _ = chance.choices(parts, [weight for *_, weight in parts])[0]
    return begin + timedelta(seconds=chance.randrange(int((end - begin).total_seconds())))


def uuid(chance: Random) -> str:
    """A message's id, drawn like everything else."""
    return str(UUID(int=chance.getrandbits(128), version=4))
