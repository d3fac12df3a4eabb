"""Partners speak AMQP 1.0 (HITS 1216): what they send is read, and what we send tells them what it must.

The client is not ours and not Python's: Qpid Proton of Debian's own Python, in a process of its own.
"""

import asyncio
import json
import subprocess
from typing import Any

import pytest

from hub import transport
from hub.broker import Connection, Sent
from hub.transport import Condition, Origin, errors, inbound
from tests import builders
from tests.broker.place import PATIENCE, Place, arrived
from tests.servers import rabbitmq as mq

NOW = builders.TUESDAY
SENT = "2026-11-24T08:59:00+01:00"

CONNECT = """
import json, sys, uuid
from proton import Message, symbol, timestamp, ubyte
from proton.utils import BlockingConnection
port, *words = sys.argv[1:]
url = f"amqp://guest:guest@127.0.0.1:{port}"
connection = BlockingConnection(url, timeout=20, allowed_mechs="PLAIN", allow_insecure_mechs=True)
"""

# Each message is an expression: JSON has no bytes, and only one kind of number.
SEND = """
sender = connection.create_sender(words[0])
for written in words[1:]:
    message = Message()
    for name, value in eval(written).items():
        setattr(message, name, value)
    sender.send(message)
connection.close()
"""

RECEIVE = """
receiver = connection.create_receiver(words[0])
found = receiver.receive()
receiver.accept()
connection.close()
own = ("id", "subject", "reply_to", "correlation_id", "content_type", "address", "durable", "inferred")
told = {name: getattr(found, name) for name in own}
print(json.dumps({**told, "properties": found.properties, "body": bytes(found.body).decode()}))
"""


async def proton(node: mq.Node, script: str, *words: str) -> str:
    """What a client of AMQP 1.0 prints."""
    client = await asyncio.create_subprocess_exec(
        *("/usr/bin/python3", "-c", CONNECT + script, str(node.port), *words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE):
        said, complained = await client.communicate()
    assert 0 == client.returncode, complained.decode()
    return said.decode()


def message(place: Place, **changes: Any) -> str:
    """A message as a partner sends it; what changes is told beside or instead."""
    told = {"toHerId": place.service, "fromHerId": place.nursing, "applicationTimeStamp": SENT}
    values = {
        "inferred": True,
        "body": b"<xml/>",
        "id": "id-1",
        "subject": "DIALOG_HELSEFAGLIG",
        "reply_to": inbound(place.nursing),
        "correlation_id": "id-1",
        "content_type": "application/xml; charset=utf-8",
        "properties": told | changes.pop("properties", {}),
    }
    return repr(values | changes)


def origin(place: Place, **changes: str) -> Origin:
    values = {
        "id": "id-1",
        "label": "DIALOG_HELSEFAGLIG",
        "reply_to": inbound(place.nursing),
        "content_type": "application/xml; charset=utf-8",
        "from_her_id": place.nursing,
        "to_her_id": place.service,
        "sent": SENT,
    }
    return Origin(**values | changes)


async def collected(line: Connection, rabbitmq: mq.Node, place: Place, *messages: str) -> list[tuple[Origin, bytes]]:
    """What the hub reads of messages that a partner sends."""
    await proton(rabbitmq, SEND, f"/exchange/sambud/{inbound(place.service)}", *messages)
    await line.consume([place.taken], 100)
    return [(each.origin, each.body) for each in await arrived(line, len(messages))]


async def test_what_a_partner_sends_is_read_in_our_words(rabbitmq: mq.Node, line: Connection, place: Place) -> None:
    body = "<?xml version='1.0'?><a>æ\0\xff</a>".encode()
    ((told, content),) = await collected(line, rabbitmq, place, message(place, body=body))
    assert (origin(place), body) == (told, content)
    assert ("application/xml", None) == (told.media_type, transport.wrong(told))


async def test_a_body_may_be_one_text_and_may_be_empty(rabbitmq: mq.Node, line: Connection, place: Place) -> None:
    text, empty = message(place, inferred=False, body="<a>æ</a>"), message(place, body=b"")
    found = await collected(line, rabbitmq, place, text, empty)
    assert ["<a>æ</a>".encode(), b""] == [body for _, body in found]


async def test_a_body_that_is_no_document_is_handed_on_as_it_came(
    rabbitmq: mq.Node, line: Connection, place: Place
) -> None:
    ((told, body),) = await collected(line, rabbitmq, place, message(place, inferred=False, body={"a": 1}))
    assert (origin(place), b"\x00Sw") == (told, body[:3])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("uuid.UUID(int=5)", "00000000-0000-0000-0000-000000000005", id="UUID"),
        pytest.param("b'abc'", "616263", id="binary"),
        pytest.param("'x' * 255", "x" * 255, id="long"),
        pytest.param("None", "", id="none"),
        # PostgreSQL keeps none in a text.
        pytest.param(r"'\0id\0-1'", "id-1", id="NUL"),
    ],
)
async def test_an_id_may_be_of_other_types(
    rabbitmq: mq.Node, line: Connection, place: Place, value: str, text: str
) -> None:
    written = message(place).replace("'id': 'id-1'", f"'id': {value}")
    ((told, _),) = await collected(line, rabbitmq, place, written)
    assert origin(place, id=text) == told


