"""Files on the pages: those that came are saved and never shown, and those that go along are never lost in silence."""

import asyncio
import re
from base64 import b64decode
from html import unescape
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, expect

from hub.desk import Act
from hub.item import Action
from hub.web import form as forms
from tests.web.running import HOME_SERVICE, TEAM, Centre, browsing, form, hidden, message, text_of
from tests.wire.builders import PNG, attachment

PDF = b"%PDF-1.4\n" + bytes(range(256)) * 40
WORD = b"PK\x03\x04" + bytes(1000)
WRITTEN = "Se vedlagte prosedyre."


async def send(
    centre: Centre, client: httpx2.AsyncClient, *files: tuple[str, bytes], fields: dict[str, str] | None = None
) -> httpx2.Response:
    """An answer with files to the team's first item, as a browser sends it."""
    item = await centre.item()
    sent = [("files", (name, content, "application/octet-stream")) for name, content in files]
    data = form(item, Action.ANSWER, text=WRITTEN) if fields is None else fields
    return await client.post(f"/items/{item.id}", data=data, files=sent)


async def answers(centre: Centre) -> list[bytes]:
    return [p.body for p in await centre.hub.store.mailbox(HOME_SERVICE) if p.kind == "answer"]


async def test_a_file_that_came_is_saved_as_it_was_sent(centre: Centre) -> None:
    await centre.receive(message(attachments=attachment(description="Sårbilde <b>") + attachment(description="")))
    async with centre.client("kari.moen") as client:
        page = (await client.get(f"/items/{(await centre.item()).id}")).text
        paths = re.findall(r'class="file" href="(/v1/items/\w+/files/\d)" download', page)
        assert ("0", "1") == tuple(p[-1] for p in paths)
        file = await client.get(paths[0])
    assert "Sårbilde &lt;b&gt;" in page and "Uten navn" in page and "PDF, 1 kB" in page
    assert (200, b"%PDF-1.4\n", True) == (
        file.status_code,
        file.content,
        file.headers["content-disposition"].startswith("attachment"),
    )


async def test_a_file_that_cannot_be_cut_out_is_had_from_the_original(centre: Centre) -> None:
    await centre.receive(message(attachments=attachment(data="JVBERi0x<!-- cut -->LjQK")))
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        page = await client.get(f"/items/{item.id}")
        assert 503 == (await client.get(f"/v1/items/{item.id}/files/0")).status_code
    assert "finnes bare i den originale meldingen" in text_of(page) and "/files/" not in page.text


async def test_files_go_along_with_an_answer(centre: Centre) -> None:
    await centre.receive(message())
    async with centre.client("kari.moen") as client:
        response = await send(centre, client, ("Prosedyre.pdf", PDF), ("Bilde.png", b64decode(PNG)))
    assert f"/inboxes/{TEAM}?done=answered" == response.headers["location"]
    (body,) = await answers(centre)
    assert b"Prosedyre.pdf" in body and b"application/pdf" in body and b"image/png" in body


async def test_a_form_where_no_file_was_chosen_is_an_answer_without_files(centre: Centre) -> None:
    await centre.receive(message())
    async with centre.client("kari.moen") as client:
        assert 303 == (await send(centre, client, ("", b""))).status_code
    (body,) = await answers(centre)
    assert b"Base64Container" not in body


@pytest.mark.parametrize("content", [WORD, b""], ids=["a word processor's", "empty"])
async def test_a_file_that_cannot_be_sent_is_told_and_the_text_is_kept(centre: Centre, content: bytes) -> None:
    await centre.receive(message())
    async with centre.client("kari.moen") as client:
        page = await send(centre, client, ("A.pdf", PDF), ("B <i>.pdf", content))
    assert (400, []) == (page.status_code, await answers(centre))
    assert "Fil nummer 2 er ikke en PDF, JPG eller PNG." in page.text and f"{WRITTEN}</textarea>" in page.text
    assert "Velg på nytt: A.pdf, B <i>.pdf" in unescape(page.text) and "<i>" not in page.text


async def test_large_files_are_taken_from_whoever_is_signed_in(centre: Centre) -> None:
    await centre.receive(message())
    async with centre.client("kari.moen") as client:
        assert 303 == (await send(centre, client, ("A.pdf", PDF + bytes(5_000_000)))).status_code
    (body,) = await answers(centre)
    assert len(body) > 6_000_000


async def test_files_that_are_too_large_together_are_told_and_the_text_is_kept(centre: Centre) -> None:
    await centre.receive(message())
    over = forms.LARGEST // 2
    async with centre.client("kari.moen") as client:
        page = await send(centre, client, ("A.pdf", PDF + bytes(over)), ("B.pdf", PDF + bytes(over)))
    assert (413, []) == (page.status_code, await answers(centre))
    assert "Filene kan være høyst 35 MB til sammen." in page.text and f"{WRITTEN}</textarea>" in page.text
    assert "Velg på nytt: A.pdf" in page.text


async def test_a_session_that_ended_keeps_the_text_though_the_files_are_large(centre: Centre) -> None:
    await centre.receive(message())
    async with centre.client() as client:
        page = await send(centre, client, ("Prosedyre.pdf", PDF + bytes(3_000_000)))
        assert (401, WRITTEN) == (page.status_code, hidden(page)["text"])
        assert "Filene må velges på nytt." in page.text
        kept = hidden(page) | {"username": "kari.moen", "password": "sambud"}
        again = await client.post(f"/items/{(await centre.item()).id}", data=kept)
    assert (200, []) == (again.status_code, await answers(centre))
    assert f"{WRITTEN}</textarea>" in again.text and "Velg på nytt: Prosedyre.pdf" in again.text


