"""The sample centre, loaded once; and a copy with few patients that tests may spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hub import registry, resources

Spoil = Callable[[str, str, str], None]


@pytest.fixture(scope="session")
def sample() -> registry.Configuration:
    """The sample centre as it ships."""
    return registry.load(resources.folder("sample"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample centre with its first twenty patients."""
    original = resources.folder("sample")
    for name in ("centre", "partners", "topics", "agreements", "routes", "ladders", "accounts"):
        shutil.copy(original / f"{name}.toml", tmp_path)
    patients = (original / "patients.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "patients.csv").write_text("".join(patients[:21]), encoding="utf-8")
    return tmp_path


@pytest.fixture
def spoil(folder: Path) -> Spoil:
    """Replace the first place where a text stands in one of the copy's files."""

    def spoiled(file: str, old: str, new: str) -> None:
        path = folder / file
        written = path.read_text(encoding="utf-8")
        assert old in written, f"{file} no longer holds {old!r}"
        path.write_text(written.replace(old, new, 1), encoding="utf-8")

    return spoiled
