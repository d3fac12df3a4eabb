"""All traps of publishing at once: a short form of `make publishes`, whose audit finds whatever is planted."""

from collections import Counter
from dataclasses import replace

import pytest

from hub.broker import Sent
from tests.publishes import audit, campaign, episodes
from tests.publishes.campaign import Plan
from tests.publishes.mix import FULL_QUEUE, NOWHERE, QUEUES, Attempt, Kind
from tests.servers import rabbitmq as mq

COUNT = 2_000


@pytest.mark.rabbitmq
@pytest.mark.slow
async def test_of_thousands_of_mixed_publishes_each_hears_what_became_of_it(node: mq.Node) -> None:
    kinds = (episodes.freeze, episodes.alarm, episodes.cut)
    done = await campaign.play(node, Plan(COUNT, seed=7, every=600, kinds=kinds, patience=1.0))
    assert ([], []) == (done.overlooked, done.wrong)
    assert len(done.attempts) >= COUNT
    assert {"freeze": 1, "alarm": 1, "cut": 1} == done.episodes
    assert (set(Kind), set(Sent)) == ({x.kind for x in done.attempts}, {x.verdict for x in done.attempts})
    assert {"freeze", "alarm"} <= {x.episode for x in done.attempts if x.verdict is Sent.UNKNOWN}


@pytest.mark.rabbitmq
async def test_who_uses_a_msgid_as_amqp_id_is_found_out(node: mq.Node) -> None:
    """Two in flight with one id swap what is said of them, and the audit tells."""
    done = await campaign.play(node, Plan(512, seed=3, every=COUNT, kinds=(), fresh=False))
    lies = {(x.kind, x.verdict) for x in done.attempts}
    assert (Kind.UNROUTABLE_TWIN, Sent.CONFIRMED) in lies
    assert len(done.wrong) > 10


def attempt(kind: Kind = Kind.ROUTABLE, verdict: Sent | None = Sent.CONFIRMED, episode: str = "") -> Attempt:
    queue = {Kind.ROUTABLE: QUEUES[0], Kind.UNROUTABLE: NOWHERE[0], Kind.FULL: FULL_QUEUE}[kind]
    return Attempt(kind, queue, "msg", "id", 100, verdict, 0.1, episode)


SOUND = [
    (attempt(), 1),
    (attempt(Kind.UNROUTABLE, Sent.UNROUTABLE), 0),
    (attempt(Kind.FULL, Sent.CONFIRMED), 1),
    (attempt(Kind.FULL, Sent.REFUSED), 0),
    (attempt(verdict=Sent.UNKNOWN, episode="freeze"), 0),
    (attempt(verdict=Sent.UNKNOWN, episode="freeze"), 1),
]
BROKEN = [
    (attempt(), 0, "confirmed, and 0 times in 81001_async"),
    (attempt(), 2, "confirmed, and 2 times in 81001_async"),
    (attempt(verdict=Sent.UNKNOWN, episode="freeze"), 2, "unknown, and 2 times in 81001_async"),
    (attempt(verdict=Sent.UNKNOWN), 1, "unknown although the broker was well"),
    (attempt(verdict=Sent.UNROUTABLE), 0, "unroutable although the broker was well"),
    (attempt(verdict=Sent.REFUSED, episode="alarm"), 0, "refused during alarm"),
    (attempt(verdict=None), 1, "nothing was said of it"),
    (attempt(Kind.UNROUTABLE, Sent.CONFIRMED, "cut"), 0, "confirmed, and 0 times in 81006_async"),
    (attempt(Kind.FULL, Sent.REFUSED), 1, "refused, and 1 times in 81005_full"),
]


@pytest.mark.parametrize(("x", "times"), SOUND)
def test_what_adds_up_is_nothing_to_tell(x: Attempt, times: int) -> None:
    assert [] == audit.check([x], Counter({(x.queue, x.amqp_id): times}))


@pytest.mark.parametrize(("x", "times", "said"), BROKEN, ids=[said for *_, said in BROKEN])
def test_what_does_not_add_up_is_told(x: Attempt, times: int, said: str) -> None:
    told = audit.check([x, replace(x, amqp_id="other")], Counter({(x.queue, x.amqp_id): times}))
    assert f"{x.kind} id: {said}" in told


def test_what_is_where_nobody_sent_it_is_told() -> None:
    found = Counter({(QUEUES[0], "id"): 1, (QUEUES[1], "id"): 1, (QUEUES[0], "stranger"): 1})
    assert [
        "routable id: confirmed, and in 81002_async, where it was not sent",
        "stranger was never published, and is in 81001_async",
    ] == audit.check([attempt()], found)
