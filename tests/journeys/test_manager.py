"""A centre's manager puts a GP on leave from tomorrow and adds a rule for a district: rehearsed first, then live."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

import httpx2
import pytest

from hub import resources
from tests import centre, forked
from tests.wire.builders import HOSPITAL, dialogue, ident, note, organisation, patient

Run = Callable[..., subprocess.CompletedProcess[str]]

# A Tuesday morning, and the same day after closing time.
MORNING, EVENING = "2026-11-24T09:00:00+01:00", "2026-11-24T16:05:00+01:00"
LEAVE = """[[absence]]
person = "nora.nordli"
from = 2026-11-25
to = 2026-12-04
reason = "ferie"
"""
RULE = """[[rule]]
name = "Nytt distrikt i Ytre Skarvøy"
to = "duty"
when = { senders = ["900301"] }

"""
# The rule that it must go before.
BEFORE = '[[rule]]\nname = "Hjemmetjenesten trenger lege"'
EXAMPLE = """
[[example]]
name = "Det nye distriktet skriver til vakthavende"
sender = "900301"
text = "Ønsker vurdering."
to = "vakt"
rule = "Nytt distrikt i Ytre Skarvøy"
"""
# A patient on Nora Nordli's list who has no municipal services.
NORAS = "19891687608"
DISTRICT = organisation(
    "Ytre Skarvøy kommune", ident("900300"), inner=organisation("Sykepleietjeneste", ident("900301"))
)
OURS = organisation("Fjordbyen legesenter", ident("900100"), inner=organisation("Fastlegetjeneste", ident("900101")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The manager's folder: a copy of the sample centre, which the running hub does not look at."""
    return Path(shutil.copytree(resources.folder("sample"), tmp_path / "draft"))


@pytest.fixture
def run(tmp_path: Path, folder: Path) -> Run:
    """Runs `hub` on the same database and the same Tuesday as the running one."""

    def words(*words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        own = {**clock(MORNING), "HUB_DATABASE__URL": f"sqlite:///{tmp_path}/hub.db", "COLUMNS": "200", "NO_COLOR": "1"}
        done = forked.text(*words, "--config", str(folder / "hub.toml"), env={**os.environ, **own})
        assert (code, "") == (done.returncode, done.stderr)
        return done

    return words


def clock(at: str) -> dict[str, str]:
    """A clock on which it is that moment now."""
    return {"HUB_CLOCK__START": at, "HUB_CLOCK__ANCHOR": str(time.time())}


def edit(file: Path, old: str, new: str) -> None:
    written = file.read_text(encoding="utf-8")
    assert old in written
    file.write_text(written.replace(old, new, 1), encoding="utf-8")


def send(served: centre.Served, n: int, sender: str, about: str = NORAS) -> None:
    """A message comes, and is acknowledged."""
    raw = dialogue(
        msg_id=f"00000000-0000-4000-8000-{n:012}",
        sender=sender,
        receiver=f"<Receiver>{OURS}</Receiver>",
        patient=patient("Aas", "Eva", idents=ident(about, "FNR", "8116"), born=""),
        body=note(text="Ønsker vurdering."),
    )
    with urlopen(Request(f"{served.url}/v1/messages", raw, {**centre.EXCHANGE, **centre.XML}), timeout=30) as told:
        assert 200 == told.status


def page(served: centre.Served, person: str, inbox: str) -> str:
    """What somebody sees in an inbox."""
    with httpx2.Client(base_url=served.url, follow_redirects=True, headers={"Accept-Language": "nb"}) as client:
        client.post("/sign-in", data={"username": person, "password": "sambud"})
        shown = client.get(f"/inboxes/{inbox}")
        assert 200 == shown.status_code
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown.text))


def test_a_leave_and_a_new_district_are_rehearsed_and_then_felt(tmp_path: Path, folder: Path, run: Run) -> None:
    with centre.served(tmp_path, **clock(MORNING)) as served:
        run("directory", "load", "--yes", "--why", "as it was")
        send(served, 1, HOSPITAL)
        send(served, 2, DISTRICT)
        assert "Eva Aas" in page(served, "nora.nordli", "nora-nordli")

        edit(folder / "centre.toml", "[[absence]]", f"{LEAVE}\n[[absence]]")
        lacking = run("cover", "--directory", str(folder), code=1).stdout
        assert "2026-11-25 Wed  nobody stands in for Nora Nordli (Nora Nordli: ferie; Ánte Somby: day off" in lacking
        edit(folder / "centre.toml", 'reason = "ferie"\n', 'reason = "ferie"\nsubstitute = "tuva.lien"\n')
        covered = run("cover", "--directory", str(folder)).stdout
        assert "Somebody covers everywhere, 14 days ahead.\n" == covered

        edit(folder / "routes.toml", BEFORE, RULE + BEFORE)
        with (folder / "examples.toml").open("a", encoding="utf-8") as examples:
            examples.write(EXAMPLE)
        assert ", 0 lie elsewhere." in run("routes", "test").stdout
        rehearsed = run("rehearse", "--last", "1d").stdout
        assert rehearsed.startswith("2 messages: 1 would lie elsewhere, 0 be due sooner, 0 later.")
        assert "1  primaerhelseteam -> vakt, by the rule “Nytt distrikt i Ytre Skarvøy”" in rehearsed
        tomorrow = run("rehearse", "--last", "1d", "--as-of", "2026-11-25").stdout
        told = "2 messages, as if they had come on 2026-11-25 Wed: 2 would lie elsewhere, 0 be due sooner, 0 later."
        assert told == tomorrow.splitlines()[0]
        assert "1  nora-nordli -> tuva-lien, by the rule" in tomorrow
        assert "1  primaerhelseteam -> vakt, by the rule “Nytt distrikt i Ytre Skarvøy”" in tomorrow

        # So far nobody has felt anything.
        send(served, 3, DISTRICT)
        assert "1  primaerhelseteam" not in run("directory", "diff", code=1).stdout
        told = run("directory", "load", "--yes", "--why", "leave and new district").stdout
        assert "+ absence nora.nordli 2026-11-25" in told and "+ rule Nytt distrikt i Ytre Skarvøy" in told
        assert told.endswith("1 of 1 running processes decide by it.\n")
        send(served, 4, DISTRICT)
        assert "Eva Aas" in page(served, "ante.somby", "vakt")
        assert 0 == served.stop()

    # After closing time what lies with Nora goes to Tuva, and says for whom.
    with centre.served(tmp_path, **clock(EVENING)) as served:
        until = time.monotonic() + 30
        while "Eva Aas" not in (shown := page(served, "tuva.lien", "tuva-lien")) and time.monotonic() < until:
            time.sleep(0.2)
        assert "Vikar for Nora Nordli" in shown
        assert "Ingenting venter her." in page(served, "nora.nordli", "nora-nordli")
        assert 0 == served.stop()
