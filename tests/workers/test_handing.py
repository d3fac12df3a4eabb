"""The answers to what came go out at once, by whoever took it in; and by the relay, when that one could not."""

import time
from collections.abc import Sequence

import psycopg
import pytest

from hub.broker import connection
from hub.record import Relayed
from tests import centre
from tests.crash import traffic
from tests.workers.conftest import Place
from workers import intake, relay

ANSWERS = f"{traffic.PARTNER}_async"


async def tries(place: Place) -> list[tuple[str | None, int]]:
    """How each document's last try ended, and how many it has had."""
    with psycopg.connect(place.settings.database.url) as c:
        query = "SELECT a.outcome, o.attempts FROM attempt a JOIN outbox o ON o.id = a.outbox_id"
        return [(outcome, attempts) for outcome, attempts in c.execute(query)]


async def test_the_intake_hands_its_own_answers_to_the_broker(place: Place) -> None:
    async with place.working(intake.run) as running:
        for n in range(1, 21):
            await place.send(centre.message(n), f"amqp {n}")
        answers = {(await place.got(ANSWERS)).correlation_id for _ in range(20)}
        await place.until(lambda: done(running.state, "sent", 20))
    assert {f"amqp {n}" for n in range(1, 21)} == answers
    assert [("confirmed", 1)] * 20 == await tries(place)
    assert (0, None) == await place.hub.store.waiting(place.hub.clock.now())


async def done(state: dict[str, str], what: str, wanted: int) -> bool:
    return int(state.get(what, "0")) == wanted


async def test_what_the_intake_did_not_hand_over_the_relay_sends_when_its_time_is_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_over = relay.hand_over

    async def died(running: object, line: object, claimed: Sequence[Relayed], since: float) -> None:
        monkeypatch.setattr(relay, "hand_over", handed_over)

    monkeypatch.setattr(relay, "hand_over", died)
    monkeypatch.setattr(relay, "LEASE_SECONDS", 1.5)
    begun = time.monotonic()
    async with place.working(intake.run), place.working(relay.run):
        await place.send(centre.message(1), "first")
        answer = await place.got(ANSWERS)
        assert time.monotonic() - begun > 1.0
        await place.until(lambda: settled(place))
    assert "first" == answer.correlation_id
    assert [(None, 2), ("confirmed", 2)] == sorted(await tries(place), key=str, reverse=True)


async def settled(place: Place) -> bool:
    return (0, None) == await place.hub.store.waiting(place.hub.clock.now())


async def test_what_is_claimed_too_long_ago_is_left_to_others(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    handed_over = relay.hand_over

    async def late(running: object, line: object, claimed: Sequence[Relayed], since: float) -> None:
        await handed_over(running, line, claimed, since - relay.LEASE_SECONDS / 2)  # type: ignore[arg-type]

    monkeypatch.setattr(relay, "hand_over", late)
    async with place.working(intake.run) as running:
        await place.send(centre.message(1), "first")
        await place.until(lambda: done(running.state, "received", 1))
        with pytest.raises(TimeoutError):
            await place.got(ANSWERS, seconds=0.5)
    assert [(None, 1)] == await tries(place)


def test_a_publish_that_is_begun_in_time_ends_before_anybody_else_may_begin() -> None:
    assert connection.CALL_SECONDS < relay.LEASE_SECONDS / 2
