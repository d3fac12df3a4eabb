"""An inbox client in one file, with nothing but Python's own library: an example to copy from.

    python docs/client/inbox.py list --inbox primaerhelseteam
    python docs/client/inbox.py follow
    python docs/client/inbox.py answer ITEM "Legen ser på det i dag."

It shows what every client needs: lists page by page, acts with If-Match and an Idempotency-Key that may be sent again,
what to do when somebody was first, and events that are followed through breaks of the line.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, TypedDict, cast
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen
from uuid import uuid4

# How often something is sent again, and how long to wait in between: longer each time.
TRIES, PAUSE = 5, 0.5
# The hub says at least every 15 seconds that the line stands.
SILENCE = 40.0


class Item(TypedDict):
    """What a list tells of an item; more names may come."""

    id: str
    version: int
    inbox: str
    state: str
    owner: str | None
    subject: str
    patient: str
    due_at: str | None


@dataclass(frozen=True)
class Event:
    """Something that happened; `id` is where to go on after a break."""

    id: str
    name: str
    data: dict[str, Any] = field(default_factory=dict)


class Problem(Exception):
    """The hub refused (RFC 9457): `kind` is stable, the words are for people."""

    def __init__(self, status: int, told: dict[str, Any]) -> None:
        super().__init__(f"{status} {told.get('title', '')}: {told.get('detail', '')}")
        self.status, self.kind = status, str(told.get("type", "")).rpartition(":")[2]


class Changed(Exception):
    """Somebody else ended or took the item meanwhile; `text` is what was to be sent, and is not lost."""

    def __init__(self, item: Item, text: str) -> None:
        super().__init__(f"{item['id']} is {item['state']}, with {item['owner'] or 'nobody'}; nothing was sent")
        self.item, self.text = item, text


@dataclass(frozen=True)
class Inbox:
    """The API as one person sees it."""

    url: str
    username: str
    password: str

    def items(self, inbox: str, portion: int = 100) -> Iterator[Item]:
        """All open items of an inbox, the first due first, a page at a time."""
        after: str | None = ""
        while after is not None:
            page = self._call("GET", f"/v1/inboxes/{quote(inbox, safe='')}/items", after=after, limit=str(portion))
            yield from cast(list[Item], page["items"])
            after = page["next"]

    def item(self, id: str) -> Item:
        """An item as it is now."""
        return cast(Item, self._call("GET", f"/v1/items/{quote(id, safe='')}"))

    def act(self, item: Item, act: str, **body: str) -> Item:
        """Do something to an item at the version that was seen. Sent again, it is done once: the key stays the same.

        Raises Problem; 412 when somebody was first.
        """
        headers = {"If-Match": f'"{item["version"]}"', "Idempotency-Key": str(uuid4())}
        return cast(Item, self._call("POST", f"/v1/items/{quote(item['id'], safe='')}/{act}", body, headers))

    def answer(self, id: str, text: str) -> Item:
        """Take an item and answer it. When somebody changed it, look at it anew; raises Changed when it is not ours."""
        for _ in range(TRIES):
            item = self.item(id)
            if item["state"] not in ("new", "claimed", "waiting") or item["owner"] not in (None, self._me()):
                raise Changed(item, text)
            try:
                taken = item if item["owner"] else self.act(item, "claim")
                return self.act(taken, "answer", text=text)
            except Problem as problem:
                # 412 and 409: it has another version, or is in another state; all else is for a person to mend.
                if problem.status not in (409, 412):
                    raise
        raise Changed(self.item(id), text)

    def events(self, after: str = "") -> Iterator[Event]:
        """What happens from now on, or after an event: without end, and without a gap when the line breaks."""
        pause = PAUSE
        while True:
            try:
                for event in self._stream(after):
                    after, pause = event.id or after, PAUSE
                    if event.name:
                        yield event
            except HTTPError as refused:
                if refused.code not in (429, 502, 503, 504):
                    raise _problem(refused) from None
            except (OSError, HTTPException):
                # The line broke: go on after the last event that came.
                pass
            time.sleep(pause)
            pause = min(pause * 2, 30.0)

    def _stream(self, after: str) -> Iterator[Event]:
        headers = {"Last-Event-ID": after} if after else {}
        with urlopen(self._request("GET", "/v1/events", headers=headers), timeout=SILENCE) as lines:
            told: dict[str, str] = {}
            for raw in lines:
                name, _, value = raw.decode().rstrip("\r\n").partition(": ")
                if name:
                    told[name] = value
                elif told.keys() & {"id", "data"}:
                    # The first of a stream has an id alone: where it begins.
                    yield Event(told.get("id", ""), told.get("event", ""), json.loads(told.get("data", "{}")))
                    told = {}

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> dict[str, Any]:
        """Call, and again with the same key when the line breaks or the hub is busy. Raises Problem, or OSError."""
        wanted = {name: value for name, value in query.items() if value}
        asked = self._request(method, f"{path}?{urlencode(wanted)}" if wanted else path, body, headers)
        for left in reversed(range(TRIES)):
            try:
                with urlopen(asked, timeout=30) as answer:
                    return cast(dict[str, Any], json.load(answer))
            except HTTPError as refused:
                if refused.code not in (429, 502, 503, 504) or not left:
                    raise _problem(refused) from None
            except (OSError, HTTPException, ValueError):
                # Nobody knows whether it was done: the key makes it safe to ask again.
                if not left:
                    raise
            time.sleep(PAUSE * (TRIES - left))
        raise AssertionError("the last try returns or raises")

    def _request(
        self, method: str, path: str, body: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Request:
        signed = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        data = None if body is None else json.dumps(body).encode()
        kinds = {"Content-Type": "application/json"} if data else {}
        return Request(
            self.url + path, data, {"Authorization": f"Basic {signed}", **kinds, **(headers or {})}, method=method
        )

    def _me(self) -> str:
        """Whose items are ours: here people's ids are their usernames."""
        return self.username


def _problem(refused: HTTPError) -> Problem:
    try:
        return Problem(refused.code, json.load(refused))
    except ValueError:
        return Problem(refused.code, {"title": refused.reason})


def main() -> int:
    """List, follow or answer, as asked on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--url", default="http://127.0.0.1:8460")
    parser.add_argument("--username", default="kari.moen")
    parser.add_argument("--password", default=os.environ.get("SAMBUD_PASSWORD", "sambud"))
    does = parser.add_subparsers(dest="do", required=True)
    does.add_parser("list").add_argument("--inbox", default="primaerhelseteam")
    does.add_parser("follow").add_argument("--after", default="", help="the id of the last event that came")
    answering = does.add_parser("answer")
    answering.add_argument("item")
    answering.add_argument("text")
    asked = parser.parse_args()
    inbox = Inbox(asked.url, asked.username, asked.password)
    try:
        if asked.do == "list":
            for item in inbox.items(asked.inbox):
                print(item["due_at"] or "", item["state"], item["id"], item["patient"], item["subject"], sep="  ")
        elif asked.do == "follow":
            for event in inbox.events(asked.after):
                print(event.id, event.name, event.data.get("item"), event.data.get("who"), sep="  ", flush=True)
        else:
            print(inbox.answer(asked.item, asked.text)["state"])
    except Changed as changed:
        print(f"{changed}. Your text: {changed.text}", file=sys.stderr)
        return 2
    except (Problem, OSError, HTTPException) as fault:
        print(fault, *(["Your text:", asked.text] if asked.do == "answer" else []), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
