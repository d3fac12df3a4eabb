"""What time it is: the one place where the product reads a clock."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """Real time, or a rehearsal's: `start` was `anchor` (Unix seconds), and passes `speed` times as fast."""

    start: datetime | None = None
    anchor: float = 0.0
    speed: float = 1.0

    def now(self) -> datetime:
        """The moment it is, aware and in UTC."""
        if self.start is None:
            return datetime.now(UTC)
        return self.start.astimezone(UTC) + timedelta(seconds=(time.time() - self.anchor) * self.speed)

    def after(self, seconds: float) -> datetime:
        """The moment it will be after so many real seconds."""
        return self.now() + timedelta(seconds=seconds * (self.speed if self.start else 1.0))

    def seconds_until(self, moment: datetime) -> float:
        """How many real seconds until a moment comes; 0 when it is past."""
        return max(0.0, (moment - self.now()).total_seconds() / (self.speed if self.start else 1.0))
