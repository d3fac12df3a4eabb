"""A queue that nobody takes from, and a worker that died, are told aloud within a minute."""

from datetime import timedelta
from typing import Any

import pytest
import structlog

from hub import status
from tests import centre
from tests.workers.conftest import Place
from workers import intake, relay, vigil, watch
from workers.process import BEAT_SECONDS


async def test_what_nobody_does_is_told_when_it_comes_and_when_it_goes(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vigil, "LOOK_SECONDS", 0.2)
    await place.send(centre.message(1), "waits")
    told: list[dict[str, Any]] = []

    async def heard(event: str) -> bool:
        return any(each["event"] == event and "900100_async" in str(each) for each in told)

    def keep(_logger: Any, _name: str, event: Any) -> Any:
        told.append(dict(event))
        raise structlog.DropEvent

    structlog.configure(processors=[keep])
    async with place.working(watch.work, "watch") as watching:
        await place.until(lambda: heard("alarm.raised"))
        assert int(watching.state[vigil.ALARMS]) > 0
        async with place.working(intake.run, "intake"), place.working(relay.run, "relay"):
            await place.until(lambda: heard("alarm.ended"))


@pytest.mark.parametrize("bound", [status.SILENT, status.STUCK, status.WAITING])
def test_whatever_is_held_for_wrong_is_noticed_within_a_minute(bound: timedelta) -> None:
    """What a process says of itself is as old as a heartbeat when somebody looks."""
    assert bound + timedelta(seconds=vigil.LOOK_SECONDS + BEAT_SECONDS) <= timedelta(seconds=60)
