"""Attachments looked at: pictures on the page, a PDF in a tab of its own, by what their bytes are and nothing else."""

import asyncio
import re
import zlib
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse

from hub.item import ItemId
from hub.message import Attachment
from hub.web.access import TheHub, Who

router = APIRouter()

IMAGES, PDF = frozenset({"image/jpeg", "image/png"}), "application/pdf"

# What makes a PDF act, or hides from us what is in it. A viewer runs its scripts also where a page's policy forbids
# all of them (docs/decisions/0017), so that such a PDF is saved and not shown.
_ACTS = re.compile(rb"/(JavaScript|JS|Launch|SubmitForm|ImportData|RichMedia|XFA|Encrypt|Crypt)(?![A-Za-z])")
# By these the objects could be packed so that we do not see into them.
_PACKED = re.compile(rb"/(ASCII85Decode|A85|ASCIIHexDecode|AHx|LZWDecode|LZW|RunLengthDecode|RL)(?![A-Za-z])")
_ESCAPED = re.compile(rb"#([0-9a-fA-F]{2})")
_STREAM = re.compile(rb"stream\r?\n")
# So much is unpacked of a file; of one that holds more nobody can say that it is quiet.
MOST_UNPACKED = 40_000_000
_CHUNK = 65_536


@router.get("/items/{id}/files/{place}", response_class=Response)
async def shown(id: str, place: Annotated[int, Path(ge=0, le=999)], who: Who, hub: TheHub) -> Response:
    """An attachment to be looked at; one that is no picture and no quiet PDF is to be saved instead."""
    found, content = await hub.file(ItemId(id), place, who)
    # The type is told by the bytes, never by the message.
    kind = found.mime_type
    if kind not in IMAGES and not (kind == PDF and await asyncio.to_thread(quiet, content)):
        return RedirectResponse(f"/v1/items/{id}/files/{place}", 303)
    headers = {"Content-Disposition": "inline", "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(content, media_type=kind, headers=headers)


def way(file: Attachment) -> str:
    """How a file may be looked at: "image", "pdf", or "" for one that can only be saved."""
    return ("image" if file.mime_type in IMAGES else "pdf" if file.mime_type == PDF else "") if file.length else ""


def quiet(pdf: bytes) -> bool:
    """Whether nothing in a PDF runs, opens or sends anything, as far as can be seen; what hides itself is not quiet."""
    objects = packed = False
    left = MOST_UNPACKED
    for text in _texts(pdf):
        left -= len(text)
        if left + len(pdf) <= 0 or _ACTS.search(text):
            return False
        objects, packed = objects or b"/ObjStm" in text, packed or bool(_PACKED.search(text))
    return not (objects and packed)


def _texts(pdf: bytes) -> Iterator[bytes]:
    """The file, and whatever is packed in it; any letter of a name may be written as a number."""
    yield _ESCAPED.sub(_meant, pdf)
    for stream in _STREAM.finditer(pdf):
        yield _ESCAPED.sub(_meant, _unpacked(pdf, stream.end()))


def _unpacked(pdf: bytes, at: int) -> bytes:
    """What is packed from a place on, at most a little more than is looked at; "" for what is packed otherwise."""
    inflater, found = zlib.decompressobj(), bytearray()
    try:
        while at < len(pdf) and not inflater.eof and len(found) <= MOST_UNPACKED:
            found += inflater.decompress(pdf[at : at + _CHUNK], MOST_UNPACKED + 1)
            at += _CHUNK
    except zlib.error:
        # A picture, plain text that was seen already, or the broken end of a packed one.
        pass
    return bytes(found)


def _meant(found: re.Match[bytes]) -> bytes:
    return bytes((int(found[1], 16),))
