"""Who a HER-id is, told on the command line: by our files, else by a register that is asked once."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.store.migrate import migrate
from tests.cli.conftest import Hub
from tests.servers import register


@pytest.fixture
async def national() -> AsyncIterator[register.Registers]:
    """The stand-in for the national registers."""
    async with register.serving() as found:
        yield found


@pytest.mark.parametrize(
    ("id", "told"),
    [
        ("900101", {"her_id": "900101", "name": "Fastlegetjeneste", "organisation": "Fjordbyen legesenter"}),
        ("900 403", {"her_id": "900403", "name": "Geriatri", "organisation": "Storfjell sykehus"}),
        ("900400", {"her_id": "900400", "name": "Storfjell sykehus", "organisation": ""}),
    ],
)
def test_whoever_stands_in_our_files_is_told_at_once(hub: Hub, id: str, told: dict[str, str]) -> None:
    found = hub("who", id, "--json")
    assert (0, told) == (found.returncode, {k: v for k, v in json.loads(found.stdout).items() if k in told})


@pytest.mark.parametrize(("id", "code"), [("123456", 1), ("lege", 2)])
def test_whom_nobody_can_know_is_told_too(hub: Hub, id: str, code: int) -> None:
    found = hub("who", id)
    assert (code, b"") == (found.returncode, found.stdout)
    assert b"no HER-id" in found.stderr or b"[registers] names no Address Register" in found.stderr


async def test_the_register_is_asked_once(hub: Hub, national: register.Registers, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/hub.db"
    await asyncio.to_thread(migrate, url)
    national.parties["700100"] = {
        "herId": "700100",
        "name": "Ola Lege",
        "parentHerId": "700",
        "parentName": "Legehuset",
    }
    given = {"HUB_DATABASE__URL": url, "HUB_REGISTERS__ADDRESS": f"{national.url}/address"}
    first = await asyncio.to_thread(hub, "who", "700100", **given)
    assert (74, True) == (first.returncode, first.stderr.strip().endswith(b"is the token in [registers] right?"))
    given["HUB_REGISTERS__TOKEN"] = register.TOKEN
    for _ in range(2):
        found = await asyncio.to_thread(hub, "who", "700100", **given)
        assert (0, b"") == (found.returncode, found.stderr)
        assert "organisation          Legehuset" in found.stdout.decode()
    nobody = await asyncio.to_thread(hub, "who", "700199", **given)
    assert (1, "Nobody has the HER-id 700199") == (nobody.returncode, nobody.stdout.decode()[:28])
    assert {"700100": 2, "700199": 1} == national.asked
