"""What the hub's words are called on the pages, in the reader's language.

The core says why in English sentences, because the API and the log need them too. PHRASES holds those
sentences with their places; `told` finds the one that fits and says it in another language. A sentence
that is not here is shown as it is, and a test makes the core say all it can.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime

from hub.change import AlertKind
from hub.directory import Directory, Flag, InboxId, PersonId
from hub.item import Item, Outcome, State
from hub.message import HerId, Kind, Status, Topic
from hub.record import Told
from hub.selection import Folder
from hub.standing import ALONE, EMPTY
from hub.web.language import N_, Language

KINDS = {
    Kind.REQUEST: N_("request"),
    Kind.ANSWER: N_("answer"),
    Kind.NOTE: N_("note"),
    Kind.DIALOGUE: N_("dialogue"),
    Kind.DEVIATION: N_("deviation"),
    Kind.REFERRAL_STATUS: N_("referral_status"),
    Kind.DISCHARGE_SUMMARY: N_("discharge_summary"),
    Kind.ADMITTED: N_("admitted"),
    Kind.READY: N_("ready"),
    Kind.NOT_READY: N_("not_ready"),
    Kind.DISCHARGED: N_("discharged"),
    Kind.DEATH: N_("death"),
    Kind.ADMISSION_REPORT: N_("admission_report"),
    Kind.EARLY_NOTICE: N_("early_notice"),
    Kind.TO_DOCTOR: N_("to_doctor"),
    Kind.SERVICES: N_("services"),
    Kind.MEDICAL: N_("medical"),
    Kind.DISCHARGE_REPORT: N_("discharge_report"),
    Kind.ABSENCE: N_("absence"),
}
FOLDERS = {
    Folder.NEW: N_("New"),
    Folder.MINE: N_("Mine"),
    Folder.GROUP: N_("My group"),
    Folder.WAITING: N_("Waiting for a reply"),
    Folder.DEVIATIONS: N_("Deviations"),
    Folder.INFORMATION: N_("Information"),
    Folder.ARCHIVE: N_("Archive"),
}
# What a message does to those before it; a new one stands by itself and needs no word.
STATUSES = {
    Status.CHANGED: N_("Replaces an earlier version"),
    Status.CANCELLED: N_("The sender has withdrawn the message"),
}
# Whether a report is more or less than a final one (7306).
EDITIONS = {"P": N_("Preliminary"), "A": N_("Supplement"), "S": N_("Planned")}
# How a report's parts are called.
TOPICS = {
    Topic.FOLLOW_UP: N_("Follow-up"),
    Topic.EVENT: N_("Events"),
    Topic.DIAGNOSIS: N_("Diagnoses"),
    Topic.WARNING: N_("Warnings (CAVE)"),
    Topic.MEDICATION: N_("Medication"),
    Topic.REQUEST: N_("What the sender asks for"),
    Topic.ASSESSMENT: N_("Assessment"),
    Topic.FUNCTION: N_("Function, services and aids"),
    Topic.PEOPLE: N_("People and contacts"),
    Topic.OTHER: N_("Other information"),
}
# How urgent a report is (7303).
PRIORITIES = {
    "DATO": N_("Within a date"),
    "NORM": N_("Normal"),
    "OHJELP": N_("Emergency"),
    "PK": N_("Cancer pathway"),
    "TEL": N_("Answer by telephone"),
    "TELC": N_("Answer by telephone at once"),
}
STATES = {
    State.NEW: N_("new"),
    State.CLAIMED: N_("claimed"),
    State.WAITING: N_("waiting"),
    State.ANSWERED: N_("answered"),
    State.CLOSED: N_("closed"),
    State.RETURNED: N_("returned"),
    State.WITHDRAWN: N_("withdrawn"),
}
OUTCOMES: Mapping[str, str] = {
    Outcome.READ: N_("Read"),
    Outcome.APPOINTMENT: N_("Appointment given"),
    Outcome.HOME_VISIT: N_("Home visit arranged"),
    Outcome.TELEPHONE: N_("Settled by telephone"),
    Outcome.OTHER: N_("Other, see the note"),
}
# What stands at the top of an item when somebody else has it, or it has ended.
STANDINGS = {
    State.NEW: N_("Nobody has taken this message."),
    State.CLAIMED: N_("%(who)s has taken this message."),
    State.WAITING: N_("The sender was asked something, and has not replied yet."),
    State.ANSWERED: N_("%(who)s has answered this message."),
    State.CLOSED: N_("%(who)s has closed this message."),
    State.RETURNED: N_("This message was returned to the sender."),
    State.WITHDRAWN: N_("The sender has withdrawn this message."),
}
REPLACED = N_("The sender has replaced this message with a new version.")
# Why a message goes back (8117).
REASONS = {
    "1": N_("Wrong addressee"),
    "2": N_("Insufficient information"),
    "9": N_("Another reason"),
}
# What the partner said of a document that was sent.
RECEIPTS = {
    "awaited": N_("Waits for the receiver's acknowledgement"),
    "accepted": N_("Acknowledged %(when)s"),
    "rejected": N_("Rejected %(when)s"),
    "missing": N_("Not acknowledged in 96 hours"),
}
# What an inbox must hear of, and what can be done about it.
ALERTS = {
    AlertKind.REJECTED: N_("The receiver rejected what was sent"),
    AlertKind.REMARKED: N_("The receiver took what was sent, but had something against it"),
    AlertKind.MISSING: N_("What was sent is not acknowledged in 96 hours"),
    AlertKind.UNDELIVERED: N_("What was sent could not be delivered"),
    AlertKind.CHANGED: N_("The sender has replaced the message with a new version"),
}
ADVICE = {
    AlertKind.REJECTED: N_("It was not taken. Reach the receiver in another way."),
    AlertKind.REMARKED: N_("It arrived. See whether something must be sent again in another way."),
    AlertKind.MISSING: N_("Nobody knows whether it arrived. Reach the receiver in another way."),
    AlertKind.UNDELIVERED: N_("It did not arrive. Reach the receiver in another way."),
    AlertKind.CHANGED: N_("Read it again: somebody here had the earlier version."),
}
FILE_TYPES = {"application/pdf": "PDF", "image/jpeg": "JPG", "image/png": "PNG"}
EVENTS = {
    "message.accepted": N_("Received and acknowledged. Placed here by the rule “%(rule)s”"),
    "item.copied": N_("A copy for information was placed here"),
    "item.claimed": N_("%(who)s took the message"),
    "item.released": N_("%(who)s gave the message back"),
    "item.rehomed": N_("The inbox it lay in is gone; the coordinator has it now"),
    "item.covered": N_("Moved from %(here)s to %(there)s, who stands in. Away: %(away)s"),
    "item.handed_back": N_("Back with %(there)s, from %(here)s"),
    "item.handed_on": N_("%(who)s handed the message on from %(here)s to %(there)s"),
    "item.forwarded": N_("%(who)s passed the message on to %(addressee)s"),
    "item.traced": N_("The GP register says whose patient it is; moved from %(here)s to %(there)s"),
    "item.freed": N_("%(away)s had taken the message and is away; others can take it now"),
    "item.taken_up": N_("Moved from %(here)s to %(there)s, because nobody acted in time"),
    "item.answered": N_("%(who)s answered the sender"),
    "item.waiting": N_("%(who)s asked the sender something"),
    "item.closed": N_("%(who)s closed the message: %(outcome)s"),
    "item.returned": N_("%(who)s returned the message to the sender: %(reason)s"),
    "opinion.asked": N_("%(who)s asked %(there)s for a second opinion"),
    "opinion.given": N_("%(who)s gave a second opinion"),
    "item.undone": N_("%(who)s took back what was done last"),
    "item.withdrawn": N_("The sender withdrew the message"),
    "item.replaces": N_("Takes the place of an earlier version, with the same deadline"),
    "message.doubted": N_(
        "The patient's number cannot be right, or belongs to another name: check who the message is about"
    ),
    "answer.acknowledged": N_("The receiver has acknowledged what was sent"),
    "answer.rejected": N_("The receiver rejected what was sent (%(codes)s)"),
    "answer.unacknowledged": N_("The receiver has not acknowledged what was sent in 96 hours"),
    "answer.undelivered": N_("What was sent could not be delivered, however often it was tried"),
    "audit.mended": N_("Something was wrong with this message here, and was put right"),
    "load.pressing": N_("More is due soon than those who are here can do"),
    "deadline.warned": N_("Reminder before the deadline, to %(told)s"),
    "deadline.escalated": N_("The deadline has passed; notice to %(told)s"),
    "deadline.moved": N_("New deadline %(after)s instead of %(before)s, because of other %(causes)s"),
    "deadline.paused": N_("Our deadline, %(before)s, stands while we wait. A reply is expected by %(after)s"),
    "deadline.resumed": N_("%(who)s waits no longer. The deadline is %(after)s"),
}
# What is said instead when it was the reply, or a person, that moved a deadline.
MOVED_BY = {
    "replied": N_("The sender has replied. The deadline is %(after)s"),
    "urgent": N_("%(who)s marked the message as urgent. The deadline is %(after)s instead of %(before)s"),
}
# What is said of a clock that was set by what happened.
SET = N_("%(words)s. The deadline is %(due)s")
# What is said of an answer that offers something.
OFFERED = N_("%(who)s answered the sender: %(outcome)s, %(at)s")
# What is said instead when whoever plans gave it to somebody or made it free, and of who had taken it.
GIVEN = N_("%(who)s gave the message to %(person)s, in %(there)s")
FREED = N_("%(who)s made the message free for the others in %(there)s")
HELD = N_("%(words)s. %(holder)s had taken it")
# And when it is the sender's clock.
SENDERS = {
    "deadline.warned": N_("The sender is expected to reply soon; reminder to %(told)s"),
    "deadline.escalated": N_("No reply has come in time; notice to %(told)s"),
}
CAUSES = {"ladders": N_("ladders"), "agreements": N_("agreements"), "hours": N_("opening hours")}
# What is said instead when something was moved because nobody is there at all.
UNCOVERED = {
    ALONE: N_("Moved from %(here)s to %(there)s, because nobody stands in. Away: %(away)s"),
    EMPTY: N_("Moved from %(here)s to %(there)s, because nobody there is at work"),
}
# What came late, and what that means.
_AWAY = N_("later than it should, because the hub was away")
_AFTER = N_("later than the 96 hours")
LATE = {
    "deadline.warned": _AWAY,
    "deadline.escalated": _AWAY,
    "answer.acknowledged": _AFTER,
    "answer.rejected": _AFTER,
}
# What no person did, and what another line of the history says already.
BY_CLOCK = frozenset(
    {"deadline.warned", "deadline.escalated", "deadline.moved", "notice.told"}
    | {"item.covered", "item.handed_back", "item.freed", "item.left", "item.traced"}
)
UNTOLD = frozenset({"notice.told", "item.left"})
PROFESSIONS = {
    "LE": N_("doctor"),
    "SP": N_("nurse"),
    "VP": N_("social educator"),
    "FT": N_("physiotherapist"),
    "ET": N_("occupational therapist"),
    "HF": N_("health care worker"),
    "PS": N_("psychologist"),
}
FLAGS = {
    Flag.MANAGEMENT: N_("Handled by management"),
    Flag.PROTECTED: N_("Protected address"),
    Flag.INTERPRETER: N_("Needs an interpreter"),
}
FAILURES = {
    "not-allowed": N_("You may not see or do this"),
    "unknown": N_("There is nothing here"),
    "stale": N_("Someone changed this message first"),
    "illegal-move": N_("This can no longer be done"),
    "bad-request": N_("Something is missing or wrong"),
    "too-large": N_("The files are too large"),
    "too-slow": N_("The form did not come in time; try again"),
    "too-many-guesses": N_("Too many wrong passwords for this username. Wait half a minute and try again."),
    "unavailable": N_("The messages cannot be read right now; try again in a moment"),
    "busy": N_("The hub is very busy; try again in a moment"),
    "reader-broken": N_("The messages cannot be read right now; try again in a moment"),
    "internal": N_("Something is wrong in the hub; try again in a moment"),
}
# The first that fits the whole sentence is taken, so the general ones come last.
PHRASES = (
    # How a due time was counted.
    N_("%(minutes)s minutes of opening time"),
    N_("%(hours)s hours, day and night"),
    N_("the same working day, received before %(time)s on a short day"),
    N_("by %(time)s the next working day, received after %(cut_off)s on a short day"),
    N_("the same working day, received before %(time)s"),
    N_("by %(time)s the next working day, received after %(cut_off)s"),
    N_("by %(time)s the next working day, received on a closed day"),
    N_("%(time)s, an hour after it opens,"),
    N_("%(time)s, when it closes,"),
    N_("weekend"),
    N_("not open on this day of the week"),
    # Where a rule sends.
    N_("rule “%(rule)s” sends this to %(where)s: %(inbox)s"),
    N_("the patient's GP, or whoever covers today"),
    N_("the team that owns the patient, else the practice's first"),
    N_("the coordinator's pile"),
    N_("the case handlers"),
    N_("the doctor on duty"),
    N_("the manager"),
    N_("the test inbox, away from care staff"),
    N_("the inbox %(inbox)s"),
    N_("no rule found anybody"),
    N_("unplaced"),
    N_("the GP register says that the patient is on the list of %(name)s"),
    N_("register"),
    N_("it answers what was sent from this inbox"),
    N_("conversation"),
    # Why a rule was passed over, or what a ladder holds for.
    N_("the text has “%(word)s”"),
    N_("it is a test message"),
    N_("it is no test message"),
    N_("it is for information"),
    N_("it is for action"),
    N_("kind is %(kind)s"),
    N_("type is %(type)s"),
    N_("theme is %(theme)s"),
    N_("receiver is %(receiver)s"),
    N_("sender is %(sender)s"),
    N_("role asked for is %(roles)s"),
    N_("profession asked for is %(professions)s"),
    N_("the patient is followed by a team"),
    N_("the patient is not followed by a team"),
    N_("the patient's services are %(services)s"),
    N_("the patient's flags are %(flags)s"),
    N_("topics agreed with the sender are %(topics)s"),
    N_("it has attachments"),
    N_("it has no attachments"),
    N_("none of its words is in the text"),
    N_("matched, but there is no %(inbox)s"),
    N_("matched, but %(path)s"),
    # Who stands in.
    N_("the patient is on no list here and no GP is addressed"),
    N_("the substitutes form a loop"),
    N_("%(name)s stands in"),
    N_("away"),
    N_("day off"),
    N_("gone for the day"),
    # Where nobody covers.
    N_("nobody stands in for %(name)s"),
    N_("nobody is at work in %(inbox)s"),
    N_("no coordinator is at work"),
    N_("no doctor is on duty"),
    # What an act lacks.
    N_("outcome: this message asks for something, so reading it does not end it; answer or close it"),
    N_("text: an answer needs a text"),
    N_("text: a question needs a text"),
    N_("opinion: this message is ended, so there is nothing to ask about it"),
    N_("opinion: that inbox cannot be asked; choose another one of the practice"),
    N_("opinion: write what you want to know"),
    N_("opinion: a colleague has answered this question already"),
    N_("opinion: this message is ended, so nobody waits for the opinion"),
    N_("opinion: write what you think"),
    N_("offer: it goes with an answer only"),
    N_("offer: this message is about no patient"),
    N_("offer: it needs with whom it is"),
    N_("offer: it needs a place"),
    N_("offer: choose a day and a time"),
    N_("offer: that time is past; choose one ahead"),
    N_("offer: that time is more than a year ahead; choose an earlier one"),
    N_("undo: there is nothing to take back any more; it was too long ago, or is taken back already"),
    N_("undo: only whoever did this can take it back"),
    N_("undo: what was sent has left already, so it cannot be taken back"),
    N_("action: this message is marked as urgent already"),
    N_("action: no ladder here is for what is urgent; ladders.toml needs one with urgent = true"),
    N_("action: this kind of request can only be answered, not asked about; telephone the sender"),
    N_("action: this message waits for nobody"),
    N_("action: this message has no deadline"),
    N_("text: at most %(characters)s characters can be sent"),
    N_("note: at most %(characters)s characters can be sent"),
    N_("outcome: closing needs one of %(outcomes)s"),
    N_("note: closing with outcome “other” needs a note that says why"),
    N_("action: this is a copy for information; close it as read, the answer is another inbox's"),
    N_("the form is not as this page gave it"),
    N_("reason: returning needs one of %(reasons)s (8117)"),
    N_("text: returning needs a text that tells the sender what is wrong"),
    N_("files: number %(number)s is no PDF, JPG or PNG, and others cannot be sent (HIS 1077)"),
    N_("files: at most %(bytes)s bytes can be sent in all"),
    N_("files: they go with %(actions)s only"),
    N_("beyond: this message cannot be passed on to that HER-id; choose a partner of the directory"),
    N_("beyond: they have never written to us, so nobody knows how they get it; name their channel"),
    N_("beyond: this message is about no patient, so there is nothing to begin a dialogue about"),
    N_("profession: passing on needs whom it is for there, as LE or SP (9060)"),
    N_("text: passing on needs a text that tells them why they get it"),
    N_("to: this message cannot be handed on to that inbox; choose another one of the practice"),
    N_("%(bytes)s bytes are waiting here already; send this again in a few seconds"),
    N_("%(bytes)s bytes came; send without a pause, and at least %(rate)s bytes a second"),
    # Single words in those sentences, and whom a ladder tells.
    *KINDS.values(),
    N_("hospital"),
    N_("home_service"),
    N_("specialist"),
    N_("public"),
    N_("other"),
    N_("none"),
    N_("inbox"),
    N_("personal"),
    N_("pht"),
    N_("coordinator"),
    N_("unplaced"),
    N_("case_handler"),
    N_("duty"),
    N_("manager"),
    N_("operations"),
    N_("test"),
    # The way to whoever stands in: somebody, and why not; then the next one.
    N_("%(path)s; %(rest)s"),
    N_("%(name)s: %(reason)s, no substitute"),
    N_("%(name)s: %(reason)s"),
)
_PLACE = re.compile(r"%\\\((\w+)\\\)s")
_PATTERNS = tuple((re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(p)).replace("%%", "%")), p) for p in PHRASES)
_PLAIN = {p.replace("%%", "%"): p for p in PHRASES if not re.search(r"%\(", p)}
_SKIPPED = re.compile(r"(\d{4}-\d\d-\d\d) \((.+)\)")


def told(language: Language, sentence: str) -> str:
    """A sentence of the core in the reader's language; one that is unknown stays as it is."""
    if sentence in _PLAIN:
        return language.gettext(_PLAIN[sentence])
    for pattern, phrase in _PATTERNS:
        if found := pattern.fullmatch(sentence):
            return language.gettext(phrase, **{k: told(language, v) for k, v in found.groupdict().items()})
    return sentence


