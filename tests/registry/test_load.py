"""A folder is read whole, and says in the hub's own words what its files say."""

import gc
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path

import pytest

from hub import registry, resources
from hub.account import PersonAccount, SystemAccount
from hub.calendar import Hours, Slot
from hub.deadline import ElapsedHours, Step
from hub.directory import Flag, InboxId, PersonId
from hub.message import HerId
from hub.registry import Configuration, holiday

Spoil = Callable[[str, str, str], None]

CENTRE = HerId("900100")
NORA, ANTE = PersonId("nora.nordli"), PersonId("ante.somby")


def test_opening_hours_have_as_many_slots_a_day_as_the_file_says(folder: Path, spoil: Spoil) -> None:
    spoil("centre.toml", 'mon = ["08:00-16:00"]', 'mon = ["08:00-11:30", "12:30-18:00"]')
    slots = hours(registry.load(folder)).slots
    assert ["08:00-11:30", "12:30-18:00"] == [written(s) for s in slots if s.weekday == 0]
    assert ["08:00-16:00"] == [written(s) for s in slots if s.weekday == 4]
    assert [] == [s for s in slots if s.weekday > 4]


@pytest.mark.parametrize("opening", ["00:00-24:00", "16:00-24:00"])
def test_an_opening_may_last_until_the_day_is_over(folder: Path, spoil: Spoil, opening: str) -> None:
    spoil("centre.toml", 'mon = ["08:00-16:00"]', f'mon = ["{opening}"]')
    monday = date(2026, 11, 23)
    known = hours(registry.load(folder))
    assert [opening] == [written(s) for s in known.slots if s.weekday == 0]
    assert datetime(2026, 11, 23, 23, tzinfo=UTC) == known.openings(monday)[-1][1]


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 5, 17), "Grunnlovsdag"),
        (date(2027, 5, 17), "Andre pinsedag; Grunnlovsdag"),
        (date(2020, 1, 1), "Første nyttårsdag"),
        (date(2045, 12, 26), "Andre juledag"),
        (date(2026, 12, 24), "Julaften"),
        (date(2045, 12, 31), "Nyttårsaften"),
        (date(2027, 5, 7), "Inneklemt fredag"),
        (date(2026, 11, 24), None),
    ],
)
def test_public_holidays_and_local_closed_days_have_names_in_bokmaal(
    sample: Configuration, day: date, name: str | None
) -> None:
    assert name == hours(sample).closed.get(day)


def test_a_person_belongs_to_their_own_inbox_without_saying_so(sample: Configuration) -> None:
    assert ("nora-nordli", "vakt") == sample.directory.people[NORA].inboxes


def test_a_day_that_is_named_by_its_date_is_as_that_says_whatever_it_is_each_year(folder: Path, spoil: Spoil) -> None:
    shorter = '[[practice.short]]\non = 2026-12-24\nopen = "08:00-11:00"\nname = "for once"'
    away = '[[practice.closed]]\non = 2027-03-24\nname = "tur"'
    spoil(
        "centre.toml",
        '[[practice.closed]]\nevery = "12-24"',
        f'{shorter}\n\n{away}\n\n[[practice.closed]]\nevery = "12-24"',
    )
    known = hours(registry.load(folder))
    # Christmas Eve is closed each year, and the Wednesday before Easter is short.
    assert [1, 0, 0, 1] == [
        len(known.openings(day))
        for day in (date(2026, 12, 24), date(2027, 12, 24), date(2027, 3, 24), date(2026, 4, 1))
    ]


def test_half_a_day_is_written_as_its_hours(folder: Path, spoil: Spoil) -> None:
    spoil("centre.toml", 'hpr = "990000101"', 'at_work = { tue = "08:00-12:00", wed = ["08:00-10:00", "13:00-16:00"] }')
    nora = registry.load(folder).directory.people[NORA]
    assert [(1, "08:00-12:00"), (2, "08:00-10:00"), (2, "13:00-16:00")] == [
        (s.weekday, written(s)) for s in nora.at_work
    ]


def test_an_absence_may_be_for_some_hours(folder: Path, spoil: Spoil) -> None:
    spoil("centre.toml", 'reason = "ferie"', 'reason = "ferie"\nhours = "12:00-16:00"')
    first, *others = registry.load(folder).directory.absences
    assert ((time_of_day(12), time_of_day(16)), {None}) == (first.hours, {a.hours for a in others})


def test_an_inbox_and_a_person_are_told_by_the_ways_that_they_ask_for(folder: Path, spoil: Spoil) -> None:
    ways = 'mail = ["team@legesenter.example"]\nwebhook = ["vaktsystem"]\nalertmanager = true'
    spoil("centre.toml", 'kind = "pht"', f'kind = "pht"\n{ways}')
    spoil("centre.toml", 'hpr = "990000101"', 'mail = "nora@legesenter.example"\nquiet = "20:00-07:00"')
    found = registry.load(folder).directory
    team, nora = found.inboxes[InboxId("primaerhelseteam")], found.people[NORA]
    assert (("team@legesenter.example",), ("vaktsystem",), True) == (team.mail, team.webhooks, team.alertmanager)
    assert ("nora@legesenter.example", (time_of_day(20), time_of_day(7))) == (nora.mail, nora.quiet)
    assert ("", None) == (found.people[ANTE].mail, found.people[ANTE].quiet)


