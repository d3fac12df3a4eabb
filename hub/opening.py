"""Who may open an item: whose inbox it is, whom a ladder has told, whose inbox it just left by itself, who is asked."""

from datetime import datetime

from hub import custody
from hub.directory import Person
from hub.errors import NotAllowed, Unknown
from hub.item import Item, ItemId
from hub.store import Store, opinions
from hub.store import timeline as kept


async def told(store: Store, id: ItemId, who: Person, now: datetime) -> bool:
    """Whether a ladder has told a person about an item, or it just left their inbox by itself: they may act on it."""
    inboxes = await store.told(id) | custody.parted(await store.history(id), now)
    return not inboxes.isdisjoint(who.inboxes)


async def allowed(item: Item, store: Store, who: Person, now: datetime) -> bool:
    """Whether a person may open an item; whose inbox it belongs to may so also while somebody else covers."""
    return not {item.inbox, item.home}.isdisjoint(who.inboxes) or await told(store, item.id, who, now)


async def asked(item: Item, store: Store, who: Person) -> bool:
    """Whether an inbox of a person's was asked for an opinion on an item that is open: they may read it."""
    return item.open and await store.look(opinions.asked, item.id, who.inboxes)


async def item(store: Store, id: ItemId, who: Person, now: datetime) -> Item:
    """An item that a person may open, without its message. Raises Unknown or NotAllowed."""
    found = await store.look(kept.item_of, id)
    if found is None:
        raise Unknown(f"there is no item {id!r}")
    if not (await allowed(found, store, who, now) or await asked(found, store, who)):
        raise NotAllowed(f"{who.id} does not belong to the inbox {found.inbox!r}")
    return found
