"""The municipal messages (PLO 1.5 and 1.6): what they are for, what they do, what they say."""

import re

import pytest
from lxml import etree

from hub.message import Message
from hub.wire import plo, reader
from hub.wire.plo import values, vocabulary
from tests.wire import instances
from tests.wire.builders import dialogue

MONTHS = "januar februar mars april mai juni juli august september oktober november desember".split()
FULL = [(tag, branch) for tag in plo.PAYLOADS for branch in range(instances.branches(tag))]


def message(payload: str, kind: str = "LOG_INNLAGT", **rest: str) -> Message:
    """A municipal message with that payload, read."""
    read = reader.read(dialogue(payload=payload, kind=kind, **rest))
    assert isinstance(read, Message), read
    return read


@pytest.mark.parametrize(("tag", "branch"), FULL, ids=lambda value: str(value).rpartition("/xmlstds/")[2])
def test_all_that_a_sender_writes_is_told(tag: str, branch: int) -> None:
    made = instances.full(tag, branch)
    told = repr(message(etree.tostring(made.root, encoding="unicode")).report.sections)
    assert made.words
    assert [] == [word for word in made.words if word not in told]
    assert [] == [day for day in made.days if values.moment(day) not in told]
