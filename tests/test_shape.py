"""The shape of the code base, held as data: who may import whom, who keeps what to itself, and how long things get."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Every module of `hub` stands in one place; a package stands there with all that is inside it.
PLACES = {
    "errors": ("errors",),
    "resources": ("resources",),
    "words": (
        *("acceptance", "identity", "message", "calendar", "agreement", "directory", "account"),
        *("outcome", "item", "offer", "sieve", "route", "example", "deadline", "template", "order", "change"),
        *("record", "succession"),
        *("standing", "transport", "enquiry", "dispatch", "traffic", "reconciliation", "selection", "tally", "words"),
    ),
    "decisions": (
        *("intake", "desk", "custody", "forwarding", "tracing", "watch", "shipping", "presence", "sender"),
        *("undoing", "opinion", "difference", "reckoning", "board", "workload", "notifying", "expecting", "audit"),
    ),
    "edges": ("wire", "store", "broker", "registry", "national", "courier"),
    "rim": ("settings", "telemetry", "clock"),
    "service": (
        *("service", "letter", "following", "covering", "enclosure", "settling", "inspection", "rehearsal"),
        *("report", "status", "depth", "overview", "rehoming", "acting", "lapsing", "informing", "reaching"),
        *("consulting",),
        *("rebalancing", "pressure", "hearing", "seal", "drawing", "opening", "timeline", "readers", "searching"),
        *("auditing", "audited", "finding", "distress", "bulletin", "browsing", "several"),
    ),
    "web": ("web",),
    "top": ("cli", "demo", "__main__"),
}

# What a place may import of `hub`. A place that names itself lets its modules import each other; words do, and as
# there is no cycle they do so downwards only. Edges and decisions never know of their like.
_CORE = {"errors", "words", "decisions"}
_WHOLE = _CORE | {"resources", "rim", "service"}
MAY_IMPORT = {
    "errors": set[str](),
    "resources": {"errors"},
    "words": {"errors", "words"},
    "decisions": {"errors", "words"},
    "edges": {"errors", "words", "resources"},
    "rim": {"errors", "words", "resources", "rim"},
    "service": _WHOLE | {"edges"},
    "web": _WHOLE,
    "top": _WHOLE | {"edges", "web", "top"},
    "workers": _WHOLE | {"edges", "web", "workers"},
}

# The core is values and plain functions of them: nothing there needs more than the standard library.
STANDARD_LIBRARY_ONLY = _CORE | {"resources"}

# What only some modules may import: only `store` knows SQL, only `wire` knows XML, and so on.
KEPT = {
    "aio_pika": ("hub.broker", "workers"),
    "alembic": ("hub.store",),
    "lxml": ("hub.wire",),
    "psycopg": ("hub.store",),
    "pydantic_settings": ("hub.settings",),
    "sqlalchemy": ("hub.store",),
    "sqlite3": ("hub.store",),
    "xml": ("hub.wire",),
    "xmlschema": ("hub.wire",),
}
READS_ENVIRONMENT = "hub.settings"
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb"}

MODULE_LINES = 500
FUNCTION_LINES = 60

TOP_LEVEL = {
    *(".ci", ".editorconfig", ".gitignore", "CHANGELOG.md", "Makefile", "README.md", "pyproject.toml"),
    *("deploy", "docs", "hub", "schemas", "tests", "workers"),
}
# Registries are used by package name, wherever the reader's own machine finds them.
REGISTRY = re.compile(r"(pypi|pythonhosted|npmjs|(deb|security)[.]debian)[.](org|com)")
# A test that cannot run fails; only SAMBUD_WITHOUT leaves one out, and says so (tests/conftest.py).
SKIP = re.compile(r"(pytest|mark)[.](skip|skipif|importorskip|xfail)\b|unittest[.]skip")


@dataclass(frozen=True, slots=True)
class Module:
    """One source file, and where it stands."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]


Modules = dict[str, Module]


def modules(root: Path) -> Modules:
    """All modules of both packages by their dotted name."""
    found = (module(root, path) for package in ("hub", "workers") for path in sorted((root / package).rglob("*.py")))
    return {each.name: each for each in found}


