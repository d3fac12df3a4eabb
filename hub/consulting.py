"""Second opinions as people ask for them and give them."""

from collections.abc import Collection
from datetime import datetime

import structlog

from hub import desk, opening, opinion
from hub.directory import InboxId, Person
from hub.errors import NotAllowed, Unknown
from hub.item import Item, ItemId
from hub.record import Opinion
from hub.service import Hub
from hub.store import opinions

# So many questions are shown at once.
MOST = 100

log = structlog.get_logger()


async def ask(hub: Hub, id: ItemId, to: InboxId, question: str, who: Person, now: datetime) -> Opinion:
    """Somebody who may act on an item asks an inbox of its practice. Raises Unknown, NotAllowed or BadRequest."""
    item = await opening.item(hub.store, id, who, now)
    if not await opening.allowed(item, hub.store, who, now):
        raise NotAllowed(f"{who.id} does not belong to the inbox {item.inbox!r}")
    asked = opinion.ask(item, to, desk.targets(item, hub.directory), question, who, now)
    told = opinion.entries("opinion.asked", asked, item, who, now)
    kept = await hub.store.mend(opinions.ask, asked, told)
    log.info("opinion.asked", item=id, inbox=to, who=who.id)
    hub.ring()
    return kept


async def give(hub: Hub, number: int, answer: str, who: Person, now: datetime) -> Opinion:
    """Somebody of the inbox that was asked answers, once. Raises Unknown, NotAllowed or BadRequest."""
    asked, item = await _one(hub, number)
    if asked.inbox not in who.inboxes:
        raise NotAllowed(f"{who.id} does not belong to the inbox {asked.inbox!r}")
    opinion.check(asked, item, answer)
    told = opinion.entries("opinion.given", asked, item, who, now)
    if not await hub.store.mend(opinions.give, number, answer.strip(), told):
        # Somebody else of the inbox was first.
        opinion.check(*await _one(hub, number), answer)
    log.info("opinion.given", item=item.id, inbox=asked.inbox, who=who.id)
    hub.ring()
    return (await _one(hub, number))[0]


async def about(hub: Hub, id: ItemId, who: Person) -> list[Opinion]:
    """What was asked about an item, for whoever may open it, in order. Raises Unknown or NotAllowed."""
    item = await opening.item(hub.store, id, who, hub.clock.now())
    return await hub.store.look(opinions.about, item.id)


async def waiting(hub: Hub, inboxes: Collection[InboxId]) -> list[tuple[Opinion, Item]]:
    """What some inboxes are asked and have not answered, about what is still open, the oldest first."""
    return await hub.store.look(opinions.waiting, inboxes, MOST)


async def _one(hub: Hub, number: int) -> tuple[Opinion, Item]:
    found = await hub.store.look(opinions.one, number)
    if found is None:
        raise Unknown(f"there is no question {number} to a colleague")
    return found
