"""Attacks: each is turned away at once, and nothing outside the bytes is ever touched."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.message import Message, Refusal, Unreadable
from hub.wire import reader
from tests.wire import builders
from tests.wire.builders import DIALOG_1_1, MSGHEAD, OID, dialogue, ident, note, organisation, patient


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody to call; it must never be called."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.setblocking(False)
        yield server


def address(listener: socket.socket) -> str:
    """The listener's address in a form that a parser might fetch."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}/x"


def called(listener: socket.socket) -> bool:
    """Whether anybody came."""
    try:
        listener.accept()
    except BlockingIOError:
        return False
    return True


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
PLAIN = dialogue(declaration="").decode()
REFERRING = dialogue(declaration="", body=note(text="&a;")).decode()
WITH_ENTITIES = {
    "a billion laughs": f'<!DOCTYPE MsgHead [<!ENTITY l0 "ha">{LAUGHS}]>' + REFERRING.replace("&a;", "&l9;"),
    "a file": f'<!DOCTYPE MsgHead [<!ENTITY a SYSTEM "file:///etc/passwd">]>{REFERRING}',
    "an entity that only hides text": f'<!DOCTYPE MsgHead [<!ENTITY a "tekst">]>{REFERRING}',
    "a document type without entities": f"<!DOCTYPE MsgHead>{PLAIN}",
    "an attribute's default": f'<!DOCTYPE MsgHead [<!ATTLIST MsgHead a CDATA "b">]>{PLAIN}',
}


@pytest.mark.parametrize("written", WITH_ENTITIES.values(), ids=WITH_ENTITIES)
def test_entities_are_turned_away(written: str) -> None:
    read = reader.read(written.encode())
    assert isinstance(read, Unreadable)
    assert ["The message has a DOCTYPE; document types and entities are not accepted"] == [f.en for f in read.faults]


def test_nothing_is_fetched_from_anywhere(listener: socket.socket) -> None:
    where = address(listener)
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    calling = [
        f'<!DOCTYPE MsgHead SYSTEM "{where}">{PLAIN}',
        f'<!DOCTYPE MsgHead [<!ENTITY % a SYSTEM "{where}"> %a;]>{PLAIN}',
        PLAIN.replace("<MsgHead ", f'<MsgHead xmlns:xsi="{xsi}" xsi:schemaLocation="{MSGHEAD} {where} urn:a {where}" '),
        PLAIN.replace("<MsgHead ", f'<MsgHead xmlns:xsi="{xsi}" xsi:noNamespaceSchemaLocation="{where}" '),
        dialogue(payload=f'<a xmlns="urn:a" xmlns:xsi="{xsi}" xsi:schemaLocation="urn:a {where}"/>').decode(),
        dialogue(body=note(text=f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{where}"/>')).decode(),
        dialogue(body=note(text=f'<p><img src="{where}"/><a href="{where}">x</a></p>')).decode(),
        f'<?xml-stylesheet href="{where}" type="text/xsl"?>{PLAIN}',
        f'<?xml-model href="{where}"?>{PLAIN}',
    ]
    for written in calling:
        reader.read(written.encode())
    assert not called(listener)


def test_a_schema_location_changes_nothing() -> None:
    written = PLAIN.replace(
        "<MsgHead ",
        '<MsgHead xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a file:///etc/passwd" ',
    )
    assert isinstance(reader.read(written.encode()), Message)


def test_an_include_stays_an_empty_element() -> None:
    text = '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    read = reader.read(dialogue(body=note(text=text)))
    assert isinstance(read, Message)
    assert "" == read.parts[0].text


DIV = "<div>"
LARGE = {
    "depth": dialogue(body=note(text=DIV * 300 + DIV.replace("<", "</") * 300)),
    "more depth, in a large message": dialogue(
        body=note(text=DIV * 190_000 + "x" * 9_500_000 + DIV.replace("<", "</") * 190_000)
    ),
    "a million siblings": dialogue(body=note(text="<p/>" * 1_000_000)),
    "siblings without end": dialogue(patient=patient(idents="<Ident><Id/><TypeId/></Ident>" * 60_000)),
    "as many faults as can be": dialogue(patient=patient(idents="<Ident><Id/><TypeId S='x'/></Ident>" * 3_300)),
    "faults without end": dialogue(patient=patient(idents="<Ident><Id/><TypeId S='x'/></Ident>" * 60_000)),
    "foreign elements without end": dialogue(body=note(text="<x xmlns='urn:a'/>" * 190_000)),
    "XHTML without end": dialogue(body=note(text=f"<div xmlns='{builders.XHTML}'>{'<p>a</p>' * 190_000}</div>")),
    "notes without end": dialogue(body='<Notat><TemaKodet V="6"/><Tema>a</Tema></Notat>' * 50_000),
    "a hundred thousand attributes": dialogue(
        body=note(text="<p " + " ".join(f'a{n}=""' for n in range(100_000)) + "/>")
    ),
    "two thousand attributes": dialogue(body=note(text="<p " + " ".join(f'a{n}=""' for n in range(1_900)) + "/>")),
    "a huge attribute": dialogue(body=note(text=f'<p a="{"x" * 8_000_000}"/>')),
    "a huge name": dialogue(body=note(text=f"<{'a' * 8_000_000}/>")),
    "a huge text": dialogue(body=note(text="a b\n" * 2_000_000)),
    "a huge text of marks": dialogue(body=note(text="<p> \n</p>" * 100_000)),
    "a huge comment": dialogue(body=note(text=f"<!--{'- ' * 4_000_000}-->")),
    "namespaces without end": dialogue(
        body=note(text="".join(f'<a{n}:p xmlns:a{n}="urn:{n}"/>' for n in range(50_000)))
    ),
    "a hostile pattern": dialogue(body=note(system="1." * 40 + "!")),
    "a longer hostile pattern": dialogue(body=note(system="1" * 100_000 + "!")),
    "equals signs": dialogue(body=note(text=f"<![CDATA[{'=' * 8_000_000}]]>")),
    "quotes": dialogue(body=note(text="'\"" * 4_000_000)),
    "openings in a comment": dialogue(body=note(text=f"<!--{'<a b=' * 80_000}-->")),
    "declarations before the root": dialogue(declaration="<?a?><!---->" * 90_000),
}


@pytest.mark.parametrize("raw", LARGE.values(), ids=LARGE)
def test_what_is_built_to_exhaust_is_read_or_turned_away_in_time(raw: bytes) -> None:
    start = time.perf_counter()
    read = reader.read(raw)
    seconds = time.perf_counter() - start
    assert isinstance(read, Message | Refusal | Unreadable)
    # Ten times what it takes on a small machine: a guard against growth with the square, not a measurement.
    assert seconds < 20


def test_depth_is_refused_with_its_line() -> None:
    read = reader.read(LARGE["depth"])
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
    read = reader.read(dialogue(body=note(text=text)))
    assert isinstance(read, Message)
    assert "a\nalert(1)\nd" == read.parts[0].text


def test_the_reader_opens_no_file_of_a_message(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<hemmelig/>")
    note = f'<d:Notat><d:TemaKodet V="{secret.as_uri()}" S="{OID}1"/></d:Notat>'
    payload = f'<d:Dialogmelding xmlns:d="{DIALOG_1_1}">{note}</d:Dialogmelding>'
    assert "hemmelig" not in repr(reader.read(dialogue(payload=payload)))
