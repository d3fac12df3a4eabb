"""A mistake in a TOML file is told with the line on which it can be mended."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hub import registry
from hub.errors import BadConfiguration
from hub.registry import place

Spoil = Callable[[str, str, str], None]

TEXT = """# A comment with [[practice]] in it
[[practice]]
name = "A"
[practice.open]
mon = []

[[practice]]
  name = "B"
open.tue = [
    "08:00-16:00",
]
[[practice.closed]]
on = 2026-01-01
[[practice.closed]]
[[ practice . closed ]]
every = "12-24"
[[person]]
"""


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("practice[0]", 2),
        ("practice[0].name", 3),
        ("practice[0].open.mon[1]", 5),
        ("practice[1].name", 8),
        ("practice[1].open.tue[0]", 9),
        ("practice[1].closed[0].on", 13),
        ("practice[1].closed[1].on", 14),
        ("practice[1].closed[2].every", 16),
        ("person[0].name", 17),
        ("person[0].inboxes[2]", 17),
        ("inbox[0].id", None),
        ("", None),
    ],
)
def test_a_key_is_found_on_its_line_or_on_that_of_its_table(key: str, line: int | None, tmp_path: Path) -> None:
    path = tmp_path / "centre.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert line == place.line(place.lines(path), key)


MISTAKES = [
    ("agreements.toml", 'topic = "ansvar"', 'topic = "svar"'),  # a name that points at nothing
    ("centre.toml", 'kind = "pht"', 'kind = "team"'),  # a value of another type
    ("centre.toml", 'substitute = "ante.somby"', 'substitute = "nora.nordli"'),  # what makes no sense
]


@pytest.mark.parametrize(("file", "old", "new"), MISTAKES)
def test_a_mistake_is_told_with_its_line(file: str, old: str, new: str, folder: Path, spoil: Spoil) -> None:
    spoil(file, old, new)
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    with pytest.raises(BadConfiguration) as refusal:
        registry.load(folder)
    assert lines.index(new) + 1 == refusal.value.line
    assert f"{folder / file}: line {refusal.value.line}, {refusal.value.key}: " in str(refusal.value)


def test_every_mistake_is_told_with_its_own_line(folder: Path, spoil: Spoil) -> None:
    spoil("agreements.toml", 'topic = "ansvar"', 'topic = "svar"')
    spoil("routes.toml", 'to = "manager"', 'to = "sjefen"')
    with pytest.raises(BadConfiguration) as refusal:
        registry.load(folder)
    (note,) = refusal.value.__notes__
    line = (folder / "routes.toml").read_text(encoding="utf-8").splitlines().index('to = "sjefen"') + 1
    assert note.startswith(f"{folder / 'routes.toml'}: line {line}, rule[1].to: ")
