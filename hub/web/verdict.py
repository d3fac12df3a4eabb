"""The shape of a verdict on a message, as the integrator's door and `hub check --json` give it (hub/report.py)."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from hub.web.agreed import AgreementOut


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChildOut(_Shape):
    """A child that an element may have, and how often; without `most` any number of times."""

    name: str
    least: int
    most: int | None
    one_of: int | None
    namespace: str | None


class AttributeOut(_Shape):
    """An attribute that an element may have."""

    name: str
    type: str
    required: bool


class AllowedOut(_Shape):
    """What the schema allows where a fault is."""

    about: str
    en: str | None
    nb: str | None
    content: str | None
    children: list[ChildOut]
    attributes: list[AttributeOut]
    type: str | None
    facets: list[str]
    example: str | None


class FaultOut(_Shape):
    """What is wrong, where, and what to mend, in English and in bokmål."""

    code: str
    path: str
    line: int | None
    en: str
    nb: str
    allowed: AllowedOut | None


class NamedOut(_Shape):
    """An inbox by its id and name."""

    id: str
    name: str


class PassedOut(_Shape):
    """A rule that was passed over, and why."""

    rule: str
    because: str


class StepOut(_Shape):
    """A step of a ladder: how many minutes after the due time (before it when less than 0), and whom it tells."""

    minutes: int
    tell: list[str]


class ClockOut(_Shape):
    """By which ladder and promise a message would be due."""

    ladder: str
    promise: str
    agreement: str | None
    received_at: str
    zone: str
    because: dict[str, str]
    facts: list[str]
    counted: str
    not_counted: list[str]
    steps: list[StepOut]


class WhereOut(_Shape):
    """Where a message would lie, why, and when it would be due; times are the practice's own."""

    inbox: NamedOut
    copies: list[NamedOut]
    rule: str
    because: str
    path: list[str]
    passed_over: list[PassedOut]
    due_at: str
    deadline: ClockOut
    agreements: list[AgreementOut]


class VerdictOut(_Shape):
    """What would be made of a message, and what to mend in it."""

    verdict: Literal["accepted", "rejected", "unreadable"]
    apprec: Literal[1, 2] | None
    code: str | None
    held: str | None
    kind: str | None
    msg_id: str | None
    sender: str | None
    faults: list[FaultOut]
    acknowledgements: list[str]
    placing: WhereOut | None
