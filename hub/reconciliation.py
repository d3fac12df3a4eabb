"""What passed between the hub and a partner on a day, as a list that both sides can hold beside their own.

It has ids, kinds, times and verdicts, and nothing that somebody wrote: a MsgId that is no UUID might be anything, so it
is left out, and the line still counts.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from hub.errors import BadRequest
from hub.message import Kind, plain_message_id

# What the form of a list is called; another one gets another name.
FORMAT = "sambud-reconciliation-1"
COLUMNS = ("way", "msg_id", "kind", "at", "verdict", "about")
# What the line of a CSV begins with that says whose list it is.
_OF = "partner"

# No list of a partner's own is larger.
MOST_BYTES = 50_000_000

# What says what something is, and what came of it; all else might be somebody's words.
_KINDS = frozenset(Kind) | {"apprec", "answer", "forward", "error"}
_VERDICTS = frozenset(
    ("accepted", "rejected", "noted", "held", "test", "missing", "waited for", "given up", "waiting", "sent")
)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Way(StrEnum):
    """Which way something went, by the same name for both sides."""

    TO_HUB = "to_hub"  # the partner sent it to the hub
    FROM_HUB = "from_hub"  # the hub sent it to the partner


@dataclass(frozen=True, slots=True)
class Passed:
    """Something that passed: of what came the verdict, of what was sent how far it is known to have come.

    `about` is the MsgId that an acknowledgement or an answer is about.
    """

    way: Way
    msg_id: str
    kind: str
    at: datetime
    verdict: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Lacking:
    """The MsgIds of one way that only one side has.

    `untold` are lines without one, ours and theirs; `passed_over` are acknowledgements of ours, where theirs has none.
    """

    way: Way
    by_us: tuple[str, ...]
    by_them: tuple[str, ...]
    untold: tuple[int, int]
    passed_over: int = 0

    @property
    def agreed(self) -> bool:
        """Whether neither side lacks anything, as far as can be told."""
        return not (self.by_us or self.by_them) and self.untold[0] == self.untold[1]


def passed(way: Way, msg_id: str, kind: str, at: datetime, verdict: str, about: str = "") -> Passed:
    """A line from what is stored, without anything that might be somebody's words."""
    known = kind if kind in _KINDS else "other"
    return Passed(way, plain(msg_id), known, at, verdict if verdict in _VERDICTS else "other", plain(about))


def plain(msg_id: str) -> str:
    """A MsgId if it is a UUID, which says nothing of anybody; else nothing."""
    return plain_message_id(msg_id) if _UUID.fullmatch(msg_id) else ""


def span(day: date, zone: str) -> tuple[datetime, datetime]:
    """When a day begins and ends somewhere, in UTC; it may have 23 or 25 hours."""
    first, end = (datetime.combine(d, time.min, ZoneInfo(zone)).astimezone(UTC) for d in (day, day + timedelta(1)))
    return first, end


def as_csv(lines: Sequence[Passed], partner: str, day: date, zone: str) -> bytes:
    """The list as CSV: the first line says whose list of which day it is, the second one names the columns.

    The signature is over both, or an empty list would be anybody's of any day.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow((_OF, partner, "day", day.isoformat(), "zone", zone))
    writer.writerow(COLUMNS)
    writer.writerows((x.way.value, x.msg_id, x.kind, _at(x.at), x.verdict, x.about) for x in lines)
    return written.getvalue().encode()


def as_json(lines: Sequence[Passed], partner: str, ours: Iterable[str], day: date, zone: str) -> bytes:
    """The list as JSON, with how many of each kind went which way."""
    first, end = span(day, zone)
    told: dict[str, Any] = {
        "format": FORMAT,
        "partner": partner,
        "hub": sorted(ours),
        "day": day.isoformat(),
        "zone": zone,
        "from": _at(first),
        "to": _at(end),
        "counts": {way.value: counts(lines, way) for way in Way},
    }
    for way in Way:
        told[way.value] = [_line(x) for x in lines if x.way is way]
    return json.dumps(told, indent=1).encode() + b"\n"


def counts(lines: Iterable[Passed], way: Way) -> dict[str, int]:
    """How many of each kind went one way."""
    return dict(sorted(Counter(x.kind for x in lines if x.way is way).items()))


def theirs(raw: bytes) -> dict[Way, list[str]]:
    """A partner's own list: our CSV or JSON, or one MsgId a line of what they sent; only the ways that it has.

    Raises BadRequest.
    """
    if len(raw) > MOST_BYTES:
        raise BadRequest(f"the list: at most {MOST_BYTES} bytes can be compared")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadRequest("the list is not UTF-8") from fault
    if text.lstrip().startswith("{"):
        return _of_json(text)
    first, _, rest = text.partition("\n")
    if "msg_id" in first:
        return _of_csv(text, 0)
    # Ours has whose list it is above the names of the columns.
    if first.strip('"').startswith(_OF) and "msg_id" in rest.partition("\n")[0]:
        return _of_csv(rest, 1)
    return {Way.TO_HUB: [x.strip() for x in text.splitlines() if x.strip()]}


def compare(ours: Iterable[Passed], others: dict[Way, list[str]]) -> list[Lacking]:
    """What each side lacks of what the other has, on the ways that theirs tells; an id that stands twice is one.

    Whoever lists no acknowledgement at all does not list them, and lacks none.
    """
    held = list(ours)
    return [_lacking(way, [x for x in held if x.way is way], [plain(x) for x in ids]) for way, ids in others.items()]


def _lacking(way: Way, ours: Sequence[Passed], theirs: Sequence[str]) -> Lacking:
    us, them = {x.msg_id for x in ours} - {""}, {*theirs} - {""}
    receipts = {x.msg_id for x in ours if x.kind == "apprec"}
    passed_over = set() if receipts & them else receipts & us
    untold = sum(not x.msg_id and x.kind != "apprec" for x in ours), theirs.count("")
    return Lacking(way, tuple(sorted(them - us)), tuple(sorted(us - them - passed_over)), untold, len(passed_over))


def _line(x: Passed) -> dict[str, str]:
    return {"msg_id": x.msg_id, "kind": x.kind, "at": _at(x.at), "verdict": x.verdict, "about": x.about}


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _of_json(text: str) -> dict[Way, list[str]]:
    try:
        told = json.loads(text)
        return {way: [str(x["msg_id"]) for x in told[way.value]] for way in Way if way.value in told}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise BadRequest('the list is not JSON as in {"to_hub": [{"msg_id": "..."}], "from_hub": []}') from fault


def _of_csv(text: str, above: int) -> dict[Way, list[str]]:
    """By its columns way and msg_id, with commas or semicolons, under some lines; without `way` it is what they sent.

    Raises BadRequest.
    """
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    ways = tuple(Way) if "way" in (reader.fieldnames or ()) else (Way.TO_HUB,)
    found: dict[Way, list[str]] = {way: [] for way in ways}
    try:
        for row in reader:
            way = row.get("way") or Way.TO_HUB.value
            if way not in found:
                raise BadRequest(f"line {above + reader.line_num} of the list: way must be one of {', '.join(Way)}")
            found[Way(way)].append((row.get("msg_id") or "").strip())
    except csv.Error as fault:
        raise BadRequest(f"line {above + reader.line_num} of the list is not CSV") from fault
    return found
