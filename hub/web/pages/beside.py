"""What stands on an item's page beside the message itself: who else reads it, what came before, and what is new."""

import asyncio
from dataclasses import dataclass
from typing import Any

from hub import difference
from hub.difference import Changed, Mark
from hub.message import Topic
from hub.service import Opened
from hub.timeline import before
from hub.web import wording
from hub.web.language import N_, Language
from hub.web.pages import reading, timeline
from hub.web.pages.opened import Reader

# What a change is called when the whole of something came or went.
NEW, GONE = N_("Added"), N_("Removed")

REMARK = N_("Remark")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text: "same", "new" or "gone"."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is told otherwise: what it is, `label` where all of it is new or gone, and its words."""

    topic: str
    what: str
    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """What has changed since an earlier message; `changes` is None where the two have nothing in common."""

    path: str
    when: str
    edition: bool
    changes: tuple[Change, ...] | None


async def values(reader: Reader, opened: Opened) -> dict[str, Any]:
    """What the item's template needs beside the item."""
    item, told = opened.item, reader.language
    return {
        "readers": await reading.words(reader.hub, item.id, reader.who, told),
        "course": await timeline.course(reader, item.id),
        "at_once": timeline.AT_ONCE,
        "printed": told.stamp(reader.now, reader.hours),
        "changes": await since(reader, opened),
    }


async def since(reader: Reader, opened: Opened) -> Since | None:
    """What has changed since the message before it, or None when there is none that can be read."""
    earlier = await before(reader.hub, opened.item, reader.who)
    if earlier is None:
        return None
    old, new = earlier.message, opened.message
    found = await asyncio.to_thread(difference.between, old, new)
    today, day = (reader.hours.local(x).date() for x in (reader.now, old.envelope.generated))
    changes = None if found is None else tuple(_change(x, reader.language) for x in found)
    edition = bool(new.document_id) and new.document_id == old.document_id
    return Since(f"/items/{earlier.item.id}", reader.language.date(day, today), edition, changes)


def _change(x: Changed, told: Language) -> Change:
    pieces = tuple(Piece(run.mark.value, run.text) for run in x.runs)
    marks = {run.mark for run in x.runs}
    label = told.gettext(NEW if marks == {Mark.NEW} else GONE) if len(marks) == 1 else ""
    return Change(x.topic or "", _what(x, told), label, pieces)


def _what(x: Changed, told: Language) -> str:
    """What it is: the heading and the title, each once; the topic's name where it has neither."""
    title = told.gettext(REMARK) if x.topic is None and x.title else x.title
    names = dict.fromkeys(t for t in (x.heading, title) if t)
    topic = told.gettext(wording.TOPICS[Topic(x.topic)]) if x.topic else ""
    return ": ".join(names) or topic
