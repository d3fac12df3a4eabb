"""The REST door: inboxes and items for people's clients."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictInt, field_validator

from hub import custody
from hub.deadline import Deadline
from hub.desk import Act
from hub.directory import Directory, InboxId, Person
from hub.enquiry import Looked, Register, Registered
from hub.item import Action as Move
from hub.item import Item, ItemId, Outcome
from hub.message import Status
from hub.offer import Offer
from hub.record import Line
from hub.service import Hub
from hub.web import agreed, condition, cursor, language, length, reading, told, why
from hub.web.access import TheHub, Who
from hub.web.agreed import AgreementOut
from hub.web.body import NO_TEXT
from hub.web.once import Call, Calling
from hub.web.reading import ReaderOut
from hub.web.told import ReportOut

router = APIRouter(prefix="/v1")

# For so long an act can be taken back at most: what it sends waits.
MOST_UNDO_SECONDS = 60

# A version is no greater: it is counted by one for each act.
MOST_VERSION = 999_999_999

Limit = Annotated[int, Query(ge=1, le=500, description="How many at the most")]


class Shape(BaseModel):
    """What goes over the wire: nothing but the fields that are named."""

    model_config = ConfigDict(extra="forbid")


class Wanted(Shape):
    """What a call asks for, with no sign in its texts that no text has."""

    @field_validator("*", mode="after")
    @classmethod
    def _text(cls, value: object) -> object:
        if isinstance(value, str) and "\0" in value:
            raise ValueError(NO_TEXT)
        return value


class InboxOut(Shape):
    """An inbox, with how many items are open in it."""

    id: str
    name: str
    kind: str
    new: int
    claimed: int
    waiting: int


class DeadlineOut(Shape):
    """An item's clock. `running` is false when it has stopped.

    `because` says the whole of it in bokmål and in English, by what it was computed from: that was counted from
    `counted_from` in the wall time of `zone`, and `facts` are what its ladder holds for. While the sender is waited
    for (`waiting`) it is the sender's clock.
    """

    due_at: datetime
    running: bool
    next_step_at: datetime | None
    urgent: bool
    waiting: bool
    because: dict[str, str]
    ladder: str
    promise: str
    counted: str
    counted_from: datetime
    agreement: str
    facts: list[str]
    skipped: list[str]
    zone: str


class ItemOut(Shape):
    """An item as a list shows it. Send `version` with every act. `home` is the inbox whose it is while others cover."""

    id: str
    version: int
    inbox: str
    home: str | None
    state: str
    purpose: str
    owner: str | None
    level: int
    kind: str
    subject: str
    sender: str
    patient: str
    born: date | None
    attachments: int
    msg_id: str
    due_at: datetime | None
    running: bool


class PartOut(Shape):
    """One request or note of the message, as plain text."""

    theme: str
    theme_text: str
    subject: str
    text: str
    remark: str


class FileOut(Shape):
    """An attachment; its place in the list is its number under `files/`."""

    description: str
    mime_type: str
    size: int


class ConversationOut(Shape):
    """Which message this one answers, and which one began the dialogue, by their MsgIds."""

    parent: str
    first: str


class PassedOver(Shape):
    """A rule that did not hold, and why."""

    rule: str
    because: str


class PlacingOut(Shape):
    """Why an item lies where it lies."""

    rule: str
    because: str
    path: list[str]
    passed_over: list[PassedOver]


class HistoryOut(Shape):
    """One thing that happened to an item."""

    id: int
    at: datetime
    event: str
    who: str
    detail: dict[str, str]


class HoldingOut(Shape):
    """For how long an inbox had an item, or somebody there had taken it; without `until` it still is so."""

    inbox: str
    person: str | None
    since: datetime
    until: datetime | None


class LookedOut(Shape):
    """What a national register was asked and said: `which` address is about a HER-id, gp about the patient.

    `answered_at` is null as long as it has not answered, and `her_id` when it knows nobody.
    """

    which: Register
    asked_at: datetime
    answered_at: datetime | None
    her_id: str | None
    name: str
    organisation: str
    active: bool
    since: date | None


class OpenedOut(ItemOut):
    """An item with its message, why it lies here, why it is due then, and all that happened."""

    received_at: datetime
    note: str
    national_id: str | None
    status: Status
    document_id: str
    parts: list[PartOut]
    report: ReportOut
    files: list[FileOut]
    conversation: ConversationOut | None
    placing: PlacingOut
    deadline: DeadlineOut | None
    agreements: list[AgreementOut]
    registers: list[LookedOut]
    held: list[HoldingOut]
    readers: list[ReaderOut]
    history: list[HistoryOut]


class NoticeOut(Shape):
    """An item that the inbox was told about by a ladder; `late` when the hub was late in telling."""

    item: ItemOut
    step: int
    at: datetime
    late: bool


class Page(Shape):
    """Some of a list, and where it goes on: give `next` as `after`, until it is null."""

    items: list[ItemOut]
    next: str | None


Version = Annotated[StrictInt | None, Field(ge=1, le=MOST_VERSION, description="As If-Match, or instead of it")]


class Versioned(Wanted):
    """The version that the caller has seen, unless If-Match tells it, and for how long the act can be taken back."""

    version: Version = None
    undo_seconds: Annotated[StrictInt, Field(ge=0, le=MOST_UNDO_SECONDS)] = 0

    def undoable(self, act: Act) -> Act:
        """The act, which can be taken back for as long as the caller asks for."""
        return replace(act, undo=timedelta(seconds=self.undo_seconds))


class OfferIn(Wanted):
    """An appointment or a home visit, at a day and time of the practice's."""

    kind: Literal["appointment", "home_visit"]
    day: date
    time: time
    with_whom: Annotated[str, Field(min_length=1, max_length=length.NAME)]
    place: Annotated[str, Field(min_length=1, max_length=length.NAME)]

    def offer(self) -> Offer:
        """The offer as the hub knows it, to the minute."""
        clock = self.time.replace(second=0, microsecond=0, tzinfo=None)
        return Offer(Outcome(self.kind), self.day, clock, self.with_whom, self.place)


