"""Who plays: the sample centre's people, its partners' systems and its patients, and how each signs in."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from hub import registry, settings
from hub.account import Accounts
from hub.directory import Directory, Partner, Person, Practice
from hub.errors import BadConfiguration

# As deploy/sample/README.md tells everybody.
PASSWORD = "sambud"
KEY = "sample-key-{}"


@dataclass(frozen=True, slots=True)
class System:
    """A partner's own system: its name, the key it sends with, and for whom it sends."""

    name: str
    key: str
    partner: Partner


@dataclass(frozen=True, slots=True)
class Worker:
    """A person at work, with the username to sign in by."""

    person: Person
    username: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody."""

    directory: Directory
    practice: Practice
    systems: tuple[System, ...]
    workers: tuple[Worker, ...]

    def system_of(self, her_id: str) -> System:
        """The system that sends for a partner."""
        return next(s for s in self.systems if s.partner.her_id == her_id)


def gather(day: date) -> Cast:
    """Read the sample centre and see who is at work on a day.

    Raises BadConfiguration when its files are wrong, or its keys no longer those that everybody knows.
    """
    found = registry.load(settings.load(settings.sample()).folder)
    practice = next(iter(found.directory.practices.values()))
    return Cast(found.directory, practice, _systems(found.directory, found.accounts), _workers(found, day))


def _systems(directory: Directory, accounts: Accounts) -> tuple[System, ...]:
    return tuple(
        System(
            account.name,
            _key(digest, account.name),
            directory.partners[next(p for p in directory.partners if p in account.her_ids)],
        )
        for digest, account in accounts.systems.items()
        if account.her_ids
    )


def _key(digest: str, name: str) -> str:
    key = KEY.format(name)
    if sha256(key.encode()).hexdigest() != digest:
        raise BadConfiguration(
            "accounts.toml", name, "the sample centre's keys were changed; the demo cannot send with them"
        )
    return key


def _workers(found: registry.Configuration, day: date) -> tuple[Worker, ...]:
    directory = found.directory
    return tuple(
        Worker(directory.people[account.person], name)
        for name, account in found.accounts.people.items()
        if directory.present(account.person, day)
    )
