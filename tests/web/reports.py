"""Messages that tell much, for tests of their pages: every text of them made by the test."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from starlette.requests import Request

from hub.directory import InboxId, PersonId
from hub.message import (
    Attachment,
    Code,
    Conversation,
    Diagnosis,
    Event,
    Fact,
    Kind,
    Medicine,
    Message,
    MessageId,
    Part,
    Patient,
    Professional,
    Report,
    Section,
    Status,
    Stay,
    Topic,
    Wanted,
)
from hub.service import Delivery, Hub, Opened
from hub.web.app import app
from hub.web.pages import item
from tests import builders, centre

Text = Callable[[str], str]

ADMITTED = datetime(2026, 11, 17, 12, 20, tzinfo=UTC)
DISCHARGED = datetime(2026, 11, 24, 11, 30, tzinfo=UTC)


def full(text: Text, kind: Kind = Kind.DISCHARGE_SUMMARY) -> Message:
    """A message that tells something about everything; `text` makes what is written in a place of that name."""
    sender = builders.party(builders.PARTNER, "201", text("sender"))
    return Message(
        envelope=builders.envelope(sender=replace(sender, professional=_professional(text))),
        kind=kind,
        patient=Patient(text("family"), text("middle"), text("given")),
        parts=(Part(Code("6", text("theme")), text("subject"), text("part"), text("part remark")),),
        conversation=Conversation(MessageId("parent"), MessageId(text("conversation"))),
        wanted=(Wanted("22", "XX", text("wanted")),),
        attachments=(Attachment(text("file"), text("file type"), 1_000),),
        status=Status.CHANGED,
        document_id=text("document"),
        report=_report(text),
    )


def bare(kind: Kind, *sections: Section, **report: object) -> Message:
    """A message of a kind with only these sections, and what else is named of its report."""
    told = Report(sections, **report)  # type: ignore[arg-type]
    return builders.message(kind=kind, parts=(), report=told)


def section(topic: Topic, title: str = "Overskrift", text: str = "", **facts: str) -> Section:
    """A section; facts are given by their titles, where _ stands for a blank."""
    return Section(topic, title, tuple(Fact(k.replace("_", " "), v) for k, v in facts.items()), text)


async def opened(hub: Hub, message: Message) -> Opened:
    """An item of the sample centre's team, with this message in it."""
    exchange = next(a for a in hub.accounts.systems.values() if a.any)
    await hub.receive([Delivery(centre.message(), exchange)], hub.clock.now())
    (line,) = await hub.store.lines(InboxId(centre.TEAM))
    return replace(await hub.open(line.item.id, hub.directory.people[PersonId("kari.moen")]), message=message)


async def page(hub: Hub, message: Message, code: str = "nb") -> str:
    """The page of an item with this message, as the hub writes it."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/items/x",
        "query_string": f"language={code}".encode(),
        "headers": [],
        "app": app(hub, limit=1_000_000),
    }
    who = hub.directory.people[PersonId("kari.moen")]
    response = await item.show(Request(scope), who, hub, await opened(hub, message), item.Typed())
    return bytes(response.body).decode()


def _professional(text: Text) -> Professional:
    return Professional(text("sender's family"), "", text("sender's given"))


def _report(text: Text) -> Report:
    sections = (
        Section(
            topic,
            text(f"{topic} title"),
            (Fact(text(f"{topic} fact"), text(f"{topic} told")), Fact(text(f"{topic} more"), text(f"{topic} besides"))),
            text(f"{topic} text"),
        )
        for topic in Topic
    )
    return Report(
        sections=tuple(sections),
        codes=(Code("P", "", "2.16.578.1.12.4.1.1.7306"),),
        stay=Stay(ADMITTED, DISCHARGED, Code("1", text("outcome"))),
        events=(Event(Code("3", text("event")), text("event in words"), DISCHARGED, True, text("event remark")),),
        diagnoses=(
            Diagnosis(Code(text("other diagnosis code"), text("other diagnosis")), text("other diagnosis in words")),
            Diagnosis(Code(text("diagnosis code"), text("diagnosis")), text("diagnosis in words"), main=True),
        ),
        warnings=(text("warning"),),
        medication=(
            Medicine(text("medicine"), Code(text("medicine code")), text("dose"), Code("2", text("kept")), ""),
            Medicine(text("other medicine"), Code(""), "", Code("1", f"Ny {text('status')}"), text("medicine remark")),
        ),
        priority=Code("XX", text("priority")),
    )
