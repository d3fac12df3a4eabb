"""Whoever plans sees all teams, and moves what lies with one to another, each item by itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub import board, presence, pressure, several
from hub.board import Board
from hub.desk import Act
from hub.directory import InboxId, Person, PersonId
from hub.errors import NotAllowed
from hub.item import Action, Item
from hub.message import HerId
from hub.service import Hub
from hub.several import Done, Wish
from hub.store import boarding
from hub.tally import Urgent

# So many items that need a hand are shown, and so many are moved together.
MOST = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """The board, with what needs a hand first: late, at risk or unplaced."""

    board: Board
    urgent: Sequence[Urgent]


def practices(hub: Hub, who: Person) -> frozenset[HerId]:
    """The practices that somebody plans for. Raises NotAllowed when there are none."""
    found = hub.directory.planned(who)
    if not found:
        raise NotAllowed(f"{who.id} is neither coordinator nor manager")
    return found


async def seen(hub: Hub, who: Person, now: datetime) -> Seen:
    """The board of the practices that somebody plans for. Raises NotAllowed when there are none."""
    planned, directory = practices(hub, who), hub.directory
    spans = board.spans(planned, directory, now)
    people = [x.id for x in board.people(planned, directory)]
    tonight = max((x.tonight for x in spans), default=now)
    tallies = await hub.store.look(boarding.tallies, spans, now)
    held = await hub.store.look(boarding.held, people, tonight, now)
    pressing = {x.inbox for x in await pressure.found(hub.store, directory, now, planned)}
    gaps = {(x.inbox, x.day): x.since for x in presence.coming(directory, now, board.DAYS, planned)}
    made = board.board(planned, tallies, held, pressing, gaps, directory, now)
    piles = [x.inbox for x in made.teams if x.pile]
    return Seen(made, await hub.store.look(boarding.urgent, spans, piles, who.inboxes, MOST))


async def move(
    hub: Hub, wishes: Collection[Wish], to: InboxId | PersonId, given: bool, who: Person, now: datetime
) -> list[Done]:
    """Put items into an inbox, or with a person when they are `given`: each by itself, as far as nobody was first.

    Their clocks run on. Raises NotAllowed when this person plans nothing.
    """
    practices(hub, who)
    return await several.each(hub, wishes, lambda wish: _move(hub, wish, to, given, who, now))


async def _move(hub: Hub, wish: Wish, to: InboxId | PersonId, given: bool, who: Person, now: datetime) -> Item:
    stored = await hub.store.stored(wish.id)
    if stored is None or not hub.directory.plans(who, stored.item.inbox):
        raise NotAllowed(f"{who.id} does not plan what becomes of item {wish.id!r}")
    inbox, person = board.destination(stored.item, PersonId(to), hub.directory) if given else (InboxId(to), None)
    return await hub.act(wish.id, Act(Action.HAND_ON, to=inbox, person=person), wish.version, who, now)
