"""Where a list goes on: the due time and the id of the last line that was shown, as `DUE~ID`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query, Request, Response

from hub.errors import BadRequest
from hub.record import Line


def read(after: str | None) -> tuple[str, str] | None:
    """The due time and id after which the list goes on, or None for its beginning. Raises BadRequest."""
    if not after:
        return None
    due, _, id = after.partition("~")
    try:
        at = datetime.fromisoformat(due)
        # The least and the greatest years have moments that no clock in UTC can say.
        moment = at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None or not id.isprintable() or not id:
        raise BadRequest("after: give what the page before gave as where it goes on")
    return moment.isoformat(), id


def following(found: Sequence[Line], limit: int) -> str | None:
    """Where the list goes on after these lines, or None when they were its end."""
    last = found[-1] if len(found) == limit else None
    return f"{last.due.isoformat()}~{last.item.id}" if last and last.due else None


def number(after: str | None) -> int | None:
    """The number after which a list of numbers goes on, or None for its beginning. Raises BadRequest."""
    if not after:
        return None
    if not (after.isascii() and after.isdecimal()) or len(after) > 18:
        raise BadRequest("after: give what the page before gave as where it goes on")
    return int(after)


# Where a list goes on that is told as a plain array: what comes next is in its header.
Number = Annotated[
    int | None,
    Query(ge=1, le=2**62, description="Where the list goes on: as `Link` (rel=next) of the page before says"),
]


def linked(request: Request, response: Response, numbers: Sequence[int], limit: int) -> None:
    """Tell in the header Link (RFC 8288) where a plain array goes on, by the numbers of what was shown of it."""
    if len(numbers) == limit:
        address = request.url.include_query_params(after=numbers[-1])
        response.headers["Link"] = f'<{address.path}?{address.query}>; rel="next"'
