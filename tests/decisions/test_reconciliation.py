"""Two lists are held beside each other, and what each lacks is found; whatever a partner sends is read or refused."""

import json
from datetime import UTC, date, datetime

import pytest

from hub import reconciliation
from hub.errors import BadRequest
from hub.reconciliation import Lacking, Passed, Way
from tests import builders

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)


def line(n: int, way: Way = Way.TO_HUB, kind: str = "dialogue") -> Passed:
    return reconciliation.passed(way, builders.msg_id(n), kind, NOON, "accepted")


def ids(*numbers: int) -> list[str]:
    return [builders.msg_id(n) for n in numbers]


LINES = [line(1), line(2), line(3, Way.FROM_HUB, "answer")]
CSV = reconciliation.as_csv(LINES, "900200", DAY, "Europe/Oslo")


@pytest.mark.parametrize(
    "raw",
    [
        CSV,
        reconciliation.as_json(LINES, "900200", ["900100"], DAY, "Europe/Oslo"),
        b"\xef\xbb\xbf" + CSV.replace(b",", b";").replace(b"\n", b"\r\n"),
    ],
    ids=["csv", "json", "csv from a spreadsheet"],
)
def test_our_own_list_is_read_back_and_nothing_is_lacking(raw: bytes) -> None:
    read = reconciliation.theirs(raw)
    assert {Way.TO_HUB: ids(1, 2), Way.FROM_HUB: ids(3)} == read
    assert [Lacking(way, (), (), (0, 0)) for way in Way] == reconciliation.compare(LINES, read)


def test_a_list_says_whose_it_is_and_of_which_day_so_that_no_other_has_its_signature() -> None:
    assert b"partner,900200,day,2026-11-24,zone,Europe/Oslo\n" == reconciliation.as_csv(
        [], "900200", DAY, "Europe/Oslo"
    ).removesuffix(b"way,msg_id,kind,at,verdict,about\n")
    days = [(partner, day) for partner in ("900200", "900300") for day in (DAY, date(2026, 11, 25))]
    assert 4 == len({reconciliation.as_csv([], *day, "Europe/Oslo") for day in days})
    # A spreadsheet has as many columns on every line.
    assert {5} == {row.count(b",") for row in CSV.splitlines()}


def test_what_is_wrong_with_a_list_is_told_by_its_own_line() -> None:
    with pytest.raises(BadRequest, match="line 3 of the list: way"):
        reconciliation.theirs(CSV.replace(b"to_hub", b"here"))
    with pytest.raises(BadRequest, match="line 2 of the list: way"):
        reconciliation.theirs(b"partner,way,msg_id\n900200,here,x\n")


def test_what_each_side_lacks_is_found_either_way() -> None:
    theirs = {Way.TO_HUB: ids(2, 4, 4), Way.FROM_HUB: ids(5)}
    to_hub, from_hub = reconciliation.compare(LINES, theirs)
    assert (ids(4), ids(1)) == ([*to_hub.by_us], [*to_hub.by_them])
    assert (ids(5), ids(3)) == ([*from_hub.by_us], [*from_hub.by_them])
    assert not to_hub.agreed


def test_a_plain_list_of_ids_is_what_they_sent_whatever_the_case_of_its_letters() -> None:
    read = reconciliation.theirs("\n".join([*ids(1, 2), ""]).upper().encode())
    (found,) = reconciliation.compare(LINES, read)
    assert Lacking(Way.TO_HUB, (), (), (0, 0)) == found


def test_who_lists_no_acknowledgements_lacks_none_and_who_lists_some_lacks_the_others() -> None:
    receipts = [line(n, Way.FROM_HUB, "apprec") for n in (7, 8)]
    silent, telling = (
        reconciliation.compare([*LINES, *receipts], {Way.FROM_HUB: known})[0] for known in (ids(3), ids(3, 7))
    )
    assert (True, 2) == (silent.agreed, silent.passed_over)
    assert (ids(8), 0) == ([*telling.by_them], telling.passed_over)


def test_lines_without_a_uuid_are_counted_and_not_compared() -> None:
    odd = reconciliation.passed(Way.TO_HUB, "EPI-1", "discharge_summary", NOON, "accepted")
    (found,) = reconciliation.compare([odd], {Way.TO_HUB: ["EPI-1"]})
    assert (True, (1, 1)) == (found.agreed, found.untold)
    (lost,) = reconciliation.compare([odd], {Way.TO_HUB: ["EPI-1", "EPI-2"]})
    assert not lost.agreed


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"\xff\xfe", "UTF-8"),
        (b"{", "JSON"),
        (b'{"to_hub": 1}', "JSON"),
        (b'{"to_hub": ["x"]}', "JSON"),
        (b"{" * 100_000, "JSON"),
        (b"way,msg_id\nsideways,1\n", "line 2"),
        (b"way,msg_id\nto_hub," + b"x" * 200_000, "CSV"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_mend(raw: bytes, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        reconciliation.theirs(raw)


def test_a_day_may_have_23_or_25_hours() -> None:
    spans = [reconciliation.span(day, "Europe/Oslo") for day in (date(2026, 3, 29), date(2026, 10, 25), DAY)]
    assert [23, 25, 24] == [(end - first).total_seconds() / 3600 for first, end in spans]


def test_the_same_list_has_the_same_bytes() -> None:
    """A signature is over bytes: whoever fetches a list twice can hold one beside the other."""
    made = [reconciliation.as_json(LINES, "900200", ids, DAY, "Europe/Oslo") for ids in (["2", "1"], ["1", "2"])]
    assert made[0] == made[1]
    told = json.loads(made[0])
    assert ({"dialogue": 2}, {"answer": 1}) == (told["counts"]["to_hub"], told["counts"]["from_hub"])
    assert ("2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z") == (told["from"], told["to"])
