"""The files of one folder, each in its shape."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.registry import source
from hub.registry.problem import Problem
from hub.registry.shape import AccountsFile, Centre, Ladders, Partners, Routes, WhenTable

CENTRE = "centre.toml"
PARTNERS = "partners.toml"
ROUTES = "routes.toml"
LADDERS = "ladders.toml"
PATIENTS = "patients.csv"
ACCOUNTS = "accounts.toml"


@dataclass(frozen=True, slots=True)
class Files:
    """All tables that people wrote; patients are read apart, because they are many."""

    folder: Path
    centre: Centre
    partners: Partners
    routes: Routes
    ladders: Ladders
    accounts: AccountsFile

    def problem(self, name: str, key: str, reason: str) -> Problem:
        """A problem in the file of that name."""
        return Problem(str(self.folder / name), key, reason)

    def home(self, practice: str | None) -> str:
        """The practice that a table means; one that names none means the first, which then is the only one."""
        return practice or self.centre.practice[0].her_id

    def whens(self) -> Iterator[tuple[str, str, WhenTable]]:
        """Every set of conditions, with its file and key."""
        yield from ((ROUTES, f"rule[{n}].when", x.when) for n, x in enumerate(self.routes.rule))
        yield from ((LADDERS, f"ladder[{n}].when", x.when) for n, x in enumerate(self.ladders.ladder))


def read(folder: Path) -> Files:
    """Read and shape every file but the patients.

    Raises BadConfiguration for the first file that is missing, unreadable or of another shape.
    """
    return Files(
        folder,
        source.tables(folder / CENTRE, Centre),
        source.tables(folder / PARTNERS, Partners),
        source.tables(folder / ROUTES, Routes),
        source.tables(folder / LADDERS, Ladders),
        source.tables(folder / ACCOUNTS, AccountsFile),
    )