def module(root: Path, path: Path) -> Module:
    """One source file, parsed."""
    parts = path.relative_to(root).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    text = path.read_text(encoding="utf-8")
    return Module(name, path, text, ast.parse(text, str(path)))


def imports(each: Module, known: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported anywhere in the file: in functions and for type checkers too."""
    for node in ast.walk(each.tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=origin, names=names, level=level):
                base = absolute(each, origin, level)
                for alias in names:
                    inner = f"{base}.{alias.name}"
                    yield node.lineno, inner if inner in known else base
            case ast.Call(
                func=ast.Name("__import__" | "import_module") | ast.Attribute(attr="import_module"),
                args=[ast.Constant(str(name)), *_],
            ):
                yield node.lineno, name


def absolute(each: Module, origin: str | None, level: int) -> str:
    """The full name of what `from ...origin import` starts from."""
    if level == 0:
        return origin or ""
    base = each.package.split(".")
    return ".".join([*base[: len(base) - level + 1], *([origin] if origin else [])])


def within(name: str, owner: str) -> bool:
    """Whether a dotted name is the owner or something inside it."""
    return name == owner or name.startswith(owner + ".")


def place(name: str) -> str | None:
    """Where a module of ours stands; None for one that the table does not know."""
    top, _, rest = name.partition(".")
    if top == "workers":
        return "workers"
    return next((place for place, names in PLACES.items() if rest.split(".")[0] in names), None)


def directions(known: Modules) -> Iterator[str]:
    """Imports against `errors <- words <- decisions <- service <- web`, cli, workers or `words <- edges <- service`."""
    for each in known.values():
        here = place(each.name)
        if here is None and each.name != "hub":
            yield f"{each.name} has no place: give it one in PLACES"
            continue
        for line, target in imports(each, known):
            if target.split(".")[0] in ("hub", "workers") and not allowed(each.name, here, target):
                yield f"{each.name}:{line} imports {target}"


def allowed(name: str, here: str | None, target: str) -> bool:
    """Whether a module that stands here may import the target; anyone may import the package's front page, `hub`."""
    if target == "hub" or here is None:
        return target == "hub"
    unit = ".".join(name.split(".")[:2])
    return within(target, unit) or place(target) in MAY_IMPORT[here]


def cycles(known: Modules) -> Iterator[str]:
    """A chain of imports that comes back to where it began; the first one found."""
    graph = {
        name: sorted({target for _, target in imports(each, known) if target in known} - {name})
        for name, each in sorted(known.items())
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        chain = error.args[1][1:]
        first = chain.index(min(chain))
        yield " <- ".join([*chain[first:], *chain[:first], chain[first]])


def keepers(known: Modules) -> Iterator[str]:
    """Imports of what another module keeps to itself, and of anything foreign in the core."""
    for each in known.values():
        for line, target in imports(each, known):
            top = target.split(".")[0]
            owners = KEPT.get(top, ())
            if owners and not any(within(each.name, owner) for owner in owners):
                yield f"{each.name}:{line} imports {target}, which is for {' and '.join(owners)}"
            ours = top in sys.stdlib_module_names or top in ("hub", "workers")
            if not ours and place(each.name) in STANDARD_LIBRARY_ONLY:
                yield f"{each.name}:{line} imports {target}; the core needs the standard library only"


def environment(known: Modules) -> Iterator[str]:
    """Reads of the process's environment outside the settings."""
    for each in known.values():
        if not within(each.name, READS_ENVIRONMENT):
            yield from (f"{each.name}:{line} reads the environment" for line in environment_reads(each.tree))


def environment_reads(tree: ast.Module) -> Iterator[int]:
    """Lines that name `os.environ` or its like, whatever `os` is called there."""
    aliases = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names = {alias.asname or alias.name for alias in aliases if alias.name == "os"}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(name), attr=attribute) if name in names and attribute in ENVIRONMENT:
                yield node.lineno
            case ast.ImportFrom(module="os", names=imported) if ENVIRONMENT & {alias.name for alias in imported}:
                yield node.lineno


def lengths(known: Modules) -> Iterator[str]:
    """Modules and functions that have grown too long to be one noun or one thought."""
    for each in known.values():
        if (lines := len(each.text.splitlines())) > MODULE_LINES:
            yield f"{each.name} has {lines} lines; make it a package of the same name"
        for node in ast.walk(each.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield f"{each.name}:{node.lineno} {node.name} has {lines} lines"


def files(root: Path) -> list[Path]:
    """What is, or would be, committed; paths within the root."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout
    return [path for path in map(Path, listed.split("\0")) if path.name and (root / path).is_file()]


def strangers(root: Path, listed: Iterable[Path]) -> Iterator[str]:
    """Names at the top level that the house does not have."""
    yield from sorted({path.parts[0] for path in listed} - TOP_LEVEL)


def addresses(root: Path, listed: Iterable[Path]) -> Iterator[str]:
    """Lines that name a registry's host or the folder in which this checkout happens to lie."""
    for path in listed:
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if REGISTRY.search(line):
                yield f"{path}:{number} names a registry's host"
            if len(root.parts) > 2 and str(root) in line:
                yield f"{path}:{number} names a folder of this machine"


def skips(root: Path, listed: Iterable[Path]) -> Iterator[str]:
    """Tests that may choose not to run."""
    for path in listed:
        if path.parts[0] == "tests" and path.suffix == ".py":
            for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), 1):
                if SKIP.search(line):
                    yield f"{path}:{number} skips a test"


