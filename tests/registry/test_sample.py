"""The sample centre does what its files and its README promise."""

import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher

from hub import intake, resources
from hub.change import Change
from hub.deadline import Deadline
from hub.directory import Flag, InboxKind, Listing
from hub.item import Purpose
from hub.message import (
    Code,
    Envelope,
    Ident,
    Kind,
    Message,
    MessageId,
    Part,
    Party,
    Patient,
    Receiver,
    Unit,
    Wanted,
)
from hub.registry import Configuration

OSLO = ZoneInfo("Europe/Oslo")
FOLDER = resources.folder("sample")

# A Tuesday on which nobody is away, and the Monday before it, when Nora Nordli has her day off.
TUESDAY = datetime(2026, 11, 24, 11, 2, tzinfo=OSLO)
MONDAY = TUESDAY - timedelta(days=1)

FJORDBYEN, SKARVOY = ("900200", "900201"), ("900300", "900301")
HOSPITAL, NAV = ("900400", "900401"), ("900700", "900701")


def test_the_script_writes_the_patients_as_they_are_kept() -> None:
    script = subprocess.run([sys.executable, FOLDER / "make_patients.py"], capture_output=True, check=True)
    assert (FOLDER / "patients.csv").read_bytes() == script.stdout


def test_there_are_about_eight_thousand_patients_of_all_ages_on_six_even_lists(sample: Configuration) -> None:
    listings = sample.directory.listings.values()
    assert [1350] * 6 == list(Counter(x.gp for x in listings).values())
    decades = Counter((2026 - x.born.year) // 10 for x in listings)
    assert set(range(11)) == set(decades)
    assert min(decades[n] for n in range(9)) > 100


def test_about_a_tenth_of_the_patients_have_municipal_services_and_a_team(sample: Configuration) -> None:
    listings = sample.directory.listings.values()
    with_team = [x for x in listings if x.pht]
    assert 0.09 < len(with_team) / len(listings) < 0.11
    assert with_team == [x for x in listings if x.services]


def test_a_few_patients_are_flagged(sample: Configuration) -> None:
    flags = Counter(flag for x in sample.directory.listings.values() for flag in x.flags)
    assert (3, 12) == (flags[Flag.MANAGEMENT], flags[Flag.PROTECTED])
    assert flags[Flag.INTERPRETER] > 100


def test_every_patient_is_synthetic(sample: Configuration) -> None:
    assert [] == [x for x in sample.directory.listings if not 81 <= int(x[2:4]) <= 92]


def test_no_organisation_number_can_be_a_real_one(sample: Configuration) -> None:
    assert [] == [p for p in sample.directory.practices.values() if p.organisation_number[0] in "89"]


def test_every_gp_works_four_days_and_somebody_covers_every_open_day(sample: Configuration) -> None:
    directory = sample.directory
    gps = [p for p in directory.people.values() if p.role == "fastlege"]
    assert [4] * 6 == [len(p.weekdays) for p in gps]
    days = [(MONDAY + timedelta(days=n)).date() for n in range(5)]
    assert [] == [(p.id, day) for p in gps for day in days if directory.cover(p.id, day).person is None]


def test_every_person_can_sign_in_with_the_password_of_the_readme(sample: Configuration) -> None:
    accounts = sample.accounts.people
    assert set(sample.directory.people) == {x.person for x in accounts.values()}
    assert all(PasswordHasher().verify(x.password_hash, "sambud") for x in accounts.values())


def test_the_readme_tells_every_username_and_key_and_warns_loudly(sample: Configuration) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    keys = {name: f"sample-key-{name}" for name in (x.name for x in sample.accounts.systems.values())}
    assert [] == [x for x in (*sample.accounts.people, *keys.values()) if f"`{x}`" not in readme]
    assert {sha256(key.encode()).hexdigest() for key in keys.values()} == set(sample.accounts.systems)
    assert "SYNTHETIC SAMPLE DATA. NEVER USE IT IN PRODUCTION." in readme


def test_every_partner_has_a_key_and_the_exchange_sends_for_anybody(sample: Configuration) -> None:
    systems = sample.accounts.systems.values()
    assert set(sample.directory.partners) == set().union(*(x.her_ids for x in systems))
    assert ["exchange"] == [x.name for x in systems if x.any]


def test_no_password_or_key_stands_in_the_files_that_are_read() -> None:
    texts = [path.read_text(encoding="utf-8") for path in FOLDER.glob("*.toml")]
    assert [] == [found for text in texts for found in re.findall(r"sample-key-\w+|\"sambud\"", text)]


def test_a_dialogue_from_the_home_service_about_its_patient_goes_to_the_team(sample: Configuration) -> None:
    change = arrive(sample, dialogue(FJORDBYEN, about(sample, pht=True)))
    assert [("primaerhelseteam", Purpose.ACTION)] == placed(change)
    assert "Pasient med kommunale tjenester" == change.items[0].placing.rule


@pytest.mark.parametrize("text", ["Ønske om legevurdering", "Kan lege se på såret?", "Pasienten spør etter lege."])
def test_the_gp_gets_a_copy_when_the_team_is_asked_for_a_doctor(text: str, sample: Configuration) -> None:
    listing = about(sample, pht=True, gp="nora.nordli")
    change = arrive(sample, dialogue(FJORDBYEN, listing, text))
    assert [("primaerhelseteam", Purpose.ACTION), ("nora-nordli", Purpose.INFORMATION)] == placed(change)


def test_the_gp_gets_no_copy_for_a_list_of_medicines(sample: Configuration) -> None:
    change = arrive(sample, dialogue(FJORDBYEN, about(sample, pht=True), "Oppdatert legemiddelliste"))
    assert [("primaerhelseteam", Purpose.ACTION)] == placed(change)


def test_the_home_service_reaches_the_team_about_any_patient(sample: Configuration) -> None:
    change = arrive(sample, dialogue(FJORDBYEN, about(sample, pht=False)))
    assert [("primaerhelseteam", Purpose.ACTION)] == placed(change)


def test_an_ordinary_message_goes_to_the_patients_gp(sample: Configuration) -> None:
    change = arrive(sample, dialogue(HOSPITAL, about(sample, pht=False, gp="nora.nordli")))
    assert [("nora-nordli", Purpose.ACTION)] == placed(change)


def test_on_the_gps_day_off_the_substitute_gets_it_and_the_placing_says_why(sample: Configuration) -> None:
    change = arrive(sample, dialogue(HOSPITAL, about(sample, pht=False, gp="nora.nordli")), MONDAY)
    assert [("ante-somby", Purpose.ACTION)] == placed(change)
    assert ("Nora Nordli: day off", "Ánte Somby stands in") == change.items[0].placing.path


def test_an_absence_names_another_substitute(sample: Configuration) -> None:
    message = dialogue(HOSPITAL, about(sample, pht=False, gp="ingrid.haugen"))
    change = arrive(sample, message, datetime(2027, 1, 6, 9, tzinfo=OSLO))
    assert [("tuva-lien", Purpose.ACTION)] == placed(change)


def test_a_patient_flagged_for_management_goes_to_the_manager(sample: Configuration) -> None:
    listing = about(sample, flag=Flag.MANAGEMENT)
    assert [("ledelse", Purpose.ACTION)] == placed(arrive(sample, dialogue(HOSPITAL, listing)))


@pytest.mark.parametrize("sender", [NAV, ("900200", "900202"), ("900200", "900203"), ("900300", "900302")])
def test_public_offices_and_municipal_case_work_go_to_the_case_handler(
    sender: tuple[str, str], sample: Configuration
) -> None:
    assert [("saksbehandling", Purpose.ACTION)] == placed(arrive(sample, dialogue(sender, about(sample, pht=True))))


@pytest.mark.parametrize(
    ("wanted", "inbox"),
    [
        (Wanted("24", "SP"), "primaerhelseteam"),
        (Wanted("22", ""), "primaerhelseteam"),
        (Wanted("24", "LE"), "nora-nordli"),
    ],
)
def test_whom_the_sender_asks_for_decides(wanted: Wanted, inbox: str, sample: Configuration) -> None:
    message = dialogue(HOSPITAL, about(sample, pht=False, gp="nora.nordli"))
    assert [(inbox, Purpose.ACTION)] == placed(arrive(sample, replace(message, wanted=(wanted,))))


def test_a_test_message_reaches_no_care_staff_and_tells_nobody(sample: Configuration) -> None:
    message = dialogue(FJORDBYEN, about(sample, flag=Flag.MANAGEMENT))
    change = arrive(sample, replace(message, envelope=replace(message.envelope, test=True)))
    assert [("testmeldinger", Purpose.ACTION)] == placed(change)
    assert change.deadlines[0].fires_at is None


def test_a_patient_on_no_list_goes_to_the_coordinators_pile(sample: Configuration) -> None:
    stranger = replace(about(sample), national_id="01019012345")
    assert [("koordinator", Purpose.ACTION)] == placed(arrive(sample, dialogue(HOSPITAL, stranger)))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-24 11:02", "2026-11-24 16:00"),  # a Tuesday
        ("2026-11-24 14:59", "2026-11-24 16:00"),
        ("2026-11-24 15:00", "2026-11-25 10:00"),
        ("2026-11-27 15:30", "2026-11-30 10:00"),  # over a weekend
        ("2026-11-28 12:00", "2026-11-30 10:00"),
        ("2027-05-14 15:30", "2027-05-18 10:00"),  # over 17 May, a Monday
        ("2027-05-05 15:30", "2027-05-10 10:00"),  # over Ascension Day and the local closed Friday
        ("2026-12-23 15:30", "2026-12-28 10:00"),  # over Christmas
    ],
)
def test_the_home_service_is_answered_the_same_working_day(received: str, due: str, sample: Configuration) -> None:
    change = arrive(sample, dialogue(FJORDBYEN, about(sample, pht=True)), oslo(received))
    assert oslo(due) == change.deadlines[0].due


