"""The sample documents: each is read as the file beside it says."""

import json
from pathlib import Path

import pytest

from hub.message import Message, Unreadable
from hub.wire import catalogue, reader, tree
from tests.wire.summary import summary

SAMPLES = Path(__file__).parent.parent / "samples"
NAMES = sorted(path.stem for path in SAMPLES.glob("*.xml"))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_is_read_as_the_file_beside_it_says(name: str) -> None:
    expected = json.loads((SAMPLES / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert expected == summary(reader.read((SAMPLES / f"{name}.xml").read_bytes()))


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_that_is_accepted_is_valid(name: str) -> None:
    raw = (SAMPLES / f"{name}.xml").read_bytes()
    if isinstance(reader.read(raw), Message):
        root = tree.parse(raw, "iso-8859-1" if b'"ISO-8859-1"' in raw else "utf-8")
        assert isinstance(root, tree.Element)
        assert () == catalogue.faults(root)


def test_every_expectation_has_its_sample() -> None:
    assert NAMES == sorted(path.name.removesuffix(".expected.json") for path in SAMPLES.glob("*.json"))


def test_every_sample_has_an_id_of_its_own() -> None:
    readings = [reader.read((SAMPLES / f"{name}.xml").read_bytes()) for name in NAMES]
    ids = [reading.key for reading in readings if not isinstance(reading, Unreadable)]
    assert len(ids) == len(set(ids))
