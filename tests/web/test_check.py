"""The integrator's door and page: what is wrong with a message, and nothing happens."""

import re
from html import unescape
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from hub.service import Delivery, Hub
from hub.web.pages import check, excerpt
from tests import centre

PARTNER = {"Authorization": "Bearer sample-key-fjordbyen-kommune"}
MISSING = b"<MIGversion>v1.2 2006-05-24</MIGversion>"


def without_version(n: int = 1) -> bytes:
    """The n-th message without an element, which is missed at GenDate on line 4."""
    return centre.message(n).replace(MISSING, b"")


async def asked(client: AsyncClient, raw: bytes, **headers: str) -> dict[str, Any]:
    """What POST /v1/check answers."""
    answer = await client.post("/v1/check", content=raw, headers={**centre.EXCHANGE, **centre.XML, **headers})
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def pasted(client: AsyncClient, text: str, file: bytes = b"", **more: Any) -> Response:
    """The page after a message was pasted or a file chosen."""
    files = {"file": ("message.xml" if file else "", file)}
    return await client.post("/check", data={"text": text}, files=files, auth=centre.NURSE, **more)


async def test_a_good_message_gets_its_acknowledgement_and_its_place(client: AsyncClient) -> None:
    found = await asked(client, centre.message())
    assert ("accepted", 1, None, "dialogue", []) == (
        found["verdict"],
        found["apprec"],
        found["code"],
        found["kind"],
        found["faults"],
    )
    (document,) = found["acknowledgements"]
    assert '<Status V="1" DN="OK"/>' in document
    assert (centre.TEAM, "Pasient med kommunale tjenester") == (
        found["placing"]["inbox"]["id"],
        found["placing"]["rule"],
    )


async def test_a_broken_message_is_told_where_and_what_is_allowed(client: AsyncClient) -> None:
    found = await asked(client, without_version())
    assert ("rejected", 2, "T02", None) == (found["verdict"], found["apprec"], found["code"], found["placing"])
    (fault,) = found["faults"]
    assert ("/MsgHead/MsgInfo/GenDate", 4) == (fault["path"], fault["line"])
    assert "MIGversion" in fault["en"] and "MIGversion" in fault["nb"]
    assert "MsgInfo must have MIGversion before GenDate; it is missing" == fault["allowed"]["en"]
    assert {"name": "MIGversion", "least": 1, "most": 1, "one_of": None, "namespace": None} == fault["allowed"][
        "children"
    ][1]
    assert 'V="T02"' in found["acknowledgements"][0]


async def test_the_check_says_what_the_door_then_does(client: AsyncClient) -> None:
    """For each verdict: the code and the acknowledgement's status are those that the message really gets."""
    raws = [centre.message(1), centre.message(2, msg_id="no-uuid"), centre.message(3, service="900999")]
    for raw in (*raws, without_version(4)):
        found = await asked(client, raw)
        answer = await client.post("/v1/messages", content=raw, headers={**centre.EXCHANGE, **centre.XML})
        assert found["verdict"] == answer.headers["Hub-Outcome"]
        (document,) = found["acknowledgements"]
        same = re.compile(r"<(?:GenDate)>.*?</GenDate>")
        assert same.sub("", document) == same.sub("", answer.text)


@pytest.mark.parametrize(
    ("raw", "held", "code"),
    [
        (b"rubbish", "unreadable", "T01"),
        (centre.message(practice="900999", service="900998"), "address", "E21"),
    ],
)
async def test_what_nobody_would_be_answered_about_says_why(
    client: AsyncClient, raw: bytes, held: str, code: str
) -> None:
    found = await asked(client, raw)
    assert ("unreadable", held, code, None, []) == (
        found["verdict"],
        found["held"],
        found["code"],
        found["apprec"],
        found["acknowledgements"],
    )


async def test_a_partner_is_told_when_it_may_not_send_for_the_sender(client: AsyncClient) -> None:
    found = await asked(client, centre.message(sender="900400"), **PARTNER)
    assert ("sender", "X99") == (found["held"], found["code"])


async def test_a_partner_is_not_told_where_a_message_would_lie(client: AsyncClient) -> None:
    """Whether a patient has services, and which GP, is no answer to a partner's question."""
    found = await asked(client, centre.message(), **PARTNER)
    assert ("accepted", None) == (found["verdict"], found["placing"])
    assert "Primærhelseteam" not in str(found)


