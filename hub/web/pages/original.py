"""The original of a message: its bytes as they came, shown as text, so that nothing of them can act."""

import re
from codecs import BOM_UTF8

from fastapi import APIRouter, Response

from hub.item import ItemId
from hub.web.access import TheHub, Who

router = APIRouter()

# What is read is in one of two encodings; a browser that is not told which of them has to guess.
UTF_8, LATIN_1 = "utf-8", "iso-8859-1"
_DECLARED = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"'](iso[-_]?8859-1|latin-?1|l1)[\"']", re.IGNORECASE)


@router.get("/items/{id}/original")
async def original(id: str, who: Who, hub: TheHub) -> Response:
    """The bytes of an item's message, for whoever may open the item.

    They are text to the browser, whatever they say they are, in a page that may run, load and send nothing.
    """
    raw = await hub.original(ItemId(id), who)
    headers = {
        "Content-Type": f"text/plain; charset={charset(raw)}",
        # Kept as a file, it must not become a page either.
        "Content-Disposition": f'inline; filename="{id}.txt"',
        "Content-Security-Policy": "sandbox",
    }
    return Response(raw, headers=headers)


def charset(raw: bytes) -> str:
    """The encoding in which the bytes are to be read; UTF-8 when they do not declare the other."""
    return LATIN_1 if not raw.startswith(BOM_UTF8) and _DECLARED.match(raw) else UTF_8
