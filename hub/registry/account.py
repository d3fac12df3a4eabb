"""Who may sign in, from checked tables."""

from hub.account import Accounts, PersonAccount, SystemAccount
from hub.directory import PersonId
from hub.registry.references import ANYBODY
from hub.registry.shape import AccountsFile, PersonAccountTable, SystemAccountTable


def accounts(written: AccountsFile) -> Accounts:
    """People by username, systems by the SHA-256 of their key."""
    return Accounts(
        people={x.username: _person(x) for x in written.person},
        systems={x.key_sha256: _system(x) for x in written.system},
    )


def _person(x: PersonAccountTable) -> PersonAccount:
    return PersonAccount(x.username, PersonId(x.person), x.password_hash)


def _system(x: SystemAccountTable) -> SystemAccount:
    anybody = x.her_ids == [ANYBODY]
    return SystemAccount(x.name, x.key_sha256, frozenset(() if anybody else x.her_ids), anybody)
