"""The REST door: inboxes and items for people's clients, mailboxes for partners' systems."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from hub import custody
from hub.account import SystemAccount
from hub.deadline import Deadline
from hub.desk import Act
from hub.directory import Directory, InboxId, Person
from hub.enquiry import Looked, Register, Registered
from hub.errors import NotAllowed
from hub.item import Action as Move
from hub.item import Item, ItemId, Outcome
from hub.message import Status, plain_her_id
from hub.record import Line, Posted
from hub.service import Hub
from hub.web import agreed, cursor, language, length, told, why
from hub.web.access import System, TheHub, Who
from hub.web.agreed import AgreementOut
from hub.web.told import ReportOut

router = APIRouter(prefix="/v1")

# In which languages a deadline says why it is as it is, whatever the caller reads.
SAID = ("nb", "en")

# A HER-id; or, for a sender without one, the type and number of what it has: ENH:100000016.
MAILBOX = r"^([0-9. ]{1,20}|[A-Z]{2,5}:[0-9A-Za-z.-]{1,40})$"

Limit = Annotated[int, Query(ge=1, le=500, description="How many at the most")]


class Shape(BaseModel):
    """What goes over the wire: nothing but the fields that are named."""

    model_config = ConfigDict(extra="forbid")


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


class PlacingOut(Shape):
    """Why an item lies where it lies."""

    rule: str
    because: str
    path: list[str]
    passed_over: list[dict[str, str]]


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
    files: list[dict[str, Any]]
    conversation: dict[str, str] | None
    placing: PlacingOut
    deadline: DeadlineOut | None
    agreements: list[AgreementOut]
    registers: list[LookedOut]
    held: list[HoldingOut]
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


class Versioned(Shape):
    """The version that the caller has seen."""

    version: Annotated[int, Field(ge=1)]


class AnswerIn(Versioned):
    """An answer to the sender."""

    text: Annotated[str, Field(min_length=1, max_length=length.TEXT)]


class CloseIn(Versioned):
    """Done without a written answer."""

    outcome: Outcome
    note: Annotated[str, Field(max_length=length.NOTE)] = ""


class PostedOut(Shape):
    """A document that waits in a mailbox; `document` is the XML."""

    id: int
    kind: Literal["apprec", "answer", "forward"]
    msg_id: str
    created_at: datetime
    document: str


class ConfirmIn(Shape):
    """The documents that the partner has stored."""

    ids: Annotated[list[int], Field(min_length=1, max_length=500)]


class ConfirmOut(Shape):
    """How many left the mailbox by this call; those confirmed before are not counted again."""

    confirmed: int


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
    return Page(items=[_item(x) for x in found], next=cursor.following(found, limit))


@router.get("/inboxes/{inbox}/notices")
async def notices(inbox: str, who: Who, hub: TheHub, limit: Limit = 100) -> list[NoticeOut]:
    """Open items that the inbox was told about by a ladder, the newest first."""
    found = await hub.store.notices(hub.inbox(InboxId(inbox), who).id, limit)
    return [NoticeOut(item=_item(line), step=step, at=at, late=late) for line, step, at, late in found]


@router.get("/items/{id}")
async def item(id: str, who: Who, hub: TheHub) -> OpenedOut:
    """One item with all that belongs to it."""
    return await opened(ItemId(id), who, hub)


@router.post("/items/{id}/claim")
async def claim(id: str, body: Versioned, who: Who, hub: TheHub) -> OpenedOut:
    """Take an item; 409 when somebody changed it first."""
    return await _act(id, Act(Move.CLAIM), body, who, hub)


@router.post("/items/{id}/release")
async def release(id: str, body: Versioned, who: Who, hub: TheHub) -> OpenedOut:
    """Give an item back to its inbox; its clock goes on."""
    return await _act(id, Act(Move.RELEASE), body, who, hub)


@router.post("/items/{id}/answer")
async def answer(id: str, body: AnswerIn, who: Who, hub: TheHub) -> OpenedOut:
    """Answer the sender; the clock stops and the answer is on its way."""
    return await _act(id, Act(Move.ANSWER, text=body.text), body, who, hub)


@router.post("/items/{id}/close")
async def close(id: str, body: CloseIn, who: Who, hub: TheHub) -> OpenedOut:
    """Close an item without a written answer; the clock stops."""
    return await _act(id, Act(Move.CLOSE, outcome=body.outcome, note=body.note), body, who, hub)


@router.get("/mailboxes/{her_id}/messages")
async def mailbox(
    her_id: Annotated[str, Path(pattern=MAILBOX)],
    account: System,
    hub: TheHub,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Limit = 100,
) -> list[PostedOut]:
    """Acknowledgements and answers that wait for a partner, in the order they were sent.

    Nothing leaves before it is confirmed: the same documents come again until then.
    """
    box, owners = _box(account, her_id, hub)
    return [_posted(x) for x in await hub.store.mailbox(box, owners, after, limit)]


@router.post("/mailboxes/{her_id}/confirm")
async def confirm(
    her_id: Annotated[str, Path(pattern=MAILBOX)], body: ConfirmIn, account: System, hub: TheHub
) -> ConfirmOut:
    """The partner has stored these documents: they leave its mailbox. Safe to say again."""
    ids = [i for i in body.ids if 0 < i < 2**62]
    box, owners = _box(account, her_id, hub)
    return ConfirmOut(confirmed=await hub.store.confirm(box, owners, ids, hub.clock.now()))


async def _act(id: str, act: Act, seen: Versioned, who: Person, hub: Hub) -> OpenedOut:
    await hub.act(ItemId(id), act, seen.version, who, hub.clock.now())
    return await opened(ItemId(id), who, hub)


async def opened(id: ItemId, who: Person, hub: Hub) -> OpenedOut:
    """An item with all that belongs to it, as the API shows it. Raises Unknown or NotAllowed."""
    found = await hub.open(id, who)
    m = found.message
    clock = found.deadline
    line = Line(found.item, clock.due if clock else None, bool(clock and clock.fires_at))
    history = await hub.store.history(id)
    return OpenedOut(
        **_item(line).model_dump(),
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
        files=[{"description": a.description, "mime_type": a.mime_type, "size": a.size} for a in m.attachments],
        conversation={"parent": m.conversation.parent, "first": m.conversation.first} if m.conversation else None,
        placing=_placing(found.item),
        deadline=_deadline(clock, found.item, hub.directory, hub.clock.now()),
        agreements=agreed.out(hub.directory, found.item, m.envelope.sender, hub.clock.now()),
        registers=[_looked(x) for x in found.looked],
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


def _item(line: Line) -> ItemOut:
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
    passed = [{"rule": rule, "because": because} for rule, because in x.placing.missed]
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
        because={code: why.because(language.load(code), d, directory, hours, now) for code in SAID},
        ladder=d.why.ladder,
        promise=d.why.promise,
        counted=d.why.counted,
        counted_from=d.why.begun,
        agreement=d.why.agreement,
        facts=list(d.why.facts),
        skipped=list(d.why.skipped),
        zone=d.why.zone or hours.zone,
    )


def _posted(x: Posted) -> PostedOut:
    return PostedOut(
        id=x.id,
        kind="apprec" if x.kind == "apprec" else "forward" if x.kind == "forward" else "answer",
        msg_id=x.msg_id,
        created_at=x.created_at,
        document=x.body.decode(),
    )


def _box(account: SystemAccount, written: str, hub: Hub) -> tuple[str, frozenset[str] | None]:
    """The mailbox that is asked for, and the parties whose documents the caller may have of it (None: all).

    Raises NotAllowed when the mailbox is known to be another partner's.
    """
    wanted = plain_her_id(written) if written[:1].isdigit() else written
    if account.any:
        return wanted, None
    partner = hub.directory.partner_of(plain_her_id(wanted), plain_her_id(wanted))
    if partner and partner.her_id not in account.her_ids:
        raise NotAllowed(f"the key of {account.name} does not open the mailbox of {wanted}")
    return wanted, account.her_ids