# What a call without a body says: If-Match has the version.
UNSAID = Versioned()

UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The item has the version that the caller has"}}


class AnswerIn(Versioned):
    """An answer to the sender, with a text, an offer, or both."""

    text: Annotated[str, Field(max_length=length.TEXT)] = ""
    offer: OfferIn | None = None


class CloseIn(Versioned):
    """Done without a written answer; `read` ends only what asks for nothing."""

    outcome: Outcome
    note: Annotated[str, Field(max_length=length.NOTE)] = ""


@router.get("/inboxes")
async def inboxes(who: Who, hub: TheHub) -> list[InboxOut]:
    """The caller's inboxes with their counts."""
    counts = await hub.store.counts()
    mine = [hub.directory.inboxes[i] for i in who.inboxes if i in hub.directory.inboxes]
    return [
        InboxOut(
            id=inbox.id,
            name=inbox.name,
            kind=inbox.kind,
            new=counts.get(inbox.id, {}).get("new", 0),
            claimed=counts.get(inbox.id, {}).get("claimed", 0),
            waiting=counts.get(inbox.id, {}).get("waiting", 0),
        )
        for inbox in mine
    ]


@router.get("/inboxes/{inbox}/items")
async def items(
    inbox: str, who: Who, hub: TheHub, ended: bool = False, after: str | None = None, limit: Limit = 100
) -> Page:
    """Items of an inbox by due time, open ones, or with `ended` those that are done."""
    found = await hub.store.lines(hub.inbox(InboxId(inbox), who).id, ended, cursor.read(after), limit)
    return Page(items=[item_out(x) for x in found], next=cursor.following(found, limit))


@router.get("/inboxes/{inbox}/notices")
async def notices(
    request: Request,
    response: Response,
    inbox: str,
    who: Who,
    hub: TheHub,
    after: cursor.Number = None,
    limit: Limit = 100,
) -> list[NoticeOut]:
    """Open items that the inbox was told about by a ladder, the newest first; `Link` says where it goes on."""
    found = await hub.store.lists.notices(hub.inbox(InboxId(inbox), who).id, after, limit)
    cursor.linked(request, response, [number for number, _ in found], limit)
    return [NoticeOut(item=item_out(line), step=step, at=at, late=late) for _, (line, step, at, late) in found]


@router.get("/items/{id}", responses=UNCHANGED, response_model=OpenedOut)
async def item(
    id: str,
    who: Who,
    hub: TheHub,
    response: Response,
    if_none_match: Annotated[str, Header(description="The item's `ETag` that the caller has: 304 if it holds")] = "",
) -> OpenedOut | Response:
    """One item with all that belongs to it; `ETag` is its version, which the next act sends as `If-Match`."""
    found = await opened(ItemId(id), who, hub)
    response.headers["ETag"] = condition.etag(found.version)
    if condition.unchanged(if_none_match, found.version):
        return Response(status_code=304, headers=dict(response.headers))
    return found


@router.post("/items/{id}/claim")
async def claim(id: str, call: Calling, body: Versioned = UNSAID) -> OpenedOut:
    """Take an item; 409 when somebody changed it first."""
    return await done(ItemId(id), Act(Move.CLAIM), body, call)


@router.post("/items/{id}/release")
async def release(id: str, call: Calling, body: Versioned = UNSAID) -> OpenedOut:
    """Give an item back to its inbox; its clock goes on."""
    return await done(ItemId(id), Act(Move.RELEASE), body, call)


