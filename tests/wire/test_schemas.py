"""A site's published schemas take the place of ours: by namespace, as one set, and all or nothing."""

import shutil
from pathlib import Path

import pytest

from hub.errors import BadConfiguration
from hub.message import Message, Refusal
from hub.resources import folder
from hub.wire import Readers, schemas
from tests.wire.builders import DIALOG_1_1, dialogue

OURS = folder("schemas")
DIALOG = OURS / "dialogmelding" / "1.1" / "dialogmelding.xsd"
KITH = "http://www.kith.no/xmlstds"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with the dialogue message's schema under another name, whose imports lead nowhere."""
    place = tmp_path / "published"
    place.mkdir()
    text = DIALOG.read_text(encoding="utf-8").replace("../../kith/1.0/kith.xsd", "http://example.org/kith.xsd")
    text = text.replace('\n             schemaLocation="../../felleskomponent/1.0/felleskomponent1.xsd"', "")
    (place / "Dialog v1.1 (offisiell).xsd").write_text(text, encoding="utf-8")
    return place


def written(place: Path, *edits: tuple[str, str]) -> None:
    """Change the one file of a folder."""
    (file,) = place.glob("*.xsd")
    text = file.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, encoding="utf-8")


def told(place: Path, home: Path) -> list[str]:
    """Every problem that `use` tells, and nothing is left behind."""
    with pytest.raises(BadConfiguration) as caught:
        schemas.use(place, home)
    assert [place] == sorted(home.iterdir())
    return [str(caught.value), *getattr(caught.value, "__notes__", ())]


def test_ours_are_listed_with_standard_and_version() -> None:
    found = {sheet.namespace: sheet for sheet in schemas.listed()}
    dialog = found[DIALOG_1_1]
    assert ("dialogmelding/1.1/dialogmelding.xsd", "dialogmelding", "1.1", "ours") == (
        dialog.file,
        dialog.standard,
        dialog.version,
        dialog.source,
    )
    assert {"ours"} == {sheet.source for sheet in found.values()}


def test_ours_compile() -> None:
    assert schemas.Checked(()) == schemas.check()


def test_a_file_is_matched_by_its_namespace_whatever_it_is_called(site: Path, tmp_path: Path) -> None:
    made = schemas.use(site, tmp_path)
    found = {sheet.namespace: sheet for sheet in schemas.listed(made)}
    assert ("site/000-Dialog_v1.1_offisiell_.xsd", "dialogmelding", "1.1", "site") == (
        found[DIALOG_1_1].file,
        found[DIALOG_1_1].standard,
        found[DIALOG_1_1].version,
        found[DIALOG_1_1].source,
    )
    assert {sheet.namespace for sheet in schemas.listed()} == set(found)
    assert schemas.Checked(()) == schemas.check(made)


def test_the_same_files_make_the_same_folder(site: Path, tmp_path: Path) -> None:
    assert schemas.use(site, tmp_path) == schemas.use(site, tmp_path)


async def test_readers_judge_by_the_sites_files(site: Path, tmp_path: Path) -> None:
    written(site, ('name="Tema" type="xs:string" minOccurs="0"', 'name="Emne" type="xs:string" minOccurs="0"'))
    made = schemas.use(site, tmp_path)
    shutil.rmtree(site)
    async with Readers(schemas=made) as readers, Readers() as others:
        (theirs,), (own,) = await readers.read([dialogue()]), await others.read([dialogue()])
        assert isinstance(own, Message) and isinstance(theirs, Refusal)
        assert [("T02", "Tema is not expected here")] == [(f.code, f.en.partition(";")[0]) for f in theirs.faults]
        ((fault, allowed),) = (await readers.explain(dialogue())).items()
        assert theirs.faults == (fault,)
        assert allowed.content.startswith("TemaKodet, Emne?,")


async def test_a_folder_that_is_no_set_stops_the_readers(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"catalogue\.xsd: the schemas cannot be compiled"):
        async with Readers(schemas=tmp_path):
            pass