def test_the_ladder_warns_the_team_then_tells_coordinator_duty_doctor_and_manager(sample: Configuration) -> None:
    deadline = clock(arrive(sample, dialogue(FJORDBYEN, about(sample, pht=True))))
    assert ["15:00 inbox", "16:00 coordinator", "16:30 duty", "17:30 manager operations"] == rungs(deadline)
    assert oslo("2026-11-24 15:00") == deadline.fires_at
    assert "Henvendelser om pasienter med kommunale tjenester besvares samme arbeidsdag" == deadline.why.promise


def test_a_copy_is_read_the_same_working_day(sample: Configuration) -> None:
    change = arrive(sample, dialogue(FJORDBYEN, about(sample, pht=True), "Haster: ønske om legevurdering"))
    action, information = change.deadlines
    assert ("Haster", "Til orientering") == (action.why.ladder, information.why.ladder)
    assert ["15:00 inbox", "16:00 coordinator"] == rungs(information)


@pytest.mark.parametrize("text", ["Dette haster", "Pasienten har BRYSTSMERTER", "Hun har falt på badet"])
def test_words_that_may_be_urgent_give_thirty_minutes_of_opening_time(text: str, sample: Configuration) -> None:
    deadline = clock(arrive(sample, dialogue(HOSPITAL, about(sample, pht=False), text)))
    assert ("Haster", oslo("2026-11-24 11:32")) == (deadline.why.ladder, deadline.due)
    assert ["11:17 inbox", "11:32 coordinator duty", "12:02 manager operations"] == rungs(deadline)