@router.post("/items/{id}/answer")
async def answer(id: str, body: AnswerIn, call: Calling) -> OpenedOut:
    """Answer the sender; the clock stops and the answer is on its way."""
    act = Act(Move.ANSWER, text=body.text, offer=body.offer.offer() if body.offer else None)
    return await done(ItemId(id), act, body, call)


@router.post("/items/{id}/close")
async def close(id: str, body: CloseIn, call: Calling) -> OpenedOut:
    """Close an item without a written answer; the clock stops."""
    return await done(ItemId(id), Act(Move.CLOSE, outcome=body.outcome, note=body.note), body, call)


async def acted(id: ItemId, act: Act, seen: Versioned, call: Call) -> None:
    """Do what a caller asks of an item, at the version they have seen, and once. Raises what `Hub.act` and Call do."""
    call = call.about(id)

    async def acting(version: int) -> None:
        asked = replace(seen.undoable(act), once=call.once)
        await call.hub.act(id, asked, version, call.who, call.hub.clock.now())

    await call.at_version(seen.version, acting)


async def done(id: ItemId, act: Act, seen: Versioned, call: Call) -> OpenedOut:
    """The same; returns the item as it is now."""
    await acted(id, act, seen, call)
    return await shown(id, call)


async def shown(id: ItemId, call: Call) -> OpenedOut:
    """An item after an act, with its version in the answer's headers too."""
    now = await opened(id, call.who, call.hub)
    call.tagged(now.version)
    return now


async def opened(id: ItemId, who: Person, hub: Hub) -> OpenedOut:
    """An item with all that belongs to it, as the API shows it. Raises Unknown or NotAllowed."""
    found = await hub.open(id, who)
    m = found.message
    clock = found.deadline
    line = Line(found.item, clock.due if clock else None, bool(clock and clock.fires_at))
    history = await hub.store.history(id)
    return OpenedOut(
        **item_out(line).model_dump(),
        received_at=found.received_at,
        note=found.item.note,
        national_id=m.patient.national_id if m.patient else None,
        parts=[
            PartOut(theme=p.theme.value, theme_text=p.theme.text, subject=p.subject, text=p.text, remark=p.remark)
            for p in m.parts
        ],
        status=m.status,
        document_id=m.document_id,
        report=told.report(m.report),
        files=[FileOut.model_validate(a, from_attributes=True) for a in m.attachments],
        conversation=ConversationOut.model_validate(m.conversation, from_attributes=True) if m.conversation else None,
        placing=_placing(found.item),
        deadline=_deadline(clock, found.item, hub.directory, hub.clock.now()),
        agreements=agreed.out(hub.directory, found.item, m.envelope.sender, hub.clock.now()),
        registers=[_looked(x) for x in found.looked],
        readers=await reading.of(hub, id),
        held=[HoldingOut.model_validate(x, from_attributes=True) for x in custody.holdings(history)],
        history=[HistoryOut(id=t.id, at=t.at, event=t.event, who=t.who, detail=dict(t.detail)) for t in history],
    )


def _looked(x: Looked) -> LookedOut:
    told = x.answer or Registered()
    return LookedOut(
        which=x.enquiry.register,
        asked_at=x.asked_at,
        answered_at=x.answered_at,
        her_id=told.her_id,
        name=told.name,
        organisation=told.organisation,
        active=told.active,
        since=told.since,
    )


def item_out(line: Line) -> ItemOut:
    """A line of a list as the API shows it."""
    x, head = line.item, line.item.headline
    return ItemOut(
        id=x.id,
        version=x.version,
        inbox=x.inbox,
        home=x.home,
        state=x.state,
        purpose=x.purpose,
        owner=x.owner,
        level=x.level,
        kind=head.kind,
        subject=head.subject,
        sender=head.sender,
        patient=head.patient,
        born=head.born,
        attachments=head.attachments,
        msg_id=x.message.msg_id,
        due_at=line.due,
        running=line.running,
    )


def _placing(x: Item) -> PlacingOut:
    passed = [PassedOver(rule=rule, because=because) for rule, because in x.placing.missed]
    return PlacingOut(rule=x.placing.rule, because=x.placing.because, path=list(x.placing.path), passed_over=passed)


def _deadline(d: Deadline | None, x: Item, directory: Directory, now: datetime) -> DeadlineOut | None:
    if d is None:
        return None
    hours = directory.hours(x.inbox)
    return DeadlineOut(
        due_at=d.due,
        running=d.fires_at is not None,
        next_step_at=d.fires_at,
        urgent=d.urgent,
        waiting=d.paused is not None,
        because={code: why.because(language.load(code), d, directory, hours, now) for code in why.SAID},
        ladder=d.why.ladder,
        promise=d.why.promise,
        counted=d.why.counted,
        counted_from=d.why.begun,
        agreement=d.why.agreement,
        facts=list(d.why.facts),
        skipped=list(d.why.skipped),
        zone=d.why.zone or hours.zone,
    )
