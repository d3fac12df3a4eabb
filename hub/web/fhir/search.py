"""What can be asked for: one table that searches obey, and from which the CapabilityStatement is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from re import compile
from typing import Any

from hub.errors import BadRequest
from hub.web.fhir import moment
from hub.web.fhir.outcome import Unsupported
from hub.web.fhir.terms import Json

# As many on a page where a search says nothing, and at the most.
COUNT, MOST = 50, 200
# So many values may a search name in all: each is compared with every item that is looked at.
VALUES = 100

_DEFINITIONS = "http://hl7.org/fhir/SearchParameter/"
# A comma, a bar or a dollar after a backslash is no separator.
_COMMA, _BAR = compile(r"(?<!\\),"), compile(r"(?<!\\)\|")
_ESCAPED = compile(r"\\([,|$\\])")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a resource can be searched by: `values` are those of a resource that are compared.

    One with `inner` takes an identifier, as NAME:identifier or NAME.identifier; one without `plain` takes nothing else.
    """

    name: str
    type: str
    words: str
    values: Callable[[Json], Iterable[Any]]
    definition: str = ""
    inner: bool = False
    plain: bool = True

    @property
    def canonical(self) -> str:
        """FHIR's own definition of it, "" for one of ours."""
        return f"{_DEFINITIONS}{self.definition}" if self.definition else ""

    @property
    def spellings(self) -> tuple[str, ...]:
        """How its name may be written."""
        inner = (f"{self.name}:identifier", f"{self.name}.identifier") if self.inner else ()
        return (*((self.name,) if self.plain else ()), *inner)


@dataclass(frozen=True, slots=True)
class Searched:
    """A type of resource, what it can be searched by, what can come along, and how many at the most on a page.

    One that has no pages, as there are few of it, comes whole; one that is not versioned has no ETag.
    """

    type: str
    words: str
    parameters: tuple[Parameter, ...]
    include: str = ""
    sort: str = ""
    most: int = MOST
    paged: bool = True
    versioned: bool = True

    def parameter(self, name: str) -> Parameter | None:
        """The parameter that a name stands for, or None. Raises Unsupported for a modifier that it does not have."""
        bare = name.replace(".", ":").partition(":")[0]
        known = next((x for x in self.parameters if x.name == bare), None)
        if known and name not in known.spellings:
            raise Unsupported(f"{bare}: write it as {' or '.join(known.spellings)}")
        return known


