"""What somebody chose under Settings is kept in their browser, and nothing else that stands in the cookie counts."""

import pytest

from hub.web import choices
from hub.web.choices import Choices
from tests.web.running import TEAM, Centre

ALL = Choices(keys=False, sound=True, desktop=True, density="compact", theme="contrast")


@pytest.mark.parametrize("made", [Choices(), ALL], ids=["nothing", "everything"])
def test_what_was_chosen_is_read_as_it_was_written(made: Choices) -> None:
    assert made == choices.read(made.written())


@pytest.mark.parametrize("written", ["", "x", "theme-", "theme-<b>.density-huge.keys-maybe", "..-..", "keys-on-off"])
def test_what_means_nothing_is_as_if_nothing_was_chosen(written: str) -> None:
    assert Choices() == choices.read(written)


async def test_the_pages_are_as_they_were_chosen(centre: Centre) -> None:
    form = {"theme": "contrast", "density": "compact", "sound": "on", "desktop": "on"}
    async with centre.client("kari.moen") as client:
        assert "/settings?saved=1" == (await client.post("/settings", data=form)).headers["location"]
        page = (await client.get(f"/inboxes/{TEAM}")).text
        assert 'data-color-scheme="contrast" data-density="compact"' in page
        assert 'data-sound="on" data-desktop="on"' in page
        assert "/static/keys.js" not in page and 'id="keys"' not in page
        shown = (await client.get("/settings")).text
        assert 'value="contrast" checked' in shown and 'name="sound" value="on" checked' in shown
        assert "når ingen har gjort noe på 10 minutter" in shown
    async with centre.client() as client:
        assert 303 == (await client.post("/settings", data=form)).status_code