def subject(written: str, kind: str) -> str:
    """A message's subject, or nothing where it says no more than the kind does."""
    return "" if written.strip().casefold() == kind.casefold() else written


def skipped(language: Language, day: str) -> str:
    """A day that did not count, with the reason."""
    found = _SKIPPED.fullmatch(day)
    return f"{language.weekday(date.fromisoformat(found[1]))} ({told(language, found[2])})" if found else day


def standing(language: Language, item: Item, directory: Directory, history: Sequence[Told] = ()) -> str:
    """How an item stands, in one sentence."""
    if item.state is State.WITHDRAWN and any(map(_replaced, history)):
        return language.gettext(REPLACED)
    return language.gettext(STANDINGS[item.state], who=name(directory, item.owner or ""))


def happened(language: Language, line: Told, directory: Directory, moment: Callable[[datetime], str]) -> str:
    """A line of an item's history in one sentence; `moment` says a time as people read it."""
    if line.event not in EVENTS:
        return line.event
    if _replaced(line):
        return language.gettext(REPLACED)
    detail = line.detail
    words = language.gettext(
        _told_as(line),
        who=name(directory, line.who),
        rule=told(language, detail.get("rule", "")),
        outcome=_word(language, OUTCOMES, detail.get("outcome", "")),
        reason=_word(language, REASONS, detail.get("reason", "")),
        codes=", ".join(detail.get("codes", "").split()),
        told=", ".join(_inboxes(directory, detail.get("told", ""))),
        here=", ".join(_inboxes(directory, detail.get("from", ""))),
        there=", ".join(_inboxes(directory, detail.get("to", ""))),
        addressee=party(directory, detail.get("addressee", "")),
        person=name(directory, detail.get("person", "")),
        away=", ".join(name(directory, person) for person in detail.get("away", "").split()),
        at=moment(datetime.fromisoformat(detail["offered_at"])) if "offered_at" in detail else "",
        **_clocks(language, line, moment),
    )
    if line.event == "item.handed_on" and "owner" in detail:
        words = language.gettext(HELD, words=words, holder=name(directory, detail["owner"]))
    if "due_at" in detail:
        words = language.gettext(SET, words=words, due=moment(datetime.fromisoformat(detail["due_at"])))
    if note := detail.get("note", ""):
        words = f"{words}: {note}"
    late = language.gettext(LATE[line.event]) if detail.get("late") == "yes" and line.event in LATE else ""
    return f"{words} ({late})" if late else words