def test_a_step_may_count_opening_time_tell_by_other_ways_and_move_the_item(folder: Path, spoil: Spoil) -> None:
    spoil("centre.toml", 'kind = "coordinator"', 'kind = "coordinator"\nmail = ["k@legesenter.example"]')
    written = 'working_minutes = 0, tell = ["coordinator"], through = ["mail", "alertmanager"], owner = "move"'
    spoil("ladders.toml", 'minutes = 0, tell = ["coordinator"]', written)
    steps = registry.load(folder).ladders[1].steps
    assert [Step(-60, ("inbox",)), Step(0, ("coordinator",), True, ("mail", "alertmanager"), True)] == [*steps]


def test_the_sample_waits_three_days_for_a_partner(sample: Configuration) -> None:
    (waiting,) = [x for x in sample.ladders if x.follow_up]
    assert (ElapsedHours(72), [(0, ("inbox",)), (1440, ("coordinator",))]) == (
        waiting.due,
        [(s.minutes, s.tell) for s in waiting.steps],
    )


def test_a_person_with_a_her_id_is_a_level_2_party_of_the_practice(sample: Configuration) -> None:
    service = sample.directory.practices[CENTRE].services[HerId("900111")]
    assert ("Nora Nordli", "nora.nordli") == (service.name, service.person)


def test_accounts_are_found_by_username_and_by_the_hash_of_the_key(sample: Configuration) -> None:
    accounts = sample.accounts
    assert all(PersonAccount(name, PersonId(name), x.password_hash) == x for name, x in accounts.people.items())
    keys = {x.name: key for key, x in accounts.systems.items()}
    assert SystemAccount("exchange", keys["exchange"], frozenset(), any=True) == accounts.systems[keys["exchange"]]
    assert SystemAccount("havblikk", keys["havblikk"], frozenset({"900600"})) == accounts.systems[keys["havblikk"]]


def test_a_file_may_begin_with_a_byte_order_mark_and_have_windows_line_ends(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert 20 == len(registry.load(folder).directory.listings)


def test_a_patient_row_becomes_a_listing(folder: Path) -> None:
    (folder / "patients.csv").write_text(
        "national_id;family_name;given_name;gp;pht;services;flags;language\n"
        "\n"
        '11813701970;"Hauge; den eldre"; Magnus ;nora.nordli;primaerhelseteam;sykehjem, dagsenter;'
        "protected,interpreter;se\n",
        encoding="utf-8",
    )
    listing = registry.load(folder).directory.listings["11813701970"]
    assert ("Hauge; den eldre", "Magnus", date(1937, 1, 11)) == (listing.family_name, listing.given_name, listing.born)
    assert ("900100", "nora.nordli", "primaerhelseteam") == (listing.practice, listing.gp, listing.pht)
    assert ("sykehjem", "dagsenter") == listing.services
    assert {Flag.PROTECTED, Flag.INTERPRETER} == listing.flags
    assert "se" == listing.language


def test_a_number_without_a_birth_date_needs_the_column_born(folder: Path) -> None:
    (folder / "patients.csv").write_text(
        "national_id;family_name;given_name;gp;pht;services;flags;language;born\n"
        "30108299939;Berg;Ida;nora.nordli;;;;nb;2032-10-30\n"
        "11813701970;Hauge;Magnus;nora.nordli;;;;nb;\n",
        encoding="utf-8",
    )
    listings = registry.load(folder).directory.listings
    assert [date(2032, 10, 30), date(1937, 1, 11)] == [x.born for x in listings.values()]


def test_substitutes_may_form_a_loop_when_somebody_in_it_is_always_at_work(sample: Configuration) -> None:
    people = sample.directory.people
    assert (ANTE, NORA) == (people[NORA].substitute, people[ANTE].substitute)


def test_a_folder_with_two_practices_keeps_them_apart(folder: Path) -> None:
    centre = folder / "centre.toml"
    first = centre.read_text(encoding="utf-8")
    for table in ("service", "inbox", "person"):
        first = first.replace(f"[[{table}]]\n", f'[[{table}]]\npractice = "900100"\n')
    kinds = ("coordinator", "duty", "manager", "operations")
    others = (f'[[inbox]]\npractice = "900800"\nid = "annen-{k}"\nname = "{k}"\nkind = "{k}"\n' for k in kinds)
    centre.write_text(first + OTHER + "".join(others), encoding="utf-8")
    directory = registry.load(folder).directory
    assert ["900801"] == list(directory.practices[HerId("900800")].services)
    assert "900801" not in directory.practices[CENTRE].services
    assert 4 == sum(x.practice == "900800" for x in directory.inboxes.values())


def test_eight_thousand_patients_load_in_well_under_half_a_second() -> None:
    """Holidays are read beforehand: importing them is paid once for the whole process."""
    holiday.public()
    spent = []
    for _ in range(5):
        before = time.process_time()
        registry.load(resources.folder("sample"))
        spent.append(time.process_time() - before)
    assert min(spent) < 0.5


def test_eight_thousand_patients_take_only_a_few_megabytes() -> None:
    holiday.public()
    gc.collect()
    tracemalloc.start()
    kept = registry.load(resources.folder("sample"))
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(kept.directory.listings) > 8000
    assert size < 6_000_000


OTHER = """
[[practice]]
her_id = "900800"
name = "Andre legesenter"
organisation_number = "100000024"
open.tue = ["09:00-15:00"]

[[service]]
practice = "900800"
her_id = "900801"
code = "KA01"
name = "Fastlegetjeneste"

"""


def hours(found: Configuration) -> Hours:
    return found.directory.practices[CENTRE].hours


def written(slot: Slot) -> str:
    return f"{slot.opens:%H:%M}-{slot.closes:%H:%M}"
