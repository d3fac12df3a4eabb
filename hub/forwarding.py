"""A message is passed on to somebody outside the centre, who never got it: a new dialogue begins (HIS 1077)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import NAMESPACE_OID, uuid5

from hub.change import Change, Entry, File, Forward, Outgoing
from hub.directory import Directory, InboxKind, Partner, Person, Practice, Service, party
from hub.errors import BadRequest
from hub.item import Action, Item, Purpose
from hub.message import Code, HerId, Message, MessageId, Party

# What stands over what is passed on, for whoever reads it there.
_ABOVE = "Videresendt melding fra {sender}, sendt {at:%d.%m.%Y kl. %H:%M}"
_LEFT_OUT = "Vedlegg som ikke kunne sendes med: {names}"


@dataclass(frozen=True, slots=True)
class Passing:
    """To whom outside somebody passes a message on, for which profession there (9060), in which words and with what."""

    to: HerId | None
    profession: Code
    text: str
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody outside the centre to whom a message can be passed on: a partner, or a service of one."""

    partner: Partner
    service: Service | None = None

    @property
    def her_id(self) -> HerId:
        """The most exact HER-id."""
        return self.service.her_id if self.service else self.partner.her_id

    @property
    def party(self) -> Party:
        """Both levels of the address (HIS 1153)."""
        return party(self.partner, self.service)


def addressees(item: Item, sender: Party, directory: Directory) -> dict[HerId, Addressee]:
    """To whom an item can be passed on: partners' services, and partners without any, but for who sent it.

    A test goes to nobody.
    """
    here = directory.inboxes.get(item.inbox)
    if item.purpose is Purpose.INFORMATION or here is None or here.kind is InboxKind.TEST:
        return {}
    found = {x.her_id: x for partner in directory.partners.values() for x in _of(partner)}
    found.pop(sender.her_id or HerId(""), None)
    return found


def forward(
    item: Item, m: Message, passing: Passing, sender: Party, who: Person, directory: Directory, now: datetime
) -> Change:
    """What came, with a word about why, goes to somebody outside; the item stays, as its sender still waits.

    `sender` is the party of ours that was addressed. Of the message's files those go along that the passing has, and
    the others are named in the text. Raises IllegalMove when the item is ended or somebody else has taken it,
    BadRequest when it cannot go there or something is left out.
    """
    to = addressees(item, m.envelope.sender, directory).get(passing.to or HerId(""))
    if to is None:
        raise BadRequest("beyond: this message cannot be passed on to that HER-id; choose a partner of the directory")
    if m.patient is None:
        raise BadRequest("beyond: this message is about no patient, so there is nothing to begin a dialogue about")
    if not passing.profession.text:
        raise BadRequest("profession: passing on needs whom it is for there, as LE or SP (9060)")
    if not passing.text.strip():
        raise BadRequest("text: passing on needs a text that tells them why they get it")
    practice = directory.practices[directory.inboxes[item.inbox].practice]
    document = Forward(
        id=MessageId(str(uuid5(NAMESPACE_OID, f"forward {item.id} {item.version}"))),
        about=m.envelope,
        to=to.party,
        profession=passing.profession,
        sender=sender,
        patient=m.patient,
        subject=f"Videresendt: {m.subject}" if m.subject else "Videresendt melding",
        text="\n\n".join((passing.text.strip(), f"{who.name}, {who.role}", *_original(m, passing.files, practice))),
        at=now,
        files=passing.files,
    )
    moved = item.moved(Action.FORWARD, who.id)
    detail = {"addressee": to.her_id, "document": document.id}
    entry = Entry(now, "item.forwarded", item.message, item.id, item.inbox, who.id, detail)
    outgoing = Outgoing(to.her_id, item.message, document, item.id, who.id)
    return Change((entry,), items=(moved,), outgoing=(outgoing,))


def _of(partner: Partner) -> Iterator[Addressee]:
    if not partner.services:
        yield Addressee(partner)
    yield from (Addressee(partner, service) for service in partner.services.values())


def _original(m: Message, files: tuple[File, ...], practice: Practice) -> Iterator[str]:
    """What came, as it is read here: who sent it and when, all that it says, and the files that stay behind."""
    envelope = m.envelope
    yield _ABOVE.format(sender=envelope.sender.name, at=practice.hours.local(envelope.generated))
    yield from (text for part in m.parts for text in (part.subject, part.text, part.remark) if text)
    for section in m.report.sections:
        facts = (f"{fact.title}: {fact.text}" for fact in section.facts)
        yield "\n".join(line for line in (section.title, *facts, section.text) if line)
    if left := _names(m, files):
        yield _LEFT_OUT.format(names=", ".join(left))


def _names(m: Message, files: Iterable[File]) -> list[str]:
    """The message's files that do not go along, as its sender named them."""
    sent = {sha256(file.content).hexdigest() for file in files}
    return [x.description or x.mime_type for x in m.attachments if x.digest not in sent]
