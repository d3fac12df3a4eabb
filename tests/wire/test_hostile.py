"""Attacks: each is turned away or read at once, for little memory, and nothing outside the bytes is ever touched."""

import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from hub.message import Message, Reading, Refusal
from hub.wire import Readers, reader
from tests.wire import builders
from tests.wire.attacks import ATTACKS, verdict
from tests.wire.builders import DIALOG_1_1, MSGHEAD, OID, XHTML, dialogue, ident, note, organisation
from tests.wire.gauge import MB, Cost, Gauge

# What one attack may cost its reader (issue 3, Build 10).
SECONDS = 0.2
MEMORY = 128 * MB
TRIES = 5

PLAIN = dialogue(declaration="").decode()


class Listener:
    """Somebody to call, who counts the calls; nobody must ever come."""

    def __init__(self, server: socket.socket) -> None:
        self._server = server
        server.setblocking(False)

    @property
    def address(self) -> str:
        """The listener's address in a form that a parser might fetch."""
        return f"http://127.0.0.1:{self._server.getsockname()[1]}/x"

    @property
    def called(self) -> bool:
        """Whether anybody came: a call waits in the queue until somebody takes it."""
        try:
            caller, _ = self._server.accept()
        except BlockingIOError:
            return False
        caller.close()
        return True


@contextmanager
def listening() -> Iterator[Listener]:
    """A listener on this machine."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield Listener(server)


@pytest.fixture(scope="module")
async def measured() -> AsyncIterator[dict[str, tuple[Cost, bool]]]:
    """What each attack cost one reader process, one after the other, and whether anybody called meanwhile."""
    with listening() as listener:
        async with Readers(seconds=30) as readers:
            gauge = Gauge(readers)
            yield {a.name: (await _cost(gauge, a.build(listener.address)), listener.called) for a in ATTACKS}


async def _cost(gauge: Gauge, raw: bytes) -> Cost:
    """What it costs; measured again when it seems long, as a shared machine counts what its neighbours take as well."""
    costs = [await gauge.read(raw)]
    while costs[-1].seconds >= SECONDS and len(costs) < TRIES:
        costs.append(await gauge.read(raw))
    return min(costs, key=lambda cost: cost.seconds)


async def test_every_attack_ends_as_it_must(measured: dict[str, tuple[Cost, bool]]) -> None:
    assert {a.name: a.verdict for a in ATTACKS} == {name: verdict(cost.reading) for name, (cost, _) in measured.items()}


async def test_no_attack_takes_long(measured: dict[str, tuple[Cost, bool]]) -> None:
    """Time on a processor is what is bounded: the time on a clock depends on whoever else is at work."""
    assert {} == {name: cost.seconds for name, (cost, _) in measured.items() if cost.seconds >= SECONDS}


async def test_no_attack_takes_much_memory(measured: dict[str, tuple[Cost, bool]]) -> None:
    assert {} == {name: cost.memory // MB for name, (cost, _) in measured.items() if cost.memory >= MEMORY}


async def test_no_attack_makes_the_reader_call_anybody(measured: dict[str, tuple[Cost, bool]]) -> None:
    assert [] == [name for name, (_, called) in measured.items() if called]


def test_no_text_is_lost_in_an_attack_that_is_read() -> None:
    survivors = [a for a in ATTACKS if a.text is not None]
    assert [a.text for a in survivors] == [_text(reader.read(a.build("http://127.0.0.1:9/x"))) for a in survivors]


def _text(reading: Reading) -> str:
    assert isinstance(reading, Message)
    return reading.parts[0].text


def test_every_attack_has_a_name_of_its_own() -> None:
    assert sorted({a.name for a in ATTACKS}) == sorted(a.name for a in ATTACKS)


def test_a_call_is_noticed() -> None:
    with listening() as listener:
        assert not listener.called
        port = int(listener.address.rpartition(":")[2].removesuffix("/x"))
        caller = threading.Thread(target=lambda: socket.create_connection(("127.0.0.1", port)).close())
        caller.start()
        caller.join()
        assert listener.called


async def test_what_an_attack_costs_is_noticed() -> None:
    """The gauge sees work and memory that a large message is known to take."""
    async with Readers(seconds=30) as readers:
        cost = await Gauge(readers).read(dialogue(body=note(text="a b\n" * 5_000_000)))
    assert isinstance(cost.reading, Message)
    assert cost.seconds > 0
    assert cost.memory > 40 * MB


def test_nothing_is_fetched_without_a_process_either() -> None:
    """The reader's own settings hold, not only the limits of its process."""
    with listening() as listener:
        for attack in ATTACKS:
            raw = attack.build(listener.address)
            if listener.address.encode() in raw:
                reader.read(raw)
        assert not listener.called


def test_a_document_type_is_refused_in_words() -> None:
    read = reader.read(f"<!DOCTYPE MsgHead>{PLAIN}".encode())
    assert ["The message has a DOCTYPE; document types and entities are not accepted"] == [
        fault.en for fault in getattr(read, "faults", ())
    ]


def test_depth_is_refused_in_words() -> None:
    read = reader.read(dialogue(body=note(text="<div>" * 300 + "</div>" * 300)))
    assert isinstance(read, Refusal)
    assert ["Elements are nested too deeply, or a name or a text is too long"] == [f.en for f in read.faults]


def test_only_the_message_itself_is_read_when_another_is_wrapped_inside() -> None:
    inner = PLAIN.replace(builders.MSG_ID, "11111111-1111-1111-1111-111111111111")
    read = reader.read(dialogue(body=note(text=inner)))
    assert isinstance(read, Message)
    assert builders.MSG_ID == read.envelope.msg_id
    assert 1 == len(read.parts)


def test_a_second_head_in_the_same_message_is_refused_for_the_first_sender() -> None:
    other = "<MsgInfo>" + "<Sender>" + organisation("Andre", ident("900999")) + "</Sender></MsgInfo>"
    read = reader.read(PLAIN.replace("<Document>", f"{other}<Document>", 1).encode())
    assert isinstance(read, Refusal)
    assert "900400" == read.envelope.sender.level_1


def test_markup_in_a_text_arrives_as_words_only() -> None:
    text = "<p>a<script>alert(1)</script><a href='javascript:b()' onclick='c()'>d</a></p>"
    read = reader.read(dialogue(body=note(text=f'<div xmlns="{XHTML}">{text}</div>')))
    assert isinstance(read, Message)
    assert "a\nalert(1)\nd (javascript:b())" == read.parts[0].text


def test_the_reader_opens_no_file_of_a_message(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<hemmelig/>")
    where = f'xmlns:x="http://www.w3.org/2001/XMLSchema-instance" x:schemaLocation="{MSGHEAD} {secret.as_uri()}"'
    coded = f'<d:Notat><d:TemaKodet V="{secret.as_uri()}" S="{OID}1"/></d:Notat>'
    payload = f'<d:Dialogmelding xmlns:d="{DIALOG_1_1}" {where}>{coded}</d:Dialogmelding>'
    assert "hemmelig" not in repr(reader.read(dialogue(payload=payload)))
