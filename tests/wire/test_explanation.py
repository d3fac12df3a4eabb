"""What is allowed is told where a message breaks its schema, from the schemas alone, and never in intake."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.message import Fault
from hub.wire import Readers, explanation
from hub.wire.allowed import Allowed, Attribute, Child
from tests.wire.builders import DIALOG_1_0, DIALOG_1_1, MSGHEAD, dialogue, note, wanted

GOOD = dialogue().decode()
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
async def readers() -> AsyncIterator[Readers]:
    """Readers whose explainer starts once for this file."""
    async with Readers() as made:
        yield made


def broken(old: str, new: str) -> bytes:
    """The good message with one thing changed."""
    assert old in GOOD
    return GOOD.replace(old, new, 1).encode()


async def told(readers: Readers, raw: bytes) -> tuple[Fault, Allowed]:
    """The first fault of a reading, and what is allowed there."""
    (reading,) = await readers.read([raw])
    found = await readers.explain(raw)
    first: Fault = reading.faults[0]  # type: ignore[union-attr]
    return first, found[first]


WHY = [
    (
        "an element is missing",
        broken("<MIGversion>v1.2 2006-05-24</MIGversion>", ""),
        "MsgInfo must have MIGversion before GenDate; it is missing",
        "MsgInfo må ha MIGversion foran GenDate; det mangler",
    ),
    (
        "a name is misspelt",
        broken("<Tema>Oppfølging etter opphold</Tema>", "<tema>x</tema>"),
        "Notat has no element tema; is it meant to be Tema?",
        "Notat har ikke noe element tema; er Tema ment?",
    ),
    (
        "an element is unknown",
        broken("<Tema>", "<Hjelpestønad/><Tema>"),
        "Notat has no element Hjelpestønad",
        "Notat har ikke noe element Hjelpestønad",
    ),
    (
        "two stand in the wrong order",
        dialogue(body=note(rest="<DatoNotat>2026-11-21</DatoNotat><Merknad>x</Merknad>")),
        "in Notat, Merknad must stand before DatoNotat",
        "i Notat må Merknad stå foran DatoNotat",
    ),
    (
        "a required one stands too late",
        broken("<MIGversion>v1.2 2006-05-24</MIGversion>\n<GenDate>2026-11-21T10:32:12+01:00</GenDate>\n",
               "<GenDate>2026-11-21T10:32:12+01:00</GenDate>\n<MIGversion>v1.2 2006-05-24</MIGversion>\n"),
        "in MsgInfo, MIGversion must stand before GenDate",
        "i MsgInfo må MIGversion stå foran GenDate",
    ),
    (
        "one stands twice",
        broken("<Tema>", "<Tema>x</Tema><Tema>"),
        "Notat takes Tema at most 1 time(s)",
        "Notat kan ha Tema høyst 1 gang(er)",
    ),
    (
        "a payload is of two versions",
        broken("<Notat>", f'<Notat xmlns="{DIALOG_1_0}">'),
        f"Notat must stand in the namespace “{DIALOG_1_1}” here; check its prefix or xmlns",
        f"Notat må stå i navnerommet «{DIALOG_1_1}» her; kontroller prefikset eller xmlns",
    ),
    (
        "an element ends too early",
        dialogue(conversation="<ConversationRef><RefToParent>x</RefToParent></ConversationRef>"),
        "ConversationRef must also have RefToConversation",
        "ConversationRef må også ha RefToConversation",
    ),
    (
        "a choice is made twice",
        dialogue(body=note() + "<Foresporsel><TypeForesp V='1'/></Foresporsel>"),
        "Foresporsel cannot stand beside what stands before it in Dialogmelding; only one of them is allowed",
        "Foresporsel kan ikke stå sammen med det som står foran i Dialogmelding; bare én av dem er tillatt",
    ),
    (
        "XML breaks off",
        GOOD[: GOOD.index("</OrganisationName>")].encode(),
        "open at this place are /MsgHead/MsgInfo/Sender/Organisation/OrganisationName; the innermost must be closed "
        "first",
        "åpne på dette stedet er /MsgHead/MsgInfo/Sender/Organisation/OrganisationName; det innerste må lukkes først",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "en", "nb"), [case[1:] for case in WHY], ids=[case[0] for case in WHY])
async def test_it_says_why_in_both_languages(readers: Readers, raw: bytes, en: str, nb: str) -> None:
    _, allowed = await told(readers, raw)
    assert (en, nb) == (allowed.en, allowed.nb)


async def test_children_are_told_in_order_with_how_often(readers: Readers) -> None:
    _, allowed = await told(readers, broken("<MIGversion>v1.2 2006-05-24</MIGversion>", ""))
    assert "MsgInfo" == allowed.about
    assert (
        "Type, MIGversion, GenDate, MsgId, ProcessingStatus?, RequestedPriority?, Ack?, ConversationRef?, Sender, "
        "Receiver, OtherReceiver*, Patient?" == allowed.content
    )
    assert [Child("Type", 1, 1), Child("OtherReceiver", 0, None), Child("Patient", 0, 1)] == [
        allowed.children[n] for n in (0, 10, 11)
    ]


async def test_a_choice_is_told_as_one(readers: Readers) -> None:
    _, allowed = await told(readers, dialogue(payload=f'<Dialogmelding xmlns="{DIALOG_1_1}"><x/></Dialogmelding>'))
    assert "SakstypeKodet?, Sakstype?, (Foresporsel* | Notat*)" == allowed.content
    assert [0, 0, 1, 1] == [child.one_of for child in allowed.children]


async def test_a_child_of_another_namespace_says_which(readers: Readers) -> None:
    person = wanted().replace("</HealthcareProfessional>", "<Ident><Id/></Ident></HealthcareProfessional>")
    raw = dialogue(body=note(rest=person))
    found = await readers.explain(raw)
    ident = next(allowed for allowed in found.values() if allowed.about == "Ident")
    felles = "http://www.kith.no/xmlstds/felleskomponent1"
    assert {felles} == {child.namespace for child in ident.children}
    assert f'<Ident><Id xmlns="{felles}">…</Id><TypeId xmlns="{felles}" V="…" DN="…"/></Ident>' == ident.example


VALUES = [
    ("<GenDate>2026", "<GenDate>i fjor", "GenDate", "dateTime", (), "<GenDate>2026-11-21T10:32:12+01:00</GenDate>"),
    (">v1.2 2006-05-24<", ">v1.1<", "MIGversion", "string", ("= v1.2 2006-05-24",),
     "<MIGversion>v1.2 2006-05-24</MIGversion>"),
    ('<IssueDate V="2026-11-21"/>', '<IssueDate V="i går"/>', "IssueDate/@V",
     "dateTime | date | gYear | gYearMonth | time", (), 'V="2026-11-21T10:32:12+01:00"'),
    ('S="2.16.578.1.12.4.1.1.7322"', 'S="7322."', "TemaKodet/@S", "oid", (r"pattern: \d+(\.\d+)*",),
     'S="2.16.578.1.12.4.1.1.9051"'),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "about", "type", "facets", "example"), VALUES)
async def test_a_wrong_value_gets_type_facets_and_an_example(
    readers: Readers, old: str, new: str, about: str, type: str, facets: tuple[str, ...], example: str
) -> None:
    _, allowed = await told(readers, broken(old, new))
    assert (about, type, facets, example) == (allowed.about, allowed.type, allowed.facets, allowed.example)


async def test_an_attribute_that_is_not_allowed_gets_those_that_are(readers: Readers) -> None:
    _, allowed = await told(readers, broken('<MsgType V="XML"', '<MsgType X="1" V="XML"'))
    assert (Attribute("V", "token", False), Attribute("DN", "string", False)) == allowed.attributes


@pytest.mark.parametrize(("old", "new", "about", "type", "facets", "example"), VALUES)
async def test_every_example_of_a_value_is_right(
    readers: Readers, old: str, new: str, about: str, type: str, facets: tuple[str, ...], example: str
) -> None:
    """What is offered as an example, put in the place of what was wrong, is accepted."""
    wrong = broken(old, new).decode()
    name, _, attribute = about.partition("/@")
    start = wrong.index(f"<{name}")
    end = wrong.index("/>", start) + 2 if attribute else wrong.index(f"</{name}>", start) + len(f"</{name}>")
    mended = wrong[:start] + (f"<{name} {example}/>" if attribute else example) + wrong[end:]
    (reading,) = await readers.read([mended.encode()])
    assert () == getattr(reading, "faults", ())


async def test_a_good_message_has_nothing_to_explain(readers: Readers) -> None:
    assert {} == await readers.explain(dialogue())


async def test_what_is_told_is_about_the_faults_that_were_found(readers: Readers) -> None:
    raw = broken("<GenDate>2026", "<GenDate>i fjor").replace(b"<Tema>", b"<x/><Tema>")
    (reading,) = await readers.read([raw])
    explained = set(await readers.explain(raw))
    assert {f for f in reading.faults if f.code == "T02"} == explained  # type: ignore[union-attr]


async def test_nothing_that_the_sender_wrote_is_told(readers: Readers) -> None:
    raw = broken("<GenDate>2026", "<GenDate>Kari Nordmann").replace(b"Hanne", b"<Hemmelig>05817611224</Hemmelig>")
    said = str(await readers.explain(raw))
    assert "GenDate" in said
    assert "Nordmann" not in said and "05817611224" not in said


async def test_an_address_in_a_message_is_never_followed(readers: Readers) -> None:
    heard: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.5)

        def listen() -> None:
            try:
                listener.accept()
                heard.append(1)
            except TimeoutError:
                pass

        listening = threading.Thread(target=listen)
        listening.start()
        port = listener.getsockname()[1]
        instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        location = f'{instance} xsi:schemaLocation="{MSGHEAD} http://127.0.0.1:{port}/x.xsd"'
        raw = broken("<MsgHead ", f"<MsgHead {location} ").replace(b"<Tema>", b"<x/><Tema>")
        assert await readers.explain(raw)
        listening.join()
    assert [] == heard


async def test_a_hostile_text_costs_the_explainer_nothing(readers: Readers) -> None:
    """A matcher that goes back (Python's re) would need years for this oid under the standard's own pattern."""
    raw = broken('S="2.16.578.1.12.4.1.1.7322"', f'S="{"1" * 60}x"')
    await readers.explain(dialogue())
    start = time.monotonic()
    assert "oid" == next(iter((await readers.explain(raw)).values())).type
    assert time.monotonic() - start < 2


async def test_intake_never_loads_what_explains() -> None:
    """Reading alone neither starts the explainer nor knows xmlschema."""
    async with Readers() as made:
        await made.read([broken("<GenDate>2026", "<GenDate>x")])
        assert made._explainer._reader.pid is None
    code = "import sys; from hub.wire import reader, reading; print('xmlschema' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "False\n" == done.stdout


async def test_an_explainer_that_dies_costs_the_explanation_only() -> None:
    raw = broken("<GenDate>2026", "<GenDate>x")
    async with Readers() as made:
        whole = await made.explain(raw)
        pid = made._explainer._reader.pid
        assert pid is not None and whole
        os.kill(pid, signal.SIGKILL)
        assert await made.explain(raw) in ({}, whole)
        assert whole == await made.explain(raw)
        assert 1 == len(await made.read([dialogue()]))


def test_bytes_that_no_parser_may_see_are_not_explained() -> None:
    assert [] == explanation.explain(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert [] == explanation.explain(b"")
