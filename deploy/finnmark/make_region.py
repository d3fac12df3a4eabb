"""Writes the sample region from make_region.toml: the same files every time.

    python deploy/finnmark/make_region.py [FOLDER]

The places are real; nobody and nothing else here exists. National numbers have 80 added to the month, as in the
Norwegian Tax Administration's test data; organisation numbers begin with 1. Only `Random.random` is drawn from,
because Python promises that it gives the same row of numbers for a seed in every version.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from hub import identity

T = TypeVar("T")

HERE = Path(__file__).parent
SEED = 20260101
TODAY = date(2026, 1, 1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")

# The Argon2id hash of the password that the README tells, made cheap so that tests are quick.
PASSWORD = "$argon2id$v=19$m=8192,t=1,p=1$lnm6rgagF0Peq1vlrFGBaw$ND/Dm3XRNCMKDnDE3dcYeX9WsuCA5BoPDHT5QO9lAxw"

# These hold until they are replaced, the others for four years.
ENDLESS = ("utskrivningsklare", "beredskap")

# Each practice's shared inboxes: the end of the id, the kind, and what it is called.
INBOXES = {
    "koordinator": ("coordinator", "Koordinator"),
    "helseteam": ("pht", "Primærhelseteamet"),
    "saker": ("case_handler", "Saksbehandling"),
    "vakt": ("duty", "Vakthavende lege"),
    "ledelse": ("manager", "Ledelse"),
    "drift": ("operations", "Drift"),
    "test": ("test", "Testmeldinger"),
}
SERVICES = ("hjemmesykepleie", "trygghetsalarm", "praktisk bistand", "dagsenter", "omsorgsbolig", "sykestue")

WOMEN = (
    *("Anne", "Kari", "Marit", "Ingrid", "Liv", "Berit", "Astrid", "Solveig", "Randi", "Hilde", "Nina", "Bente"),
    *("Elle", "Máret", "Risten", "Sunná", "Ánne", "Ravna", "Biret", "Inger", "Láilá", "Áile", "Sárá", "Elin", "Aino"),
)
MEN = (
    *("Per", "Ole", "Lars", "Knut", "Arne", "Hans", "Geir", "Tor", "Morten", "Odd", "Erik", "Øyvind", "Håkon", "Einar"),
    *("Ánte", "Máhtte", "Niillas", "Áilu", "Issát", "Mihkkal", "Jovnna", "Áslat", "Nils", "Johan", "Aslak", "Eino"),
)
FAMILIES = (
    *("Hansen", "Olsen", "Johansen", "Pedersen", "Nilsen", "Eriksen", "Mikkelsen", "Mathisen", "Isaksen", "Henriksen"),
    *("Hætta", "Sara", "Somby", "Eira", "Gaup", "Utsi", "Bongo", "Buljo", "Guttorm", "Balto", "Varsi", "Anti"),
    *("Persen", "Lampela", "Mella", "Wara", "Aikio", "Ballari", "Smuk", "Noste", "Dikkanen", "Store", "Opdal"),
)
LETTERS = str.maketrans({"ø": "o", "å": "a", "á": "a", "æ": "a", " ": "-"})


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works at a practice; only GPs have a HER-id."""

    name: str
    role: str
    inboxes: tuple[str, ...]
    profession: str = ""
    her_id: str = ""
    weekdays: tuple[str, ...] = WEEKDAYS
    substitute: str = ""

    @property
    def id(self) -> str:
        """The name in small plain letters."""
        return plain(self.name).replace("-", ".")


