"""Second opinions as people ask for them and give them."""

from collections.abc import Collection
from datetime import datetime

import structlog

from hub import desk, opening, opinion
from hub.change import Once
from hub.directory import InboxId, Person
from hub.errors import BadRequest, NotAllowed, Unknown
from hub.item import Item, ItemId
from hub.record import Opinion
from hub.service import Hub
from hub.store import once, opinions

# So many questions are shown at once.
MOST = 100

log = structlog.get_logger()


async def ask(
    hub: Hub, id: ItemId, to: InboxId, question: str, who: Person, now: datetime, under: Once | None = None
) -> Opinion:
    """Somebody who may act on an item asks an inbox of its practice, once under a key.

    Raises Unknown, NotAllowed or BadRequest, the last also when the key was used meanwhile.
    """
    item = await opening.item(hub.store, id, who, now)
    if not await opening.allowed(item, hub.store, who, now):
        raise NotAllowed(f"{who.id} does not belong to the inbox {item.inbox!r}")
    asked = opinion.ask(item, to, desk.targets(item, hub.directory), question, who, now)
    told = opinion.entries("opinion.asked", asked, item, who, now)
    kept = await hub.store.mend(once.under, under, now, opinions.ask, asked, told)
    if kept is None:
        raise BadRequest("opinion: it was asked under this key meanwhile")
    log.info("opinion.asked", item=id, inbox=to, who=who.id)
    hub.ring()
    return kept


async def give(hub: Hub, number: int, answer: str, who: Person, now: datetime, under: Once | None = None) -> Opinion:
    """Somebody of the inbox that was asked answers, once. Raises Unknown, NotAllowed or BadRequest."""
    asked, item = await _one(hub, number)
    if asked.inbox not in who.inboxes:
        raise NotAllowed(f"{who.id} does not belong to the inbox {asked.inbox!r}")
    opinion.check(asked, item, answer)
    told = opinion.entries("opinion.given", asked, item, who, now)
    if not await hub.store.mend(once.under, under, now, opinions.give, number, answer.strip(), told):
        # Somebody else of the inbox was first.
        opinion.check(*await _one(hub, number), answer)
    log.info("opinion.given", item=item.id, inbox=asked.inbox, who=who.id)
    hub.ring()
    return (await _one(hub, number))[0]


async def asked(hub: Hub, under: Once, who: Person) -> Opinion:
    """What a person asked under a key. Raises Unknown, NotAllowed, or BadRequest when it is not there any more."""
    await opening.item(hub.store, under.item, who, hub.clock.now())
    found = await hub.store.look(opinions.under, under)
    if found is None:
        raise BadRequest("opinion: what was asked under this key is not there any more")
    return found


async def one(hub: Hub, number: int, who: Person) -> Opinion:
    """What an inbox of a person's was asked. Raises Unknown or NotAllowed."""
    found, _ = await _one(hub, number)
    if found.inbox not in who.inboxes:
        raise NotAllowed(f"{who.id} does not belong to the inbox {found.inbox!r}")
    return found


async def about(hub: Hub, id: ItemId, who: Person) -> list[Opinion]:
    """What was asked about an item, for whoever may open it, in order. Raises Unknown or NotAllowed."""
    item = await opening.item(hub.store, id, who, hub.clock.now())
    return await hub.store.look(opinions.about, item.id)


async def waiting(
    hub: Hub, inboxes: Collection[InboxId], after: int | None = None, limit: int = MOST
) -> list[tuple[Opinion, Item]]:
    """What some inboxes are asked and have not answered, about what is still open, the oldest first.

    At most so many, of those that were asked `after` the one with that number.
    """
    return await hub.store.look(opinions.waiting, inboxes, limit, after or 0)


async def _one(hub: Hub, number: int) -> tuple[Opinion, Item]:
    found = await hub.store.look(opinions.one, number)
    if found is None:
        raise Unknown(f"there is no question {number} to a colleague")
    return found
