"""What stands ready where a person acts: what can be taken back, what is filled in, and what colleagues say."""

from typing import Any

from fastapi import Request

from hub import desk, opening
from hub.item import Item, Outcome
from hub.service import Opened
from hub.web import ready
from hub.web.pages import consulting, onward, undoing
from hub.web.pages.opened import Reader

# Where a home visit is, until somebody writes it otherwise; the sender gets it in bokmål.
AT_HOME = "hjemme hos pasienten"


async def values(request: Request, reader: Reader, opened: Opened, listed: str) -> dict[str, Any]:
    """All that the template of the acts needs beside the item; `listed` is the list that a form came from."""
    hub, who, item = reader.hub, reader.who, opened.item
    colleagues = consulting.Reader(reader.directory, who, reader.language, reader.hours, reader.now)
    return {
        "undo": await undoing.offered(request, hub, who),
        "wrong_address": desk.WRONG_ADDRESS,
        "ready": ready.answers(hub, opened, who),
        "offering": offering(reader, item),
        "list": listed or onward.came_from(request, hub, who),
        "may_act": await opening.allowed(item, hub.store, who, reader.now),
        "opinions": await consulting.about(hub, item, colleagues),
        "colleagues": colleagues.targets(item),
    }


def offering(reader: Reader, item: Item) -> dict[str, str]:
    """What stands in the form of an offer to begin with."""
    inbox, today = reader.directory.inboxes.get(item.inbox), reader.hours.local(reader.now).date()
    practice = reader.directory.practices[inbox.practice].name if inbox else ""
    places = {Outcome.APPOINTMENT.value: practice, Outcome.HOME_VISIT.value: AT_HOME}
    return {"today": today.isoformat(), "whom": f"{reader.who.name}, {reader.who.role}", **places}
