"""What a person asks for, decided: read what must be read, and ask the decision that is for it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from hub import desk, enclosure, forwarding, reckoning
from hub.change import Change
from hub.deadline import Deadline
from hub.desk import Act
from hub.directory import Directory, Person, Practice
from hub.errors import BadRequest, Unavailable
from hub.forwarding import Passing
from hub.intake import Order
from hub.item import Action, Item
from hub.message import Code, Message
from hub.record import Stored
from hub.wire import codes

Read = Callable[[Stored], Awaitable[Message]]


async def change(stored: Stored, act: Act, who: Person, order: Order, read: Read, now: datetime) -> Change:
    """All that the act writes. Raises NotAllowed, IllegalMove, BadRequest or Unavailable; then nothing happens."""
    item, directory = stored.item, order.directory
    match act.action:
        case Action.HAND_ON:
            return desk.hand_on(item, act, who, directory, now)
        case Action.FORWARD:
            return await _forwarded(stored, await read(stored), act, who, directory, now)
        case Action.ANSWER | Action.RETURN:
            practice = _practice(item, directory)
            return desk.send(item, _clocks(stored), await read(stored), practice, act, who, now)
        case Action.ASK | Action.URGE | Action.RESUME:
            return await _reckoned(stored, act, who, order, read, now)
        case _:
            return desk.act(item, _clocks(stored), act, who, now)


async def _reckoned(stored: Stored, act: Act, who: Person, order: Order, read: Read, now: datetime) -> Change:
    """What sets the item's clock anew."""
    item, clock = stored.item, _clock(stored)
    hours = order.directory.hours(item.home or item.inbox)
    if act.action is Action.URGE:
        return reckoning.urge(item, clock, order.ladders, hours, who.id, now)
    if act.action is Action.RESUME:
        return reckoning.resume(item, clock, hours, who.id, now)
    practice = _practice(item, order.directory)
    asked = desk.send(item, (clock,), await read(stored), practice, act, who, now)
    waiting = reckoning.wait(item, clock, order.ladders, hours, who.id, now)
    return replace(asked, entries=(*asked.entries, *waiting.entries), deadlines=waiting.deadlines)


async def _forwarded(stored: Stored, m: Message, act: Act, who: Person, directory: Directory, now: datetime) -> Change:
    files = await asyncio.to_thread(enclosure.of, m, kept(stored))
    profession = Code(act.profession, codes.text("9060", act.profession))
    passing = Passing(act.beyond, profession, act.text, files)
    party = desk.addressed(m, _practice(stored.item, directory))
    return forwarding.forward(stored.item, m, passing, party, who, directory, now)


def kept(stored: Stored) -> bytes:
    """The bytes of an item's message. Raises Unavailable when they were too old to be kept."""
    if stored.raw is None:
        raise Unavailable(f"the message of item {stored.item.id!r} was too old to be kept; what was done about it is")
    return stored.raw


def _clocks(stored: Stored) -> tuple[Deadline, ...]:
    return (stored.deadline,) if stored.deadline else ()


def _clock(stored: Stored) -> Deadline:
    if stored.deadline is None:
        raise BadRequest("action: this message has no deadline")
    return stored.deadline


def _practice(item: Item, directory: Directory) -> Practice:
    return directory.practices[directory.inboxes[item.inbox].practice]
