"""A form with files as it comes in: in memory only, and no more of it than whoever sends it may have here."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import ClassVar

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect

from hub.change import File
from hub.directory import Person
from hub.enclosure import MOST_BYTES
from hub.errors import BadRequest, HubError
from hub.web import body, upload

# All files of an answer, and as much besides as any other call may send.
LARGEST = MOST_BYTES + body.LIMIT
MOST_FILES, MOST_FIELDS = 100, 40
# What a file is called at most; partners show it as the file's description.
NAME = 200

# Where hub/web/body.py reads nothing: the endpoint knows who asks before it reads the form itself.
_OWN = re.compile(r"/items/[^/]+|/v1/items/[^/]+/answer-with-files")

FORGED = "the form is not as this page gave it"


class TooLarge(HubError):
    """A form has more than can be sent."""

    status: ClassVar[int] = 413
    code: ClassVar[str] = "too-large"
    title: ClassVar[str] = "The form is too large"


@dataclass(frozen=True, slots=True)
class Form:
    """What stood in a form. `names` are those of its files; when the reading was `cut`, only they and the fields are
    here, as far as they came.
    """

    fields: Mapping[str, str]
    files: tuple[File, ...] = ()
    names: tuple[str, ...] = ()
    cut: HubError | None = None


class _InMemory(MultiPartParser):
    """Keeps files in memory: they may be patient data, which no temporary file is to hold."""

    spool_max_size = LARGEST

    def __init__(self, request: Request, stream: AsyncGenerator[bytes, None]) -> None:
        super().__init__(request.headers, stream, max_files=MOST_FILES, max_fields=MOST_FIELDS)
        self.names: list[str] = []

    def on_headers_finished(self) -> None:
        """A file is known by its name before its content has come."""
        super().on_headers_finished()
        if self._current_part.file and self._current_part.file.filename:
            self.names.append(_name(self._current_part.file))


def reads(path: str) -> bool:
    """Whether a form that is posted here is read by this module."""
    return _OWN.fullmatch(path) is not None


@asynccontextmanager
async def read(request: Request, who: Person | None) -> AsyncIterator[Form]:
    """A form that somebody sends, counted for as long as this lasts.

    Files of any size come only from whoever is signed in. Of a form that is too large, comes too slowly or at a busy
    time its fields are read, which browsers send before the files, so that no text is lost.
    """
    state = request.app.state
    counted = state.gathering.afloat(who.id) if who else state.afloat.counted("", body.AFLOAT, body.AFLOAT)
    with counted as more:
        multipart = request.headers.get("content-type", "").startswith("multipart/form-data")
        large = multipart and who is not None and upload.announced(request.scope) <= LARGEST
        stream = _bounded(request, LARGEST if large else body.LIMIT, more)
        yield await (_multipart(request, stream) if multipart else _plain(request, stream))


async def _multipart(request: Request, stream: AsyncGenerator[bytes, None]) -> Form:
    parser = _InMemory(request, stream)
    try:
        form = await parser.parse()
    except (HubError, MultiPartException) as fault:
        cut = fault if isinstance(fault, HubError) else BadRequest(FORGED)
        return Form(_fields(parser.items), (), tuple(parser.names), cut)
    try:
        return Form(_fields(form.multi_items()), await _files(form), tuple(parser.names))
    finally:
        await form.close()


async def _plain(request: Request, stream: AsyncGenerator[bytes, None]) -> Form:
    try:
        return Form(_fields((await FormParser(request.headers, stream, max_fields=MOST_FIELDS).parse()).multi_items()))
    except (HubError, MultiPartException) as fault:
        return Form({}, cut=fault if isinstance(fault, HubError) else BadRequest(FORGED))


def _fields(items: list[tuple[str, str | UploadFile]]) -> dict[str, str]:
    found = {name: value for name, value in items if isinstance(value, str)}
    if any("\0" in value for value in found.values()):
        raise BadRequest(body.NO_TEXT)
    return found


async def _files(form: FormData) -> tuple[File, ...]:
    """The files, each named as its sender named it; a field where none was chosen is none."""
    chosen = [x for x in form.getlist("files") if isinstance(x, UploadFile) and (x.filename or x.size)]
    return tuple([File(_name(x), "", await x.read()) for x in chosen])


def _name(file: UploadFile) -> str:
    return (file.filename or "").strip()[:NAME]


async def _bounded(request: Request, limit: int, more: Callable[[int], None]) -> AsyncGenerator[bytes, None]:
    """The body part by part. Raises TooLarge, BadRequest when it breaks off, and what `more` raises."""
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise TooLarge(f"files: at most {MOST_BYTES} bytes can be sent in all")
            more(len(part))
            yield part
    except ClientDisconnect:
        raise BadRequest(FORGED) from None
