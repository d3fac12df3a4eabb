"""What a broker tells of a delivery is complete and right, or its sender hears which part of it is not (HITS 1216)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import transport
from hub.message import Fault
from hub.transport import Condition, Origin
from tests import builders

NOW = builders.TUESDAY
ORIGIN = builders.ORIGIN
PKCS7 = "application/pkcs7-mime; smime-type=signed-and-enveloped-data"


def told(origin: Origin) -> tuple[str, str] | None:
    """What is wrong and where, as the sender is told."""
    found = transport.wrong(origin)
    return (found.condition.value, found.data) if found else None


def test_what_is_complete_is_taken() -> None:
    assert told(ORIGIN) is None
    assert told(Origin("", "x", "", "text/xml", "1", "2", "2026-11-24T07:59:00Z")) is None


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("to_her_id", "toHerId"),
        ("from_her_id", "fromHerId"),
        ("label", "Label"),
        ("sent", "applicationTimeStamp"),
        ("content_type", "ContentType"),
    ],
)
def test_a_property_that_is_missing_is_named(field: str, name: str) -> None:
    origin = replace(ORIGIN, **{field: ""})
    assert ("transport:required-field-missing", name) == told(origin)
    found = transport.wrong(origin)
    assert found is not None
    assert ("X99", True, True) == (found.fault.code, name in found.fault.en, name in found.fault.nb)


@pytest.mark.parametrize("field", ["id", "reply_to"])
def test_what_is_not_required_may_be_missing(field: str) -> None:
    assert told(replace(ORIGIN, **{field: ""})) is None


@pytest.mark.parametrize(("field", "name"), [("to_her_id", "toHerId"), ("from_her_id", "fromHerId")])
@pytest.mark.parametrize("value", ["x", "9 00", "900.200", "-1", "٩٠٠", "²", "1" * 33, "1\n"])
def test_a_her_id_has_digits_only(field: str, name: str, value: str) -> None:
    assert ("transport:invalid-field-value", name) == told(replace(ORIGIN, **{field: value}))


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01T00:00:00", "08:59:00", "2026-11-24T08:59:00+99:00", "0"])
def test_a_time_that_is_none_is_told(value: str) -> None:
    assert ("transport:invalid-field-value", "applicationTimeStamp") == told(replace(ORIGIN, sent=value))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-24T08:59:00+01:00", datetime(2026, 11, 24, 7, 59, tzinfo=UTC)),
        ("2026-11-24T07:59:00Z", datetime(2026, 11, 24, 7, 59, tzinfo=UTC)),
        ("2026-11-24T07:59:00", datetime(2026, 11, 24, 7, 59, tzinfo=UTC)),
        ("2026-11-24T07:59:00.1234567Z", datetime(2026, 11, 24, 7, 59, 0, 123456, UTC)),
    ],
)
def test_a_time_is_a_moment_and_without_a_zone_it_is_utc(written: str, moment: datetime) -> None:
    assert moment == transport.moment(written)


@given(st.text())
def test_any_text_is_an_aware_time_or_none(text: str) -> None:
    found = transport.moment(text)
    assert found is None or found.tzinfo is not None


@given(st.builds(Origin, *[st.text(max_size=40) | st.just(value) for value in ("id", "x", "q", "text/xml", "1", "2")]))
def test_whatever_is_told_is_judged(origin: Origin) -> None:
    found = transport.wrong(origin)
    assert found is not None
    told = transport.returned(origin, found.condition, found.data, found.fault.en, NOW)
    # Whoever does not say who it is may still have said where to answer.
    assert told is None or (transport.has_queues(told.to_her_id) and told.queue == transport.errors(told.to_her_id))
    assert told is not None or not transport.has_queues(origin.from_her_id)


@pytest.mark.parametrize("value", [PKCS7, "Application/PKCS7-Mime"])
def test_a_sealed_body_cannot_be_opened_here(value: str) -> None:
    assert ("transport:decryption-failed", "ContentType") == told(replace(ORIGIN, content_type=value))


@pytest.mark.parametrize("value", ["text/plain", "application/soap+xml", "xml", ";application/xml"])
def test_a_body_of_another_type_is_not_supported(value: str) -> None:
    assert ("transport:unsupported-message", "ContentType") == told(replace(ORIGIN, content_type=value))


@pytest.mark.parametrize("value", ["application/xml", "text/xml", "TEXT/XML ; charset=utf-8", "application/xml;"])
def test_the_document_itself_is_taken_under_both_its_types(value: str) -> None:
    assert told(replace(ORIGIN, content_type=value)) is None


def test_of_many_things_the_first_is_told() -> None:
    assert ("transport:required-field-missing", "toHerId") == told(Origin())


@pytest.mark.parametrize(
    ("fault", "condition"),
    [
        (Fault("T10", "unknown message", ""), Condition.UNSUPPORTED_MESSAGE),
        (Fault("T01", "The encoding is UTF-7", ""), Condition.INVALID_ENCODING),
        (Fault("T01", "not XML", ""), Condition.NOT_WELL_FORMED_XML),
    ],
)
def test_bytes_that_cannot_be_read_are_told_as_what_they_are(fault: Fault, condition: Condition) -> None:
    assert condition == transport.unreadable((fault,))


def test_an_error_goes_to_the_error_queue_of_whoever_sent() -> None:
    at = datetime(2026, 11, 24, 9, 0, 0, 999, timezone(timedelta(hours=1)))
    label = transport.returned(ORIGIN, Condition.INVALID_FIELD_VALUE, "toHerId", "words", at)
    assert label is not None
    assert ("DIALOG_HELSEFAGLIG", "101", "201", "201_error", "id-1", "text/plain") == (
        *(label.function, label.from_her_id, label.to_her_id),
        *(label.queue, label.correlation, label.content_type),
    )
    assert {
        "originalMessageId": "id-1",
        "receiverTimeStamp": "2026-11-24T08:00:00+00:00",
        "errorCondition": "transport:invalid-field-value",
        "errorDescription": "words",
        "errorConditionData": "toHerId",
    } == label.told


def test_an_error_never_goes_where_replies_were_wanted() -> None:
    label = transport.returned(replace(ORIGIN, reply_to="100_async"), Condition.NOT_WELL_FORMED_XML, "", "words", NOW)
    assert "201_error" == (label and label.queue)


@pytest.mark.parametrize("her_id", ["", "nobody", "1" * 33, "../x", "201_async"])
def test_nobody_is_told_where_nobody_is_named(her_id: str) -> None:
    nobody = replace(ORIGIN, from_her_id=her_id, reply_to="")
    assert transport.returned(nobody, Condition.INTERNAL_ERROR, "", "words", NOW) is None


@pytest.mark.parametrize("reply_to", ["201_async", "201_error", "201"])
def test_who_does_not_say_who_it_is_is_told_where_it_wants_replies(reply_to: str) -> None:
    label = transport.returned(
        replace(ORIGIN, from_her_id="", reply_to=reply_to), Condition.REQUIRED_FIELD_MISSING, "fromHerId", "words", NOW
    )
    assert ("201_error", "201") == (label and label.queue, label and label.to_her_id)


@pytest.mark.parametrize("reply_to", ["amq.gen-1", "100_async/../x", "_async", "sambud"])
def test_an_address_that_is_no_partys_queue_is_none(reply_to: str) -> None:
    lost = replace(ORIGIN, from_her_id="", reply_to=reply_to)
    assert transport.returned(lost, Condition.REQUIRED_FIELD_MISSING, "fromHerId", "words", NOW) is None


def test_a_party_has_three_queues() -> None:
    assert ("1_async", "1_error", "1_dl") == (transport.inbound("1"), transport.errors("1"), transport.dead("1"))
