"""What a webhook is told: JSON, signed so that its receiver knows that it is from here and not an old one."""

import hmac
import json
from datetime import datetime
from typing import Any

from hub.courier.moment import utc
from hub.dispatch import Claimed, Line
from hub.traffic import Unusual

SIGNATURE = "Sambud-Signature"


def body(x: Claimed, link: str) -> bytes:
    """The same bytes for every try."""
    told = {"id": x.key, "created": utc(x.created), "count": x.content.count, "urgent": x.content.urgent}
    return json.dumps(told | {"lines": [_line(line, link) for line in x.content.lines]}).encode()


def signed(body: bytes, secret: str, now: datetime) -> str:
    """What says that these bytes are from whoever knows the secret, and when they were sent."""
    t = str(int(now.timestamp()))
    code = hmac.new(secret.encode(), f"{t}.".encode() + body, "sha256").hexdigest()
    return f"t={t},v1={code}"


def _line(x: Line, link: str) -> dict[str, Any]:
    return {
        "inbox": x.inbox,
        "name": x.name,
        "kind": x.kind.value,
        "urgent": x.urgent,
        "delayed": x.delayed,
        "count": x.count,
        "items": list(x.items),
        "first_due": utc(x.first_due),
        "link": f"{link}/inboxes/{x.inbox}" if link else "",
        **({"about": x.about} if x.about else {}),
        **({"traffic": _traffic(x.traffic)} if x.traffic else {}),
    }


def _traffic(x: Unusual) -> dict[str, Any]:
    usual = {"low": x.usual.low, "high": x.usual.high, "days": x.usual.days}
    told = {"partner": x.sender, "name": x.name, "kind": x.kind, "day": x.day.isoformat(), "by_hour": x.hour}
    return told | {"came": x.came, "usual": usual}
