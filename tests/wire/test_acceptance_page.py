"""The page about the acceptance table says what the table says."""

from pathlib import Path

from hub import acceptance

PAGE = Path(__file__).parents[2] / "docs" / "messages" / "acceptance.md"


def test_the_page_has_every_row_as_the_table_has_it() -> None:
    written = [line.strip("| ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    rows = [[cell.strip(" `") for cell in line.split("|")] for line in written if line.split(" ")[0].isdigit()]
    expected = [
        [
            *(str(row.number), row.when, row.then, row.duty.value.upper(), " ".join(row.codes), row.clause),
            *(row.place.value, row.setting),
        ]
        for row in acceptance.TABLE
    ]
    assert expected == [row + [""] * (8 - len(row)) for row in rows]
