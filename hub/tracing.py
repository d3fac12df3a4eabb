"""A register told who a patient's GP is: what now?"""

from dataclasses import replace
from datetime import datetime

from hub import calendar, standing
from hub.change import Change, Entry
from hub.directory import Directory, Inbox
from hub.enquiry import Registered
from hub.item import Item, Placing, State
from hub.route import STRANGER

# The name that a placing gets when a register said whose patient it is.
REGISTER = "register"


def trace(x: Item, told: Registered, directory: Directory, now: datetime) -> Change | None:
    """An item that only lies in the pile because nobody knew the patient's GP goes to the GP, or to who covers.

    Its clock runs on. None when the GP is not of this practice, or somebody has it in hand already.
    """
    pile = directory.inboxes.get(x.inbox)
    if pile is None or x.state is not State.NEW or not any(why.endswith(STRANGER) for _, why in x.placing.missed):
        return None
    home = _gp(told, pile, directory)
    if home is None or home.id in (x.inbox, x.home):
        return None
    to = standing.place(home, directory, *calendar.acting_from(directory.hours(home.id), now))
    because = f"the GP register says that the patient is on the list of {home.name}"
    placing = Placing(REGISTER, because, x.placing.missed, to.path)
    moved = replace(x, inbox=to.inbox, home=None if to.inbox == home.id else home.id, placing=placing)
    detail = {"from": x.inbox, "to": to.inbox, "home": home.id}
    entries = [Entry(now, "item.traced", x.message, x.id, to.inbox, "watch", detail)]
    if to.inbox != x.inbox:
        entries.append(Entry(now, "item.left", x.message, x.id, x.inbox, "watch", {"to": to.inbox}))
    return Change(tuple(entries), items=(moved,), replaced=True)


def _gp(told: Registered, pile: Inbox, directory: Directory) -> Inbox | None:
    """The inbox of the GP that was told, if that is one of the practice where the item lies."""
    service = directory.practices[pile.practice].services.get(told.her_id) if told.her_id else None
    return directory.personal(service.person) if service and service.person else None
