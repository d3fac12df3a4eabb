"""What the files say, as one value: who is who, the rules, the ladders, and who may sign in."""

from dataclasses import dataclass

from hub.account import Accounts
from hub.deadline import Ladder
from hub.directory import Directory
from hub.route import Rule
from hub.template import Template


@dataclass(frozen=True, slots=True)
class Configuration:
    """One folder, read whole and checked; nothing in it points at something that is not there."""

    directory: Directory
    rules: tuple[Rule, ...]
    ladders: tuple[Ladder, ...]
    accounts: Accounts
    templates: tuple[Template, ...] = ()
