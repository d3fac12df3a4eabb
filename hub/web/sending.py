"""The API's ways to send more than a plain answer: files that go along, and a message that goes back."""

from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import Field

from hub.change import File as Enclosed
from hub.desk import REASONS, Act
from hub.item import Action, ItemId
from hub.web import length
from hub.web.access import TheHub, Who
from hub.web.api import OpenedOut, Versioned, opened

router = APIRouter(prefix="/v1")


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


@router.post("/items/{id}/answer-with-files")
async def answer(
    id: str,
    version: Annotated[int, Form(ge=1)],
    text: Annotated[str, Form(min_length=1, max_length=length.TEXT)],
    files: Annotated[list[UploadFile], File()],
    who: Who,
    hub: TheHub,
) -> OpenedOut:
    """Answer the sender with files: PDF, JPG or PNG, at most 35 MB in all (multipart/form-data)."""
    enclosed = await enclose(files)
    await hub.act(ItemId(id), Act(Action.ANSWER, text=text, files=enclosed), version, who, hub.clock.now())
    return await opened(ItemId(id), who, hub)


async def enclose(files: list[UploadFile]) -> tuple[Enclosed, ...]:
    """Files of a form as they go out, each named as its sender named it; an empty field is none."""
    return tuple([Enclosed((x.filename or "").strip()[:200], "", await x.read()) for x in files if x.size])
