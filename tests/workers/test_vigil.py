"""A queue that nobody takes from, and a worker that died, are told aloud within a minute."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import structlog

from hub import status
from hub.directory import InboxKind
from hub.settings import Notices, Settings, Webhook
from tests import centre
from tests.servers import hooks
from tests.workers.conftest import Place
from workers import intake, process, relay, vigil, watch
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


@pytest.mark.parametrize("bound", [status.SILENT, status.GONE, status.STUCK, status.WAITING])
def test_whatever_is_held_for_wrong_is_noticed_within_a_minute(bound: timedelta) -> None:
    """What a process says of itself is as old as a heartbeat when somebody looks."""
    assert bound + timedelta(seconds=vigil.LOOK_SECONDS + BEAT_SECONDS) <= timedelta(seconds=60)


def test_a_process_that_dies_is_told_of_in_three_quarters_of_a_minute() -> None:
    """Each of the two looks may take some seconds, and so may the webhook."""
    looks = vigil.LOOK_SECONDS + vigil.AGAIN_SECONDS
    assert status.GONE + timedelta(seconds=looks) + 3 * timedelta(seconds=4) <= timedelta(seconds=45)


async def test_what_is_broken_at_two_looks_is_told_once_and_its_end_too(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("LOOK_SECONDS", 0.1), ("AGAIN_SECONDS", 0.1), ("STARTS_SECONDS", 0.0)):
        monkeypatch.setattr(vigil, name, seconds)
    monkeypatch.setattr(status, "GONE", timedelta(seconds=2))
    async with hooks.serving() as person:
        place.settings = asking(place, person)
        async with place.working(vigil.beside(living("relay")), "relay"), place.working(vigil.run, "audit"):
            await place.until(lambda: told(person, "broken", "watch", "audit", "intake"))
            async with place.working(living("watch"), "watch-1"):
                await place.until(lambda: told(person, "mended", "watch"))
    lines = [(line["kind"], line["about"]) for each in person.told for line in each.json["lines"]]
    assert 1 == lines.count(("broken", "watch")) == lines.count(("mended", "watch"))


def living(kind: str) -> process.Work:
    """A process of a kind that does nothing but live."""

    async def work(running: process.Running) -> None:
        await process.beat(kind, running)
        await process.leave(running)

    return work


async def told(person: hooks.Hooks, kind: str, *abouts: str) -> bool:
    lines = [line for each in person.told for line in each.json["lines"]]
    return {*abouts} <= {line["about"] for line in lines if line["kind"] == kind}


def asking(place: Place, person: hooks.Hooks) -> Settings:
    """The settings with a webhook, which the operations' inbox has asked for."""
    directory = place.hub.directory
    (inbox,) = (x for x in directory.inboxes.values() if x.kind is InboxKind.OPERATIONS)
    asked = replace(directory, inboxes={**directory.inboxes, inbox.id: replace(inbox, webhooks=("ops",))})
    place.hub.order = replace(place.hub.order, directory=asked)
    notices = Notices(webhooks={"ops": Webhook(url=f"{person.url}/told", secret="a-secret-of-tests")})
    return place.settings.model_copy(update={"notices": notices})
