"""A configuration's files are read from memory as from a folder, and what is written out is for its owner only."""

import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from hub import registry
from hub.errors import BadConfiguration
from hub.registry import archive

Spoil = Callable[[str, str, str], None]

PLACE = Path("version 7")


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing temporary can be written, and no file lies where the process is."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))


def from_memory(folder: Path, *without: str) -> registry.Configuration:
    contents = {name: content for name, content in archive.gather(folder).items() if name not in without}
    return registry.load(PLACE, archive.held(contents, PLACE))


def told(load: Callable[[], object]) -> list[str]:
    with pytest.raises(BadConfiguration) as refusal:
        load()
    return [str(refusal.value), *getattr(refusal.value, "__notes__", ())]


@pytest.mark.usefixtures("nowhere")
def test_files_in_memory_say_what_they_say_in_a_folder(folder: Path) -> None:
    assert registry.load(folder) == from_memory(folder)


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("centre.toml", "[[inbox]]", "[[inbox"),
        ("routes.toml", "[[rule]]", "[[rule]]\nnew_key = 1"),
        ("routes.toml", 'to = "', 'to = "nobody'),
        ("centre.toml", 'kind = "coordinator"', 'kind = "pht"'),
        ("patients.csv", ";nb", ";nb;x"),
        ("patients.csv", ";nb", ";NB"),
        ("patients.csv", ";nb", ';nb"'),
    ],
)
def test_what_is_wrong_in_memory_is_told_with_its_line_as_in_a_folder(
    folder: Path, spoil: Spoil, file: str, old: str, new: str
) -> None:
    spoil(file, old, new)
    expected = [words.replace(f"{folder}/", f"{PLACE}/") for words in told(lambda: registry.load(folder))]
    assert f"{PLACE}/{file}: line " in expected[0]
    assert expected == told(lambda: from_memory(folder))


def test_a_file_that_is_not_in_memory_is_missing_although_one_of_its_name_lies_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert ["version 7/topics.toml: the file is missing"] == told(lambda: from_memory(folder, "topics.toml"))
    assert ["version 7/patients.csv: the file is missing"] == told(lambda: from_memory(folder, "patients.csv"))


def test_what_is_wrong_in_the_shape_of_several_files_is_told_at_once(folder: Path, spoil: Spoil) -> None:
    spoil("routes.toml", "[[rule]]", "[[rules]]")
    spoil("centre.toml", 'kind = "coordinator"', 'kind = "coordinators"')
    spoil("agreements.toml", "[[agreement]]", "[[agreement")
    (folder / "topics.toml").unlink()
    wrong = told(lambda: registry.load(folder))
    assert ["centre.toml", "topics.toml", "agreements.toml", "routes.toml"] == [
        Path(x.partition(":")[0]).name for x in wrong
    ]
    assert wrong[0].endswith("(and 3 more)")


def test_what_is_written_out_is_for_its_owner_only(folder: Path, tmp_path: Path) -> None:
    contents, new, old = archive.gather(folder), tmp_path / "new", tmp_path / "old"
    old.mkdir(mode=0o755)
    (old / "accounts.toml").write_bytes(b"x" * 1_000_000)
    (old / "accounts.toml").chmod(0o644)
    for place in (new, old):
        archive.spread(contents, place)
        assert contents == archive.gather(place)
        assert {0o600} == {mode(path) for path in place.iterdir()}
    assert [0o700, 0o755] == [mode(new), mode(old)]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