RULES: list[Callable[[Modules], Iterator[str]]] = [directions, cycles, keepers, environment, lengths]
FILE_RULES: list[Callable[[Path, Iterable[Path]], Iterator[str]]] = [strangers, addresses, skips]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_code_keeps_its_shape(rule: Callable[[Modules], Iterator[str]]) -> None:
    assert [] == list(rule(modules(ROOT)))


@pytest.mark.parametrize("rule", FILE_RULES, ids=lambda rule: rule.__name__)
def test_the_repository_keeps_its_shape(rule: Callable[[Path, Iterable[Path]], Iterator[str]]) -> None:
    assert [] == list(rule(ROOT, files(ROOT)))


def test_every_place_says_what_it_may_import() -> None:
    assert {*PLACES, "workers"} == set(MAY_IMPORT)
    assert set().union(*MAY_IMPORT.values()) <= set(MAY_IMPORT)


BREACHES = [
    (directions, {"hub/item.py": "from hub import store", "hub/store/__init__.py": ""}, "hub.item:1 imports hub.store"),
    (directions, {"hub/item.py": "import hub.intake"}, "hub.item:1 imports hub.intake"),
    (directions, {"hub/errors.py": "from hub.item import Item"}, "hub.errors:1 imports hub.item"),
    (directions, {"hub/desk.py": "from . import watch", "hub/watch.py": ""}, "hub.desk:1 imports hub.watch"),
    (directions, {"hub/watch.py": "import hub.service"}, "hub.watch:1 imports hub.service"),
    (directions, {"hub/wire/faults.py": "from ..store import rows"}, "hub.wire.faults:1 imports hub.store"),
    (
        directions,
        {"hub/store/rows.py": "from hub import intake", "hub/intake.py": ""},
        "hub.store.rows:1 imports hub.intake",
    ),
    (directions, {"hub/registry.py": "import hub.settings"}, "hub.registry:1 imports hub.settings"),
    (directions, {"hub/service.py": "def f():\n    import hub.web.app"}, "hub.service:2 imports hub.web.app"),
    (directions, {"hub/web/pages.py": "import hub.store"}, "hub.web.pages:1 imports hub.store"),
    (directions, {"hub/cli.py": "from workers import watch"}, "hub.cli:1 imports workers"),
    (
        directions,
        {"hub/cli.py": "import importlib\nimportlib.import_module('workers.watch')"},
        "hub.cli:2 imports workers.watch",
    ),
    (directions, {"hub/__init__.py": "import hub.item"}, "hub:1 imports hub.item"),
    (directions, {"workers/watch.py": "import hub.cli"}, "workers.watch:1 imports hub.cli"),
    (directions, {"hub/helpers.py": ""}, "hub.helpers has no place: give it one in PLACES"),
    (
        cycles,
        {
            "hub/item.py": "from hub import route",
            "hub/route.py": "def f():\n    from hub.change import g",
            "hub/change.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from hub.item import Item",
        },
        "hub.change <- hub.route <- hub.item <- hub.change",
    ),
    (
        keepers,
        {"hub/service.py": "import sqlalchemy.ext"},
        "hub.service:1 imports sqlalchemy.ext, which is for hub.store",
    ),
    (keepers, {"hub/web/api.py": "from lxml import etree"}, "hub.web.api:1 imports lxml, which is for hub.wire"),
    (
        keepers,
        {"hub/watch.py": "import structlog"},
        "hub.watch:1 imports structlog; the core needs the standard library only",
    ),
    (environment, {"hub/cli.py": "import os as o\nprint(o.environ['HOME'])"}, "hub.cli:2 reads the environment"),
    (environment, {"hub/cli.py": "from os import getenv"}, "hub.cli:1 reads the environment"),
    (lengths, {"hub/item.py": "a = 1\n" * 501}, "hub.item has 501 lines; make it a package of the same name"),
    (lengths, {"hub/item.py": "async def f():\n" + "    a = 1\n" * 60}, "hub.item:1 f has 61 lines"),
]


