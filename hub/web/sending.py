"""The API's ways to send more than a plain answer: files that go along, and a message that goes back."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from hub.desk import REASONS, Act
from hub.directory import InboxId
from hub.errors import BadRequest
from hub.item import Action, ItemId
from hub.message import plain_her_id
from hub.web import form, length
from hub.web.api import MOST_UNDO_SECONDS, MOST_VERSION, UNSAID, OpenedOut, Shape, Versioned, acted, done
from hub.web.form import Form
from hub.web.once import Calling

router = APIRouter(prefix="/v1")

# The form is read here and not by FastAPI, which would read it before it knows who sends it.
_FIELDS: dict[str, Any] = {
    "text": {"type": "string", "minLength": 1, "maxLength": length.TEXT},
    "files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}},
}
_MORE: dict[str, Any] = {
    "version": {"type": "integer", "minimum": 1, "maximum": MOST_VERSION, "description": "As If-Match"},
    "undo_seconds": {"type": "integer", "minimum": 0, "maximum": MOST_UNDO_SECONDS, "default": 0},
}
_SCHEMA = {"type": "object", "required": list(_FIELDS), "properties": _FIELDS | _MORE}
_BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _SCHEMA}}}}


class ReturnIn(Versioned):
    """Why a message goes back: 1 wrong address, 2 insufficient information, 9 other (8117), and in words."""

    reason: Literal["1", "2", "9"]
    text: Annotated[str, Field(min_length=1, max_length=length.TEXT)]


@router.post("/items/{id}/return")
async def give_back(id: str, body: ReturnIn, call: Calling) -> OpenedOut:
    """Return a message to its sender (DIALOG_AVVIK, HIS 1151); the clock stops."""
    act = Act(Action.RETURN, text=body.text, reason=REASONS[body.reason])
    return await done(ItemId(id), act, body, call)


class AskIn(Versioned):
    """What the sender is asked."""

    text: Annotated[str, Field(min_length=1, max_length=length.TEXT)]


@router.post("/items/{id}/ask")
async def ask(id: str, body: AskIn, call: Calling) -> OpenedOut:
    """Ask the sender something in the same dialogue (HIS 1077); our clock stands until they reply, and theirs runs."""
    return await done(ItemId(id), Act(Action.ASK, text=body.text), body, call)


@router.post("/items/{id}/resume")
async def resume(id: str, call: Calling, body: Versioned = UNSAID) -> OpenedOut:
    """Wait no longer for the sender's reply; our clock goes on with the working time that was left."""
    return await done(ItemId(id), Act(Action.RESUME), body, call)


@router.post("/items/{id}/urge")
async def urge(id: str, call: Calling, body: Versioned = UNSAID) -> OpenedOut:
    """Mark an item as urgent: the urgent ladder counts from now, unless it is due sooner anyway."""
    return await done(ItemId(id), Act(Action.URGE), body, call)


class HandOnIn(Versioned):
    """To which inbox of the practice an item goes, and what they need to know there."""

    to: Annotated[str, Field(min_length=1, max_length=64)]
    note: Annotated[str, Field(max_length=length.NOTE)] = ""


class ForwardIn(Versioned):
    """To which HER-id outside the centre a message is passed on, for which profession there (9060), and why."""

    to: Annotated[str, Field(min_length=1, max_length=64)]
    profession: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,3}$")]
    text: Annotated[str, Field(min_length=1, max_length=length.TEXT)]


class HandedOn(Shape):
    """Where an item lies now; whoever handed it on may not open it any more."""

    id: str
    inbox: str
    version: int


@router.post("/items/{id}/hand-on")
async def hand_on(id: str, body: HandOnIn, call: Calling) -> HandedOn:
    """Put an item into another inbox of its practice; its clock runs on, and it belongs there from now on."""
    act = Act(Action.HAND_ON, note=body.note, to=InboxId(body.to))
    await acted(ItemId(id), act, body, call)
    now = await call.hub.store.stored(ItemId(id))
    assert now is not None, "nothing takes an item away"
    call.tagged(now.item.version)
    return HandedOn(id=now.item.id, inbox=now.item.inbox, version=now.item.version)


@router.post("/items/{id}/forward")
async def forward(id: str, body: ForwardIn, call: Calling) -> OpenedOut:
    """Pass a message on to somebody outside the centre, with its files: a new dialogue (HIS 1077).

    The item stays where it is with its clock, as its sender still waits for an answer.
    """
    act = Act(Action.FORWARD, text=body.text, beyond=plain_her_id(body.to), profession=body.profession)
    return await done(ItemId(id), act, body, call)


@router.post("/items/{id}/answer-with-files", openapi_extra=_BODY)
async def answer(id: str, request: Request, call: Calling) -> OpenedOut:
    """Answer the sender with files: PDF, JPG or PNG, at most 35 MB in all (multipart/form-data)."""
    async with form.read(request, call.who) as sent:
        act, seen = _answer(sent), Versioned(version=_version(sent), undo_seconds=_undo_seconds(sent))
        return await done(ItemId(id), act, seen, call.containing(*_parts(sent)))


def _answer(sent: Form) -> Act:
    """The act that a form asks for. Raises BadRequest, or why not all of it was read."""
    if sent.cut:
        raise sent.cut
    text = sent.fields.get("text", "")
    if len(text) > length.TEXT:
        raise BadRequest(f"text: at most {length.TEXT} characters can be sent")
    if not sent.files:
        raise BadRequest("files: send at least one, or answer without files with POST /v1/items/{id}/answer")
    return Act(Action.ANSWER, text=text, files=sent.files)


def _parts(sent: Form) -> Iterator[bytes]:
    """What a form asks for, whatever stands between its parts."""
    for name, value in sorted(sent.fields.items()):
        yield from (name.encode(), value.encode(errors="replace"))
    for file in sent.files:
        yield from (file.description.encode(errors="replace"), file.content)


def _version(sent: Form) -> int | None:
    version = sent.fields.get("version")
    if version is None:
        return None
    if not (version.isascii() and version.isdecimal() and len(version) < 10 and int(version)):
        raise BadRequest("version: send the item's version that you have seen, a whole number from 1")
    return int(version)


def _undo_seconds(sent: Form) -> int:
    seconds = sent.fields.get("undo_seconds", "0")
    if not (seconds.isascii() and seconds.isdecimal() and len(seconds) < 3 and int(seconds) <= MOST_UNDO_SECONDS):
        raise BadRequest(f"undo_seconds: send a whole number from 0 to {MOST_UNDO_SECONDS}")
    return int(seconds)
