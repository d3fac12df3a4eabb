"""The API's alerts: what we sent and the partner refused or did not acknowledge, and messages that were replaced."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from hub.directory import InboxId
from hub.item import ItemId
from hub.record import Raised, Sent
from hub.web import cursor
from hub.web.access import TheHub, Who
from hub.web.api import Limit, Shape
from hub.web.once import Once

router = APIRouter(prefix="/v1")


class AlertOut(Shape):
    """Something an inbox must hear of: what was sent (rejected, remarked, missing, undelivered) or changed.

    `words` is what the partner says.
    """

    id: int
    kind: str
    item: str
    patient: str
    subject: str
    about: str
    words: str
    at: datetime


class SentOut(Shape):
    """A document that was sent about an item: an answer to its sender, or a forward to somebody else.

    `to` is the HER-id that got it. `receipt` is accepted, rejected, missing, or null while it is awaited.
    """

    kind: Literal["answer", "forward"]
    to: str
    msg_id: str
    at: datetime
    author: str | None
    receipt: str | None
    receipt_at: datetime | None
    faults: str


@router.get("/inboxes/{inbox}/alerts")
async def alerts(
    request: Request,
    response: Response,
    inbox: str,
    who: Who,
    hub: TheHub,
    after: cursor.Number = None,
    limit: Limit = 100,
) -> list[AlertOut]:
    """What nobody of an inbox has seen yet, the newest first; `Link` says where it goes on."""
    found = await hub.store.lists.alerts(hub.inbox(InboxId(inbox), who).id, after, limit)
    cursor.linked(request, response, [x.id for x in found], limit)
    return [_alert(x) for x in found]


@router.post("/alerts/{id}/seen", status_code=204)
async def seen(id: Annotated[int, Path(ge=1, le=2**62, description="An alert's number")], call: Once) -> None:
    """The caller has seen an alert of an inbox of theirs: it is told to nobody there any more."""
    await call.done(lambda: call.hub.heed(id, call.who, call.hub.clock.now(), call.once))


@router.get("/items/{id}/sent")
async def sent(id: str, who: Who, hub: TheHub) -> list[SentOut]:
    """What was sent about an item, and what the partner said of it."""
    opened = await hub.open(ItemId(id), who)
    return [_sent(x) for x in await hub.store.sent(opened.item.id)]


def _alert(x: Raised) -> AlertOut:
    head, told = x.item.headline, x.alert
    return AlertOut(
        id=x.id,
        kind=told.kind,
        item=told.item,
        patient=head.patient,
        subject=head.subject,
        about=told.about,
        words=told.words,
        at=told.at,
    )


def _sent(x: Sent) -> SentOut:
    return SentOut(
        kind="forward" if x.kind == "forward" else "answer",
        to=x.to,
        msg_id=x.msg_id,
        at=x.at,
        author=x.author,
        receipt=x.receipt,
        receipt_at=x.receipt_at,
        faults=x.faults,
    )