@pytest.mark.parametrize(
    ("sender", "ladder", "agreement", "due"),
    [
        (SKARVOY, "Svar innen to timer", "Samarbeidsavtale med Ytre Skarvøy kommune, punkt 4", "2026-11-24 13:02"),
        (NAV, "NAV innen tre døgn", "Rutine avtalt med NAV Fjordbyen", "2026-11-27 11:02"),
        (FJORDBYEN, "Hjemmetjenesten", "", "2026-11-24 16:00"),
        (HOSPITAL, "Vanlig henvendelse", "", "2026-11-24 16:00"),
    ],
)
def test_an_agreement_goes_before_the_table_and_is_named(
    sender: tuple[str, str], ladder: str, agreement: str, due: str, sample: Configuration
) -> None:
    deadline = clock(arrive(sample, dialogue(sender, about(sample, pht=False))))
    assert (ladder, agreement, oslo(due)) == (deadline.why.ladder, deadline.why.agreement, deadline.due)


def test_a_patient_ready_for_discharge_is_answered_in_two_working_hours(sample: Configuration) -> None:
    text = "Pasienten er utskrivningsklar i morgen"
    deadline = clock(arrive(sample, dialogue(HOSPITAL, about(sample, pht=True), text), oslo("2026-11-27 15:00")))
    assert ("Utskrivningsklar", oslo("2026-11-30 09:00")) == (deadline.why.ladder, deadline.due)


