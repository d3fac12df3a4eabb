"""A partner's system fetches the list of a day with its key, checks the signature, and finds no patient in it."""

import base64
import csv
import io
import re
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from httpx2 import ASGITransport, AsyncClient

from hub import reconciliation, seal
from hub.clock import Clock
from hub.directory import Partner
from hub.errors import BadConfiguration
from hub.message import HerId
from hub.reconciliation import Way
from hub.seal import Seal
from hub.service import Delivery, Hub
from hub.web.app import app
from tests import centre
from tests.web.running import MORNING

PATH = "/v1/partners/900200/reconciliation/2026-11-24"


@pytest.fixture(scope="module")
def sealed() -> Seal:
    return Seal(Ed25519PrivateKey.generate())


@pytest.fixture
async def client(hub: Hub, sealed: Seal) -> AsyncIterator[AsyncClient]:
    """The doors of a hub with a signing key, on the morning after two messages came."""
    exchange = next(a for a in hub.accounts.systems.values() if a.any)
    await hub.receive([Delivery(centre.message(n), exchange) for n in (1, 2)], MORNING)
    hub.clock = Clock(MORNING + timedelta(days=1), 0, 0)
    made = app(hub, limit=1_000_000, seal=sealed)
    async with (
        made.router.lifespan_context(made),
        AsyncClient(transport=ASGITransport(made), base_url="http://hub", headers=centre.EXCHANGE) as c,
    ):
        yield c


def right(sealed: Seal, signature: str, content: bytes) -> bool:
    kind, _, written = signature.partition(" ")
    key = serialization.load_pem_public_key(sealed.public.encode())
    assert isinstance(key, Ed25519PublicKey) and kind == "ed25519"
    try:
        key.verify(base64.b64decode(written), content)
    except InvalidSignature:
        return False
    return True


async def test_what_came_and_what_was_sent_is_listed_and_signed(client: AsyncClient, sealed: Seal) -> None:
    found = await client.get(PATH)
    assert (200, "application/json") == (found.status_code, found.headers["content-type"])
    assert right(sealed, found.headers["sambud-signature"], found.content)
    assert not right(sealed, found.headers["sambud-signature"], found.content.replace(b"dialogue", b"note"))
    assert sealed.name == found.headers["sambud-key"]
    told = found.json()
    assert {"to_hub": {"dialogue": 2}, "from_hub": {"apprec": 2}} == told["counts"]
    assert ("900200", ["900100"], "2026-11-24") == (told["partner"], told["hub"], told["day"])
    ids = [x["msg_id"] for x in told["to_hub"]]
    assert sorted(re.findall(r"<MsgId>(.*)</MsgId>", (centre.message(1) + centre.message(2)).decode())) == ids
    assert ids == sorted(x["about"] for x in told["from_hub"])


async def test_it_comes_as_csv_to_who_takes_that(client: AsyncClient, sealed: Seal) -> None:
    found = await client.get(PATH, headers={"Accept": "text/csv"})
    assert found.headers["content-type"].startswith("text/csv")
    assert right(sealed, found.headers["sambud-signature"], found.content)
    whose, _, table = found.text.partition("\n")
    assert "partner,900200,day,2026-11-24,zone,Europe/Oslo" == whose
    rows = list(csv.DictReader(io.StringIO(table)))
    assert ["from_hub", "from_hub", "to_hub", "to_hub"] == [row["way"] for row in rows]
    assert reconciliation.theirs(found.content) == reconciliation.theirs((await client.get(PATH)).content)


async def test_the_partner_finds_what_was_lost(client: AsyncClient) -> None:
    own = [*re.findall(r"<MsgId>(.*)</MsgId>", "".join(centre.message(n).decode() for n in (1, 2, 9)))]
    listed = reconciliation.theirs((await client.get(PATH)).content)
    assert own[2:] == [id for id in own if id not in listed[Way.TO_HUB]]


async def test_the_list_may_be_had_by_a_services_her_id_too(client: AsyncClient) -> None:
    assert (await client.get(PATH)).content == (await client.get(PATH.replace("900200", "900201"))).content


async def test_no_patient_is_in_a_list(client: AsyncClient) -> None:
    for accept in ("application/json", "text/csv"):
        text = (await client.get(PATH, headers={"Accept": accept})).text
        for canary in (centre.TEAM_PATIENT, "Aas", "Anna", "Blodtrykk", "180/100", "Sykepleietjeneste", "Fjordbyen"):
            assert canary not in text


