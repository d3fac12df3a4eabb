"""`make pictures`: plays the demo's morning, stops the clock's haste, and takes the pictures that the docs show."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

from hub import settings
from tests import centre
from tests.chromium import FLAGS, PACKAGE
from tests.servers import port as ports

ROOT = Path(__file__).parents[2]
OSLO = ZoneInfo("Europe/Oslo")
SPEED = 300
WIDE = {"width": 1366, "height": 860}
PHONE = {"width": 375, "height": 760}
NURSE, COORDINATOR = "kari.moen", "berit.dahl"
TEAM = "/inboxes/primaerhelseteam"


def main() -> int:
    """Play until the time of the day that is asked for, and write the pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument("--until", default="10:30", help="when the pictures are taken, by the demo's clock")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "images", help="where they go")
    asked = parser.parse_args()
    asked.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="sambud-pictures-") as made, sync_playwright() as playwright:
        data = Path(made) / "day"
        stood = morning(data, asked.until)
        browser = playwright.chromium.launch(executable_path=shutil.which(PACKAGE), args=FLAGS)
        with serving(data, stood) as url:
            for name in taken(browser, url, asked.into):
                print(asked.into / name)
        browser.close()
    return 0


def morning(data: Path, until: str) -> datetime:
    """Play the demo's day as far as that, and break it off; when its clock stood."""
    command = [sys.executable, "-m", "hub.cli", "demo", "--port", "0", "--speed", str(SPEED), "--data", str(data)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            while (stood := latest(data / "day.jsonl")) is None or local(stood) < until:
                if process.poll() is not None:
                    raise RuntimeError(f"the demo ended with {process.returncode} before {until}")
                time.sleep(0.1)
        finally:
            process.terminate()
    return stood


def latest(log: Path) -> datetime | None:
    """The last moment that the demo has written down; None before it has."""
    written = log.read_bytes().rpartition(b"\n")[0].splitlines() if log.exists() else []
    times = (json.loads(line).get("at") for line in reversed(written))
    return next((datetime.fromisoformat(at) for at in times if at), None)


def local(at: datetime) -> str:
    """The time of the day at the sample centre."""
    return at.astimezone(OSLO).strftime("%H:%M")


@contextmanager
def serving(data: Path, at: datetime) -> Iterator[str]:
    """The day's hub, whose clock goes on from there as fast as any other."""
    port = ports.free()
    own = {
        "HUB_CONFIG": str(settings.sample().resolve()),
        "HUB_DATABASE__URL": f"sqlite:///{data / 'sambud.db'}",
        "HUB_WEB__PORT": str(port),
        "HUB_CLOCK__START": at.isoformat(),
        "HUB_CLOCK__ANCHOR": str(time.time()),
        "HUB_CLOCK__SPEED": "1",
    }
    with (data / "pictures.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "workers", "serve"], env=os.environ | own, stderr=log)
        try:
            centre.answering(centre.Served(process, port, data / "pictures.log"))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def taken(browser: Browser, url: str, into: Path) -> Iterator[str]:
    """Take one picture after the other; the name of each."""
    with signed_in(browser, url, NURSE) as page:
        page.goto(TEAM)
        yield shot(page, into, "inbox.png")
        path = page.locator("#lines a.open").first.get_attribute("href") or ""
        page.goto(path)
        yield shot(page, into, "item.png")
    with signed_in(browser, url, NURSE, color_scheme="dark") as page:
        page.goto(path)
        yield shot(page, into, "dark.png")
    with signed_in(browser, url, NURSE, viewport=PHONE) as page:
        page.goto(TEAM)
        yield shot(page, into, "phone.png")
    with signed_in(browser, url, COORDINATOR) as page:
        page.goto("/overview")
        yield shot(page, into, "overview.png")


@contextmanager
def signed_in(browser: Browser, url: str, person: str, **wishes: Any) -> Iterator[Page]:
    """A page of somebody who reads bokmål."""
    context = browser.new_context(base_url=url, locale="nb-NO", **{"viewport": WIDE, **wishes})
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Brukernavn").fill(person)
    page.get_by_label("Passord").fill("sambud")
    page.get_by_role("button", name="Logg inn").click()
    page.wait_for_selector("#lines")
    yield page
    context.close()


def shot(page: Page, into: Path, name: str) -> str:
    """Take a picture of what the window shows."""
    page.wait_for_load_state("load")
    page.wait_for_timeout(700)
    page.screenshot(path=into / name)
    return name


if __name__ == "__main__":
    sys.exit(main())
