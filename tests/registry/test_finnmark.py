"""The sample region is what its script writes and what its README promises."""

import json
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher

from hub import intake, registry, resources, wire
from hub.deadline import Deadline
from hub.directory import InboxKind, PartnerKind
from hub.item import Item
from hub.message import HerId, Kind, Message, Receiver
from hub.registry import Configuration, holiday
from tests import builders
from tests.builders import party

FOLDER = resources.folder("sample").parent / "finnmark"
MADE = ("centre.toml", "partners.toml", "agreements.toml", "accounts.toml", "patients.csv")
TUESDAY = date(2026, 11, 24)
OSLO = ZoneInfo("Europe/Oslo")

TRUST, HAMMERFEST, KIRKENES, TROMSOE = map(HerId, ("920000", "920100", "920200", "930000"))
VARDOE, IN_HAMMERFEST = (HerId("910110"), HerId("910111")), (HerId("910310"), HerId("910311"))


@pytest.fixture(scope="module")
def region() -> Configuration:
    """The region as it is kept."""
    return registry.load(FOLDER)


def test_the_script_writes_the_files_as_they_are_kept(tmp_path: Path) -> None:
    subprocess.run([sys.executable, FOLDER / "make_region.py", tmp_path], check=True)
    assert {name: (FOLDER / name).read_bytes() for name in MADE} == {
        path.name: path.read_bytes() for path in tmp_path.iterdir()
    }


def test_it_loads_in_less_than_a_second() -> None:
    holiday.public()
    before = time.process_time()
    registry.load(FOLDER)
    assert time.process_time() - before < 1


def test_each_of_nineteen_municipalities_has_a_practice_with_gps_a_home_service_and_patients(
    region: Configuration,
) -> None:
    who = region.directory
    assert 19 == len(who.municipalities)
    gps = {p.practice for p in who.people.values() if p.role == "fastlege"}
    assert gps == set(who.practices)
    assert set(who.municipalities) == {p.municipality for p in who.practices.values()}
    home = {p.her_id for p in who.partners.values() if p.kind is PartnerKind.HOME_SERVICE}
    assert set(who.municipalities) == home
    assert set(who.practices) == {x.practice for x in who.listings.values()}
    assert 340 == len(who.listings)


def test_every_practice_has_every_kind_of_inbox(region: Configuration) -> None:
    kinds, wanted = (
        {(x.practice, x.kind) for x in region.directory.inboxes.values()},
        set(InboxKind) - {InboxKind.UNPLACED},
    )
    assert {(practice, kind) for practice in region.directory.practices for kind in wanted} == kinds


def test_there_are_two_hospitals_with_clinics_and_a_university_hospital(region: Configuration) -> None:
    partners = region.directory.partners
    parts = [p.name for p in partners.values() if p.part_of == TRUST]
    assert ["Sykehuset i Hammerfest", "Sykehuset i Kirkenes"] == parts[:2]
    assert 3 == sum(name.startswith("Spesialistklinikken") for name in parts)
    assert ("Universitetssykehuset i Tromsø", None) == (partners[TROMSOE].name, partners[TROMSOE].part_of)


def test_every_municipality_has_an_agreement_with_the_trust_on_each_of_thirteen_topics(region: Configuration) -> None:
    who = region.directory
    assert (13, 247) == (len(who.agreements.topics), len(who.agreements))
    wanted = {(town, TRUST, topic) for town in who.municipalities for topic in who.agreements.topics}
    assert wanted == {(a.ours, a.partner, a.topic) for a in who.agreements if a.holds(TUESDAY)}
    assert [] == [a.name for a in who.agreements if not (a.contact and a.language and a.tasks)]


def test_forty_beds_lie_in_the_local_wards(region: Configuration) -> None:
    told = [task.what.split()[1] for a in region.directory.agreements if a.topic == "sykestue" for task in a.tasks]
    assert 40 == sum({"én": 1, "ingen": 0}[x] if x.isalpha() else int(x) for x in told)


def test_every_service_has_a_code_of_its_own_list(region: Configuration) -> None:
    codes = json.loads((Path(wire.__file__).parent / "codes.json").read_text(encoding="utf-8"))
    everybody = region.directory.partners.values()
    home = {s.code for p in everybody if p.kind is PartnerKind.HOME_SERVICE for s in p.services.values()}
    others = {s.code for p in everybody if p.kind is not PartnerKind.HOME_SERVICE for s in p.services.values()}
    assert home <= set(codes["8663"])
    assert others <= {*codes["8668"], *codes["8666"]}
    assert {"S03", "S0306", "1"} <= others


