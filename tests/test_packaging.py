"""What an installed hub has with it: the schemas, the sample centre, the pages and the migrations."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from hub import resources
from hub.errors import BadConfiguration

ROOT = Path(__file__).parent.parent

# Each folder of the checkout, what it must at least hold, and where the wheel has it.
CARRIED = [
    ("schemas", "**/*.xsd", "hub/_data/schemas"),
    ("deploy/sample", "**/*.toml", "hub/_data/sample"),
    ("deploy/sample", "**/*.csv", "hub/_data/sample"),
    ("hub/web/templates", "*.html", "hub/web/templates"),
    ("hub/web/static", "*.css", "hub/web/static"),
    ("hub/web/i18n", "**/*.po", "hub/web/i18n"),
    ("hub/store/migrations", "env.py", "hub/store/migrations"),
    ("hub/store/migrations", "versions/*.py", "hub/store/migrations"),
    ("hub", "py.typed", "hub"),
    ("workers", "*.py", "workers"),
]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built straight from the checkout."""
    return build(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the hub as an installer lays it out."""
    place = tmp_path_factory.mktemp("installed")
    with ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


def build(source: Path, place: Path, kind: str) -> Path:
    """One archive, built without fetching anything."""
    command = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", str(place), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    (archive,) = place.iterdir()
    return archive


@pytest.mark.parametrize(("folder", "pattern", "inside"), CARRIED)
def test_the_wheel_carries_what_the_hub_needs(folder: str, pattern: str, inside: str, installed: Path) -> None:
    sources = sorted((ROOT / folder).glob(pattern))
    assert sources, f"{folder} holds no {pattern}"
    for source in sources:
        carried = installed / inside / source.relative_to(ROOT / folder)
        assert source.read_bytes() == carried.read_bytes()


def test_the_wheel_carries_nothing_else(installed: Path) -> None:
    assert {"hub", "workers"} == {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}
    assert [] == [path for path in installed.rglob("*") if path.suffix in {".db", ".pyc"}]


def test_the_wheel_has_the_command(installed: Path) -> None:
    (entry_points,) = installed.glob("sambud-*.dist-info/entry_points.txt")
    assert "[console_scripts]\nhub = hub.cli:main" == entry_points.read_text(encoding="utf-8").strip()


def test_the_source_archive_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = build(ROOT, tmp_path / "sdist", "sdist")
    subprocess.run(["tar", "-xzf", str(sdist), "-C", str(tmp_path)], check=True)
    again = build(tmp_path / sdist.name.removesuffix(".tar.gz"), tmp_path / "again", "wheel")
    assert contents(wheel) == contents(again)


def contents(wheel: Path) -> dict[str, bytes]:
    """Every file in the archive."""
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_installed_hub_finds_its_own_folders(installed: Path) -> None:
    program = "from hub import resources; print(resources.folder('schemas')); print(resources.folder('sample'))"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(installed)!r}); {program}"]
    done = subprocess.run(command, cwd=installed, capture_output=True, text=True, check=True)
    data = installed / "hub" / "_data"
    assert [str(data / "schemas"), str(data / "sample")] == done.stdout.splitlines()


def test_a_checkout_finds_its_top_level_folders() -> None:
    assert ROOT / "schemas" == resources.folder("schemas")
    assert ROOT / "deploy" / "sample" == resources.folder("sample")


def test_a_hub_without_its_folders_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path / "hub")
    with pytest.raises(BadConfiguration, match="_data/schemas: this folder ships with the hub"):
        resources.folder("schemas")
