"""The pages about messages (docs/messages): they lead somewhere, tell of every sample, and quote it as it stands."""

import re
from pathlib import Path

import pytest

from tests.wire.test_samples import NAMES, SAMPLES

PAGES = {page.name: page for page in sorted((Path(__file__).parents[2] / "docs" / "messages").glob("*.md"))}
TEXTS = {name: page.read_text("utf-8") for name, page in PAGES.items()}

# A sample that a page quotes: its name, and what is quoted.
QUOTED = re.compile(r"^From\s\[([^]]+)[.]xml\]\(.*?^```xml\n(.*?)^```", re.MULTILINE | re.DOTALL)
QUOTES = [(name, *quote) for name, text in TEXTS.items() for quote in QUOTED.findall(text)]


def test_every_link_leads_somewhere() -> None:
    links = [(name, link) for name, text in TEXTS.items() for link in re.findall(r"\]\((?!http)([^)#]+)", text)]
    assert [] == [(name, link) for name, link in links if not (PAGES[name].parent / link).exists()]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_tells_of_every_sample(name: str) -> None:
    assert any(f"/{name}.xml)" in text for text in TEXTS.values())


@pytest.mark.parametrize(("page", "name", "quote"), QUOTES, ids=[f"{page}-{name}" for page, name, _ in QUOTES])
def test_a_page_quotes_its_sample_word_for_word(page: str, name: str, quote: str) -> None:
    sample = (SAMPLES / f"{name}.xml").read_text("utf-8")
    assert [] == [line for line in quote.splitlines() if "..." not in line and line.strip() not in sample]
