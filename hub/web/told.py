"""What a message tells, as programs get it: the report's sections in words, and its values by name."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from hub.message import Report, Topic


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class CodeOut(_Shape):
    """A coded value: `system` is an OID or its last number, `text` what the sender or the list calls it."""

    value: str
    text: str
    system: str


class FactOut(_Shape):
    """One thing told: what it is and what is said, both in words."""

    title: str
    text: str


class SectionOut(_Shape):
    """What a message tells under one heading, in the sender's order; all of it is plain text."""

    topic: Topic
    title: str
    facts: list[FactOut]
    text: str


class DiagnosisOut(_Shape):
    """A diagnosis as coded (ICD-10, ICPC-2) or in the sender's words."""

    code: CodeOut
    text: str
    main: bool


class MedicineOut(_Shape):
    """A medicine, how it is taken, and what became of it."""

    name: str
    code: CodeOut
    dose: str
    status: CodeOut
    remark: str


class EventOut(_Shape):
    """Something that happened or is expected to (9121)."""

    code: CodeOut
    text: str
    at: datetime | None
    estimated: bool
    remark: str


class StayOut(_Shape):
    """A stay: from when to when, and where the patient went (7300, 8408)."""

    admitted: datetime | None
    discharged: datetime | None
    outcome: CodeOut


class ReportOut(_Shape):
    """What a discharge summary or a municipal message tells: `sections` hold all of it, the rest is for programs."""

    sections: list[SectionOut]
    codes: list[CodeOut]
    stay: StayOut | None
    events: list[EventOut]
    diagnoses: list[DiagnosisOut]
    warnings: list[str]
    medication: list[MedicineOut]
    priority: CodeOut


def report(told: Report) -> ReportOut:
    """A report in the shape in which it goes over the wire; empty where a message has none."""
    return ReportOut.model_validate(told)