async def test_a_conflict_keeps_the_text_and_names_the_files(centre: Centre) -> None:
    await centre.receive(message())
    old = form(await centre.item(), Action.ANSWER, text=WRITTEN)
    await centre.act("elle.sara", Act(Action.CLAIM))
    await centre.act("elle.sara", Act(Action.RELEASE))
    async with centre.client("kari.moen") as client:
        page = await send(centre, client, ("Prosedyre.pdf", PDF), fields=old)
    assert (409, []) == (page.status_code, await answers(centre))
    assert f"{WRITTEN}</textarea>" in page.text and "Velg på nytt: Prosedyre.pdf" in page.text


async def test_nobody_who_is_not_signed_in_sends_more_than_a_megabyte(centre: Centre) -> None:
    await centre.receive(message())
    item = await centre.item()
    fields = {"version": str(item.version), "text": WRITTEN}
    files = [("files", ("A.pdf", PDF + bytes(3_000_000), "application/pdf"))]
    async with centre.client() as client:
        path = f"/v1/items/{item.id}/answer-with-files"
        assert 401 == (await client.post(path, data=fields, files=files)).status_code
        plain = await client.post(f"/items/{item.id}", data={"text": "x" * 1_100_000})
    assert (401, item, "x" * 99 in plain.text) == (plain.status_code, await centre.item(), False)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"version": "1"}, "text: an answer needs a text"),
        ({"version": "0", "text": "a"}, "version: send the item's version"),
        ({"version": "x", "text": "a"}, "version: send the item's version"),
        ({"version": "1", "text": "a" * 100_001}, "text: at most 100000 characters"),
    ],
)
async def test_a_form_of_the_api_that_lacks_something_says_what(
    centre: Centre, fields: dict[str, str], said: str
) -> None:
    await centre.receive(message())
    path = f"/v1/items/{(await centre.item()).id}/answer-with-files"
    async with centre.client("kari.moen") as client:
        answer = await client.post(path, data=fields, files=[("files", ("A.pdf", PDF, "application/pdf"))])
        without = await client.post(path, data={"version": "1", "text": "a"}, files=[("other", ("A.pdf", PDF))])
        described = (await client.get("/v1/openapi.json")).json()
    assert (400, True) == (answer.status_code, answer.json()["detail"].startswith(said))
    assert (400, True) == (without.status_code, without.json()["detail"].startswith("files: send at least one"))
    body = described["paths"]["/v1/items/{id}/answer-with-files"]["post"]["requestBody"]
    assert ["text", "files"] == body["content"]["multipart/form-data"]["schema"]["required"]


BROKEN = (
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=a", b"--a\r\nContent-Disposition: form-data\r\n\r\nx\r\n--a--\r\n"),
    ("multipart/form-data; boundary=a", b"nothing of the kind"),
    ("text/plain", b"action=answer"),
)


@pytest.mark.parametrize(("kind", "body"), BROKEN)
async def test_a_form_that_cannot_be_read_changes_nothing(centre: Centre, kind: str, body: bytes) -> None:
    await centre.receive(message())
    item = await centre.item()
    async with centre.client("kari.moen") as client:
        page = await client.post(f"/items/{item.id}", content=body, headers={"Content-Type": kind})
    assert (400, item) == (page.status_code, await centre.item())


async def test_others_are_answered_while_large_files_come(centre: Centre) -> None:
    await centre.receive(message())
    waited: list[float] = []
    loop = asyncio.get_running_loop()

    async def ask(client: httpx2.AsyncClient) -> None:
        while True:
            begun = loop.time()
            await client.get("/health")
            waited.append(loop.time() - begun)

    async with centre.client("kari.moen") as client, centre.client() as other:
        asking, begun = asyncio.create_task(ask(other)), loop.time()
        assert 303 == (await send(centre, client, ("A.pdf", PDF + bytes(34_000_000)))).status_code
        took = loop.time() - begun
        asking.cancel()
    assert len(waited) > 10 and took / 2 > max(waited)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
async def test_a_nurse_saves_a_file_and_answers_with_one(
    chromium: Browser, centre: Centre, tmp_path: Path, scripts: bool
) -> None:
    await centre.receive(message(attachments=attachment(description="Sårbilde")))
    wrong, right = tmp_path / "Notat.pdf", tmp_path / "Prosedyre.pdf"
    wrong.write_bytes(WORD)
    right.write_bytes(PDF)
    async with browsing(chromium, centre, "kari.moen", java_script_enabled=scripts) as (page, _):
        await page.goto(f"/items/{(await centre.item()).id}")
        await page.get_by_label("Svar", exact=True).fill(WRITTEN)
        async with page.expect_download() as saved:
            await page.get_by_role("link", name="Sårbilde", exact=True).click()
        assert "Sårbilde.pdf" == (await saved.value).suggested_filename
        await expect(page.get_by_label("Svar", exact=True)).to_have_value(WRITTEN)
        await page.get_by_label("Vedlegg").set_input_files([wrong])
        await page.get_by_role("button", name="Send svaret").click()
        await expect(page.get_by_role("alert").filter(has_text="Fil nummer 1 er ikke en PDF")).to_be_visible()
        await expect(page.get_by_text("Velg på nytt: Notat.pdf")).to_be_visible()
        await expect(page.get_by_label("Svar", exact=True)).to_have_value(WRITTEN)
        await page.get_by_label("Vedlegg").set_input_files([right])
        await page.get_by_role("button", name="Send svaret").click()
        await expect(page.get_by_role("status")).to_have_text("Svaret er på vei til avsenderen.")
    (body,) = await answers(centre)
    assert b"Prosedyre.pdf" in body and b"Notat.pdf" not in body
