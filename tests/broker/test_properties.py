"""What we write by ourselves is what the library would write."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from pamqp.commands import Basic

from hub.broker.properties import properties

SHORT = st.text(max_size=60, alphabet=st.characters(exclude_categories=["Cs"])).filter(lambda x: len(x.encode()) < 256)
FULL = SHORT.filter(bool)
VALUES = st.one_of(st.text(max_size=600, alphabet=st.characters(exclude_categories=["Cs"])), st.binary(max_size=600))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@given(FULL, FULL, FULL, FULL, FULL, MOMENTS, st.dictionaries(FULL.filter(lambda x: len(x.encode()) < 129), VALUES))
def test_properties_are_written_as_the_library_writes_them(id, type, content, correlation, reply, at, headers):
    ours = properties(
        message_id=id,
        type=type,
        content_type=content,
        correlation_id=correlation,
        reply_to=reply,
        at=at,
        headers=headers,
    )
    theirs = Basic.Properties(
        message_id=id,
        message_type=type,
        content_type=content,
        correlation_id=correlation,
        reply_to=reply,
        timestamp=at,
        delivery_mode=2,
        headers={name: bytearray(x) if isinstance(x, bytes) else x for name, x in headers.items()},
    )
    assert theirs.marshal() == ours.marshal()
    assert theirs.message_id == ours.message_id
