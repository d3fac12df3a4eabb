"""The rows of the acceptance table that intake decides: whose message it is, and whom it is about."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from hub import intake
from hub.acceptance import STRICT, Acceptance, Choice
from hub.change import Acknowledgement, Change
from hub.directory import Directory, Inbox, InboxId, InboxKind
from hub.message import Code, Fault, HerId, Ident, Kind, Message, Patient, Reading, Receiver, Refusal, Status
from tests import builders
from tests.builders import CENTRE, OURS, TUESDAY, envelope, party

OTHER, SERVICE = HerId("300"), HerId("301")

# National numbers with right control digits: one on the list, one on another's, and one on none.
HERE, ELSEWHERE, NOWHERE = "05817611224", "22837327958", "26868035306"
LENIENT = Acceptance(unknown_receiver=Choice.ACCEPT)


def directory() -> Directory:
    """Two practices, each with a patient of its own."""
    here, other = builders.listing(HERE), replace(builders.listing(ELSEWHERE), practice=OTHER)
    ours = builders.directory().practices[OURS]
    return builders.directory(
        listings={HERE: here, ELSEWHERE: other},
        practices={
            OURS: ours,
            OTHER: replace(ours, her_id=OTHER, name="Other", services={SERVICE: ours.services[CENTRE]}),
        },
        inboxes={
            **builders.directory().inboxes,
            InboxId("pile"): Inbox(InboxId("pile"), "pile", InboxKind.COORDINATOR, OTHER),
        },
    )


def patient(*numbers: str, type: str = "FNR") -> Patient:
    """Kari, with these numbers."""
    idents = tuple(Ident(number, Code(type)) for number in numbers)
    return Patient("Nordmann", "", "Kari", date(1940, 1, 2), "2", idents)


def summary(about: Patient, **changes: Any) -> Message:
    """A discharge summary."""
    return builders.message(kind=Kind.DISCHARGE_SUMMARY, patient=about, **changes)


def judged(reading: Reading, acceptance: Acceptance = STRICT, known: Directory | None = None) -> Change:
    order = builders.order(acceptance=acceptance, directory=known or directory())
    return intake.judge(reading, order, TUESDAY)


def answers(change: Change) -> list[list[str]]:
    """The codes of each acknowledgement."""
    documents = [o.document for o in change.outgoing]
    return [[f.code for f in d.faults] for d in documents if isinstance(d, Acknowledgement)]


PATIENTS = {
    "on the list": (patient(HERE), []),
    "on the list by one of two numbers": (patient(NOWHERE, HERE), []),
    "on the list, with blanks in the number": (patient("058176 11224"), []),
    "on no list": (patient(NOWHERE), ["E35"]),
    "on another practice's list": (patient(ELSEWHERE), ["E35"]),
    "on no list, with a D-number": (patient(NOWHERE, type="DNR"), ["E35"]),
    "without a number, which leaves it to people": (patient(), []),
    "with a wrong number, which leaves it to people": (patient("26868035307"), []),
    "with half a number": (patient("268680"), []),
    "with a number that only its issuer knows": (patient(NOWHERE, type="HNR"), []),
}


@pytest.mark.parametrize(("about", "codes"), PATIENTS.values(), ids=PATIENTS)
def test_row_10_a_discharge_summary_about_a_stranger_is_refused(about: Patient, codes: list[str]) -> None:
    change = judged(summary(about))
    assert ([codes], not codes) == (answers(change), bool(change.items))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.DISCHARGE_SUMMARY])
def test_row_10_holds_for_no_other_kind(kind: Kind) -> None:
    assert [[]] == answers(judged(builders.message(kind=kind, patient=patient(NOWHERE))))


@pytest.mark.parametrize(
    ("status", "codes"), [(Status.NEW, ["E35"]), (Status.CHANGED, ["E35"]), (Status.CANCELLED, [])]
)
def test_row_10_a_cancellation_is_never_refused(status: Status, codes: list[str]) -> None:
    assert [codes] == answers(judged(summary(patient(NOWHERE), status=status)))


def test_row_10_each_practice_says_for_itself_whether_it_has_the_patient() -> None:
    receivers = (Receiver(party(OURS, CENTRE)), Receiver(party(OTHER, SERVICE), "COP"))
    change = judged(summary(patient(ELSEWHERE), envelope=envelope(receivers=receivers)))
    assert ([["E35"], []], 1) == (answers(change), len(change.items))


def test_row_10_a_practice_without_a_list_cannot_say_who_is_a_stranger() -> None:
    assert [[]] == answers(judged(summary(patient(NOWHERE)), known=replace(directory(), listings={})))


def test_row_10_says_whom_to_ask_and_nothing_about_the_patient() -> None:
    (fault,) = [
        o.document.faults[0]
        for o in judged(summary(patient(NOWHERE))).outgoing
        if isinstance(o.document, Acknowledgement)
    ]
    assert "Pasienten har ikke journal hos Centre; kontroller mottakeren, eller om nummeret er riktig" == fault.nb
    assert "/Message/ServRprt/Patient" == fault.path


RECEIVERS = {
    "a known service": (party(OURS, CENTRE), [], []),
    "an unknown service": (party(OURS, "999"), ["E21"], []),
    "no service": (party(OURS, None), ["E21"], []),
    "another practice's service": (party(OURS, SERVICE), ["E21"], []),
    "an unknown organisation": (party("999", CENTRE), ["E21"], ["E21"]),
}


@pytest.mark.parametrize(("to", "strict", "lenient"), RECEIVERS.values(), ids=RECEIVERS)
def test_row_11_a_site_may_take_an_unknown_service_for_the_organisation(
    to: Any, strict: list[str], lenient: list[str]
) -> None:
    message = builders.message(envelope=envelope(receivers=(Receiver(to),)))
    assert [[strict], [lenient]] == [answers(judged(message)), answers(judged(message, LENIENT))]


def test_row_11_what_is_taken_for_the_organisation_is_placed_like_that() -> None:
    to_nobody = builders.message(envelope=envelope(receivers=(Receiver(party(OURS, "999")),)))
    (item,) = judged(to_nobody, LENIENT).items
    (other,) = judged(builders.message()).items
    assert other.inbox == item.inbox


def test_several_reasons_are_all_told_to_each_receiver() -> None:
    receivers = (Receiver(party(OURS, "999")), Receiver(party(OURS, CENTRE), "COP"))
    refusal = Refusal(envelope(receivers=receivers), (Fault("E10", "x", "x"), Fault("E36", "x", "x")))
    assert [["E10", "E36", "E21"], ["E10", "E36"]] == answers(judged(refusal))


def test_a_receiver_that_is_named_twice_in_one_role_answers_once() -> None:
    copy = Receiver(party(OURS, CENTRE), "COP")
    message = builders.message(envelope=envelope(receivers=(Receiver(party(OURS, CENTRE)), copy, copy)))
    assert [[], []] == answers(judged(message))
