"""Points in time and days, as messages write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from hub.wire import times

INSTANTS = [
    ("2026-11-21T10:32:12+01:00", datetime(2026, 11, 21, 9, 32, 12, tzinfo=UTC)),
    ("2026-11-21T09:32:12Z", datetime(2026, 11, 21, 9, 32, 12, tzinfo=UTC)),
    ("2026-11-21T10:32:12", datetime(2026, 11, 21, 9, 32, 12, tzinfo=UTC)),
    ("2026-07-01T10:32:12", datetime(2026, 7, 1, 8, 32, 12, tzinfo=UTC)),
    ("2026-11-21T09:32:12.123Z", datetime(2026, 11, 21, 9, 32, 12, 123000, tzinfo=UTC)),
    ("2026-11-21T09:32:12.1234567Z", datetime(2026, 11, 21, 9, 32, 12, 123456, tzinfo=UTC)),
    ("2026-11-21T09:32:12.123456789012Z", datetime(2026, 11, 21, 9, 32, 12, 123456, tzinfo=UTC)),
    ("2026-11-21T09:32:12.1234567890123Z", None),
    ("2026-11-21T09:32:12.Z", None),
    ("2026-11-20T24:00:00Z", datetime(2026, 11, 21, tzinfo=UTC)),
    ("2026-11-20T24:00:00.00Z", datetime(2026, 11, 21, tzinfo=UTC)),
    ("2026-11-21T00:00:00-14:00", datetime(2026, 11, 21, 14, tzinfo=UTC)),
    # The hour that comes twice when summer ends is the first of the two.
    ("2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ("2026-11-21", None),
    ("2026-11-21 10:32:12", None),
    ("20261121T103212", None),
    ("2026-11-21T10:32", None),
    ("2026-02-30T10:32:12", None),
    ("2026-11-21T25:00:00", None),
    ("2026-11-21T24:00:01", None),
    ("2026-11-21T10:32:12+15:00", None),
    ("12026-11-21T10:32:12Z", None),
    ("0001-01-01T00:00:00+14:00", None),
    ("9999-12-31T24:00:00", None),
    ("٢٠٢٦-11-21T10:32:12Z", None),
    ("", None),
]


@pytest.mark.parametrize(("written", "expected"), INSTANTS)
def test_a_time_without_zone_is_norwegian_and_others_are_what_they_say(written: str, expected: datetime | None) -> None:
    assert expected == times.instant(written)


DAYS = [
    ("1950-01-31", date(1950, 1, 31)),
    ("1950-01-31Z", date(1950, 1, 31)),
    ("1950-01-31+01:00", date(1950, 1, 31)),
    ("1950-02-30", None),
    ("19500131", None),
    ("31.01.1950", None),
    ("", None),
]


@pytest.mark.parametrize(("written", "expected"), DAYS)
def test_a_day_is_what_it_says(written: str, expected: date | None) -> None:
    assert expected == times.day(written)


def test_the_hub_writes_norwegian_time() -> None:
    assert "2026-07-01T12:00:00+02:00" == times.written(datetime(2026, 7, 1, 10, 0, 0, 999, tzinfo=UTC))


DATE_TIME = etree.XMLSchema(
    etree.fromstring(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:dateTime"/></xs:schema>'
    )
)


@settings(max_examples=300, deadline=None)
@given(
    st.from_regex(
        r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,8})?(Z|[+-][01][0-9]:[0-5][0-9])?",
        fullmatch=True,
    )
)
def test_what_is_read_as_a_time_may_be_repeated_in_an_acknowledgement(written: str) -> None:
    if times.instant(written) is not None:
        element = etree.Element("a")
        element.text = written
        assert DATE_TIME.validate(element)
