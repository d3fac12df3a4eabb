"""Over the API: files in and out, messages returned, and what the partner says of what was sent."""

from base64 import b64encode
from typing import Any

import pytest
from httpx2 import AsyncClient
from lxml import etree

from tests import centre
from tests.web.running import RECEIPT

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40
ACCOUNT = {"auth": centre.NURSE}
ATTACHED = """<Document><RefDoc><MsgType V="A" DN="Vedlegg"/><MimeType>application/pdf</MimeType>
 <Description>Sårbilde «høyre»</Description><Content>
 <Base64Container xmlns="http://www.kith.no/xmlstds/base64container">{}</Base64Container></Content></RefDoc></Document>
</MsgHead>"""


async def send(client: AsyncClient, raw: bytes) -> str:
    answer = await client.post("/v1/messages", content=raw, headers={**centre.EXCHANGE, **centre.XML})
    return str(answer.headers.get("Hub-Outcome", answer.text))


async def only(client: AsyncClient, **query: Any) -> dict[str, Any]:
    (line,) = (await client.get(f"/v1/inboxes/{centre.TEAM}/items", params=query, **ACCOUNT)).json()["items"]
    item: dict[str, Any] = line
    return item


async def posted(client: AsyncClient) -> etree._Element:
    """The last document in the sender's mailbox."""
    waiting = (await client.get("/v1/mailboxes/900201/messages", headers=centre.EXCHANGE)).json()
    return etree.fromstring(waiting[-1]["document"].encode())


def texts(document: etree._Element, name: str) -> list[str]:
    return [element.text or element.get("V") or "" for element in document.iter(f"{{*}}{name}")]


async def test_an_attachment_is_had_as_it_was_sent_and_is_never_shown_in_the_page(client: AsyncClient) -> None:
    raw = centre.message().replace(b"</MsgHead>", ATTACHED.format(b64encode(PDF).decode()).encode())
    assert "accepted" == await send(client, raw)
    item = await only(client)
    answer = await client.get(f"/v1/items/{item['id']}/files/0", **ACCOUNT)
    assert (200, PDF, "application/pdf") == (answer.status_code, answer.content, answer.headers["content-type"])
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert 404 == (await client.get(f"/v1/items/{item['id']}/files/1", **ACCOUNT)).status_code
    assert raw == (await client.get(f"/items/{item['id']}/original", **ACCOUNT)).content


async def test_files_go_along_with_an_answer(client: AsyncClient) -> None:
    await send(client, centre.message())
    item = await only(client)
    answer = await client.post(
        f"/v1/items/{item['id']}/answer-with-files",
        data={"version": 1, "text": "Se prosedyren."},
        files=[("files", ("Prosedyre.pdf", PDF, "text/plain"))],
        **ACCOUNT,
    )
    assert (200, "answered") == (answer.status_code, answer.json()["state"])
    document = await posted(client)
    assert (["application/pdf"], ["Prosedyre.pdf"]) == (texts(document, "MimeType"), texts(document, "Description"))
    assert [b64encode(PDF).decode()] == ["".join(t.split()) for t in texts(document, "Base64Container")]


async def test_a_file_of_another_kind_is_not_sent(client: AsyncClient) -> None:
    await send(client, centre.message())
    item = await only(client)
    answer = await client.post(
        f"/v1/items/{item['id']}/answer-with-files",
        data={"version": 1, "text": "Se vedlegg."},
        files=[("files", ("Prosedyre.pdf", b"PK\x03\x04", "application/pdf"))],
        **ACCOUNT,
    )
    assert (400, "new") == (answer.status_code, (await only(client))["state"])
    assert "number 1 is no PDF, JPG or PNG" in answer.json()["detail"]


async def test_a_message_is_returned_with_its_reason(client: AsyncClient) -> None:
    await send(client, centre.message())
    item = await only(client)
    body = {"version": 1, "reason": "1", "text": "Pasienten har en annen fastlege."}
    answer = await client.post(f"/v1/items/{item['id']}/return", json=body, **ACCOUNT)
    assert ("returned", False) == (answer.json()["state"], answer.json()["deadline"]["running"])
    document = await posted(client)
    assert (["DIALOG_AVVIK"], ["1"]) == (texts(document, "Type"), texts(document, "TemaKodet"))
    assert [item["msg_id"]] == texts(document, "RefToParent")


@pytest.mark.parametrize("body", [{"reason": "3", "text": "a"}, {"reason": "1", "text": ""}, {"text": "a"}])
async def test_a_return_needs_a_reason_of_the_list_and_a_text(client: AsyncClient, body: dict[str, str]) -> None:
    await send(client, centre.message())
    item = await only(client)
    answer = await client.post(f"/v1/items/{item['id']}/return", json={"version": 1, **body}, **ACCOUNT)
    assert (400, "new") == (answer.status_code, (await only(client))["state"])


async def test_what_the_partner_refuses_alerts_whoever_sent_it_with_code_and_text(client: AsyncClient) -> None:
    await send(client, centre.message())
    item = await only(client)
    await client.post(f"/v1/items/{item['id']}/answer", json={"version": 1, "text": "Ja."}, **ACCOUNT)
    (sent,) = (await client.get(f"/v1/items/{item['id']}/sent", **ACCOUNT)).json()
    assert None is sent["receipt"]
    assert "noted" == await send(client, RECEIPT.format(sent["msg_id"]).encode())
    (sent,) = (await client.get(f"/v1/items/{item['id']}/sent", **ACCOUNT)).json()
    assert ("rejected", "E21: Mottaker finnes ikke: Ukjent") == (sent["receipt"], sent["faults"])
    (alert,) = (await client.get(f"/v1/inboxes/{centre.TEAM}/alerts", **ACCOUNT)).json()
    assert ("rejected", item["id"], sent["faults"]) == (alert["kind"], alert["item"], alert["words"])
    assert 204 == (await client.post(f"/v1/alerts/{alert['id']}/seen", **ACCOUNT)).status_code
    assert 404 == (await client.post(f"/v1/alerts/{alert['id']}/seen", **ACCOUNT)).status_code
    assert [] == (await client.get(f"/v1/inboxes/{centre.TEAM}/alerts", **ACCOUNT)).json()