@dataclass(frozen=True, slots=True)
class Criterion:
    """A parameter with the values of which a resource must have one."""

    parameter: Parameter
    values: tuple[str, ...]
    tests: tuple[Callable[[Json], bool], ...]

    def holds(self, resource: Json) -> bool:
        """Whether a resource has one of the values."""
        return any(test(resource) for test in self.tests)


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it was understood: `ignored` are the parameters that nothing here knows."""

    criteria: tuple[Criterion, ...]
    count: int
    summary: bool = False
    include: bool = False
    page: str = ""
    ignored: tuple[str, ...] = ()
    told: tuple[tuple[str, str], ...] = ()

    def holds(self, resource: Json) -> bool:
        """Whether a resource is asked for."""
        return all(x.holds(resource) for x in self.criteria)

    def values(self, name: str) -> tuple[tuple[str, ...], ...]:
        """What is asked of a parameter, each time that it is named."""
        return tuple(x.values for x in self.criteria if x.parameter.name == name)


def read(searched: Searched, asked: Sequence[tuple[str, str]], zone: str) -> Query:
    """Understand a search. Raises BadRequest for what is wrong, and Unsupported for what is known and not done here.

    What is not known or has no value is ignored, and `told` are the others, as the link `self` is to show them.
    """
    results: dict[str, str] = {}
    criteria: list[Criterion] = []
    ignored: list[str] = []
    told: list[tuple[str, str]] = []
    for name, value in asked:
        result = RESULTS.get(name)
        if not value:
            ignored.append(name)
            continue
        if result and result.of(searched) and result.takes(searched, value):
            results[name] = value
        elif known := searched.parameter(name):
            criteria.append(criterion(known, name, value, zone))
            value = value if known.name != PATIENT else f"{value.rpartition('|')[0]}|"
        else:
            ignored.append(name)
            continue
        if name not in ("_page", "_format"):
            told.append((name, value))
    if sum(len(x.values) for x in criteria) > VALUES:
        raise BadRequest(f"a search names at most {VALUES} values")
    count = _count(results.get("_count", ""), searched.most)
    counts = results.get("_summary") == "count" or count == 0
    include = "_include" in results
    return Query(tuple(criteria), count, counts, include, results.get("_page", ""), tuple(ignored), tuple(told))


# The parameter by which a person is looked for: its values stand in no address that is made here.
PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Result:
    """What says how results are to come: of which types of resource it is done, and for which values."""

    words: str
    takes: Callable[[Searched, str], bool]
    of: Callable[[Searched], bool] = lambda searched: True


RESULTS: Mapping[str, Result] = {
    "_count": Result("How many on a page at the most", lambda of, value: True, lambda of: of.paged),
    "_page": Result("Where a page begins, as the link `next` has it", lambda of, value: True, lambda of: of.paged),
    "_summary": Result("count: only how many there are", lambda of, value: value in ("count", "false")),
    "_include": Result("What comes along", lambda of, value: value == of.include, lambda of: bool(of.include)),
    "_sort": Result("The order, which is this one only", lambda of, value: value == of.sort, lambda of: bool(of.sort)),
    "_format": Result("json", lambda of, value: True),
}


def criterion(parameter: Parameter, spelling: str, value: str, zone: str) -> Criterion:
    """What one parameter asks. Raises BadRequest."""
    values = tuple(_COMMA.split(value))
    if not all(values):
        raise BadRequest(f"{parameter.name}: a value is missing")
    if parameter.name == PATIENT:
        _one_number(values)
    inner = spelling != parameter.name
    tests = tuple(_test(parameter, x, inner, zone) for x in values)
    return Criterion(parameter, values, tests)


def _one_number(values: tuple[str, ...]) -> None:
    """Who looks for a person asks for one at a time, so that a page can go on without the number in its address."""
    if len(values) != 1 or not values[0].rpartition("|")[2]:
        raise BadRequest(f"{PATIENT}: give one identifier, as SYSTEM|NUMBER")


def _test(parameter: Parameter, value: str, inner: bool, zone: str) -> Callable[[Json], bool]:
    if parameter.type == "date":
        wanted = moment.read(parameter.name, value, zone)
        return lambda resource: any(wanted.holds(datetime.fromisoformat(x)) for x in parameter.values(resource))
    if parameter.type == "token":
        fits = _token(value)
        return lambda resource: any(fits(*x) for x in parameter.values(resource))
    if inner:
        fits = _token(value)
        return lambda resource: any(fits(*x) for x in _identified(parameter.values(resource)))
    return lambda resource: any(_refers(value, x.get("reference", "")) for x in parameter.values(resource))


def _token(value: str) -> Callable[[str, str], bool]:
    """Whether a code is the one asked for: CODE in any system, SYSTEM|CODE, |CODE in none, SYSTEM| any in it."""
    wanted = [_ESCAPED.sub(r"\1", x) for x in _BAR.split(value, maxsplit=1)]
    if len(wanted) == 1:
        return lambda system, code: code == wanted[0]
    return lambda system, code: system == wanted[0] and wanted[1] in ("", code)


def _identified(references: Iterable[Json]) -> Iterator[tuple[str, str]]:
    """The systems and numbers of what is referred to by an identifier."""
    for identifier in (x["identifier"] for x in references if "identifier" in x):
        yield identifier.get("system", ""), identifier["value"]


def _refers(value: str, reference: str) -> bool:
    """Whether a reference is the one asked for: TYPE/ID, its whole address, or the id alone."""
    return bool(reference) and (
        value in (reference, reference.partition("/")[2]) or value.endswith(f"/fhir/{reference}")
    )


def _count(written: str, most: int) -> int:
    if not written:
        return min(COUNT, most)
    if not written.isascii() or not written.isdigit():
        raise BadRequest("_count: give a number")
    return min(int(written[:9]), most)


def _codings(name: str) -> Callable[[Json], list[tuple[str, str]]]:
    return lambda resource: [(x["system"], x["code"]) for x in resource.get(name, {}).get("coding", [])]


def _code(name: str, system: str) -> Callable[[Json], list[tuple[str, str]]]:
    return lambda resource: [(system, resource[name])]


def _time(*path: str) -> Callable[[Json], list[str]]:
    def values(resource: Json) -> list[str]:
        found: Any = resource
        for name in path:
            found = found.get(name) if found else None
        return [found] if found else []

    return values


def _part(name: str) -> Callable[[Json], list[Json]]:
    return lambda resource: [resource[name]] if name in resource else []


_ID = Parameter("_id", "token", "The id", lambda r: [("", r["id"])], "Resource-id")
_PATIENT_WORDS = (
    "Whom it is about, as patient:identifier=SYSTEM|NUMBER or patient.identifier=SYSTEM|NUMBER, one at a time. "
    "POST the search to keep the number out of addresses"
)

TASK = Searched(
    "Task",
    "What lies in the caller's inboxes: open items, the first due first, then ended ones, the last due first.",
    (
        _ID,
        Parameter(
            "_tag",
            "token",
            "The inbox in which it lies, whoever owns it: urn:sambud:inbox|ID",
            lambda r: [(x["system"], x["code"]) for x in r["meta"]["tag"]],
            "Resource-tag",
        ),
        Parameter("authored-on", "date", "When its message came", _time("authoredOn"), "Task-authored-on"),
        Parameter(
            "business-status",
            "token",
            "What the clock says of what is ours to do: late or near",
            _codings("businessStatus"),
            "Task-business-status",
        ),
        Parameter("code", "token", "What kind of message it is about", _codings("code"), "Task-code"),
        Parameter("due", "date", "When it is due (restriction.period.end)", _time("restriction", "period", "end")),
        Parameter("modified", "date", "When it was changed last", _time("lastModified"), "Task-modified"),
        Parameter(
            "owner",
            "reference",
            "Who has taken it (owner:identifier=urn:sambud:person|ID), or the inbox of what nobody has (CareTeam/ID)",
            _part("owner"),
            "Task-owner",
            inner=True,
        ),
        Parameter("patient", "reference", _PATIENT_WORDS, _part("for"), "Task-patient", inner=True, plain=False),
        Parameter(
            "priority",
            "token",
            "urgent or routine",
            _code("priority", "http://hl7.org/fhir/request-priority"),
            "Task-priority",
        ),
        Parameter(
            "status", "token", "Where it stands", _code("status", "http://hl7.org/fhir/task-status"), "Task-status"
        ),
    ),
    include="Task:focus",
    sort="due",
)
COMMUNICATION = Searched(
    "Communication",
    "The messages of what lies in the caller's inboxes, in the order of the Tasks. Each is as it came to one inbox and "
    "has the id of its Task.",
    (
        _ID,
        Parameter(
            "patient", "reference", _PATIENT_WORDS, _part("subject"), "Communication-patient", inner=True, plain=False
        ),
        Parameter("received", "date", "When it came", _time("received"), "Communication-received"),
    ),
    most=20,
)
CARE_TEAM = Searched(
    "CareTeam", "The caller's inboxes, and those that they cover today.", (_ID,), paged=False, versioned=False
)
