"""The page where an integrator pastes or drops a message and reads what to mend in it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser

from hub.directory import Person
from hub.errors import BadRequest
from hub.inspection import Allowed, Explanation, Verdict
from hub.message import Fault
from hub.service import Hub
from hub.web import checking, language, wording
from hub.web.access import TheHub, Who
from hub.web.language import N_, Language
from hub.web.pages import excerpt, page
from hub.web.pages.excerpt import Line
from hub.web.pages.original import charset

router = APIRouter()

# The page takes no more than this, whatever the limit for messages is: larger ones go through the API.
LARGEST = 5_000_000
# A text longer than this is not given back to be mended: browsers become slow with it.
KEPT = 300_000

TOO_LARGE = N_("The message is too large for this page. Use POST /v1/check or the command hub check.")
NOTHING = N_("Paste a message or choose a file first.")
UNREADABLE_FORM = N_("The form could not be read. Try again.")

# What the verdict is called, by its word and by why it would be held.
VERDICTS = {
    "accepted": N_("The message would be accepted"),
    "rejected": N_("The message would be rejected"),
    "unreadable": N_("Nobody could be answered: the message would lie in quarantine"),
    "address": N_("No receiver of the message is here: it would lie in quarantine"),
    "sender": N_("You may not send for this sender: the message would lie in quarantine"),
}


class _InMemory(MultiPartParser):
    """Keeps files in memory: what people paste may be patient data, which no temporary file is to hold."""

    spool_max_size = LARGEST


class _TooLarge(MultiPartException):
    """More than the page takes; a parser that is told this way lets go of what it holds."""


@dataclass(frozen=True, slots=True)
class Found:
    """A fault as the page shows it: in the reader's words, with what is allowed and the place in the text."""

    fault: Fault
    words: str
    allowed: Allowed | None
    why: str
    lines: tuple[Line, ...]


@router.get("/check")
async def form(request: Request, who: Who, hub: TheHub) -> Response:
    """An empty form."""
    return await _page(request, who, hub)


@router.post("/check")
async def check(request: Request, who: Who, hub: TheHub) -> Response:
    """The verdict on what was pasted or dropped; nothing is stored and nothing sent."""
    with request.app.state.gathering.afloat() as more:
        try:
            asked = await _asked(request.headers, _bounded(request, more))
        except _TooLarge:
            return await _page(request, who, hub, wrong=TOO_LARGE, status=413)
        except (MultiPartException, UnicodeDecodeError, BadRequest):
            return await _page(request, who, hub, wrong=UNREADABLE_FORM, status=400)
        if not asked:
            return await _page(request, who, hub, wrong=NOTHING, status=400)
        verdict = await checking.weighed(hub, asked, who)
    text = asked.decode(charset(asked), errors="replace").removeprefix("\ufeff")
    found = await asyncio.to_thread(_found, verdict, text, language.of(request))
    return await _page(request, who, hub, text if len(text) <= KEPT else "", verdict, found)


async def _page(
    request: Request,
    who: Person,
    hub: Hub,
    text: str = "",
    verdict: Verdict | None = None,
    found: Sequence[Found] = (),
    wrong: str = "",
    status: int = 200,
) -> Response:
    reader = language.of(request)
    values = {
        "places": await page.places(hub, who),
        "text": text,
        "verdict": verdict,
        "heading": VERDICTS[verdict.held or verdict.word] if verdict else "",
        "found": found,
        "placing": _placing(verdict.explanation, reader) if verdict and verdict.explanation else None,
        "documents": [document.decode() for document in verdict.documents] if verdict else [],
        "wrong": wrong,
    }
    return page.show(request, "check.html", values, who, status)


def _placing(e: Explanation, reader: Language) -> dict[str, object]:
    """Where it would lie and why, in the reader's language."""
    why = (e.item.placing.because, *e.item.placing.path, e.deadline.why.counted)
    return {"inbox": e.inbox.name, "why": [wording.told(reader, sentence) for sentence in why]}


def _found(verdict: Verdict, text: str, reader: Language) -> list[Found]:
    """The faults with their places; for readers of Northern Sami in bokmål, which they are written in."""
    english = reader.code == "en"
    shown = []
    for fault in verdict.faults:
        allowed = verdict.allowed.get(fault)
        why = (allowed.en if english else allowed.nb) if allowed else ""
        lines = excerpt.around(text, fault.line, fault.path)
        shown.append(Found(fault, fault.en if english else fault.nb, allowed, why, lines))
    return shown


async def _asked(headers: Headers, stream: AsyncGenerator[bytes, None]) -> bytes:
    """The file that was chosen, else what was pasted; empty when there is neither."""
    if headers.get("content-type", "").startswith("multipart/form-data"):
        form = await _InMemory(headers, stream, max_files=1, max_fields=2, max_part_size=LARGEST).parse()
    else:
        form = await FormParser(headers, stream).parse()
    try:
        return await _file(form) or _pasted(form)
    finally:
        await form.close()


async def _file(form: FormData) -> bytes:
    chosen = form.get("file")
    return await chosen.read() if isinstance(chosen, UploadFile) else b""


def _pasted(form: FormData) -> bytes:
    """The text with its own line ends, not a form's, in the encoding that it declares."""
    typed = form.get("text")
    if not isinstance(typed, str):
        return b""
    text = typed.replace("\r\n", "\n").lstrip("\ufeff \t\n")
    return text.encode(charset(text[:300].encode("utf-8", "replace")), "xmlcharrefreplace")


async def _bounded(request: Request, more: Callable[[int], None]) -> AsyncGenerator[bytes, None]:
    """The body, as long as it is not too large for a page. Raises _TooLarge."""
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise _TooLarge(TOO_LARGE)
        more(len(part))
        yield part