def test_somebody_covers_every_gp_on_every_open_day(region: Configuration) -> None:
    who = region.directory
    gps = [p.id for p in who.people.values() if p.role == "fastlege"]
    days = [TUESDAY - timedelta(days=1) + timedelta(days=n) for n in range(5)]
    assert [] == [(gp, day) for gp in gps for day in days if who.cover(gp, day).person is None]


def test_nobody_can_be_taken_for_somebody_real(region: Configuration) -> None:
    who = region.directory
    assert [] == [x for x in who.listings if not 81 <= int(x[2:4]) <= 92]
    assert [] == [p for p in who.practices.values() if p.organisation_number[0] in "89"]
    assert {"9900"} == {p.hpr[:4] for p in who.people.values() if p.hpr}
    her_ids = (*who.practices, *who.municipalities, *who.partners)
    assert {"91", "92", "93", "94", "95"} == {x[:2] for x in her_ids}
    assert {"00 00"} == {a.contact.phone[:5] for a in who.agreements if a.contact}


def test_everybody_signs_in_as_the_readme_tells(region: Configuration) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert "SYNTHETIC SAMPLE DATA. NEVER USE IT IN PRODUCTION." in readme
    people = region.accounts.people
    assert {p: p for p in region.directory.people} == {x.person: name for name, x in people.items()}
    assert {True} == {PasswordHasher().verify(x, "sambud") for x in {x.password_hash for x in people.values()}}
    systems = region.accounts.systems
    assert systems == {sha256(f"sample-key-{x.name}".encode()).hexdigest(): x for x in systems.values()}
    assert set(region.directory.partners) == set().union(*(x.her_ids for x in systems.values()))


def test_languages_follow_the_place(region: Configuration) -> None:
    who = region.directory
    sami = {town.name for town in who.municipalities.values() if town.her_id in sami_towns(region)}
    assert {f"{x} kommune" for x in ("Kautokeino", "Porsanger", "Karasjok", "Tana", "Nesseby")} == sami
    spoken = Counter(x.language for x in who.listings.values() if who.practices[x.practice].municipality == "910400")
    assert spoken["se"] > spoken["nb"]


def sami_towns(region: Configuration) -> set[HerId]:
    """Municipalities whose agreements say that Sami is their language."""
    return {a.ours for a in region.directory.agreements if a.language == "se"}


@pytest.mark.parametrize(
    ("sender", "to", "rule", "agreement", "due"),
    [
        (KIRKENES, VARDOE, "Utskrivning etter avtale", "Vardø 5: Utskrivningsklare pasienter", "11:02"),
        (HAMMERFEST, VARDOE, "Utskrivning etter avtale", "Vardø 5: Utskrivningsklare pasienter", "11:02"),
        (
            KIRKENES,
            IN_HAMMERFEST,
            "Utskrivning etter avtale",
            "Hammerfest 5: Utskrivningsklare pasienter",
            "10:02",
        ),
        (TROMSOE, VARDOE, "Pasientens fastlege", "", "11:02"),
    ],
)
def test_a_patient_ready_for_discharge_follows_the_agreement_of_the_municipality_with_the_whole_trust(
    sender: HerId, to: tuple[HerId, HerId], rule: str, agreement: str, due: str, region: Configuration
) -> None:
    item, clock = arrived(region, message(region, sender, to, Kind.READY))
    assert (rule, agreement) == (item.placing.rule, clock.why.agreement)
    assert f"2026-11-24T{due}" == clock.due.astimezone(OSLO).isoformat(timespec="minutes")[:16]


def test_a_hospital_without_an_agreement_is_told_so_by_the_rule_that_was_passed_over(region: Configuration) -> None:
    item, _ = arrived(region, message(region, TROMSOE, VARDOE, Kind.READY))
    missed = dict(item.placing.missed)
    assert "topics agreed with the sender are none" == missed["Utskrivning etter avtale"]


def message(region: Configuration, sender: HerId, to: tuple[HerId, HerId], kind: Kind) -> Message:
    """A message about a patient of the practice who has no municipal services."""
    practice, service = to
    listing = next(x for x in region.directory.listings.values() if x.practice == practice and not x.pht)
    envelope = builders.envelope(sender=party(sender, None), receivers=(Receiver(party(practice, service)),))
    return builders.message(envelope=envelope, kind=kind, patient=builders.patient(listing.national_id))


def arrived(region: Configuration, m: Message) -> tuple[Item, Deadline]:
    """The item and its clock when the message comes at two minutes past nine."""
    order = intake.Order(region.directory, region.rules, region.ladders)
    change = intake.judge(m, order, datetime(2026, 11, 24, 8, 2, tzinfo=UTC))
    (item,), (clock,) = change.items, change.deadlines
    return item, clock
