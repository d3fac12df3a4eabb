"""Who may sign in."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.directory import PersonId


@dataclass(frozen=True, slots=True)
class PersonAccount:
    """A person's local sign-in; `password_hash` is Argon2id."""

    username: str
    person: PersonId
    password_hash: str


@dataclass(frozen=True, slots=True)
class SystemAccount:
    """A system's key, kept as its SHA-256 in hex.

    `her_ids` are the level-1 parties it may send for and fetch mailboxes of; `any` is an exchange, which
    carries messages for anybody.
    """

    name: str
    key_sha256: str
    her_ids: frozenset[str]
    any: bool = False


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who may sign in: people by username, systems by the SHA-256 of their key."""

    people: Mapping[str, PersonAccount]
    systems: Mapping[str, SystemAccount]
