"""Where a list goes on: the due time and the id of the last line that was shown, as `DUE~ID`."""

from collections.abc import Sequence
from datetime import UTC, datetime

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