@dataclass(frozen=True, slots=True)
class Office:
    """A practice, with who works there."""

    her_id: str
    place: str
    members: list[Member] = field(default_factory=list)

    def inbox(self, kind: str) -> str:
        """The id of one of its inboxes."""
        return f"{plain(self.place)}-{kind}"

    @property
    def gps(self) -> list[Member]:
        """Its GPs."""
        return [m for m in self.members if m.her_id]


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality with its practices; its HER-ids are 91nn00 to 91nn99."""

    her_id: str
    place: str
    offices: list[Office]
    patients: int
    beds: int
    sami: bool

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.place} kommune"


def write(folder: Path) -> None:
    """All the files that this script makes."""
    rng = Random(SEED)
    plan = tomllib.loads((HERE / "make_region.toml").read_text(encoding="utf-8"))
    topics = tomllib.loads((HERE / "topics.toml").read_text(encoding="utf-8"))["topic"]
    towns = _towns(rng, plan)
    files = {
        "centre.toml": _centre(towns),
        "partners.toml": _partners(towns, plan),
        "agreements.toml": _agreements(towns, plan, topics),
        "accounts.toml": _accounts(towns, plan),
        "patients.csv": _patients(rng, towns),
    }
    for name, lines in files.items():
        (folder / name).write_bytes("".join(f"{line}\n" for line in lines).encode())


def _towns(rng: Random, plan: Mapping[str, Any]) -> list[Town]:
    taken: set[str] = set()
    towns = []
    for n, t in enumerate(plan["town"], start=1):
        offices = [Office(f"91{n:02}{20 * m + 10}", place) for m, place in enumerate(t["practices"])]
        for office in offices:
            names = [_new_name(rng, taken) for _ in range(t["practices"][office.place] + 5)]
            office.members.extend(_members(office, names))
        towns.append(Town(f"91{n:02}00", t["place"], offices, t["patients"], t["beds"], t.get("sami", False)))
    return towns


def _members(office: Office, names: list[str]) -> Iterator[Member]:
    """Each GP has a day off on which a colleague covers; one who is alone has a house officer."""
    *gps, officer, nurse, coordinator, case_handler, manager = names
    duty, team = (office.inbox("vakt"),), office.inbox("helseteam")
    second = Member(officer, "turnuslege", duty, "LE")
    colleagues = [*gps[1:], gps[0]] if len(gps) > 1 else [second.name]
    for n, (name, other) in enumerate(zip(gps, colleagues, strict=True)):
        days = tuple(day for day in WEEKDAYS if day != WEEKDAYS[n])
        her_id = str(int(office.her_id) + 2 + n)
        yield Member(name, "fastlege", duty, "LE", her_id, days, Member(other, "", ()).id)
    if len(gps) == 1:
        yield second
    yield Member(nurse, "sykepleier", (team,), "SP")
    yield Member(coordinator, "koordinator", (office.inbox("koordinator"), team), "SP")
    yield Member(case_handler, "saksbehandler", (office.inbox("saker"),))
    yield Member(manager, "daglig leder", tuple(map(office.inbox, ("ledelse", "drift", "test"))))


def _centre(towns: list[Town]) -> Iterator[str]:
    yield from _head("Legekontorene i Finnmark: kommunene, kontorene, innboksene og de som jobber der.")
    yield from _title("Kommunene")
    for town in towns:
        yield from _table("municipality", her_id=town.her_id, name=town.name)
    numbers = iter(range(1000, 10_000))
    for town in towns:
        yield from _title(town.name)
        for office in town.offices:
            yield from _practice(town, office, numbers)


def _practice(town: Town, office: Office, numbers: Iterator[int]) -> Iterator[str]:
    name, number = f"Legekontoret i {office.place}", _organisation(numbers)
    yield from _table("practice", her_id=office.her_id, name=name, organisation_number=number, municipality=town.her_id)
    closes = "16:00" if len(office.gps) > 1 else "15:30"
    yield from ("[practice.open]", *(f'{day} = ["08:00-{closes}"]' for day in WEEKDAYS), "")
    if town.sami:
        yield from _table("practice.closed", every="02-06", name="Samefolkets dag")
    service = str(int(office.her_id) + 1)
    yield from _table("service", practice=office.her_id, her_id=service, code="KA01", name="Fastlegetjeneste")
    for end, (kind, called) in INBOXES.items():
        named = f"{called}, {office.place}"
        yield from _table("inbox", practice=office.her_id, id=office.inbox(end), name=named, kind=kind)
    for m in office.members:
        yield from _member(office, m, f"9900{next(numbers):05}")


def _member(office: Office, m: Member, hpr: str) -> Iterator[str]:
    """A person; a doctor has an inbox of their own and an HPR number, and so has a nurse a number."""
    if m.profession == "LE":
        own = m.id.replace(".", "-")
        yield from _table("inbox", practice=office.her_id, id=own, name=m.name, kind="personal", owner=m.id)
    values = {"practice": office.her_id, "id": m.id, "name": m.name, "role": m.role, "profession": m.profession}
    values |= {"her_id": m.her_id, "hpr": m.profession and hpr}
    days = () if m.weekdays == WEEKDAYS else m.weekdays
    yield from _table("person", **values, inboxes=m.inboxes, weekdays=days, substitute=m.substitute)


def _partners(towns: list[Town], plan: Mapping[str, Any]) -> Iterator[str]:
    yield from _head("Samarbeidspartene: sykehusforetaket og alt som er del av det, andre, og hjemmetjenestene.")
    yield from _title("Sykehus, spesialister og NAV")
    for p in plan["partner"]:
        yield from _partner(p["her_id"], p["name"], p["kind"], p["services"], p.get("part_of", ""))
    yield from _title("Kommunene, med de samme HER-id-ene som i centre.toml")
    for town in towns:
        offered = {code: name for code, name in plan["municipal"].items() if town.beds or name != "Sykestue"}
        yield from _partner(town.her_id, town.name, "home_service", offered)


def _partner(her_id: str, name: str, kind: str, services: Mapping[str, str], part_of: str = "") -> Iterator[str]:
    yield from _table("partner", her_id=her_id, name=name, kind=kind, part_of=part_of)
    for n, (code, called) in enumerate(services.items(), start=1):
        yield from _table("partner.service", her_id=str(int(her_id) + n), code=code, name=called)


def _agreements(towns: list[Town], plan: Mapping[str, Any], topics: list[dict[str, str]]) -> Iterator[str]:
    yield from _head("Avtalene mellom kommunene og sykehusforetaket: tretten temaer i nitten kommuner.")
    yield "# En avtale med kommunen gjelder alle legekontorene i den, og en med foretaket alt som er del av det."
    yield "# docs/agreements.md forklarer hver linje."
    for town in towns:
        yield from _title(town.name)
        for n, topic in enumerate(topics, start=1):
            yield from _agreement(town, n, topic, plan)


def _agreement(town: Town, n: int, topic: Mapping[str, str], plan: Mapping[str, Any]) -> Iterator[str]:
    key, tasks = topic["key"], dict(plan["terms"][topic["key"]])
    ask, deadlines = tasks.pop("ask"), tasks.pop("deadlines", {})
    if other := plan["others"].get(key, {}).get(town.place):
        deadlines = dict.fromkeys(deadlines, other)
    contact = {"text": f"{ask} i sykehusforetaket", "phone": f"00 00 {town.her_id[2:4]} {n:02}"}
    name, words = f"{town.place} {n}: {topic['nb']}", {"town": town.name, "beds": _beds(town)}
    yield "[[agreement]]"
    yield f"name = {_value(name)}"
    yield f"between = {_value([town.her_id, plan['partner'][0]['her_id']])}"
    yield f"topic = {_value(key)}"
    yield from ("from = 2026-01-01", *(() if key in ENDLESS else ("to = 2029-12-31",)))
    yield f"language = {_value('se' if town.sami and key == 'samisk' else 'nb')}"
    yield from (f"deadlines.{kind} = {_value(ladder)}" for kind, ladder in deadlines.items())
    yield f"contact = {_inline(contact)}"
    done = (_inline({"who": who.format_map(words), "what": what.format_map(words)}) for who, what in tasks.items())
    yield from ("tasks = [", *(f"    {task}," for task in done), "]", "")


def _beds(town: Town) -> str:
    if not town.beds:
        return "har ingen sykestue, fordi sykehuset ligger i kommunen"
    places = "én sykestueplass åpen" if town.beds == 1 else f"{town.beds} sykestueplasser åpne"
    return f"holder {places} for pasienter som ikke trenger sykehus"


def _accounts(towns: list[Town], plan: Mapping[str, Any]) -> Iterator[str]:
    yield from _head("Hvem som kan logge inn, og hvilke systemer som kan sende; passord og nøkler står i README.md.")
    yield from _title("Personer")
    for m in (m for town in towns for office in town.offices for m in office.members):
        yield from _table("person", username=m.id, person=m.id, password_hash=PASSWORD)
    yield from _title("Systemer")
    yield from _system("exchange", ["*"])
    for p in plan["partner"]:
        # A trust has one system for all that is part of it.
        if "part_of" not in p:
            parts = [x["her_id"] for x in plan["partner"] if x.get("part_of") == p["her_id"]]
            yield from _system(plain(p["name"]), [p["her_id"], *parts])
    for town in towns:
        yield from _system(plain(town.name), [town.her_id])


def _system(name: str, her_ids: list[str]) -> Iterator[str]:
    key = sha256(f"sample-key-{name}".encode()).hexdigest()
    yield from _table("system", name=name, key_sha256=key, her_ids=her_ids)


def _patients(rng: Random, towns: list[Town]) -> Iterator[str]:
    yield "national_id;family_name;given_name;gp;pht;services;flags;language"
    taken: set[str] = set()
    for town in towns:
        gps = [(office, gp) for office in town.offices for gp in office.gps]
        for n in range(town.patients):
            yield _patient(rng, town, *gps[n % len(gps)], taken)


def _patient(rng: Random, town: Town, office: Office, gp: Member, taken: set[str]) -> str:
    born = TODAY - timedelta(days=1 + int(rng.random() * 95 * 365.25))
    woman = rng.random() < 0.5
    number = next(x for x in _numbers(rng, born, woman) if x not in taken)
    taken.add(number)
    services = _one(rng, SERVICES) if rng.random() < (0.6 if born.year < 1950 else 0.08) else ""
    language = "se" if rng.random() < (0.6 if town.sami else 0.08) else "nb"
    name = (_one(rng, FAMILIES), _one(rng, WOMEN if woman else MEN))
    return ";".join((number, *name, gp.id, office.inbox("helseteam") if services else "", services, "", language))


def _numbers(rng: Random, born: date, woman: bool) -> Iterator[str]:
    """Synthetic national numbers for a birth date, with right control digits (HIS 1001)."""
    while True:
        individual = (500 if born.year >= 2000 else 0) + 2 * int(rng.random() * 249) + (not woman)
        nine = f"{born.day:02}{born.month + 80:02}{born.year % 100:02}{individual:03}"
        yield from (x for x in (f"{nine}{control:02}" for control in range(100)) if identity.born(x) == born)


def _organisation(numbers: Iterator[int]) -> str:
    """A number that begins with 1, as no real one does; one in eleven has no control digit and is left out."""
    made = (f"1100{n}{control}" for n in numbers for control in range(10))
    return next(filter(identity.organisation_fits, made))


def _new_name(rng: Random, taken: set[str]) -> str:
    while True:
        name = f"{_one(rng, (*WOMEN, *MEN))} {_one(rng, FAMILIES)}"
        if plain(name) not in taken:
            taken.add(plain(name))
            return name


def plain(name: str) -> str:
    """A name in small letters without accents, and with dashes."""
    return name.lower().translate(LETTERS)


def _one(rng: Random, among: Sequence[T]) -> T:
    return among[int(rng.random() * len(among))]


def _head(title: str) -> Iterator[str]:
    yield from (f"# {title}", "#")
    yield "# Stedene er virkelige. ALT ANNET ER OPPDIKTET: personer, kontorer, avtaler, HER-id-er, numre og telefoner."
    yield "# Filen er skrevet av make_region.py. Endre den gjerne for å prøve noe; skriptet skriver den på nytt."


def _title(title: str) -> Iterator[str]:
    yield from ("", f"# {'-' * (116 - len(title))} {title}", "")


def _table(table: str, /, **values: object) -> Iterator[str]:
    """A table of an array, without the keys that have no value."""
    yield f"[[{table}]]"
    yield from (f"{key} = {_value(value)}" for key, value in values.items() if value not in ("", ()))
    yield ""


def _inline(values: Mapping[str, str]) -> str:
    return f"{{ {', '.join(f'{key} = {_value(value)}' for key, value in values.items())} }}"


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