def _told_as(line: Told) -> str:
    """The sentence of a line, by why it happened and whose clock it was."""
    if line.detail.get("whose") == "sender":
        return SENDERS[line.event]
    if line.event == "item.answered" and "outcome" in line.detail:
        return OFFERED
    if line.event == "item.handed_on" and (line.detail.get("from") == line.detail.get("to") or "person" in line.detail):
        return GIVEN if "person" in line.detail else FREED
    return (UNCOVERED | MOVED_BY).get(line.detail.get("why", ""), EVENTS[line.event])


def _clocks(language: Language, line: Told, moment: Callable[[datetime], str]) -> dict[str, str]:
    """From what to what a deadline was moved, and why."""
    if not line.event.startswith("deadline.") or "from" not in line.detail:
        return {}
    before, after = (moment(datetime.fromisoformat(line.detail[x])) for x in ("from", "to"))
    causes = (_word(language, CAUSES, x) for x in line.detail.get("why", "").split())
    return {"before": before, "after": after, "causes": ", ".join(causes)}


def _word(language: Language, words: Mapping[str, str], value: str) -> str:
    """What a value is called; an unknown one as it is."""
    return language.gettext(words[value]) if value in words else value


def _replaced(line: Told) -> bool:
    return line.event == "item.withdrawn" and line.detail.get("status") == Status.CHANGED


def name(directory: Directory, person: str) -> str:
    """A person's name, or the id of one who has left."""
    known = directory.people.get(PersonId(person))
    return known.name if known else person


def party(directory: Directory, her_id: str) -> str:
    """A partner, with its service, by a HER-id; one that has left by that alone."""
    id = HerId(her_id)
    partner = directory.partner_of(id, id)
    if partner is None:
        return her_id
    service = partner.services.get(id)
    return f"{partner.name}, {service.name}" if service else partner.name


def _inboxes(directory: Directory, ids: str) -> Iterator[str]:
    for id in ids.split():
        inbox = directory.inboxes.get(InboxId(id))
        yield inbox.name if inbox else id
