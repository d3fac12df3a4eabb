"""What all tests share: browser and servers, a free port, and a loud line about whatever a run leaves out."""

import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from hypothesis import settings

from hub.change import Entry
from hub.store import rows
from hub.web import events
from tests import centre
from tests.servers import port as ports

pytest_plugins = ("tests.chromium", "tests.servers.fixtures")

# No property fails because a machine is busy.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

# The parts beyond Python that a run may be told to do without, each also a marker and a fixture of that name.
PARTS = ("chromium", "pgbouncer", "postgresql", "prometheus", "rabbitmq")
LEFT_OUT = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """SAMBUD_WITHOUT names parts to do without; nobody may do without any in continuous integration."""
    config.stash[LEFT_OUT] = []
    unwanted = without()
    if unknown := unwanted - set(PARTS):
        raise pytest.UsageError(f"SAMBUD_WITHOUT names {', '.join(sorted(unknown))}; it knows {', '.join(PARTS)}")
    if unwanted and os.environ.get("CI") == "true":
        raise pytest.UsageError("SAMBUD_WITHOUT does not hold where CI=true: there every test runs")


def without() -> set[str]:
    """The parts that this run is told to do without."""
    return set(os.environ.get("SAMBUD_WITHOUT", "").split())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test by the parts it asks for, then leave out those that the run is told to do without."""
    kept, dropped = [], []
    for item in items:
        asked = {*getattr(item, "fixturenames", ()), *(mark.name for mark in item.iter_markers())}
        parts = set(PARTS) & asked
        for part in parts:
            item.add_marker(part)
        (dropped if parts & without() else kept).append(item)
    if dropped:
        items[:] = kept
        config.stash[LEFT_OUT] = [item.nodeid for item in dropped]
        config.hook.pytest_deselected(items=dropped)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Name every test that was left out, so that no run looks more complete than it is."""
    if left_out := config.stash[LEFT_OUT]:
        terminalreporter.section("NOT RUN", red=True, bold=True)
        for nodeid in left_out:
            terminalreporter.write_line(nodeid)
        said = f"{len(left_out)} tests were NOT RUN: told to do without {', '.join(sorted(without()))}"
        terminalreporter.write_line(said, red=True, bold=True)


@pytest.fixture(scope="session", autouse=True)
def _journal() -> Iterator[None]:
    """Whatever a test lets happen in an inbox is in the table of events, which clients read."""
    plain = rows.entry_row

    def told(entry: Entry) -> dict[str, Any]:
        wrong = events.wrong(entry.event, entry.item is not None, entry.detail) if entry.inbox else ""
        assert not wrong and (entry.inbox or entry.event in events.UNTOLD | {*events.EVENTS}), wrong or entry.event
        return plain(entry)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rows, "entry_row", told)
        yield


@pytest.fixture
def free_port() -> int:
    """A port on loopback that nothing listens on."""
    return ports.free()


@pytest.fixture(scope="session", autouse=True)
async def _readers() -> AsyncIterator[None]:
    """The reader process that tests share."""
    async with centre.shared_readers():
        yield
