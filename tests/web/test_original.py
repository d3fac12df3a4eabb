"""The original of a message is one click away, for whoever may open the item, and can do nothing."""

import pytest
from httpx2 import AsyncClient

from hub.web.pages import original
from tests import centre

SCRIPT = "&lt;script&gt;alert(1)&lt;/script&gt; blåbær"


async def arrived(client: AsyncClient, raw: bytes) -> str:
    """The id of the item that a message made."""
    answer = await client.post("/v1/messages", content=raw, headers={**centre.EXCHANGE, **centre.XML})
    assert "accepted" == answer.headers["Hub-Outcome"]
    listed = await client.get(f"/v1/inboxes/{centre.TEAM}/items", auth=centre.NURSE)
    id: str = listed.json()["items"][0]["id"]
    return id


async def signed_in(client: AsyncClient, username: str) -> None:
    await client.post("/sign-in", data={"username": username, "password": "sambud"})


async def test_the_original_is_the_bytes_as_they_came(client: AsyncClient) -> None:
    raw = centre.message(text=SCRIPT)
    id = await arrived(client, raw)
    await signed_in(client, "kari.moen")
    answer = await client.get(f"/items/{id}/original")
    assert (200, raw) == (answer.status_code, answer.content)
    assert f'href="/items/{id}/original"' in (await client.get(f"/items/{id}")).text


async def test_the_original_is_text_that_may_do_nothing(client: AsyncClient) -> None:
    id = await arrived(client, centre.message(text=SCRIPT))
    await signed_in(client, "kari.moen")
    headers = (await client.get(f"/items/{id}/original")).headers
    assert ("text/plain; charset=utf-8", "nosniff") == (headers["content-type"], headers["x-content-type-options"])
    policies = headers.get_list("content-security-policy")
    assert "sandbox" in policies and any(p.startswith("default-src 'none'") for p in policies)
    assert (f'inline; filename="{id}.txt"', "no-store") == (headers["content-disposition"], headers["cache-control"])


async def test_the_original_is_read_in_the_encoding_it_declares(client: AsyncClient) -> None:
    raw = centre.message(text="blåbær").decode().replace("UTF-8", "ISO-8859-1").encode("iso-8859-1")
    id = await arrived(client, raw)
    await signed_in(client, "kari.moen")
    answer = await client.get(f"/items/{id}/original")
    assert ("text/plain; charset=iso-8859-1", raw) == (answer.headers["content-type"], answer.content)


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        (b"<MsgHead/>", "utf-8"),
        (b'<?xml version="1.0" encoding="utf8"?><a/>', "utf-8"),
        (b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "iso-8859-1"),
        (b'<?xml version="1.0" encoding = "latin1" standalone="yes"?><a/>', "iso-8859-1"),
        (b'\xef\xbb\xbf<?xml version="1.0" encoding="iso-8859-1"?><a/>', "utf-8"),
        (b'<?xml version="1.0" encoding="x; charset=utf-7"?><a/>', "utf-8"),
        (b"", "utf-8"),
    ],
)
def test_a_browser_is_told_one_of_the_two_encodings_that_are_read(raw: bytes, charset: str) -> None:
    assert charset == original.charset(raw)


async def test_the_original_is_for_whoever_may_open_the_item(client: AsyncClient) -> None:
    id = await arrived(client, centre.message())
    path = f"/items/{id}/original"
    nobody = await client.get(path)
    assert (303, f"/sign-in?next={path}") == (nobody.status_code, nobody.headers["location"])
    await signed_in(client, "nora.nordli")
    assert (403, 403) == ((await client.get(f"/items/{id}")).status_code, (await client.get(path)).status_code)
    assert 404 == (await client.get("/items/nothing/original")).status_code
