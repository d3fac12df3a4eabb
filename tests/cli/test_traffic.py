"""`hub traffic` tells what is missing, and `hub reconcile` lists, signs and compares."""

import json
import subprocess
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from hub import calendar, registry, settings
from hub.reconciliation import Way, theirs
from hub.service import Delivery
from tests import centre
from tests.cli.conftest import Hub
from workers import expect

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, 5, tzinfo=UTC)
AT = {"HUB_CLOCK__START": NOW.isoformat(), "HUB_CLOCK__SPEED": "0.0001"}


@pytest.fixture(scope="module")
async def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Three weeks with nine messages each working day but today, at the sample centre."""
    folder = tmp_path_factory.mktemp("traffic")
    await filled(folder)
    return f"sqlite:///{folder / 'hub.db'}"


async def filled(folder: Path) -> None:
    clock = settings.Rehearsal(start=NOW, speed=0.0001)
    async with centre.opened(centre.configured(folder, clock=clock)) as hub:
        (hours,) = [practice.hours for practice in hub.directory.practices.values()]
        exchange = next(a for a in hub.accounts.systems.values() if a.any)
        for n in range(21, 0, -1):
            if calendar.working_day(hours, day := TODAY - timedelta(days=n)):
                batch = [Delivery(centre.message(n * 100 + i), exchange) for i in range(9)]
                await hub.receive(batch, calendar.at(hours, day, time(9)))
        await expect.look(hub)


def told(done: subprocess.CompletedProcess[bytes]) -> str:
    assert b"" == done.stderr, done.stderr
    return done.stdout.decode()


def test_what_is_usual_and_what_is_missing_is_told(hub: Hub, database: str) -> None:
    found = hub("traffic", HUB_DATABASE__URL=database, **AT)
    lines = told(found).splitlines()
    assert 1 == found.returncode
    assert [
        "Fjordbyen",
        "kommune:",
        "dialogue",
        "messages",
        "9-9",
        "0",
        "9-9",
        "100",
        "%",
        "of",
        "usual",
        "SILENT",
    ] == (lines[1].split())
    assert lines[3].startswith("Fjordbyen kommune (900200) sender vanligvis 9 dialogmeldinger innen kl. 10; 24.11.")
    assert lines[4].startswith("Fjordbyen kommune (900200) usually sends 9 dialogue messages by 10:00; on 24 November")


def test_machines_get_the_same(hub: Hub, database: str) -> None:
    found = json.loads(told(hub("traffic", "--json", "--partner", "900201", HUB_DATABASE__URL=database, **AT)))
    (row,), (alarm,) = found["expected"], found["unusual"]
    usual = {"low": 9, "high": 9, "typical": 9, "days": 14, "same_weekday": False}
    assert ("900200", "dialogue", 0, 10, usual, "silent") == (
        *(row["partner"], row["kind"], row["came"], row["by_hour"]),
        *(row["usual_by_now"], row["strange"]),
    )
    assert ("silent", "2026-11-24", usual) == (alarm["what"], alarm["day"], alarm["usual"])


def test_another_partner_is_well(hub: Hub, database: str) -> None:
    found = hub("traffic", "--partner", "900300", HUB_DATABASE__URL=database, **AT)
    assert (0, "Nothing was counted yet.\n") == (found.returncode, told(found))


def test_status_tells_it_too(hub: Hub, database: str) -> None:
    found = hub("status", "--json", HUB_DATABASE__URL=database, **AT)
    abouts = [x["about"] for x in json.loads(found.stdout)["findings"]]
    assert "silent 900200 dialogue" in abouts


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_beyond_every_calendar_is_refused(hub: Hub, database: str, day: str) -> None:
    found = hub("reconcile", "--partner", "900300", "--day", day, HUB_DATABASE__URL=database)
    assert (2, b"", True) == (found.returncode, found.stdout, b"give a year from 1900 to 2199" in found.stderr)


def reconciled(hub: Hub, database: str, *words: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    place = ("--partner", "900200", "--day", "2026-11-23")
    return hub("reconcile", *place, *words, HUB_DATABASE__URL=database, **AT, **more)


def test_a_day_is_told_in_words_and_as_lists(hub: Hub, database: str) -> None:
    words = [line.split() for line in told(reconciled(hub, database)).splitlines()]
    assert ["Fjordbyen", "kommune", "(900200),", "2026-11-23"] == words[0]
    assert [["9", "came", "from", "them"], ["9", "dialogue"], ["9", "of", "all", "accepted"]] == words[1:4]
    assert [["9", "was", "sent", "to", "them"], ["9", "apprec"], ["9", "of", "all", "waiting"]] == words[4:]
    as_json, as_csv = (theirs(reconciled(hub, database, form).stdout) for form in ("--json", "--csv"))
    assert (as_csv, 9, 9) == (as_json, len(as_json[Way.TO_HUB]), len(as_json[Way.FROM_HUB]))


def test_a_list_is_written_with_its_signature(hub: Hub, database: str, tmp_path: Path) -> None:
    key, out, public = tmp_path / "key.pem", tmp_path / "list.csv", tmp_path / "public.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
    own = {"HUB_RECONCILIATION__KEY": str(key)}
    assert (0, "") == ((done := reconciled(hub, database, "--out", str(out), **own)).returncode, told(done))
    public.write_bytes(hub("reconcile", "--public-key", **own).stdout)
    words = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin", "-in", out]
    subprocess.run([*words, "-sigfile", f"{out}.sig"], check=True, capture_output=True)
    whose = "partner,900200,day,2026-11-23,zone,Europe/Oslo\n"
    assert out.read_text().startswith(f"{whose}way,msg_id,kind,at,verdict,about\n")


def test_what_each_side_lacks_is_named(hub: Hub, database: str, tmp_path: Path) -> None:
    ours = theirs(reconciled(hub, database, "--json").stdout)[Way.TO_HUB]
    lost = "0f0f0f0f-0000-4000-8000-000000000001"
    file = tmp_path / "theirs.txt"
    file.write_text("\n".join([*ours[1:], lost]))
    found = reconciled(hub, database, "--theirs", str(file))
    assert 1 == found.returncode
    assert [
        "1 that they sent and we do not have:",
        f"  {lost}",
        "1 that we have and they did not list:",
        f"  {ours[0]}",
    ] == told(found).splitlines()
    file.write_text("\n".join(ours))
    assert 0 == reconciled(hub, database, "--theirs", str(file)).returncode


def test_a_day_that_goes_on_is_said_to(hub: Hub, database: str) -> None:
    place = ("--partner", "900200", "--day", "2026-11-24")
    found = hub("reconcile", *place, HUB_DATABASE__URL=database, **AT)
    assert (0, b"hub: 2026-11-24 is not over, so more may come\n") == (found.returncode, found.stderr)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--partner", "900200"), 2, b"--day"),
        (("--partner", "123456", "--day", "2026-11-23"), 2, b"there are: 900200 Fjordbyen kommune"),
        (("--partner", "900200", "--day", "yesterday"), 2, b"yesterday"),
        (("--public-key",), 78, b"openssl genpkey"),
    ],
)
def test_what_cannot_be_done_is_told(hub: Hub, database: str, words: tuple[str, ...], code: int, said: bytes) -> None:
    found = hub("reconcile", *words, HUB_DATABASE__URL=database, **AT)
    assert (code, True) == (found.returncode, said in found.stderr)


def test_a_partner_asks_for_lists_in_partners_toml() -> None:
    partners = registry.load(settings.load(settings.sample()).folder).directory.partners
    assert {"900200": "mailbox"} == {id: x.reconciliation for id, x in partners.items() if x.reconciliation}
