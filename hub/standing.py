"""Who stands in: where what belongs to an inbox lies while those who work there are away."""

from dataclasses import dataclass
from datetime import date, time

from hub.directory import MIDNIGHT, Directory, Inbox, InboxId, InboxKind, PersonId

# What lies here stays, whoever is at work: the pile is where all else falls, and no test reaches care staff.
STAYS = frozenset({InboxKind.COORDINATOR, InboxKind.UNPLACED, InboxKind.TEST})

# Why something lies elsewhere: its owner is away and somebody stands in, or nobody does; or a team is not there.
AWAY, ALONE, EMPTY = "away", "nobody stands in", "nobody is at work"


@dataclass(frozen=True, slots=True)
class Place:
    """Where what belongs to an inbox lies: there, or with whoever covers, with the reason and the way in words.

    `away` are the people who were passed over.
    """

    inbox: InboxId
    why: str = ""
    path: tuple[str, ...] = ()
    away: tuple[PersonId, ...] = ()

    @property
    def lacking(self) -> bool:
        """Whether there is nobody who could act, so that it lies in the coordinator's pile."""
        return self.why in (ALONE, EMPTY)


def place(home: Inbox, directory: Directory, day: date, clock: time = MIDNIGHT) -> Place:
    """Where what belongs to an inbox lies on a day: with whoever is at work at some time after `clock`."""
    if here(home, directory, day, clock):
        return Place(home.id)
    if home.owner is not None:
        return _covered(home, home.owner, directory, day, clock)
    return Place(directory.pile(home.practice).id, EMPTY, (f"nobody is at work in {home.name}",))


def here(home: Inbox, directory: Directory, day: date, clock: time = MIDNIGHT) -> bool:
    """Whether what belongs to an inbox lies there on a day, so that there is no other place to look for."""
    if home.owner is not None:
        return home.owner in directory.people and directory.present(home.owner, day, clock)
    return home.kind in STAYS or directory.staffed(home.id, day, clock)


def _covered(home: Inbox, owner: PersonId, directory: Directory, day: date, clock: time) -> Place:
    cover = directory.cover(owner, day, clock)
    inbox = directory.personal(cover.person) if cover.person else None
    if cover.person is None or inbox is None:
        return Place(directory.pile(home.practice).id, ALONE, cover.path, cover.away)
    stands_in = f"{directory.people[cover.person].name} stands in"
    return Place(inbox.id, AWAY, (*cover.path, stands_in), cover.away)
