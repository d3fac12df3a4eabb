"""Whoever has agreed something with us is found by the two parties, and only on days on which it holds."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hub import deadline, intake, route
from hub.agreement import Agreement, Agreements, Topic
from hub.deadline import Deadline, Ladder, WorkingMinutes
from hub.directory import Directory
from hub.message import HerId, Message, Status
from hub.route import Circumstances, When
from tests import builders
from tests.builders import CENTRE, OURS, PARTNER

MUNICIPALITY, WHOLE, STRANGER = HerId("900"), HerId("800"), HerId("404")
TODAY, TOMORROW = date(2026, 11, 24), date(2026, 11, 25)


def agreement(name: str = "A", **changes: object) -> Agreement:
    """An agreement of the practice with its partner, for good."""
    values: dict[str, object] = {"ours": OURS, "partner": PARTNER, "topic": "ikt", "first": date(2026, 1, 1)}
    return Agreement(name, **values | changes)  # type: ignore[arg-type]


def agreements(*every: Agreement) -> Agreements:
    """Agreements of a practice in a municipality with a partner that is part of another."""
    topics = {key: Topic(key, {"nb": key}) for key in ("ansvar", "ikt")}
    return Agreements(every, topics, {OURS: MUNICIPALITY}, {PARTNER: WHOLE})


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (date(2026, 1, 1), TODAY, True),
        (TOMORROW, None, False),
        (date(2026, 1, 1), date(2026, 11, 23), False),
    ],
)
def test_an_agreement_holds_from_its_first_day_to_its_last(first: date, last: date | None, holds: bool) -> None:
    assert holds == agreement(first=first, last=last).holds(TODAY)


def test_the_practices_own_go_before_its_municipalitys_and_the_partners_own_before_its_wholes() -> None:
    everybody = [
        agreement("municipality and whole", ours=MUNICIPALITY, partner=WHOLE),
        agreement("municipality and partner", ours=MUNICIPALITY),
        agreement("practice and whole", partner=WHOLE),
        agreement("practice and partner"),
        agreement("practice and partner, later in the file", topic="ansvar"),
    ]
    assert [
        "practice and partner",
        "practice and partner, later in the file",
        "practice and whole",
        "municipality and partner",
        "municipality and whole",
    ] == [a.name for a in agreements(*everybody).between(OURS, PARTNER)]


def test_nobody_else_has_them() -> None:
    found = agreements(agreement(), agreement("M", ours=MUNICIPALITY, partner=WHOLE))
    assert () == found.between(OURS, STRANGER)
    assert () == found.between(STRANGER, PARTNER)
    assert ["M"] == [a.name for a in found.between(OURS, WHOLE)]
    assert ["M"] == [a.name for a in found.between(MUNICIPALITY, PARTNER)]


def test_those_that_hold_on_a_day_come_in_the_order_of_the_topics() -> None:
    known = agreements(agreement("I"), agreement("O", last=date(2026, 6, 1)), agreement("W", topic="ansvar"))
    assert ["W", "I"] == [a.name for a in known.on(TODAY, OURS, PARTNER)]


def test_a_senders_service_is_enough_to_know_what_is_agreed() -> None:
    known = builders.directory(agreements=agreements(agreement()))
    assert ["A"] == [a.name for a in known.agreed(OURS, None, HerId("201"), TODAY)]
    assert () == known.agreed(OURS, STRANGER, None, TODAY)


SLOW = replace(builders.LADDER, name="slow", due=WorkingMinutes(600))
FAST = replace(builders.LADDER, name="fast", due=WorkingMinutes(30))
LADDERS = (replace(builders.LADDER, name="never", when=When(words=("nobody writes this",))), SLOW, FAST)
PROMISE = {"dialogue": "fast"}


def arrived(known: Directory, m: Message | None = None, now: datetime = builders.TUESDAY) -> tuple[Deadline, ...]:
    """The deadlines of a message that comes from the partner."""
    order = builders.order(directory=known, ladders=(*LADDERS, builders.LADDER))
    return intake.judge(m or builders.message(), order, now).deadlines


def why(*every: Agreement, now: datetime = builders.TUESDAY) -> tuple[str, str]:
    """The ladder and the agreement of such a message."""
    found = arrived(builders.directory(agreements=agreements(*every)), now=now)[0].why
    return found.ladder, found.agreement


def test_an_agreement_gives_the_deadline_of_the_kinds_that_it_names() -> None:
    assert ("fast", "A") == why(agreement(deadlines=PROMISE))
    assert ("slow", "") == why(agreement(deadlines={"request": "fast"}))
    assert ("slow", "") == why(agreement())


def test_the_practices_promise_goes_before_its_municipalitys() -> None:
    municipal = agreement("M", ours=MUNICIPALITY, deadlines={"dialogue": "slow"})
    assert ("slow", "M") == why(municipal)
    assert ("fast", "A") == why(municipal, agreement(deadlines=PROMISE))
    assert ("slow", "M") == why(municipal, agreement(deadlines={"request": "fast"}))
    assert ("slow", "M") == why(municipal, agreement(deadlines=PROMISE, last=date(2026, 11, 23)))


@pytest.mark.parametrize(
    ("now", "agreed"),
    [
        (datetime(2026, 11, 23, 22, 59, tzinfo=UTC), "Old"),  # a minute to midnight in Oslo
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), "New"),  # midnight
    ],
)
def test_the_day_of_receipt_is_the_practices_own(now: datetime, agreed: str) -> None:
    old = agreement("Old", deadlines=PROMISE, last=date(2026, 11, 23))
    assert ("fast", agreed) == why(old, agreement("New", deadlines=PROMISE, first=TODAY), now=now)


def test_no_agreement_is_about_a_cancellation_which_is_only_to_be_read() -> None:
    known = builders.directory(agreements=agreements(agreement(deadlines=PROMISE)))
    (clock,) = arrived(known, builders.message(status=Status.CANCELLED, patient=builders.patient("2")))
    assert ("slow", "") == (clock.why.ladder, clock.why.agreement)


def test_what_is_only_to_be_read_and_tests_follow_the_table_alone() -> None:
    c = asked(agreement(deadlines=PROMISE))
    assert (FAST, "A") == deadline.choose(c, LADDERS)
    assert (SLOW, "") == deadline.choose(replace(c, information=True), LADDERS)
    assert (SLOW, "") == deadline.choose(replace(c, test=True), LADDERS)


def test_no_agreement_slows_down_what_is_urgent() -> None:
    urgent: Ladder = replace(builders.LADDER, name="urgent", when=When(words=("blodtrykk",)), urgent=True)
    assert (urgent, "") == deadline.choose(asked(agreement(deadlines=PROMISE)), (FAST, urgent))


def test_a_rule_can_ask_for_a_valid_agreement_on_a_topic() -> None:
    when = When(agreements=("ansvar", "ikt"))
    assert when.holds(asked(agreement()))
    assert not when.holds(asked(agreement(topic="beredskap")))
    assert not when.holds(asked(agreement(first=TOMORROW)))
    assert not when.holds(asked())


def test_a_rule_that_finds_none_says_what_there_is() -> None:
    when = When(agreements=("ikt",))
    known = asked(agreement(topic="beredskap"), agreement(last=date(2026, 6, 1)), agreement(topic="ansvar"))
    assert "topics agreed with the sender are ansvar, beredskap" == when.mismatch(known)
    assert "topics agreed with the sender are none" == when.mismatch(asked())


def asked(*every: Agreement) -> Circumstances:
    """What rules and ladders can ask of a message from the partner today."""
    m, known = builders.message(), builders.directory(agreements=agreements(*every))
    return route.circumstances(m, known, None, OURS, CENTRE, TODAY)
