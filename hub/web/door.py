"""Where messages come in over HTTP: concurrent calls become one batch, and each gets its own answer."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from typing import Any

from fastapi import APIRouter, Request, Response

from hub.errors import Busy, HubError, Unwritable
from hub.outcome import Accepted, Held, Noted, Outcome, Rejected, Repeated
from hub.service import Delivery, Hub, Prepared
from hub.web import problem, upload
from hub.web.access import system
from hub.web.upload import Afloat

# Batches that are being committed at once; the next one is read and judged meanwhile.
COMMITS = 2
# Turns of the event loop from a call at the socket to a batch on its way to the reader.
TURNS = 5
# As many as one commit carries well, and as many as may wait before the door says that it is busy.
BATCH = 64
WAITING = 2_000
# And as many bytes may be here at once, read or being read, of which so many may be one key's: a key whose large
# messages do not come to an end keeps nobody else's out. A message that is alone may have more.
AFLOAT = 200_000_000
SHARE = 64_000_000

PATH = "/v1/messages"
XML = ("application/xml", "text/xml")

TITLES = {
    "unreadable": (422, "Nobody to answer can be read from these bytes; they are kept in quarantine"),
    "address": (422, "No receiver of this message belongs to this hub; it is kept in quarantine"),
    "sender": (403, "This key may not send for the document's sender; the bytes are kept in quarantine"),
    "conflict": (409, "This MsgId was used before for other content; the bytes are kept in quarantine"),
}


_Waiting = tuple[Delivery, "asyncio.Future[Outcome]"]


class Gathering:
    """Gathers deliveries that wait at the same time into batches. Use it as an async context manager."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(WAITING)
        self._room = asyncio.Semaphore(COMMITS)
        self._tasks: set[asyncio.Task[None]] = set()
        self._afloat = Afloat()

    async def __aenter__(self) -> "Gathering":
        self._start(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def afloat(self, whose: str = "") -> AbstractContextManager[Callable[[int], None]]:
        """Counts one call's bytes for as long as it lasts; give it each part's size. That raises Busy."""
        return self._afloat.counted(whose, AFLOAT, SHARE)

    async def receive(self, delivery: Delivery) -> Outcome:
        """Hand in one delivery and wait until it is committed. Raises Busy when too many wait."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait((delivery, future))
        except asyncio.QueueFull:
            raise Busy(f"{WAITING} messages are waiting; send this one again in a few seconds") from None
        return await future

    async def _run(self) -> None:
        """One batch after the other is read and judged; its commit goes on by itself."""
        while True:
            await self._room.acquire()
            await self._judge(await self._gather())

    async def _judge(self, batch: list[_Waiting]) -> None:
        """Read and judge a batch. It is not held on to while the next one is waited for: it may be large."""
        try:
            writings = await self._hub.prepare([d for d, _ in batch], self._hub.clock.now())
        except Exception as fault:
            self._room.release()
            _fail(batch, fault)
        except BaseException:
            _fail(batch, Busy("the hub is stopping; send this one again"))
            raise
        else:
            self._start(self._settle(batch, writings))

    async def _gather(self) -> list[_Waiting]:
        batch = [await self._queue.get()]
        # Those that were answered together send again together: let them all come in.
        await asyncio.sleep(0)
        while len(batch) < BATCH and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        return batch

    async def _settle(self, batch: Sequence[_Waiting], writings: Prepared) -> None:
        try:
            await _give_way()
            await self._commit(batch, writings)
        except BaseException:
            _fail(batch, Busy("the hub is stopping; send this one again"))
            raise
        finally:
            self._room.release()

    async def _commit(self, batch: Sequence[_Waiting], writings: Prepared) -> None:
        """Commit a batch and tell everybody; one that cannot be written does not take its neighbours with it."""
        try:
            outcomes = (await self._hub.settle(writings)).outcomes
        except Exception as fault:
            if len(batch) == 1 or (isinstance(fault, HubError) and not isinstance(fault, Unwritable)):
                # The store itself fails: it would fail for each of them, and each may wait for it long.
                _fail(batch, fault)
                return
            for waiting, writing in zip(batch, writings, strict=True):
                await self._commit([waiting], [writing])
        else:
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():
                    future.set_result(outcome)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="intake")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _give_way() -> None:
    """Let in what has come meanwhile: the reader reads it beside the commit, which holds the event loop."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


def _fail(batch: Sequence[_Waiting], fault: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(fault)


RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "Judged: the body is the AppRec; Hub-Outcome is accepted, rejected or duplicate",
          "content": {"application/xml": {}}},
    204: {"description": "An acknowledgement of something of ours was noted; it is never acknowledged itself"},
    403: {"description": "The key may not send for the document's sender"},
    408: {"description": "The message did not come, or too slowly"},
    409: {"description": "The MsgId was used before for other content"},
    413: {"description": "Too large"},
    415: {"description": "Not application/xml"},
    422: {"description": "Nobody to answer can be read; the bytes are in quarantine"},
    503: {"description": "Too much is waiting, or the store cannot be used; send again after Retry-After"},
}  # fmt: skip


router = APIRouter()


@router.post(
    PATH,
    response_class=Response,
    responses=RESPONSES,
    openapi_extra={"requestBody": {"required": True, "content": {"application/xml": {"schema": {"type": "string"}}}}},
)
async def receive(request: Request) -> Response:
    """Hand in one message: MsgHead 1.2, or an AppRec for something the hub sent.

    When the answer comes, the message is on disk: accepted into an inbox, rejected with an AppRec that says
    why, or held in quarantine. A connection that breaks before the answer leaves the outcome open: send the
    same bytes again, and the hub says what it was.
    """
    account = await system(request)
    if wrong := not_xml(request):
        return wrong
    limit, gathering = request.app.state.limit, request.app.state.gathering
    with gathering.afloat(account.name) as more:
        raw = await body(request, limit, more)
        if raw is None:
            return too_large(limit)
        outcome = await gathering.receive(Delivery(raw, account))
    return _answer(outcome)


def not_xml(request: Request) -> Response | None:
    """The answer to a call that does not say it carries XML; None when it does."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in XML:
        return None
    return problem.response(415, "wrong-content-type", "Send application/xml", f"Content-Type was {kind or 'missing'}")


def too_large(limit: int) -> Response:
    """The answer to a message that is larger than what is taken."""
    return problem.response(413, "too-large", "The message is too large", f"At most {limit} bytes are taken")


async def body(request: Request, limit: int, more: Callable[[int], None]) -> bytes | None:
    """The body, or None as soon as it is known to be larger than `limit` bytes; `more` is told of each part."""
    if upload.announced(request.scope) > limit:
        return None
    return await upload.whole(request.receive, limit, more)


def _answer(outcome: Outcome) -> Response:
    match outcome:
        case Accepted(_, document):
            return _apprec(document, "accepted")
        case Rejected(_, document):
            return _apprec(document, "rejected")
        case Repeated(_, document):
            return _apprec(document, "duplicate") if document else _noted("duplicate")
        case Noted():
            return _noted("noted")
        case Held(why, faults):
            status, title = TITLES[why]
            detail = "; ".join(f.en for f in faults)
            headers = {"Hub-Outcome": "conflict" if why == "conflict" else "quarantined"}
            return problem.response(status, why, title, detail, headers, faults=problem.faults(faults))


def _apprec(document: bytes, outcome: str) -> Response:
    return Response(document, 200, {"Hub-Outcome": outcome}, "application/xml")


def _noted(outcome: str) -> Response:
    return Response(None, 200 if outcome == "duplicate" else 204, {"Hub-Outcome": outcome})
