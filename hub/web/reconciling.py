"""What passed between us and a partner on a day, for the partner's system: fetched with its key, signed by ours."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import BaseModel, Field

from hub import reconciliation
from hub.account import SystemAccount
from hub.directory import Partner, Reconciling
from hub.errors import BadRequest, NotAllowed, Unknown
from hub.hearing import practices, senders
from hub.message import plain_her_id
from hub.seal import Seal
from hub.service import Hub
from hub.web.access import System, TheHub

router = APIRouter(prefix="/v1")

JSON, CSV = "application/json", "text/csv"
# What the signature of these very bytes stands in, and by which key it is.
SIGNATURE, KEY = "Sambud-Signature", "Sambud-Key"


class PassedOut(BaseModel):
    """Something that passed, as docs/traffic.md says; `msg_id` is empty where it might be somebody's words."""

    msg_id: str
    kind: str
    at: datetime
    verdict: str
    about: str


class ListOut(BaseModel):
    """All that passed between a partner and the hub on a day."""

    format: Literal["sambud-reconciliation-1"]
    partner: str
    hub: list[str]
    day: date
    zone: str
    begin: Annotated[datetime, Field(alias="from")]
    to: datetime
    counts: dict[str, dict[str, int]]
    to_hub: list[PassedOut]
    from_hub: list[PassedOut]


_LIST: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The list, as JSON or CSV, with its signature",
        "model": ListOut,
        "content": {CSV: {"schema": {"type": "string"}}},
    }
}


@router.get("/partners/{her_id}/reconciliation/{day}", response_class=Response, responses=_LIST)
async def listed(
    her_id: Annotated[str, Path(pattern=r"^[0-9. ]{1,20}$")],
    day: Annotated[date, Path(ge=date(1900, 1, 1), lt=date(2200, 1, 1))],
    request: Request,
    account: System,
    hub: TheHub,
    accept: Annotated[str, Header()] = JSON,
) -> Response:
    """All that came from a partner on a day and all that went to it: ids, kinds, times and verdicts, never patients.

    JSON, or CSV when only that is accepted; with a signing key the header Sambud-Signature has "ed25519 BASE64". A day
    can be had when it is over, in the practice's zone.
    """
    partner = _partner(account, her_id, hub)
    hours = practices(hub.directory)[0]
    first, end = reconciliation.span(day, hours.zone)
    if hub.clock.now() < end:
        raise BadRequest(f"day: {day} is over at {end:%Y-%m-%dT%H:%M:%SZ}; ask for its list then")
    lines = await hub.store.partners.passed(senders(partner), first, end)
    if CSV in accept and JSON not in accept:
        return _signed(request, reconciliation.as_csv(lines, partner.her_id, day, hours.zone), f"{CSV}; charset=utf-8")
    ours = [str(id) for id in hub.directory.practices]
    return _signed(request, reconciliation.as_json(lines, partner.her_id, ours, day, hours.zone), JSON)


def _partner(account: SystemAccount, her_id: str, hub: Hub) -> Partner:
    """The partner whose list it is. Raises NotAllowed or Unknown; which partners there are is told to nobody else."""
    id = plain_her_id(her_id)
    partner = hub.directory.partner_of(id, id)
    if partner is None or not (account.any or partner.her_id in account.her_ids):
        raise NotAllowed(f"the key of {account.name} does not open the lists of {id}")
    if partner.reconciliation is not Reconciling.MAILBOX:
        raise Unknown(f'{id} has not asked for lists: reconciliation = "mailbox" in partners.toml gives them')
    return partner


def _signed(request: Request, content: bytes, media_type: str) -> Response:
    seal: Seal | None = request.app.state.seal
    headers = {SIGNATURE: f"ed25519 {seal.told(content)}", KEY: seal.name} if seal else {}
    return Response(content, media_type=media_type, headers=headers)
