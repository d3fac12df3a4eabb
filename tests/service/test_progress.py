"""What `hub status` holds for wrong, where no real server would stand still for long enough to be asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub import status
from hub.depth import Depth, Queues, Seen
from hub.finding import Severity
from hub.record import Worker
from hub.status import Facts, Kept

NOW = datetime(2026, 11, 17, 9, tzinfo=UTC)
QUEUE = "900100_async"


def intake(name: str = "intake-1", seen: float = 0, **told: float) -> Worker:
    """One that began an hour ago; it tells moments that are so many seconds ago."""
    state = {what: (NOW - timedelta(seconds=ago)).isoformat() for what, ago in told.items()}
    return Worker(name, "intake", NOW - timedelta(hours=1), NOW - timedelta(seconds=seen), state)


def found(*workers: Worker, ready: int = 0, consumers: int = 1) -> list[tuple[Severity, str]]:
    """What is wrong with these intakes, and an own queue in which so many are ready."""
    others = tuple(Worker(f"{kind}-1", kind, NOW, NOW, {}) for kind in ("relay", "watch", "audit"))
    queues = Queues((Depth(QUEUE, True, Seen.THERE, ready, consumers),))
    return [(f.severity, f.about) for f in status.judge(Facts(Kept((*workers, *others)), queues), NOW)]


class TestStuck:
    def test_one_that_has_had_the_same_in_hand_for_long_is_broken(self) -> None:
        assert [(Severity.BROKEN, "intake")] == found(intake(in_hand_since=31, worked_at=31))

    def test_beside_one_that_works_it_needs_attention(self) -> None:
        busy = intake("intake-2", in_hand_since=1, worked_at=1)
        assert [(Severity.ATTENTION, "intake")] == found(intake(in_hand_since=31, worked_at=31), busy)

    @pytest.mark.parametrize("ago", [0, 29, 30])
    def test_one_that_has_something_in_hand_for_a_while_is_well(self, ago: float) -> None:
        assert [] == found(intake(in_hand_since=ago, worked_at=ago))

    def test_a_clock_that_runs_faster_counts_in_real_time(self) -> None:
        facts = Facts(Kept((intake(in_hand_since=6000), Worker("serve-1", "serve", NOW, NOW, {}))), None, speed=600)
        assert () == status.judge(facts, NOW)


class TestIdle:
    def test_one_whose_clock_is_ahead_is_judged_by_what_it_says_and_not_by_its_age(self) -> None:
        assert [] == found(intake(worked_at=-3), ready=3)

    def test_what_lies_ready_before_consumers_that_do_nothing_is_broken(self) -> None:
        assert [(Severity.BROKEN, QUEUE)] == found(intake(worked_at=31), ready=3)

    def test_one_that_has_never_done_anything_does_nothing_either(self) -> None:
        assert [(Severity.BROKEN, QUEUE)] == found(intake(), ready=3)

    def test_as_long_as_one_works_others_may_wait(self) -> None:
        assert [] == found(intake(worked_at=3000), intake("intake-2", worked_at=5), ready=3)

    def test_an_empty_queue_may_lie_still_for_days(self) -> None:
        assert [] == found(intake(worked_at=3000))

    def test_a_queue_without_a_consumer_is_told_once(self) -> None:
        assert [(Severity.BROKEN, QUEUE)] == found(intake(worked_at=31), ready=3, consumers=0)


class TestBacklog:
    """By how long what is taken in now has waited, as its sender tells."""

    @staticmethod
    def told(*waited: float, ready: int = 3, speed: float = 1.0) -> list[tuple[Severity, str]]:
        intakes = [
            replace(x := intake(f"intake-{n}", worked_at=1), state={**x.state, status.WAITED: str(seconds)})
            for n, seconds in enumerate(waited)
        ]
        others = tuple(Worker(f"{kind}-1", kind, NOW, NOW, {}) for kind in ("relay", "watch", "audit"))
        queues = Queues((Depth(QUEUE, True, Seen.THERE, ready, 1),))
        facts = Facts(Kept((*intakes, *others)), queues, speed=speed)
        return [(f.severity, f.about) for f in status.judge(facts, NOW)]

    def test_a_queue_that_is_never_caught_up_with_needs_attention(self) -> None:
        assert [(Severity.ATTENTION, "backlog")] == self.told(31)

    def test_a_short_wait_is_none(self) -> None:
        assert [] == self.told(30)

    def test_what_was_sent_long_ago_and_lies_no_more_is_none(self) -> None:
        assert [] == self.told(4000, ready=0)

    def test_the_quickest_tells_as_a_sender_whose_clock_is_wrong_makes_one_slow(self) -> None:
        assert [] == self.told(4000, 2)

    def test_a_clock_that_runs_faster_counts_in_real_time(self) -> None:
        assert [] == self.told(600, speed=60)