async def test_a_person_may_ask_too(client: AsyncClient) -> None:
    answer = await client.post("/v1/check", content=centre.message(), headers=centre.XML, auth=centre.NURSE)
    assert (200, "accepted", centre.TEAM) == (
        answer.status_code,
        answer.json()["verdict"],
        answer.json()["placing"]["inbox"]["id"],
    )


async def test_nothing_is_stored_and_nothing_sent(client: AsyncClient, hub: Hub) -> None:
    before = await hub.store.tally(), await hub.store.newest()
    for raw in (centre.message(), without_version(), b"rubbish", centre.message(msg_id="no-uuid")):
        await asked(client, raw)
        await pasted(client, raw.decode())
    assert before == (await hub.store.tally(), await hub.store.newest())


async def test_the_log_says_who_asked_and_nothing_of_the_message(
    client: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await asked(client, without_version())
    said = capsys.readouterr().out
    assert "message.checked" in said and "exchange" in said and "T02" in said
    assert "Aas" not in said and centre.TEAM_PATIENT not in said


@pytest.mark.parametrize(
    ("status", "call"),
    [
        (401, {"headers": centre.XML}),
        (401, {"headers": {**centre.XML, "Authorization": "Bearer wrong"}}),
        (415, {"headers": {**centre.EXCHANGE, "Content-Type": "application/json"}}),
        (413, {"headers": {**centre.EXCHANGE, **centre.XML}, "content": b" " * 1_000_001}),
    ],
)
async def test_what_cannot_be_checked_is_a_problem(client: AsyncClient, status: int, call: dict[str, Any]) -> None:
    answer = await client.post("/v1/check", **{"content": centre.message(), **call})
    assert (status, "application/problem+json") == (answer.status_code, answer.headers["content-type"])


async def test_the_limit_is_that_of_messages_and_not_of_other_calls(client: AsyncClient) -> None:
    """The longest text is larger than what other calls may send, which is a megabyte in all."""
    raw = centre.message(text="x" * 900_000)
    assert "accepted" == (await asked(client, raw))["verdict"]


async def test_the_api_describes_it(client: AsyncClient) -> None:
    described = (await client.get("/v1/openapi.json", headers=centre.EXCHANGE)).json()
    assert {"200", "413", "415", "503"} <= set(described["paths"]["/v1/check"]["post"]["responses"])


async def test_the_page_is_for_who_is_signed_in(client: AsyncClient) -> None:
    for answer in (await client.get("/check"), await client.post("/check", data={"text": "x"})):
        assert (303, "/sign-in?next=/check") == (answer.status_code, answer.headers["location"])


async def test_the_page_shows_fault_place_and_what_is_allowed(client: AsyncClient) -> None:
    page = await pasted(client, without_version().decode())
    text = unescape(page.text)
    assert 200 == page.status_code
    assert 'data-verdict="rejected"' in text and '<b id="code">T02</b>' in text
    assert "Linje 4: GenDate er ikke ventet her; ventet er MIGversion" in text
    assert 'class="here"><span class="number">4</span><code>  <GenDate>2026-11-24' in text
    assert "MsgInfo må ha MIGversion foran GenDate; det mangler." in text
    assert "<code>OtherReceiver</code> et hvilket som helst antall" in text
    assert 'Error V="T02"' in text


@pytest.mark.parametrize(
    ("code", "heading"),
    [("nb", "Kontroller en melding"), ("en", "Check a message"), ("se", "Dárkkis dieđáhusa")],
)
async def test_the_page_speaks_the_readers_language(client: AsyncClient, code: str, heading: str) -> None:
    page = await client.get(f"/check?language={code}", auth=centre.NURSE)
    assert f"<h1>{heading}</h1>" in page.text
    judged = await pasted(client, without_version().decode(), headers={"Accept-Language": code})
    assert ("is not expected here" if code == "en" else "er ikke ventet her") in judged.text


async def test_a_good_message_shows_where_it_would_lie(client: AsyncClient) -> None:
    page = await pasted(client, centre.message().decode())
    assert 'data-verdict="accepted"' in page.text
    assert "Primærhelseteamet" in page.text and "Hvor den ville ligget" in page.text


async def test_what_was_pasted_is_text_and_never_markup(client: AsyncClient) -> None:
    page = await pasted(client, "<script>alert(1)</script></textarea><img src=x onerror=alert(1)>")
    assert "<script>alert" not in page.text and "<img" not in page.text
    assert "&lt;/textarea&gt;&lt;img" in page.text


async def test_a_file_goes_before_what_was_pasted(client: AsyncClient) -> None:
    page = await pasted(client, "rubbish", without_version())
    assert "Linje 4: GenDate" in page.text


async def test_a_pasted_text_keeps_the_encoding_that_it_declares(client: AsyncClient) -> None:
    text = centre.message(subject="Blåmerker – 3").decode().replace("UTF-8", "ISO-8859-1")
    page = await pasted(client, f"\r\n {text.replace(chr(10), chr(13) + chr(10))}")
    assert 'data-verdict="accepted"' in page.text


@pytest.mark.parametrize(
    ("status", "call", "words"),
    [
        (400, {"data": {"text": " \n"}, "files": {"file": ("", b"")}}, "Lim inn en melding eller velg en fil først."),
        (413, {"files": {"file": ("x.xml", b"x" * (check.LARGEST + 1))}}, "Meldingen er for stor for denne siden."),
        (400, {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, "Skjemaet kunne ikke leses."),
    ],
)
async def test_a_form_that_holds_no_message_is_told_so(
    client: AsyncClient, status: int, call: dict[str, Any], words: str
) -> None:
    page = await client.post("/check", auth=centre.NURSE, **call)
    assert (status, True) == (page.status_code, words in page.text)


async def test_a_form_from_another_site_is_refused(client: AsyncClient) -> None:
    page = await pasted(client, "x", headers={"Sec-Fetch-Site": "cross-site"})
    assert 403 == page.status_code


async def test_a_check_does_not_hinder_what_arrives(client: AsyncClient, hub: Hub) -> None:
    """A message that was checked is no duplicate when it comes."""
    await asked(client, centre.message())
    exchange = next(s for s in hub.accounts.systems.values() if s.any)
    (outcome,) = await hub.receive([Delivery(centre.message(), exchange)], hub.clock.now())
    assert "Accepted" == type(outcome).__name__


PLACES = [
    ("<a>\n<b/>\n</a>", "/a/b", "<b/>"),
    ("<a><b/><b x='1'/></a>", "/a/b[2]", "<b x='1'/>"),
    ("<p:a><p:b><c/></p:b><p:b><c y=''/></p:b></p:a>", "/a/b[2]/c", "<c y=''/>"),
    ("<a><!-- <b/> --><b 1/></a>", "/a/b", "<b 1/>"),
    ("<?xml version='1.0'?><a><![CDATA[<b/>]]><b 1/></a>", "/a/b", "<b 1/>"),
    ("<a><b><c/></b><c 1/></a>", "/a/c", "<c 1/>"),
    ("<a><x><b/></x><b 1/></a>", "/a/b", "<b 1/>"),
    ("<a><b/></a>", "/a/d", None),
    ("<a><b", "/a/b", None),
    ("", "/a", None),
    ("<a/>", "", None),
]


@pytest.mark.parametrize(("text", "path", "tag"), PLACES)
def test_an_element_is_found_by_its_path(text: str, path: str, tag: str | None) -> None:
    found = excerpt.place(text, path)
    assert tag == (None if found is None else text[found : found + len(tag or "")])


def test_a_long_line_is_cut_around_the_element() -> None:
    text = f"<a>{'<x/>' * 1000}<b/>{'<x/>' * 1000}</a>"
    (line,) = excerpt.around(text, 1, "/a/b")
    assert line.here and "<b/>" in line.text and len(line.text) <= excerpt.WIDTH + 2


def test_the_lines_around_a_place_are_shown() -> None:
    text = "\r\n".join(f"<l{n}>" for n in range(1, 10))
    assert [(3, False), (4, False), (5, True), (6, False), (7, False)] == [
        (x.number, x.here) for x in excerpt.around(text, 5, "")
    ]
    assert "<l5>" == excerpt.around(text, 5, "")[2].text
    assert () == excerpt.around(text, 10, "") == excerpt.around(text, 0, "")
