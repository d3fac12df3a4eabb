"""The integrator's door: what would be made of a message, without making it."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from hub import inspection, report
from hub.account import SystemAccount
from hub.directory import Person
from hub.inspection import Verdict
from hub.service import Hub
from hub.web import door, why
from hub.web.access import TheHub, anybody
from hub.web.verdict import VerdictOut

log = structlog.get_logger()

PATH = "/v1/check"
# Where a body may be as large as a message; elsewhere hub/web/body.py bounds it.
LARGE = (PATH, "/check")

RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Judged, whatever the verdict: accepted, rejected or unreadable, with every fault",
        "model": VerdictOut,
    },
    413: {"description": "Too large"},
    415: {"description": "Not application/xml"},
    503: {"description": "Too many messages are here right now; send again"},
}

router = APIRouter()


@router.post(
    PATH,
    responses=RESPONSES,
    openapi_extra={"requestBody": {"required": True, "content": {"application/xml": {"schema": {"type": "string"}}}}},
)
async def check(request: Request, who: Annotated[Person | SystemAccount, Depends(anybody)], hub: TheHub) -> Response:
    """Say what would be answered to a message, and what to mend in it; nothing is stored and nothing sent.

    The same as `hub check --json`: the verdict, each fault with path, line, what is allowed there and words in
    English and bokmål, the acknowledgements that would be sent, and where it would lie.
    """
    wrong = door.not_xml(request)
    if wrong:
        return wrong
    with request.app.state.gathering.afloat() as more:
        raw = await door.body(request, request.app.state.limit, more)
        if raw is None:
            return door.too_large(request.app.state.limit)
        found = await weighed(hub, raw, who)
    return JSONResponse(report.verdict(found, hub.directory, reasons=why.said))


async def weighed(hub: Hub, raw: bytes, who: Person | SystemAccount) -> Verdict:
    """The verdict on bytes that somebody asks about. The log says who asked, and nothing of the message."""
    account = who if isinstance(who, SystemAccount) else None
    found = await inspection.weigh(hub, raw, account)
    by = who.name if isinstance(who, SystemAccount) else who.id
    log.info("message.checked", by=by, verdict=found.word, codes=" ".join(dict.fromkeys(f.code for f in found.faults)))
    return found
