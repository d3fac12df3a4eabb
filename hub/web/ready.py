"""A team's answers, filled in for a message, to be mended and sent by whoever writes."""

from dataclasses import dataclass

from hub import template
from hub.directory import Person
from hub.service import Hub, Opened


@dataclass(frozen=True, slots=True)
class Ready:
    """A template with its places filled in."""

    name: str
    text: str


def answers(hub: Hub, opened: Opened, who: Person) -> list[Ready]:
    """What the inbox where an item lies, or belongs, has ready, in the order of the file."""
    item, directory = opened.item, hub.directory
    inbox = directory.inboxes.get(item.home or item.inbox)
    if inbox is None:
        return []
    due, hours = opened.deadline.due if opened.deadline else None, directory.practices[inbox.practice].hours
    values = template.values(opened.message, inbox.name, who, due, hours, hub.clock.now())
    return [Ready(x.name, x.filled(values)) for x in hub.order.templates if x.fits(inbox.id)]
