"""Which version of an item a caller has seen, by If-Match or in the body, and what they are told if it is old."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, ClassVar

from fastapi import Depends, Header

from hub.errors import BadRequest, HubError, Stale

_TAG = re.compile(r'"([1-9][0-9]{0,8})"')


class Missing(HubError):
    """An act that does not say which version of the item its caller has seen."""

    status: ClassVar[int] = 428
    code: ClassVar[str] = "version-missing"
    title: ClassVar[str] = "Say which version you have seen"


class Outrun(Stale):
    """The item has another version than If-Match says; what a body says is answered with 409."""

    status: ClassVar[int] = 412


def etag(version: int) -> str:
    """An item's version as the header ETag has it."""
    return f'"{version}"'


def unchanged(if_none_match: str, version: int) -> bool:
    """Whether a caller who has these versions has this one."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or etag(version) in tags


def matched(
    if_match: Annotated[
        str | None,
        Header(
            description="The version that the caller has seen, as the item's `ETag` has it; `version` in the body says "
            "the same. One of them is needed.",
            examples=['"3"'],
            json_schema_extra={"pattern": f"^{_TAG.pattern}$"},
        ),
    ] = None,
) -> int | None:
    """The version in If-Match, or None without one. Raises BadRequest."""
    if if_match is None:
        return None
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise BadRequest('If-Match: send the ETag that GET /v1/items/{id} gave, as "3"')
    return int(tag[1])


@contextmanager
def seen(matched: int | None, version: int | None) -> Iterator[int]:
    """The version that an act is about, told in the header or in the body; it is done while this lasts.

    Raises Missing or BadRequest, and Outrun instead of Stale for a version that came in the header.
    """
    if matched is None and version is None:
        raise Missing('send the header If-Match: "VERSION", or `version` in the body')
    if None not in (matched, version) and matched != version:
        raise BadRequest("version: it is another one than If-Match says; send one of them")
    try:
        yield matched or version or 0
    except Stale as stale:
        if matched is None:
            raise
        raise Outrun(str(stale), stale.version, stale.first) from stale


Matched = Annotated[int | None, Depends(matched)]
