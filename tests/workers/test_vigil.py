"""A queue that nobody takes from, and a worker that died, are told aloud within a minute."""

from typing import Any

import pytest
import structlog

from tests import centre
from tests.workers.conftest import Place
from workers import intake, relay, vigil, watch


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


def test_a_look_comes_soon_enough() -> None:
    assert vigil.LOOK_SECONDS < 60
