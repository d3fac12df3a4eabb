"""Somebody of the centre at work: looks into the inboxes, takes what is due first, and answers or closes it."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import httpx2

from hub.demo import hours
from hub.demo.cast import Worker
from hub.demo.door import Door, as_person
from hub.demo.fate import Fate, Manner
from hub.demo.logbook import Claiming
from hub.demo.repertoire import Repertoire
from hub.demo.sending import Sending
from hub.directory import Inbox, InboxKind

_CONFLICT = 409
# In a fast day nobody looks more often than this, in real seconds.
LOOK_SECONDS = 0.4
# So many lines of an inbox are on a page, and so many are within reach.
LIST, REACH = 25, 5


@dataclass(frozen=True, slots=True)
class Habit:
    """When somebody begins, how often they look, and how long a matter takes: minutes, from and to."""

    begins: tuple[int, int]
    looks: tuple[int, int]
    takes: tuple[int, int]


# By the roles in centre.toml. Doctors see patients between their looks.
HABITS = {
    "sykepleier": Habit((0, 15), (3, 6), (3, 8)),
    "koordinator": Habit((0, 20), (6, 12), (3, 8)),
    "saksbehandler": Habit((20, 40), (8, 15), (5, 10)),
    "daglig leder": Habit((15, 60), (20, 40), (5, 10)),
    "drift": Habit((15, 60), (20, 40), (2, 5)),
}
DOCTOR = Habit((5, 25), (8, 16), (3, 6))
OPENING = hours.at(7, 50)


class Colleague:
    """One person, by the hub's own calls."""

    def __init__(self, worker: Worker, inboxes: Iterable[Inbox], repertoire: Repertoire, door: Door, seed: int) -> None:
        self.conflicts = 0
        self._inboxes = [str(i.id) for i in inboxes if i.kind is not InboxKind.DUTY]
        self._me = worker.person.id
        self._repertoire = repertoire
        self._caller = door.caller(as_person(worker))
        self._book = door.book
        self._clock = door.clock
        self._chance = Random(f"{seed} {worker.username}")
        self._habit = HABITS.get(worker.person.role, DOCTOR)

    async def work(self) -> None:
        """The working day: one matter after the other, and a pause when there is nothing to do."""
        await self._until(OPENING + self._minutes(self._habit.begins))
        while self._clock.now() < hours.LAST_LEAVE:
            if not await self._look():
                pause = self._clock.now() + self._minutes(self._habit.looks)
                await asyncio.gather(self._until(pause), asyncio.sleep(LOOK_SECONDS))

    async def _look(self) -> bool:
        """Go through the inboxes, and do something that has to be done soon. Whether there was anything."""
        for inbox in self._inboxes:
            mine = await self._first(inbox)
            if mine:
                # Two who look at the same list do not always reach for the same line.
                await self._handle(*self._chance.choice(mine))
                return True
        return False

    async def _first(self, inbox: str) -> list[tuple[dict[str, Any], Fate]]:
        """The first few items of an inbox that are mine to do now, or the one that I have begun with."""
        asked: dict[str, Any] | None = {"limit": LIST}
        while asked:
            answer = await self._caller.ask("GET", f"/v1/inboxes/{inbox}/items", params=asked)
            page = answer.json() if answer else {"items": [], "next": None}
            mine = [(item, fate) for item in page["items"] if (fate := self._mine(item))]
            if mine:
                return [m for m in mine if m[0]["owner"]][:1] or mine[:REACH]
            asked = asked | {"after": page["next"]} if page["next"] else None
        return []

    def _mine(self, item: dict[str, Any]) -> Fate | None:
        """What is to be done about an item now and by me, or None; whoever signs in as me keeps what they took."""
        sending = self._repertoire.find(item["msg_id"])
        if sending is None or sending.fate is None:
            return None
        begun = item["owner"] == self._me and item["id"] in self._book.claimed
        free = item["owner"] is None and self._time_has_come(item, sending)
        return sending.fate if begun or free else None

    def _time_has_come(self, item: dict[str, Any], sending: Sending) -> bool:
        assert sending.fate is not None, "only what has a fate is asked about"
        now, due, wait = self._clock.now(), datetime.fromisoformat(item["due_at"]), timedelta(minutes=sending.fate.wait)
        if item["purpose"] == "information":
            return now > sending.times[0] + wait
        if sending.fate.manner is Manner.LATE:
            return now > due + wait
        if sending.fate.manner is Manner.NEVER:
            return False
        # Nobody waits until a promise is nearly broken, nor begins late on what can wait until the morning.
        urgent = due - now < timedelta(minutes=75) and now > sending.times[0] + wait / 3
        return (now > sending.times[0] + wait or urgent) and (now < hours.LAST_START or due < hours.LAST_LEAVE)

    async def _handle(self, item: dict[str, Any], fate: Fate) -> None:
        """Claim it, spend the time it takes, and end it; somebody who was first is left to it."""
        if item["purpose"] == "information":
            await self._act(item, "close", {"outcome": "read"})
            return
        if item["owner"] is None:
            self._book.add(Claiming(self._clock.now(), item["id"]))
        claimed = item if item["owner"] else await self._act(item, "claim", {})
        if claimed is None:
            return
        await self._until(self._clock.now() + self._minutes(self._habit.takes))
        if fate.closing is None:
            await self._act(claimed, "answer", {"text": fate.answer})
        else:
            await self._act(claimed, "close", {"outcome": fate.closing.outcome, "note": fate.closing.note})

    async def _act(self, item: dict[str, Any], action: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The item after an act, or None when it did not come to be: next time the inbox tells how it stands."""
        path, body = f"/v1/items/{item['id']}/{action}", {"version": item["version"], **body}
        answer = await self._caller.ask("POST", path, body, allowed=(_CONFLICT,), once=True)
        if answer is None or answer.status_code != httpx2.codes.OK:
            self.conflicts += answer is not None
            return None
        found: dict[str, Any] = answer.json()
        return found

    async def _until(self, moment: datetime) -> None:
        await asyncio.sleep(self._clock.seconds_until(moment))

    def _minutes(self, ends: tuple[int, int]) -> timedelta:
        return timedelta(minutes=self._chance.uniform(*ends))
