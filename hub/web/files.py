"""Attachments for people to open: as they came, of the types that are taken, and never able to act."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Response

from hub.item import ItemId
from hub.web.access import TheHub, Who

router = APIRouter()

_ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_OTHER = "application/octet-stream"

_BYTES = {"type": "string", "format": "binary"}


_FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": {kind: {"schema": _BYTES} for kind in (*_ENDINGS, _OTHER)}}
}


@router.get("/v1/items/{id}/files/{place}", response_class=Response, responses=_FILE)
async def file(id: str, place: Annotated[int, Path(ge=0, le=999)], who: Who, hub: TheHub) -> Response:
    """An attachment by its place in the item's list of files, from 0; to be saved, not shown."""
    found, content = await hub.file(ItemId(id), place, who)
    name = f"{found.description[:80] or 'vedlegg'}.{_ENDINGS.get(found.mime_type, 'bin')}"
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=found.mime_type, headers={"content-disposition": disposition})