def test_every_kind_of_inbox_is_there(sample: Configuration) -> None:
    assert set(InboxKind) - {InboxKind.UNPLACED} == {x.kind for x in sample.directory.inboxes.values()}


def about(sample: Configuration, pht: bool = False, gp: str = "", flag: Flag | None = None) -> Listing:
    """A patient of the sample who is like that: with or without a team, flagged or not."""
    flags = frozenset({flag} if flag else ())
    found = (x for x in sample.directory.listings.values() if x.flags == flags and bool(x.pht) == pht)
    return next(x for x in found if gp in ("", x.gp))


def dialogue(sender: tuple[str, str], listing: Listing, text: str = "Kan dere svare på dette") -> Message:
    """A professional dialogue from one service to the practice's GP service."""
    envelope = Envelope(
        MessageId("m1"),
        Code("DIALOG_HELSEFAGLIG"),
        "2026-11-24T11:00:00",
        TUESDAY,
        party(*sender),
        (Receiver(party("900100", "900101")),),
    )
    number = (Ident(listing.national_id, Code("FNR")),)
    patient = Patient(listing.family_name, "", listing.given_name, listing.born, idents=number)
    theme = Code("6", "Henvendelse om pasient", "2.16.578.1.12.4.1.1.7322")
    return Message(envelope, Kind.DIALOGUE, patient, (Part(theme, text=text),), words=text.casefold())


def party(level_1: str, level_2: str) -> Party:
    """An organisation and a service by their HER-ids."""
    one, two = (Unit(x, (Ident(x, Code("HER")),)) for x in (level_1, level_2))
    return Party(one, two)


def arrive(sample: Configuration, message: Message, now: datetime = TUESDAY) -> Change:
    """What the message makes when it arrives at the sample centre."""
    return intake.judge(message, intake.Order(sample.directory, sample.rules, sample.ladders), now.astimezone(UTC))


def placed(change: Change) -> list[tuple[str, Purpose]]:
    return [(x.inbox, x.purpose) for x in change.items]


def clock(change: Change) -> Deadline:
    (deadline,) = change.deadlines
    return deadline


def rungs(deadline: Deadline) -> list[str]:
    """Each step as its wall time and whom it tells."""
    times = [(deadline.due + timedelta(minutes=step.minutes)).astimezone(OSLO) for step in deadline.steps]
    return [f"{at:%H:%M} {' '.join(step.tell)}" for at, step in zip(times, deadline.steps, strict=True)]


def oslo(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=OSLO).astimezone(UTC)
