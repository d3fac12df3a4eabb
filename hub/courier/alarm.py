"""What Alertmanager is told: that something of an inbox is late, and when nothing is any more."""

from datetime import datetime, timedelta
from typing import Any

from hub.courier.moment import utc
from hub.dispatch import Claimed, Kind, Overdue

PATH = "/api/v2/alerts"
# An alert of which nothing more is heard is over by itself; it is said again each minute.
LASTS = timedelta(minutes=5)


def of(x: Claimed, overdue: Overdue, link: str, now: datetime) -> dict[str, Any]:
    """One alert of the API's version 2: its labels are the same as long as it lasts."""
    if x.content.lines and x.content.lines[0].kind is Kind.BROKEN:
        return _broken(x, overdue, link, now)
    name = next((line.name for line in x.content.lines if line.inbox == x.target), x.target)
    many = "1 item is" if overdue.count == 1 else f"{overdue.count} items are"
    notes = {"summary": f"{many} late in {name}", "count": str(overdue.count)}
    if overdue.since:
        notes["since"] = utc(overdue.since)
    return {
        "labels": {"alertname": "SambudLate", "service": "sambud", "inbox": x.target},
        "annotations": notes | ({"link": f"{link}/inboxes/{x.target}"} if link else {}),
        "startsAt": utc(x.created),
        "endsAt": utc(now + LASTS if overdue.count else now),
        **({"generatorURL": link} if link else {}),
    }


def _broken(x: Claimed, standing: Overdue, link: str, now: datetime) -> dict[str, Any]:
    """That the hub itself does not do some of its work, as long as that is so."""
    about = x.content.lines[0].about
    return {
        "labels": {"alertname": "SambudBroken", "service": "sambud", "about": about, "severity": "critical"},
        "annotations": {"summary": f"Sambud: {about} is broken; `hub status` says what to do"},
        "startsAt": utc(x.created),
        "endsAt": utc(now + LASTS if standing.count else now),
        **({"generatorURL": link} if link else {}),
    }
