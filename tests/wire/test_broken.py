"""Each accepted sample, broken in five ways as an integrator would: the answer says what to mend, and where."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from lxml import etree

from hub.message import Message, Refusal, Unreadable
from hub.wire import Readers, reader
from tests.wire.test_samples import NAMES, SAMPLES

# What every payload must have, by the name of its root: the first of these that is there is dropped.
REQUIRED = ("TemaKodet", "TypeForesp", "InformasjonOmForsendelsen", "MsgDescr")
UNKNOWN = "Tullball"


@dataclass(frozen=True)
class Broken:
    """A document with one thing wrong: its bytes, and what an answer must name on which line."""

    raw: bytes
    names: str
    line: int


def accepted(name: str) -> bool:
    return isinstance(reader.read((SAMPLES / f"{name}.xml").read_bytes()), Message)


ACCEPTED = [name for name in NAMES if accepted(name)]
each_sample = pytest.mark.parametrize("name", ACCEPTED)


@pytest.fixture(scope="module")
async def readers() -> AsyncIterator[Readers]:
    """Readers whose explainer starts once for this file."""
    async with Readers() as made:
        yield made


def root(name: str) -> etree._Element:
    return etree.fromstring((SAMPLES / f"{name}.xml").read_bytes())


def local(element: etree._Element) -> str:
    return etree.QName(element).localname


def first(tree: etree._Element, *names: str) -> etree._Element:
    """The first element of any of these names, whatever its namespace."""
    return next(found for wanted in names for found in tree.iter(f"{{*}}{wanted}"))


def payload(tree: etree._Element) -> etree._Element:
    """The element that the envelope carries: in a MsgHead the payload, in a discharge summary the report."""
    return first(tree, "ServRprt") if local(tree) == "Message" else first(tree, "Content")[0]


def written(tree: etree._Element) -> bytes:
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")


def line_of(raw: bytes, element: etree._Element) -> int:
    """The line on which an element of the tree stands in what was written of the tree."""
    found, steps = etree.fromstring(raw), [element, *element.iterancestors()][-2::-1]
    for step in steps:
        parent = step.getparent()
        assert parent is not None
        found = found[parent.index(step)]
    return int(found.sourceline or 0)


def dropped(name: str) -> Broken:
    """Without a required element: what follows it, or what it stood in, is where it is missed."""
    tree = root(name)
    gone = first(tree, *REQUIRED)
    parent, after = gone.getparent(), gone.getnext()
    assert parent is not None
    parent.remove(gone)
    raw = written(tree)
    return Broken(raw, local(gone), line_of(raw, parent if after is None else after))


def swapped(name: str) -> Broken:
    """With the message's id before its time."""
    tree = root(name)
    time, id = first(tree, "GenDate"), first(tree, "MsgId")
    time.addprevious(id)
    time.tail = id.tail = "\n"
    raw = written(tree)
    return Broken(raw, "GenDate", line_of(raw, id))


def mistyped(name: str) -> Broken:
    """With a time that is none."""
    tree = root(name)
    time = first(tree, "GenDate")
    if "V" in time.attrib:
        time.set("V", "i går")
    else:
        time.text = "i går"
    raw = written(tree)
    return Broken(raw, "GenDate", line_of(raw, time))


def unknown(name: str) -> Broken:
    """With an element that nobody knows, first in the payload."""
    tree = root(name)
    body = payload(tree)
    strange = etree.Element(f"{{{etree.QName(body).namespace}}}{UNKNOWN}")
    strange.tail = "\n"
    body.insert(0, strange)
    raw = written(tree)
    return Broken(raw, UNKNOWN, line_of(raw, strange))


def cut(name: str) -> Broken:
    """Cut off before the payload ends."""
    tree = root(name)
    body = payload(tree)
    raw = written(tree)
    tag = f"{body.prefix}:{local(body)}" if body.prefix else local(body)
    whole = raw[: raw.rindex(f"</{tag}>".encode())]
    return Broken(whole, tag, whole.count(b"\n") + 1)


WAYS = (dropped, swapped, mistyped, unknown)


async def told(readers: Readers, broken: Broken) -> tuple[str, int, str]:
    """The first fault's code and line, and all that is said of it in English."""
    (reading,) = await readers.read([broken.raw])
    assert isinstance(reading, Refusal | Unreadable)
    fault = reading.faults[0]
    allowed = (await readers.explain(broken.raw)).get(fault)
    return fault.code, fault.line, f"{fault.en} {allowed.en if allowed else ''} {allowed.about if allowed else ''}"


def test_there_are_samples_of_every_envelope() -> None:
    assert {"MsgHead", "Message"} == {local(root(name)) for name in ACCEPTED}


@each_sample
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_a_broken_form_is_told_by_name_and_line(readers: Readers, name: str, way: object) -> None:
    broken: Broken = way(name)  # type: ignore[operator]
    code, line, said = await told(readers, broken)
    assert ("T02", broken.line) == (code, line)
    assert broken.names in said


@each_sample
async def test_a_message_that_breaks_off_is_told_by_what_is_open_and_the_line(readers: Readers, name: str) -> None:
    broken = cut(name)
    code, line, said = await told(readers, broken)
    assert ("T01", broken.line) == (code, line)
    assert said.endswith(f" {broken.names}")


@each_sample
async def test_what_is_missing_is_shown_in_an_example(readers: Readers, name: str) -> None:
    """The example of the element that lacks something has it."""
    broken = dropped(name)
    (reading,) = await readers.read([broken.raw])
    assert isinstance(reading, Refusal)
    allowed = (await readers.explain(broken.raw))[reading.faults[0]]
    assert f"<{broken.names}" in allowed.example
    assert broken.names in [child.name for child in allowed.children if child.least == 1]