def test_two_files_of_one_namespace_are_told(site: Path, tmp_path: Path) -> None:
    shutil.copy(DIALOG, site / "second.xsd")
    first, second = told(site, tmp_path)
    assert f"the namespace '{DIALOG_1_1}' is declared in {site / 'second.xsd'} too" in first
    assert str(site / "second.xsd") in second


def test_what_does_not_compile_is_told_with_file_and_line(site: Path, tmp_path: Path) -> None:
    written(site, ('type="fk1:Organisation"', 'type="fk1:Organization"'))
    first, *_ = told(site, tmp_path)
    (file,) = site.glob("*.xsd")
    line = next(
        n for n, text in enumerate(file.read_text(encoding="utf-8").split("\n"), 1) if "fk1:Organization" in text
    )
    assert first.startswith(f"{file}: line {line}: ") and "Organization" in first


def test_an_import_that_nobody_declares_is_told_with_its_line(site: Path, tmp_path: Path) -> None:
    written(site, (f'namespace="{KITH}" schemaLocation', 'namespace="urn:other" schemaLocation'))
    first, *_ = told(site, tmp_path)
    assert "line 8: it imports the namespace 'urn:other', which no file declares" in first


def test_a_file_that_is_no_xml_is_told(site: Path, tmp_path: Path) -> None:
    (site / "broken.xsd").write_text("<xs:schema", encoding="utf-8")
    (only,) = told(site, tmp_path)
    assert f"{site / 'broken.xsd'}: it cannot be read" in only


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    assert [f"{place}: there is no .xsd file in this folder"] == told(place, tmp_path)


def test_a_file_may_include_others_and_they_come_along(site: Path, tmp_path: Path) -> None:
    (file,) = site.glob("*.xsd")
    text = file.read_text(encoding="utf-8")
    start = text.index('  <xs:element name="TilknyttetEnhet">')
    end = text.index("  <!-- The names stand")
    head = text[: text.index("  <xs:import")]
    imports = text[text.index("  <xs:import") : text.index("  <!-- Either")]
    (site / "deler.xsd").write_text(f"{head}{imports}{text[start:end]}</xs:schema>", encoding="utf-8")
    include = '<xs:include schemaLocation="deler.xsd"/>\n'
    file.write_text(head + include + imports + text[text.index("  <!-- Either") : start] + text[end:], encoding="utf-8")
    made = schemas.use(site, tmp_path)
    assert 2 == sum(sheet.source == "site" for sheet in schemas.listed(made))
    (file.parent / "deler.xsd").unlink()
    assert ["it includes 'deler.xsd', which is not there"] == [t.reason for t in schemas.check_files(site).troubles]


def test_a_document_type_with_entities_of_its_own_does_no_harm(site: Path, tmp_path: Path) -> None:
    # W3C publishes the schema of signatures like this.
    doctype = '<!DOCTYPE schema PUBLIC "-//W3C//DTD" "http://127.0.0.1:1/x.dtd" [<!ENTITY d "TemaKodet">]>\n<xs:schema'
    written(site, ("<xs:schema", doctype), ('name="TemaKodet"', 'name="&d;"'))
    made = schemas.use(site, tmp_path)
    assert schemas.Checked(()) == schemas.check(made)


def test_what_a_site_does_not_have_is_named(site: Path) -> None:
    found = schemas.check_files(site)
    assert () == found.troubles
    assert {sheet.namespace for sheet in schemas.listed()} - {DIALOG_1_1} == set(found.missing)


def test_a_set_with_a_file_gone_is_told(site: Path, tmp_path: Path) -> None:
    made = schemas.use(site, tmp_path)
    lost = made / "ours" / "kith" / "1.0" / "kith.xsd"
    lost.unlink()
    assert (schemas.Trouble(str(lost), 0, "it is listed and not there"),) == schemas.check(made).troubles
