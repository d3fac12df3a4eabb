"""One headless Chromium for the whole run: Debian's own, driven by Playwright.

The shell is Chromium without the browser around the pages. It draws them the same in half the time.
"""

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

PACKAGE = "chromium-headless-shell"
# Without these Chromium talks to its maker's servers on its own; none of the tests needs more than loopback.
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser; each test opens its own context, and Playwright gives the run a new, empty profile."""
    if shutil.which(PACKAGE) is None:
        pytest.fail(f"Chromium is missing: apt-get install {PACKAGE}, or leave it out with SAMBUD_WITHOUT=chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which(PACKAGE), args=FLAGS)
        yield browser
        await browser.close()