@pytest.mark.parametrize(("rule", "planted", "said"), BREACHES, ids=[said for _, _, said in BREACHES])
def test_a_planted_breach_is_found(
    rule: Callable[[Modules], Iterator[str]], planted: dict[str, str], said: str, tmp_path: Path
) -> None:
    plant(tmp_path, planted)
    assert [said] == list(rule(modules(tmp_path)))


SOUND = {
    "hub/__init__.py": "",
    "hub/message.py": "from hub.errors import HubError",
    "hub/errors.py": "",
    "hub/intake.py": "from hub import message",
    "hub/settings.py": "import os\nimport pydantic_settings\nos.environ",
    "hub/store/__init__.py": "from hub.store.rows import a\nfrom hub import resources",
    "hub/store/rows.py": "import sqlalchemy\nfrom hub.store import tables",
    "hub/store/tables.py": "",
    "hub/resources.py": "from .errors import BadConfiguration",
    "hub/service.py": "from hub import __version__, intake, settings, store",
    "hub/web/__init__.py": "from hub import service",
    "hub/cli.py": "import hub.web\nimport hub.store",
    "workers/watch.py": "from hub.service import Hub",
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_sound_tree_passes(rule: Callable[[Modules], Iterator[str]], tmp_path: Path) -> None:
    plant(tmp_path, SOUND)
    assert [] == list(rule(modules(tmp_path)))


FILE_BREACHES = [
    (strangers, "utils/a.txt", "", "utils"),
    (addresses, "docs/a.md", "https://files." + "pythonhosted" + ".org/x", "docs/a.md:1 names a registry's host"),
    (addresses, "docs/a.md", "fine\n{root}/b", "docs/a.md:2 names a folder of this machine"),
    (
        skips,
        "tests/test_a.py",
        "import pytest\n@pytest.mark." + "skip\ndef test_b(): ...",
        "tests/test_a.py:2 skips a test",
    ),
]


@pytest.mark.parametrize(("rule", "name", "text", "said"), FILE_BREACHES, ids=[said for *_, said in FILE_BREACHES])
def test_a_planted_file_is_found(
    rule: Callable[[Path, Iterable[Path]], Iterator[str]], name: str, text: str, said: str, tmp_path: Path
) -> None:
    plant(tmp_path, {"README.md": "write to someone@example.org", name: text.replace("{root}", str(tmp_path))})
    assert [said] == list(rule(tmp_path, [Path("README.md"), Path(name)]))


def plant(root: Path, planted: dict[str, str]) -> None:
    """Write a small source tree."""
    for name, text in planted.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_the_page_about_the_architecture_names_every_module_where_it_stands() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = [re.findall(r"`(\w+)`", line.split("|")[2]) for line in page.splitlines() if line.startswith("| ")]
    assert [list(names) for names in PLACES.values()] == [x for x in rows if x][: len(PLACES)]
