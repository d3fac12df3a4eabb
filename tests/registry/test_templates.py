"""A team's ready answers are read with the folder, refused by file, line and reason, and filled in for a message."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub import registry, template
from hub.directory import InboxId
from hub.errors import BadConfiguration
from hub.registry import archive
from hub.template import Template
from tests import builders

TEAM, ANY = InboxId("primaerhelseteam"), InboxId("vakt")


def write(folder: Path, *tables: str) -> None:
    text = "".join(f"[[template]]\n{table}\n" for table in tables)
    (folder / "templates.toml").write_text(text, encoding="utf-8")


def test_the_sample_has_some_for_a_team_and_one_for_all(sample: registry.Configuration) -> None:
    assert {True, False} == {x.fits(ANY) for x in sample.templates}
    assert all(x.fits(TEAM) for x in sample.templates)


def test_a_folder_may_do_without_them_and_so_may_an_old_version(folder: Path) -> None:
    assert () == registry.load(folder).templates
    contents = archive.gather(folder)
    assert "templates.toml" not in contents
    assert () == registry.load(Path("version 3"), archive.held(contents, Path("version 3"))).templates


def test_what_is_loaded_is_kept_and_read_again(folder: Path) -> None:
    write(folder, 'name = "Takk"\ntext = "Takk, {sender}."')
    contents = archive.gather(folder)
    found = registry.load(Path("version 4"), archive.held(contents, Path("version 4"))).templates
    assert (Template("Takk", "Takk, {sender}."),) == found


@pytest.mark.parametrize(
    ("table", "line", "key", "reason"),
    [
        ('name = "A"\ntext = "Til {patiant}."', 3, "template[0].text", "nothing is known to fill {patiant} with"),
        ('name = "A"\ntext = "Til {}."', 3, "template[0].text", "there are {patient}, {born}"),
        ('name = "A"\ntext = " "', 3, "template[0].text", "must not be empty"),
        ('name = "A"\ntext = "B"\ninboxes = ["teamet"]', 4, "template[0].inboxes[0]", 'there is no inbox "teamet"'),
        ('name = "A"\ntext = "B"\nfor = ["x"]', 4, "template[0].for", "the keys are name, text, inboxes"),
    ],
)
def test_a_mistake_is_refused_with_its_line(folder: Path, table: str, line: int, key: str, reason: str) -> None:
    write(folder, table)
    with pytest.raises(BadConfiguration) as wrong:
        registry.load(folder)
    assert (str(folder / "templates.toml"), line, key) == (wrong.value.file, wrong.value.line, wrong.value.key)
    assert reason in wrong.value.reason


def test_two_of_one_name_are_refused(folder: Path) -> None:
    write(folder, 'name = "A"\ntext = "B"', 'name = "A"\ntext = "C"')
    with pytest.raises(BadConfiguration, match="the same template as"):
        registry.load(folder)


def test_every_place_is_filled_in_and_what_is_put_in_is_no_template() -> None:
    m, hours = builders.message(patient=builders.patient("1")), builders.hours()
    who = builders.person("nurse", name="{me} Moen", role="sykepleier")
    found = template.values(m, "Teamet", who, builders.TUESDAY + timedelta(hours=7), hours, builders.TUESDAY)
    assert set(template.PLACES) == set(found)
    text = Template("x", "{me}, {role}, {team}, {today}, {due}, {sender}, {patient}").filled(found)
    said = f"{{me}} Moen, sykepleier, Teamet, 24.11.2026, 24.11.2026 kl. 16.00, {m.envelope.sender.name}, "
    assert said + (m.patient.name if m.patient else "") == text


def test_what_is_not_known_is_seen_before_it_is_sent() -> None:
    found = template.values(
        builders.message(patient=None), "T", builders.NURSE, None, builders.hours(), builders.TUESDAY
    )
    assert "… født …, innen …" == Template("x", "{patient} født {born}, innen {due}").filled(found)
