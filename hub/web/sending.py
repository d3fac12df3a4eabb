"""The API's ways to send more than a plain answer: files that go along, and a message that goes back."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import Field

from hub.desk import REASONS, Act
from hub.directory import InboxId
from hub.errors import BadRequest
from hub.item import Action, ItemId
from hub.message import plain_her_id
from hub.web import form, length
from hub.web.access import TheHub, Who
from hub.web.api import OpenedOut, Shape, Versioned, opened
from hub.web.form import Form

router = APIRouter(prefix="/v1")

# The form is read here and not by FastAPI, which would read it before it knows who sends it.
_FIELDS: dict[str, Any] = {
    "version": {"type": "integer", "minimum": 1},
    "text": {"type": "string", "minLength": 1, "maxLength": length.TEXT},
    "files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}},
}
_SCHEMA = {"type": "object", "required": list(_FIELDS), "properties": _FIELDS}
_BODY = {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _SCHEMA}}}}


class ReturnIn(Versioned):
    """Why a message goes back: 1 wrong address, 2 insufficient information, 9 other (8117), and in words."""

    reason: Literal["1", "2", "9"]
    text: Annotated[str, Field(min_length=1, max_length=length.TEXT)]


@router.post("/items/{id}/return")
async def give_back(id: str, body: ReturnIn, who: Who, hub: TheHub) -> OpenedOut:
    """Return a message to its sender (DIALOG_AVVIK, HIS 1151); the clock stops."""
    act = Act(Action.RETURN, text=body.text, reason=REASONS[body.reason])
    await hub.act(ItemId(id), act, body.version, who, hub.clock.now())
    return await opened(ItemId(id), who, hub)


class AskIn(Versioned):
    """What the sender is asked."""

    text: Annotated[str, Field(min_length=1, max_length=length.TEXT)]


@router.post("/items/{id}/ask")
async def ask(id: str, body: AskIn, who: Who, hub: TheHub) -> OpenedOut:
    """Ask the sender something in the same dialogue (HIS 1077); our clock stands until they reply, and theirs runs."""
    await hub.act(ItemId(id), Act(Action.ASK, text=body.text), body.version, who, hub.clock.now())
    return await opened(ItemId(id), who, hub)


@router.post("/items/{id}/resume")
async def resume(id: str, body: Versioned, who: Who, hub: TheHub) -> OpenedOut:
    """Wait no longer for the sender's reply; our clock goes on with the working time that was left."""
    await hub.act(ItemId(id), Act(Action.RESUME), body.version, who, hub.clock.now())
    return await opened(ItemId(id), who, hub)


@router.post("/items/{id}/urge")
async def urge(id: str, body: Versioned, who: Who, hub: TheHub) -> OpenedOut:
    """Mark an item as urgent: the urgent ladder counts from now, unless it is due sooner anyway."""
    await hub.act(ItemId(id), Act(Action.URGE), body.version, who, hub.clock.now())
    return await opened(ItemId(id), who, hub)


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
async def hand_on(id: str, body: HandOnIn, who: Who, hub: TheHub) -> HandedOn:
    """Put an item into another inbox of its practice; its clock runs on, and it belongs there from now on."""
    act = Act(Action.HAND_ON, note=body.note, to=InboxId(body.to))
    done = await hub.act(ItemId(id), act, body.version, who, hub.clock.now())
    return HandedOn(id=done.id, inbox=done.inbox, version=done.version)


@router.post("/items/{id}/forward")
async def forward(id: str, body: ForwardIn, who: Who, hub: TheHub) -> OpenedOut:
    """Pass a message on to somebody outside the centre, with its files: a new dialogue (HIS 1077).

    The item stays where it is with its clock, as its sender still waits for an answer.
    """
    act = Act(Action.FORWARD, text=body.text, beyond=plain_her_id(body.to), profession=body.profession)
    await hub.act(ItemId(id), act, body.version, who, hub.clock.now())
    return await opened(ItemId(id), who, hub)


@router.post("/items/{id}/answer-with-files", openapi_extra=_BODY)
async def answer(id: str, request: Request, who: Who, hub: TheHub) -> OpenedOut:
    """Answer the sender with files: PDF, JPG or PNG, at most 35 MB in all (multipart/form-data)."""
    async with form.read(request, who) as sent:
        act, version = _answer(sent), _version(sent)
        await hub.act(ItemId(id), act, version, who, hub.clock.now())
    return await opened(ItemId(id), who, hub)


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


def _version(sent: Form) -> int:
    version = sent.fields.get("version", "")
    if not (version.isascii() and version.isdecimal() and len(version) < 10 and int(version)):
        raise BadRequest("version: send the item's version that you have seen, a whole number from 1")
    return int(version)
