"""A letter on paper: PDF, A4, with letters for every language that the hub speaks."""

from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF

# In millimetres and points.
MARGIN, LINE, SIZE, HEADING = 25, 5.5, 11, 13
FAMILY = "Source Sans Pro"


def pdf(letter: str, title: str, at: datetime) -> bytes:
    """The letter's pages; `at` is told as when it was made."""
    page = FPDF(format="A4")
    page.set_title(title)
    page.set_creator("Sambud")
    page.set_creation_date(at)
    page.set_lang("nb")
    page.set_margin(MARGIN)
    page.set_auto_page_break(auto=True, margin=MARGIN)
    for style, file in (("", "Regular"), ("B", "Semibold")):
        page.add_font(FAMILY, style, _fonts() / f"SourceSansPro-{file}.ttf")
    page.add_page()
    for line in letter.splitlines():
        _line(page, line)
    return bytes(page.output())


def _line(page: FPDF, line: str) -> None:
    if line.startswith("# "):
        page.set_font(FAMILY, "B", HEADING)
        page.multi_cell(0, LINE + 2, line.removeprefix("# "), align="L", new_x="LMARGIN", new_y="NEXT")
        return
    page.set_font(FAMILY, "", SIZE)
    if not line.strip():
        page.ln(LINE / 2)
        return
    if line.startswith("- "):
        page.set_x(MARGIN + 2)
        page.cell(4, LINE, "\N{BULLET}")
        line = line.removeprefix("- ")
    page.multi_cell(0, LINE, line.strip(), align="L", new_x="LMARGIN", new_y="NEXT")


def _fonts() -> Path:
    """Where the font's package has its files; to import it would tell no more."""
    found = find_spec("font_source_sans_pro")
    assert found is not None and found.origin is not None, "it is a dependency"
    return Path(found.origin).parent / "files"