async def test_a_day_that_is_not_over_cannot_be_had(client: AsyncClient) -> None:
    answer = await client.get(PATH.replace("-24", "-25"))
    assert (400, True) == (answer.status_code, "2026-11-25T23:00:00Z" in answer.json()["detail"])


@pytest.mark.parametrize("day", ["x", "2026-13-01", "2026-11-24T10:00"])
async def test_what_is_no_day_is_refused(client: AsyncClient, day: str) -> None:
    assert 400 == (await client.get(f"/v1/partners/900200/reconciliation/{day}")).status_code


async def test_nobody_gets_a_list_without_a_key(client: AsyncClient) -> None:
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer wrong"}):
        assert 401 == (await client.get(PATH, headers=headers)).status_code


async def test_a_key_opens_its_own_partners_lists_only(hub: Hub, client: AsyncClient) -> None:
    """And tells nothing of who is a partner here."""
    keys = {digest: x for digest, x in hub.accounts.systems.items() if not x.any}
    digest, account = next((d, x) for d, x in hub.accounts.systems.items() if x.any)
    for her_ids, status in (({"900200"}, 200), ({"900300"}, 403)):
        own = replace(account, any=False, her_ids=frozenset(map(HerId, her_ids)))
        hub.accounts = replace(hub.accounts, systems={**keys, digest: own})
        assert status == (await client.get(PATH)).status_code
    assert 403 == (await client.get(PATH.replace("900200", "123456"))).status_code


async def test_who_has_not_asked_for_lists_gets_none(hub: Hub, client: AsyncClient) -> None:
    partner: Partner = hub.directory.partners[HerId("900200")]
    partners = {**hub.directory.partners, partner.her_id: replace(partner, reconciliation=None)}
    hub.order = replace(hub.order, directory=replace(hub.directory, partners=partners))
    answer = await client.get(PATH)
    assert (404, True) == (answer.status_code, 'reconciliation = "mailbox"' in answer.json()["detail"])


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2200-01-01", "2026-02-30"])
async def test_a_day_beyond_every_calendar_is_refused(client: AsyncClient, day: str) -> None:
    answer = await client.get(f"{PATH[:-10]}{day}")
    assert (400, True) == (answer.status_code, "day" in answer.json()["detail"])


async def test_without_a_key_a_list_is_not_signed(hub: Hub) -> None:
    hub.clock = Clock(MORNING + timedelta(days=1), 0, 0)
    made = app(hub, limit=1_000_000)
    async with (
        made.router.lifespan_context(made),
        AsyncClient(transport=ASGITransport(made), base_url="http://hub", headers=centre.EXCHANGE) as c,
    ):
        found = await c.get(PATH)
    assert (200, False) == (found.status_code, "sambud-signature" in found.headers)


def test_openssl_makes_the_key_and_checks_the_signature(tmp_path: Path) -> None:
    """As docs/traffic.md has it."""
    key, public, content = tmp_path / "key.pem", tmp_path / "public.pem", tmp_path / "list.json"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
    made = seal.load(key)
    assert made is not None
    public.write_text(made.public)
    content.write_bytes(b"{}")
    (tmp_path / "list.json.sig").write_bytes(made.sign(b"{}"))
    words = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", content]
    words += ["-sigfile", tmp_path / "list.json.sig"]
    assert b"Signature Verified Successfully" in subprocess.run(words, check=True, capture_output=True).stdout
    content.write_bytes(b"{ }")
    assert 1 == subprocess.run(words, check=False, capture_output=True).returncode


@pytest.mark.parametrize(
    ("content", "said"), [(None, "cannot be read"), (b"x", "no private key"), ("rsa", "another kind than Ed25519")]
)
def test_a_key_that_cannot_be_used_is_refused_with_what_to_mend(
    tmp_path: Path, content: bytes | str | None, said: str
) -> None:
    file = tmp_path / "key.pem"
    if content == "rsa":
        words = ["openssl", "genpkey", "-algorithm", "rsa", "-out", file]
        subprocess.run(words, check=True, capture_output=True)
    elif isinstance(content, bytes):
        file.write_bytes(content)
    with pytest.raises(BadConfiguration, match=f"{said}.*openssl genpkey"):
        seal.load(file)
