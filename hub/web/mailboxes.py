"""The API's mailboxes: what waits for a partner's system, until it says that it has it."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field, StrictInt

from hub.account import SystemAccount
from hub.errors import NotAllowed
from hub.message import plain_her_id
from hub.record import Posted
from hub.service import Hub
from hub.web.access import System, TheHub
from hub.web.api import Limit, Shape, Wanted

router = APIRouter(prefix="/v1")

# A HER-id; or, for a sender without one, the type and number of what it has: ENH:100000016.
MAILBOX = r"^([0-9. ]{1,20}|[A-Z]{2,5}:[0-9A-Za-z.-]{1,40})$"


class PostedOut(Shape):
    """A document that waits in a mailbox; `document` is the XML."""

    id: int
    kind: Literal["apprec", "answer", "forward"]
    msg_id: str
    created_at: datetime
    document: str


class ConfirmIn(Wanted):
    """The documents that the partner has stored."""

    ids: Annotated[list[StrictInt], Field(min_length=1, max_length=500)]


class ConfirmOut(Shape):
    """How many left the mailbox by this call; those confirmed before are not counted again."""

    confirmed: int


@router.get("/mailboxes/{her_id}/messages")
async def mailbox(
    her_id: Annotated[str, Path(pattern=MAILBOX)],
    account: System,
    hub: TheHub,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Limit = 100,
) -> list[PostedOut]:
    """Acknowledgements and answers that wait for a partner, in the order they were sent.

    Nothing leaves before it is confirmed: the same documents come again until then.
    """
    box, owners = _box(account, her_id, hub)
    return [_posted(x) for x in await hub.store.mailbox(box, owners, after, limit, hub.clock.now())]


@router.post("/mailboxes/{her_id}/confirm")
async def confirm(
    her_id: Annotated[str, Path(pattern=MAILBOX)], body: ConfirmIn, account: System, hub: TheHub
) -> ConfirmOut:
    """The partner has stored these documents: they leave its mailbox. Safe to say again."""
    ids = [i for i in body.ids if 0 < i < 2**62]
    box, owners = _box(account, her_id, hub)
    return ConfirmOut(confirmed=await hub.store.confirm(box, owners, ids, hub.clock.now()))


def _posted(x: Posted) -> PostedOut:
    return PostedOut(
        id=x.id,
        kind="apprec" if x.kind == "apprec" else "forward" if x.kind == "forward" else "answer",
        msg_id=x.msg_id,
        created_at=x.created_at,
        document=x.body.decode(),
    )


def _box(account: SystemAccount, written: str, hub: Hub) -> tuple[str, frozenset[str] | None]:
    """The mailbox that is asked for, and the parties whose documents the caller may have of it (None: all).

    Raises NotAllowed when the mailbox is known to be another partner's.
    """
    wanted = plain_her_id(written) if written[:1].isdigit() else written
    if account.any:
        return wanted, None
    partner = hub.directory.partner_of(plain_her_id(wanted), plain_her_id(wanted))
    if partner and partner.her_id not in account.her_ids:
        raise NotAllowed(f"the key of {account.name} does not open the mailbox of {wanted}")
    return wanted, account.her_ids
