"""What a person asks for, decided: read what must be read, and ask the decision that is for it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime

from hub import desk, enclosure, forwarding, reckoning, undoing
from hub.change import Change, Forward
from hub.deadline import Deadline
from hub.desk import Act
from hub.directory import Directory, Person, PersonId, Practice
from hub.errors import BadRequest, Unavailable
from hub.forwarding import Passing
from hub.intake import Order
from hub.item import Action, Item, ItemId
from hub.message import Code, Message
from hub.record import Stored, Taken, Told
from hub.store import Store, once
from hub.store import undoing as undone
from hub.wire import codes

# What the name of whoever handed something in begins with, where a broker brought it.
BROKER = "amqp:"

Read = Callable[[Stored], Awaitable[Message]]


async def change(stored: Stored, act: Act, who: Person, order: Order, read: Read, now: datetime) -> Change:
    """All that the act writes. Raises NotAllowed, IllegalMove, BadRequest or Unavailable; then nothing happens."""
    decided = replace(await _decided(stored, act, who, order, read, now), once=act.once)
    return undoing.keeping(decided, stored.item, stored.deadline, act.action, act.undo, who, now)


async def _decided(stored: Stored, act: Act, who: Person, order: Order, read: Read, now: datetime) -> Change:
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
    hours = reckoning.hours_of(item, clock, order.directory)
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


async def carried(stored: Stored, change: Change, directory: Directory, store: Store, broker: bool) -> bool:
    """Whether what is sent goes by the broker, where its partner's entry does not say: as they last wrote to us.

    Raises BadRequest when nobody knows how somebody gets what is passed on to them.
    """
    forward = next((o.document for o in change.outgoing if isinstance(o.document, Forward)), None)
    if forward is None:
        return stored.via.startswith(BROKER)
    partner = directory.partner_of(forward.to.level_1, forward.to.level_2)
    if partner is None or partner.channel or not broker:
        return False
    if via := await store.last_via(partner.her_id):
        return via.startswith(BROKER)
    raise BadRequest("beyond: they have never written to us, so nobody knows how they get it; name their channel")


async def undoable(store: Store, id: ItemId, who: Person, now: datetime) -> Taken | None:
    """What a person did last to an item, as long as they can take it back."""
    taken = await store.look(undone.found, id)
    return taken if taken and taken.undo.person == who.id and taken.undo.until > now else None


def first(history: Sequence[Told], directory: Directory) -> dict[str, str]:
    """Who changed an item last, by name, what they did and when; nothing when no person ever did."""
    done = next((x for x in reversed(history) if PersonId(x.who) in directory.people), None)
    if done is None:
        return {}
    name = directory.people[PersonId(done.who)].name
    return {"who": done.who, "name": name, "event": done.event, "at": done.at.isoformat()}


async def asked_before(store: Store, who: Person, key: str, now: datetime) -> bytes | None:
    """The digest of what a person asked for under a key, or None when nothing was done under it."""
    return await store.look(once.found, who.id, key, now)


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
