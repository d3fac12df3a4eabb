"""The files of one folder, each in its shape."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from hub.registry import source
from hub.registry.problem import Problem, refuse
from hub.registry.shape import (
    AccountsFile,
    AgreementsFile,
    Centre,
    Ladders,
    Partners,
    Routes,
    TemplatesFile,
    TopicsFile,
    WhenTable,
)

CENTRE = "centre.toml"
PARTNERS = "partners.toml"
TOPICS = "topics.toml"
AGREEMENTS = "agreements.toml"
ROUTES = "routes.toml"
LADDERS = "ladders.toml"
PATIENTS = "patients.csv"
ACCOUNTS = "accounts.toml"
TEMPLATES = "templates.toml"

# Each file but the patients' has its shape, and its name in `Files`.
SHAPES: Mapping[str, type[BaseModel]] = MappingProxyType(
    {
        CENTRE: Centre,
        PARTNERS: Partners,
        TOPICS: TopicsFile,
        AGREEMENTS: AgreementsFile,
        ROUTES: Routes,
        LADDERS: Ladders,
        ACCOUNTS: AccountsFile,
        TEMPLATES: TemplatesFile,
    }
)
# A folder may do without these; there is nothing in them then.
OPTIONAL = (TEMPLATES,)

NONE: Mapping[str, Path] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Files:
    """All tables that people wrote; patients are read apart, because they are many."""

    folder: Path
    centre: Centre
    partners: Partners
    topics: TopicsFile
    agreements: AgreementsFile
    routes: Routes
    ladders: Ladders
    accounts: AccountsFile
    templates: TemplatesFile
    instead: Mapping[str, Path] = field(default_factory=dict)

    def place(self, name: str) -> Path:
        """Where the file of that name is."""
        return self.instead.get(name, self.folder / name)

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Raise BadConfiguration for the first problem, when there is one; the others are its notes."""
        _refuse(problems, map(self.place, SHAPES))

    def problem(self, name: str, key: str, reason: str) -> Problem:
        """A problem in the file of that name."""
        return Problem(str(self.place(name)), key, reason)

    def home(self, practice: str | None) -> str:
        """The practice that a table means; one that names none means the first, which then is the only one."""
        return practice or self.centre.practice[0].her_id

    def whens(self) -> Iterator[tuple[str, str, WhenTable]]:
        """Every set of conditions, with its file and key."""
        yield from ((ROUTES, f"rule[{n}].when", x.when) for n, x in enumerate(self.routes.rule))
        yield from ((LADDERS, f"ladder[{n}].when", x.when) for n, x in enumerate(self.ladders.ladder))


def read(folder: Path, instead: Mapping[str, Path] = NONE) -> Files:
    """Read and shape every file but the patients; some may be others than those in the folder.

    Raises BadConfiguration for every file that is missing, unreadable or of another shape.
    """
    paths = {name: instead.get(name, folder / name) for name in SHAPES}
    here = {name: path for name, path in paths.items() if name not in OPTIONAL or path.exists()}
    found: dict[str, Any] = {
        name: source.shaped(here[name], shape) if name in here else shape() for name, shape in SHAPES.items()
    }
    _refuse((x for tables in found.values() if isinstance(tables, tuple) for x in tables), paths.values())
    return Files(folder, instead=instead, **{Path(name).stem: tables for name, tables in found.items()})


def _refuse(problems: Iterable[Problem], paths: Iterable[Path]) -> None:
    refuse(problems, {str(path): path for path in paths}.__getitem__)
