"""Everything configured that decisions stand on, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub import deadline
from hub.acceptance import STRICT, Acceptance
from hub.deadline import Ladder
from hub.directory import Directory, InboxId
from hub.enquiry import Register
from hub.message import HerId
from hub.route import Rule, Table
from hub.template import Template


@dataclass(frozen=True, slots=True)
class Order:
    """Everything configured that decisions stand on: who is who, the routing table, the ladders, the site's choices."""

    directory: Directory
    rules: tuple[Rule, ...]
    ladders: tuple[Ladder, ...]
    acceptance: Acceptance = STRICT
    # Which national registers can be asked about whom nobody here knows.
    registers: frozenset[Register] = frozenset()
    templates: tuple[Template, ...] = ()
    table: Table = field(init=False, repr=False, compare=False)
    # By what each practice's clocks are computed: a digest of the ladders, one of the agreements and one of its hours.
    bases: Mapping[HerId, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "table", Table(self.rules))
        promised = deadline.basis(self.ladders, self.directory.agreements.every)
        hours = {id: deadline.basis(self.directory.hours_at(id)) for id in self.directory.practices}
        object.__setattr__(self, "bases", {id: f"{promised}-{digest}" for id, digest in hours.items()})

    def basis(self, inbox: InboxId) -> str:
        """By what clocks of an inbox are computed; of one that is gone, as the hours are, by the first practice's."""
        found = self.directory.inboxes.get(inbox)
        return self.bases[found.practice] if found else next(iter(self.bases.values()))
