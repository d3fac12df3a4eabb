"""Schema files as a set: listed, checked, and put together anew with the files that a site has.

A site may have the officially published schemas. They are matched to ours by namespace, whatever they are called and
wherever their imports point; what the site lacks stays ours. The whole set is written to a folder of its own, so
that the hub never depends on what becomes of the site's files, and the way back is to name the folder no more.
"""

import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path

from lxml import etree

from hub.errors import BadConfiguration
from hub.resources import folder

XS = "{http://www.w3.org/2001/XMLSchema}"
# libxml2's number for an element that no schema of the set declares.
_UNDECLARED = 1845

CATALOGUE, MANIFEST = "catalogue.xsd", "set.json"

# What leads to other files and the address in it, in the bytes of a file and in what is read of it.
_ADDRESSED = re.compile(rb"<(?:[\w.-]+:)?(import|include|redefine)\b[^<>]*>")
_ADDRESS = re.compile(rb"\s+schemaLocation\s*=\s*([\"'])(.*?)\1", re.DOTALL)
_ODD = re.compile(r"[^A-Za-z0-9.-]+")
_INCLUDING = (f"{XS}include", f"{XS}redefine")
_ADDRESSED_TAGS = (f"{XS}import", *_INCLUDING)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A schema file of a set. `source` is ours or site; `sha256` is of the file as it was published."""

    file: str
    namespace: str
    standard: str
    version: str
    source: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a schema file, and where; line 0 for the file as a whole."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}" if self.line else f"{self.file}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. `missing` are namespaces of ours that a site does not have: there ours are used."""

    troubles: tuple[Trouble, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    """A schema file, read; `part` when another includes it, so that it is no schema of its own."""

    place: Path
    name: str
    source: str
    root: etree._Element
    part: bool = False

    @property
    def namespace(self) -> str:
        return self.root.get("targetNamespace") or ""


def listed(site: Path | None = None) -> list[Sheet]:
    """The files of the set that the hub uses: a site's, or ours. Raises BadConfiguration."""
    if site is None:
        return [_sheet(file) for file in _ours()]
    place = site / MANIFEST
    try:
        return [Sheet(**each) for each in json.loads(place.read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError) as error:
        reason = f"this is no folder that `hub schemas use` wrote ({type(error).__name__})"
        raise BadConfiguration(str(place), "", reason) from error


def check(site: Path | None = None) -> Checked:
    """Compile the set that the hub uses. Raises BadConfiguration when the folder is none of ours."""
    sheets = listed(site)
    home = site or folder("schemas")
    lost = [
        Trouble(str(home / s.file), 0, "it is listed and not there") for s in sheets if not (home / s.file).is_file()
    ]
    if lost:
        return Checked(tuple(lost))
    return Checked(tuple(_compiled(home / CATALOGUE, {home / s.file: home / s.file for s in sheets})))


def check_files(directory: Path) -> Checked:
    """Whether a site's files make one set with ours; changes nothing. Raises BadConfiguration for no folder."""
    with tempfile.TemporaryDirectory() as scratch:
        return _together(directory, Path(scratch) / "set")[0]


def use(directory: Path, home: Path) -> Path:
    """Write the set of a site's files and ours into a new folder in `home`, and return it; all or nothing.

    The folder is named by what is in it: the same files give the same folder. Raises BadConfiguration, which notes
    every problem, when they make no set; and only when they make one, whether it cannot be written in `home`.
    """
    home = home.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "set"
        found, sheets = _together(directory, made)
        if found.troubles:
            first, *others = (
                (t.file, "", f"line {t.line}: {t.reason}" if t.line else t.reason) for t in found.troubles
            )
            raise BadConfiguration.of(first, *others)
        digest = sha256("".join(f"{s.namespace} {s.sha256}\n" for s in sheets).encode()).hexdigest()[:12]
        return _placed(made, home, f"schemas-{digest}")


def _placed(made: Path, home: Path, name: str) -> Path:
    """The set in its folder in `home`, which is made where there is none; half a set never has that name."""
    place = home / name
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            with tempfile.TemporaryDirectory(prefix=".schemas-", dir=home) as beside:
                shutil.copytree(made, Path(beside) / "set").replace(place)
    except OSError as error:
        reason = f"the set cannot be written here ({error.strerror}); name another folder with --into"
        raise BadConfiguration(str(home), "", reason) from error
    return place


def _together(directory: Path, into: Path) -> tuple[Checked, list[Sheet]]:
    """Write the set of a site's files and ours, and what is wrong with it."""
    site, unreadable = _site(directory)
    ours = _ours()
    told = {file.namespace for file in site if not file.part}
    chosen = [*site, *(file for file in ours if file.namespace not in told)]
    missing = tuple(file.namespace for file in ours if file.namespace not in told)
    troubles = [*unreadable, *_twice(site), *_unresolved(chosen)]
    if not site and not unreadable:
        troubles.append(Trouble(str(directory), 0, "there is no .xsd file in this folder"))
    if troubles:
        return Checked(tuple(troubles), missing), []
    sheets = _write(chosen, into)
    names = {into / file.name: file.place for file in chosen}
    return Checked(tuple(_compiled(into / CATALOGUE, names)), missing), sheets


def _ours() -> list[_File]:
    home = folder("schemas")
    places = sorted(place for place in home.rglob("*.xsd") if place.name != CATALOGUE)
    return [_File(p, f"ours/{p.relative_to(home).as_posix()}", "ours", _parsed(p)) for p in places]


def _site(directory: Path) -> tuple[list[_File], list[Trouble]]:
    """The schema files of a folder, and what cannot be read of it."""
    if not directory.is_dir():
        raise BadConfiguration(str(directory), "", "there is no such folder")
    files: list[_File] = []
    troubles: list[Trouble] = []
    for place in sorted(directory.rglob("*.xsd")):
        try:
            files.append(_File(place, _plain(place.relative_to(directory), len(files)), "site", _parsed(place)))
        except BadConfiguration as error:
            troubles.append(Trouble(error.file, 0, error.reason))
    # A driver that only imports, as our own catalogue does, declares nothing.
    real = [file for file in files if file.namespace or _declares(file) or _is_included(file, files)]
    return [replace(file, part=_is_included(file, files)) for file in real], troubles


def _plain(place: Path, number: int) -> str:
    """A name in the set that needs no escaping as an address; libxml2 passes over what it cannot find."""
    return f"site/{number:03}-{_ODD.sub('_', place.stem)}.xsd"


def _parsed(place: Path) -> etree._Element:
    """A schema file's root, without network and without a document type's outside. Raises BadConfiguration."""
    # W3C's own schema of signatures has a DOCTYPE with entities of its own; "internal" takes those and no others.
    parser = etree.XMLParser(resolve_entities="internal", no_network=True, load_dtd=False, remove_comments=False)
    try:
        root = etree.fromstring(place.read_bytes(), parser)
    except (OSError, etree.XMLSyntaxError) as error:
        reason = f"line {error.lineno}: {error.msg}" if isinstance(error, etree.XMLSyntaxError) else str(error.strerror)
        raise BadConfiguration(str(place), "", f"it cannot be read: {reason}") from error
    if root.tag != f"{XS}schema":
        raise BadConfiguration(str(place), "", "its root is no xs:schema")
    return root


def _declares(file: _File) -> bool:
    """Whether anything but imports and remarks stands in it."""
    return any(each.tag not in (f"{XS}import", f"{XS}annotation") for each in file.root.iterchildren(etree.Element))


def _is_included(file: _File, files: Iterable[_File]) -> bool:
    return any(file.place.resolve() in _included(other) for other in files if other is not file)


def _included(file: _File) -> list[Path]:
    """The files that a schema takes into itself."""
    places = (each.get("schemaLocation") or "" for each in file.root.iterchildren(*_INCLUDING))
    return [(file.place.parent / place).resolve() for place in places]


def _twice(files: Iterable[_File]) -> Iterator[Trouble]:
    """Two files of one namespace, of which nobody could say which holds."""
    whole = [file for file in files if not file.part]
    counted = Counter(file.namespace for file in whole)
    for file in whole:
        if counted[file.namespace] > 1:
            other = next(x.place for x in whole if x.namespace == file.namespace and x is not file)
            yield Trouble(str(file.place), 0, f"the namespace {file.namespace!r} is declared in {other} too")


def _unresolved(files: list[_File]) -> Iterator[Trouble]:
    """Imports of a namespace, and includes of a file, that are not in the set."""
    known = {file.namespace for file in files if not file.part}
    there = {file.place.resolve() for file in files}
    for file in files:
        for each in file.root.iterchildren(f"{XS}import"):
            if (each.get("namespace") or "") not in known:
                reason = f"it imports the namespace {each.get('namespace') or ''!r}, which no file declares"
                yield Trouble(str(file.place), int(each.sourceline or 0), reason)
        for each in file.root.iterchildren(*_INCLUDING):
            if (file.place.parent / (each.get("schemaLocation") or "")).resolve() not in there:
                reason = f"it includes {each.get('schemaLocation')!r}, which is not there"
                yield Trouble(str(file.place), int(each.sourceline or 0), reason)


def _write(files: list[_File], into: Path) -> list[Sheet]:
    """Write the files with their addresses pointing at each other, the driver, and what is in the set."""
    homes = {file.namespace: file.name for file in files if not file.part}
    named = {file.place.resolve(): file.name for file in files}
    for file in files:
        place = into / file.name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(_pointed(file, homes, named))
    (into / CATALOGUE).write_bytes(_driver(homes))
    known = {sheet.namespace: sheet for sheet in map(_sheet, _ours())}
    sheets = [_sheet(file, known) for file in files]
    (into / MANIFEST).write_text(json.dumps([asdict(s) for s in sheets], indent=1) + "\n", encoding="utf-8")
    return sheets


def _pointed(file: _File, homes: Mapping[str, str], named: Mapping[Path, str]) -> bytes:
    """The file with every import and include leading to the set's own file.

    Only the addresses are changed where that can be done in the text, so that every line keeps its number.
    """
    asked = [_way(file, each, homes, named) for each in file.root.iterchildren(*_ADDRESSED_TAGS)]
    ways = iter(asked)
    edited = _ADDRESSED.sub(lambda found: _addressed(found[0], next(ways, "")), file.place.read_bytes())
    with suppress(etree.XMLSyntaxError):
        again = etree.fromstring(edited, etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False))
        if asked == [each.get("schemaLocation") for each in again.iterchildren(*_ADDRESSED_TAGS)]:
            return edited
    return _written(file, asked)


def _written(file: _File, ways: Iterable[str]) -> bytes:
    """The file written anew, without document type: for what cannot be changed in the text."""
    root = etree.fromstring(etree.tostring(file.root, with_tail=False))
    for each, way in zip(root.iterchildren(*_ADDRESSED_TAGS), ways, strict=True):
        each.set("schemaLocation", way)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _addressed(tag: bytes, way: str) -> bytes:
    """An import's or include's tag with another address in it."""
    bare = _ADDRESS.sub(b"", tag)
    closing = b"/>" if bare.endswith(b"/>") else b">"
    return bare.removesuffix(closing).rstrip() + f' schemaLocation="{way}"'.encode() + closing


def _way(file: _File, each: etree._Element, homes: Mapping[str, str], named: Mapping[Path, str]) -> str:
    """The address of what an import or include means, seen from the file."""
    if each.tag == f"{XS}import":
        home = homes[each.get("namespace") or ""]
    else:
        home = named[(file.place.parent / (each.get("schemaLocation") or "")).resolve()]
    return Path(os.path.relpath(home, Path(file.name).parent)).as_posix()


def _driver(homes: Mapping[str, str]) -> bytes:
    """The schema that imports all the others, so that a strict wildcard knows them."""
    root = etree.Element(f"{XS}schema", nsmap={"xs": XS[1:-1]})
    for namespace, file in sorted(homes.items()):
        named = {"namespace": namespace} if namespace else {}
        etree.SubElement(root, f"{XS}import", named | {"schemaLocation": file})
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _sheet(file: _File, known: Mapping[str, Sheet] | None = None) -> Sheet:
    """A file of the set in words; a site's takes standard and version from ours of the same namespace."""
    digest = sha256(file.place.read_bytes()).hexdigest()
    if known is None:
        standard, version, *_ = file.name.removeprefix("ours/").split("/")
        return Sheet(file.name.removeprefix("ours/"), file.namespace, standard, version, file.source, digest)
    like = known.get(file.namespace)
    return Sheet(
        file.name, file.namespace, like.standard if like else "", like.version if like else "", file.source, digest
    )


def _compiled(place: Path, names: Mapping[Path, Path]) -> Iterator[Trouble]:
    """What libxml2 has against a set; a file that was written anew is told by the name it came from."""
    told = {str(file): str(origin) for file, origin in names.items()}
    try:
        made = etree.XMLSchema(file=str(place))
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError, OSError) as error:
        entries = list(getattr(error, "error_log", None) or ())
        seen = dict.fromkeys((told.get(e.filename, e.filename), e.line, e.message.strip()) for e in entries)
        yield from (Trouble(*each) for each in seen or [(str(place), 0, str(error))])
        return
    for file, origin in names.items():
        if not _is_known(made, etree.parse(file).getroot()):
            yield Trouble(str(origin), 0, "it is not taken into the set; can it be read?")


def _is_known(made: etree.XMLSchema, root: etree._Element) -> bool:
    """Whether the set knows a file's elements: libxml2 passes over an import that leads nowhere."""
    first = next((each.get("name") for each in root.iterchildren(f"{XS}element")), None)
    space = root.get("targetNamespace")
    if first is None or space is None:
        return True
    made.validate(etree.Element(f"{{{space}}}{first}"))
    return all(entry.type != _UNDECLARED for entry in made.error_log)
