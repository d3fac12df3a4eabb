"""`hub schemas` as operations type it."""

import json
import shutil
from pathlib import Path

import pytest

from hub import settings
from hub.resources import folder
from tests import centre
from tests.cli.test_cli import hub

DIALOG = folder("schemas") / "dialogmelding" / "1.1" / "dialogmelding.xsd"
NAMESPACE = "http://www.kith.no/xmlstds/dialog/2013-01-23"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A copy of the sample centre's configuration."""
    copied = tmp_path / "centre"
    shutil.copytree(settings.sample().parent, copied)
    return copied


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder with one schema, in which a note has no Tema."""
    place = tmp_path / "published"
    place.mkdir()
    text = DIALOG.read_text(encoding="utf-8").replace('name="Tema"', 'name="Emne"')
    (place / "dialog.xsd").write_text(text, encoding="utf-8")
    return place


def test_the_list_says_whose_each_schema_is() -> None:
    found = hub("schemas", "list", "--json")
    assert (0, "") == (found.returncode, found.stderr)
    sheets = {sheet["namespace"]: sheet for sheet in json.loads(found.stdout)}
    assert ("dialogmelding", "1.1", "ours", 64) == (
        sheets[NAMESPACE]["standard"],
        sheets[NAMESPACE]["version"],
        sheets[NAMESPACE]["source"],
        len(sheets[NAMESPACE]["sha256"]),
    )
    assert NAMESPACE in hub("schemas", "list").stdout


def test_ours_are_in_order() -> None:
    assert (0, "The schemas are in order.\n") == (hub("schemas", "check").returncode, hub("schemas", "check").stdout)


def test_a_folder_is_checked_without_changing_anything(published: Path) -> None:
    before = sorted(published.rglob("*"))
    found = hub("schemas", "check", str(published))
    assert 0 == found.returncode
    assert "makes one set" in found.stdout and "http://www.kith.no/xmlstds/msghead/2006-05-24" in found.stdout
    assert NAMESPACE not in found.stdout
    assert before == sorted(published.rglob("*"))


def test_use_writes_a_set_that_holds_as_soon_as_it_is_named_and_no_longer(
    home: Path, published: Path, tmp_path: Path
) -> None:
    config, message = home / "hub.toml", tmp_path / "message.xml"
    message.write_bytes(centre.message())
    found = hub("schemas", "use", str(published), "--config", str(config))
    assert (0, "") == (found.returncode, found.stderr)
    written = config.read_text(encoding="utf-8")
    assert 0 == hub("check", "--config", str(config), str(message)).returncode
    said = next(line for line in found.stdout.splitlines() if line.startswith("schemas = "))
    assert written == config.read_text(encoding="utf-8")
    config.write_text(written.replace("[wire]\n", f"[wire]\n{said}\n"), encoding="utf-8")
    judged = hub("check", "--config", str(config), str(message))
    assert (1, True) == (judged.returncode, "Tema is not expected here" in judged.stdout)
    listed = json.loads(hub("schemas", "list", "--json", "--config", str(config)).stdout)
    assert [NAMESPACE] == [sheet["namespace"] for sheet in listed if sheet["source"] == "site"]
    assert 0 == hub("schemas", "check", "--config", str(config)).returncode
    config.write_text(written, encoding="utf-8")
    assert 0 == hub("check", "--config", str(config), str(message)).returncode


def test_a_wrong_folder_gives_the_file_and_the_reason_and_leaves_nothing(home: Path, published: Path) -> None:
    (published / "half.xsd").write_text("<xs:schema", encoding="utf-8")
    before = sorted(home.iterdir())
    found = hub("schemas", "use", str(published), "--config", str(home / "hub.toml"))
    assert (78, "") == (found.returncode, found.stdout)
    assert f"{published / 'half.xsd'}: it cannot be read" in found.stderr
    assert before == sorted(home.iterdir())
    checked = hub("schemas", "check", str(published))
    assert (78, True) == (checked.returncode, str(published / "half.xsd") in checked.stderr)


def test_what_is_wrong_with_the_schemas_is_told_before_where_they_go(published: Path, tmp_path: Path) -> None:
    into = tmp_path / "new" / "folder"
    (published / "half.xsd").write_text("<xs:schema", encoding="utf-8")
    found = hub("schemas", "use", str(published), "--into", str(into))
    assert (78, True) == (found.returncode, f"{published / 'half.xsd'}: it cannot be read" in found.stderr)
    assert "--into" not in found.stderr and not into.parent.exists()


def test_a_folder_to_write_into_is_made(published: Path, tmp_path: Path) -> None:
    into = tmp_path / "new" / "folder"
    found = hub("schemas", "use", str(published), "--into", str(into))
    assert (0, "") == (found.returncode, found.stderr)
    (place,) = into.iterdir()
    assert f'schemas = "{place}"' in found.stdout and (place / "set.json").is_file()


def test_a_folder_that_cannot_be_made_is_named(published: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = hub("schemas", "use", str(published), "--into", str(tmp_path / "file" / "folder"))
    assert (78, f"hub: {tmp_path / 'file' / 'folder'}: the set cannot be written here") == (
        found.returncode,
        found.stderr.partition(" (")[0],
    )


def test_a_folder_that_is_not_there_is_told(home: Path) -> None:
    found = hub("schemas", "use", "/no/such/folder", "--config", str(home / "hub.toml"))
    assert (78, "hub: /no/such/folder: there is no such folder\n") == (found.returncode, found.stderr)


def test_a_setting_that_names_no_set_stops_the_hub(home: Path) -> None:
    config = home / "hub.toml"
    written = config.read_text(encoding="utf-8")
    config.write_text(written.replace("[wire]\n", '[wire]\nschemas = "nowhere"\n'), encoding="utf-8")
    for words in (("schemas", "list"), ("schemas", "check"), ("check", "/dev/null")):
        found = hub(*words, "--config", str(config))
        assert (78, True) == (found.returncode, str(home / "nowhere") in found.stderr)