async def test_what_else_a_partner_tells_hides_nothing(rabbitmq: mq.Node, line: Connection, place: Place) -> None:
    """Optional properties of HITS 1216, and what no standard knows."""
    others = {"cpaId": "", "X-AttachmentInfo-Count": 2, "none": None, "list": [1], "much": "æ" * 50_000}
    more = message(place, properties=others).replace("'cpaId'", "'at': timestamp(-1), 'n': ubyte(1), 'cpaId'")
    ((told, _),) = await collected(line, rabbitmq, place, more)
    assert origin(place) == told


async def test_a_partner_that_tells_nothing_is_read_as_having_told_nothing(
    rabbitmq: mq.Node, line: Connection, place: Place
) -> None:
    ((told, body),) = await collected(line, rabbitmq, place, repr({"inferred": True, "body": b"<xml/>"}))
    assert (Origin(), b"<xml/>") == (told, body)


async def test_a_partner_reads_what_we_sent_and_what_we_told_of_it(
    rabbitmq: mq.Node, line: Connection, place: Place
) -> None:
    label = place.label(told={"X-MessageInfo-Type": "APPREC", "X-MessageInfo-MsgId": "æ" * 300, "empty": ""})
    body = "<AppRec>æ</AppRec>"
    assert Sent.CONFIRMED == await line.publish(label, body.encode(), "ours", inbound(place.service), NOW)
    assert {
        "id": "ours",
        "address": inbound(place.nursing),
        "subject": "APPREC",
        "reply_to": inbound(place.service),
        "correlation_id": "theirs",
        "content_type": "application/xml",
        "durable": True,
        "inferred": True,
        "properties": {
            "fromHerId": place.service,
            "toHerId": place.nursing,
            "applicationTimeStamp": "2026-11-24T08:00:00+00:00",
            "X-MessageInfo-Type": "APPREC",
            "X-MessageInfo-MsgId": "æ" * 300,
            "empty": "",
        },
        "body": body,
    } == json.loads(await proton(rabbitmq, RECEIVE, f"/amq/queue/{place.sent}"))


async def test_what_answers_nothing_is_correlated_with_itself(
    rabbitmq: mq.Node, line: Connection, place: Place
) -> None:
    await line.publish(place.label(correlation=""), b"<xml/>", "ours", "", NOW)
    read = json.loads(await proton(rabbitmq, RECEIVE, f"/amq/queue/{place.sent}"))
    assert ("ours", "ours", None) == (read["id"], read["correlation_id"], read["reply_to"])


async def test_a_partner_reads_in_its_error_queue_what_became_of_its_message(
    rabbitmq: mq.Node, line: Connection, place: Place
) -> None:
    label = transport.returned(origin(place), Condition.SPOOFING_ATTACK, "fromHerId", "no æ", NOW)
    assert label is not None
    assert Sent.CONFIRMED == await line.publish(label, b"", "ours", inbound(place.service), NOW)
    read = json.loads(await proton(rabbitmq, RECEIVE, f"/amq/queue/{errors(place.partner)}"))
    assert ("", "text/plain", "id-1") == (read["body"], read["content_type"], read["correlation_id"])
    assert {
        "fromHerId": place.service,
        "toHerId": place.nursing,
        "applicationTimeStamp": "2026-11-24T08:00:00+00:00",
        "originalMessageId": "id-1",
        "receiverTimeStamp": "2026-11-24T08:00:00+00:00",
        "errorCondition": "abuse:spoofing-attack",
        "errorDescription": "no æ",
        "errorConditionData": "fromHerId",
    } == read["properties"]
