"""Agreements are read as they are written, hold between the right parties on the right days, and never two at once."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from hub import registry, resources
from hub.agreement import Contact, Task
from hub.errors import BadConfiguration
from hub.message import HerId

Spoil = Callable[[str, str, str], None]

CENTRE, FJORDBYEN, SKARVOY, HOSPITAL = map(HerId, ("900100", "900200", "900300", "900400"))
TUESDAY = date(2026, 11, 24)


def test_an_agreement_is_read_with_all_that_was_promised(sample: registry.Configuration) -> None:
    agreement = next(iter(sample.directory.agreements))
    assert ("Samarbeidsavtale med Ytre Skarvøy kommune, punkt 4", CENTRE, SKARVOY, "informasjon", "nb") == (
        *(agreement.name, agreement.ours, agreement.partner, agreement.topic),
        agreement.language,
    )
    assert (date(2025, 1, 1), None) == (agreement.first, agreement.last)
    assert {"request": "Svar innen to timer", "dialogue": "Svar innen to timer"} == agreement.deadlines
    assert Contact("Leder av hjemmetjenesten i Ytre Skarvøy", "00 00 03 00") == agreement.contact
    assert Task("Ytre Skarvøy kommune", "ringer når det haster, og skriver ellers") == agreement.tasks[1]


def test_what_may_be_left_out_is_nothing(folder: Path) -> None:
    (folder / "agreements.toml").write_text(table("A", "from = 2026-01-01"), encoding="utf-8")
    (agreement,) = registry.load(folder).directory.agreements
    assert ({}, None, "", ()) == (agreement.deadlines, agreement.contact, agreement.language, agreement.tasks)


def test_a_practice_has_its_municipalitys_agreements(sample: registry.Configuration) -> None:
    directory = sample.directory
    assert (FJORDBYEN, "Fjordbyen kommune") == (
        directory.practices[CENTRE].municipality,
        directory.municipalities[FJORDBYEN].name,
    )
    (agreement,) = directory.agreed(CENTRE, HOSPITAL, None, TUESDAY)
    assert ("utskrivningsklare", FJORDBYEN) == (agreement.topic, agreement.ours)


def test_a_part_has_the_agreements_of_its_whole(folder: Path, spoil: Spoil) -> None:
    spoil("partners.toml", 'name = "Nordlys universitetssykehus"', f'name = "N"\npart_of = "{HOSPITAL}"')
    directory = registry.load(folder).directory
    (agreement,) = directory.agreed(CENTRE, HerId("900500"), None, TUESDAY)
    assert HOSPITAL == agreement.partner


def test_a_topic_is_called_what_the_reader_calls_it_else_by_its_name_in_bokmaal(folder: Path, spoil: Spoil) -> None:
    spoil("topics.toml", 'se = "Gii dahká maid"\n', "")
    topic = registry.load(folder).directory.agreements.topics["ansvar"]
    assert ["Hvem som gjør hva", "Who does what", "Hvem som gjør hva"] == [topic.name(x) for x in ("nb", "en", "se")]


def test_the_sample_region_has_the_same_topics_as_the_sample_centre() -> None:
    sample = resources.folder("sample")
    assert (sample / "topics.toml").read_bytes() == (sample.parent / "finnmark" / "topics.toml").read_bytes()


OVERLAPS = [
    ("", "from = 2025-01-01", True),
    ("to = 2025-12-31", "from = 2026-01-01", False),
    ("to = 2026-01-01", "from = 2026-01-01", True),
    ("to = 2030-12-31", "from = 2026-01-01\nto = 2026-12-31", True),
    ("", "from = 2024-01-01\nto = 2024-12-31", False),
    ("", "from = 2024-01-01\nto = 2025-01-01", True),
]


@pytest.mark.parametrize(("until", "other", "overlap"), OVERLAPS)
def test_two_parties_have_one_agreement_about_a_topic_at_a_time(
    until: str, other: str, overlap: bool, folder: Path, spoil: Spoil
) -> None:
    spoil("agreements.toml", "from = 2025-01-01", f"from = 2025-01-01\n{until}")
    spoil("agreements.toml", "[[agreement]]", f"{table('Other', other)}[[agreement]]")
    assert overlap == (refused(folder) is not None)


def test_an_overlap_is_told_with_the_agreement_that_lasts_longest(folder: Path, spoil: Spoil) -> None:
    others = table("Short", "from = 2025-02-01\nto = 2025-03-01") + table("Later", "from = 2031-01-01\nto = 2031-12-31")
    spoil("agreements.toml", "[[agreement]]", f"{others}[[agreement]]")
    found = refused(folder)
    assert found is not None
    assert (str(folder / "agreements.toml"), "agreement[0].from") == (found.file, found.key)
    reason = (
        'agreement[2] "Samarbeidsavtale med Ytre Skarvøy kommune, punkt 4" has the same parties and topic and holds '
        "without an end; let one end before the next begins"
    )
    assert f"{reason} (and 1 more)" == found.reason
    (note,) = found.__notes__
    assert note.endswith(f"agreement[1].from: {reason}")


def table(name: str, days: str) -> str:
    """One more agreement of the first one's parties and topic."""
    return f'[[agreement]]\nname = "{name}"\nbetween = ["900100", "900300"]\ntopic = "informasjon"\n{days}\n\n'


def refused(folder: Path) -> BadConfiguration | None:
    """How the folder is refused, or None when it is taken."""
    try:
        registry.load(folder)
    except BadConfiguration as refusal:
        return refusal
    return None
