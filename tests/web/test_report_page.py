"""The page of a message that tells much: what matters first, all of it, nothing twice, and nothing that acts."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from httpx2 import AsyncClient
from playwright.async_api import Browser, Page, Route, expect

import hub.web
from hub.directory import InboxId
from hub.message import Code, Diagnosis, Event, Kind, Medicine, Message, Report, Status, Stay, Topic
from hub.outcome import Accepted
from hub.service import Delivery, Hub
from hub.web import language, wording
from hub.web.pages import report
from hub.wire import reader
from tests import builders
from tests.web.reports import ADMITTED, DISCHARGED, bare, full, page, section
from tests.web.running import PATIENCE

SAMPLES = Path(__file__).parent.parent / "samples"
STATIC = Path(hub.web.__file__).parent / "static"

# What a page asks of its own site.
SCRIPTS = {f"/static/{x.name}" for x in STATIC.glob("*.js")}
OWN = {"/items/x", "/items/x/reading", "/static/sambud.css", "/static/icon.svg", "/v1/events", "/here"} | SCRIPTS


def told(name: str) -> Message:
    """What a sample says."""
    found = reader.read((SAMPLES / name).read_bytes())
    assert isinstance(found, Message)
    return found


def reports() -> Iterator[str]:
    """The samples that tell more than a dialogue does."""
    for path in sorted(SAMPLES.glob("*.xml")):
        found = reader.read(path.read_bytes())
        if isinstance(found, Message) and found.report.sections:
            yield path.name


def words(html: str) -> str:
    """What a reader sees of the page's main part: without tags, blanks as one."""
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def headings(html: str) -> list[str]:
    """The topics of a page in their order."""
    return [unescape(x) for x in re.findall(r'class="part chapter (\w+)"', html)]


# -------------------------------------------------------------------------------------- all of it, each once


@pytest.mark.parametrize("kind", Kind)
async def test_every_text_of_a_full_message_is_on_its_page(hub: Hub, kind: Kind) -> None:
    written: list[str] = []

    def text(name: str) -> str:
        written.append(f"[{len(written)} {name}]")
        return written[-1]

    seen = words(await page(hub, full(text, kind)))
    assert [] == [x for x in written if x not in seen]


# A mark beside the time says yes, and no mark no.
ESTIMATE = "Tidspunktet er anslått"


@pytest.mark.parametrize("name", list(reports()))
async def test_everything_that_a_sample_tells_is_on_its_page(hub: Hub, name: str) -> None:
    message = told(name)
    html = await page(hub, message)
    seen, times = words(html).casefold(), set(clocks(message.report, html))
    missing = [
        (s.title, thing)
        for s in message.report.sections
        for said in (*(f.text for f in s.facts if f.title != ESTIMATE), s.text)
        for line in said.splitlines()
        if line not in times
        for thing in re.split(r"[;()]|[,:.]\s|[,:.]$", " ".join(line.split()))
        if thing.strip().casefold() not in seen
    ]
    assert [] == missing
    assert sum(e.estimated for e in message.report.events) == card(html).count("anslått")


def clocks(r: Report, html: str) -> Iterator[str]:
    """How a message writes the times that its page tells as people say them today."""
    for at in moments(r):
        assert f'datetime="{at.isoformat()}"' in html
        yield from report.written(at, builders.hours())


def moments(r: Report) -> set[datetime]:
    stay = r.stay or Stay()
    return {at for at in (stay.admitted, stay.discharged, *(e.at for e in r.events)) if at}


ONCE = [
    ("epikrise-1.2-utskrivning.xml", "Uspesifisert hjertesvikt"),
    ("epikrise-1.2-utskrivning.xml", "Furosemid 40 mg tabletter"),
    ("epikrise-1.2-utskrivning.xml", "2 tabletter om morgenen"),
    ("epikrise-1.2-utskrivning.xml", "Økt fra 40 mg. Vekt og kreatinin styrer dosen."),
    ("epikrise-1.2-utskrivning.xml", "Ut til hjemmet"),
    ("epikrise-1.2-utskrivning.xml", "Utskrevet til"),
    ("epikrise-1.2-utskrivning.xml", "Innlagt"),
    ("epikrise-1.2-utskrivning.xml", "Penicillin: utslett"),
    ("plo-1.6-helseopplysninger-lege-legevurdering.xml", "Ønske om legevurdering"),
    ("plo-1.6-helseopplysninger-lege-legevurdering.xml", "Furix"),
    ("plo-1.6-helseopplysninger-lege-legevurdering.xml", "Pågående (kode 2)"),
    ("plo-1.6-log-dod.xml", "Døde rolig med familien til stede."),
    ("plo-1.6-log-dod.xml", "Fjordbyen sykehjem"),
]


@pytest.mark.parametrize(("name", "said"), ONCE, ids=[f"{name}: {said}" for name, said in ONCE])
async def test_what_a_program_and_a_person_can_ask_for_is_shown_once(hub: Hub, name: str, said: str) -> None:
    message = told(name)
    medicines = sum(m.status.text in said for m in message.report.medication if m.status.text)
    assert max(medicines, 1) == card(await page(hub, message)).count(said)


def card(html: str) -> str:
    """The words of the message itself."""
    found = re.search(r'<section class="card message".*?<p class="original">', html, re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", found[0])).split())


def test_a_fact_that_adds_anything_to_a_line_is_kept() -> None:
    r = Report(
        (
            section(Topic.DIAGNOSIS, "Diagnoser", Hoveddiagnose="Hjertesvikt (I50.9); forverret"),
            section(Topic.DIAGNOSIS, "Diagnoser ved henvisning", Diagnose="Hjertesvikt"),
            section(Topic.DIAGNOSIS, "Diagnoser", Bidiagnose="Hjertesvikt"),
            section(Topic.DIAGNOSIS, "Diagnoser", Hoveddiagnose="Hjertesvikt (I50.9)"),
            section(Topic.DIAGNOSIS, "Diagnoser", Hoveddiagnose="svikt"),
        ),
        diagnoses=(Diagnosis(Code("I50.9", "Hjertesvikt"), main=True),),
    )
    assert [*r.sections[:3], r.sections[4]] == list(chapter(Topic.DIAGNOSIS, r).sections)


def test_a_medicine_takes_up_what_else_is_told_of_it_and_of_no_other() -> None:
    r = Report(
        (
            section(Topic.MEDICATION, "Legemiddel", Navn="Paracet", Styrke="1 g", Bruk="Smerter"),
            section(Topic.MEDICATION, "Gitt av helsepersonell", Navn="Paracet", Enkeltdose="500 mg"),
            section(Topic.MEDICATION, "Legemiddel", Navn="Furix", Dosering="1 tablett"),
        ),
        medication=(Medicine("Paracet 1 g", dose="1 tablett"), Medicine("Paracet", dose="500 mg")),
    )
    found = chapter(Topic.MEDICATION, r)
    assert ["Bruk: Smerter"] == [f"{f.title}: {f.text}" for f in found.medicines[0].more]
    assert ["Gitt av helsepersonell"] == [f.text for f in found.medicines[1].more]
    assert ["Furix", "1 tablett"] == [f.text for s in found.sections for f in s.facts]


def test_a_warning_that_no_section_says_is_shown_by_itself() -> None:
    r = Report((section(Topic.WARNING, "Cave", Cave="Penicillin"),), warnings=("Penicillin", "Latex"))
    assert ("Latex",) == chapter(Topic.WARNING, r).warnings


def chapter(topic: Topic, r: Report) -> report.Chapter:
    return teller().chapter(topic, builders.message(report=r))


def teller(now: datetime = DISCHARGED) -> report.Teller:
    return report.Teller(language.load("nb"), builders.hours(), now)


# ---------------------------------------------------------------------------------------- what matters first


async def test_what_matters_stands_first_and_the_rest_is_folded(hub: Hub) -> None:
    html = await page(hub, full(str))
    first = ["follow_up", "event", "diagnosis", "warning", "medication", "request", "assessment"]
    assert [*first, "function", "people", "other"] == headings(html)
    assert ["function", "people", "other"] == re.findall(r'<details class="part chapter (\w+)"', html)


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (Kind.DISCHARGE_SUMMARY, "follow_up"),
        (Kind.TO_DOCTOR, "request"),
        (Kind.READY, "event"),
        (Kind.DEATH, "event"),
        (Kind.ADMISSION_REPORT, "follow_up"),
    ],
)
async def test_what_a_message_is_sent_for_stands_before_all_else(hub: Hub, kind: Kind, first: str) -> None:
    assert first == headings(await page(hub, full(str, kind)))[0]


async def test_nothing_is_folded_when_nothing_else_is_told(hub: Hub) -> None:
    html = await page(hub, bare(Kind.SERVICES, section(Topic.FUNCTION, "Tjeneste", Antall="2")))
    assert (["function"], False) == (headings(html), '<details class="part' in html)


async def test_a_folded_part_says_what_it_holds(hub: Hub) -> None:
    sections = [section(Topic.PEOPLE, title, Navn="X") for title in ("Pårørende", "Kontaktperson", "Pårørende")]
    html = await page(hub, bare(Kind.READY, section(Topic.EVENT, text="Klar"), *sections))
    assert '<h3>Personer og kontakter</h3> <span class="quiet">Pårørende · Kontaktperson</span>' in html


async def test_a_message_that_tells_nothing_says_so(hub: Hub) -> None:
    assert "Meldingen har ingen tekst." in await page(hub, bare(Kind.ABSENCE))
    assert "Meldingen har ingen tekst." not in await page(hub, bare(Kind.ABSENCE, section(Topic.OTHER, text="x")))


async def test_the_main_diagnosis_and_changed_medicines_come_first(hub: Hub) -> None:
    shown = card(await page(hub, told("epikrise-1.2-utskrivning.xml")))
    assert shown.index("I50.9 Uspesifisert hjertesvikt") < shown.index("hoveddiagnose") < shown.index("I48.1")
    stati = ("Pågående", "Uendret", "Endret", "Ny", "Midlertidig seponert", "Seponeres")
    r = Report(medication=tuple(Medicine(s, status=Code("", s)) for s in (*stati, "")))
    order = [m.name for m in chapter(Topic.MEDICATION, r).medicines]
    assert ["Midlertidig seponert", "Seponeres", "Ny", "Endret", "Pågående", "Uendret", ""] == order


# ------------------------------------------------------------------------------- in words, clocks and languages


async def test_times_are_said_so_that_paper_can_keep_them(hub: Hub) -> None:
    stay = Stay(ADMITTED, DISCHARGED, Code("1", "Ut til hjemmet"))
    ready = Event(Code("3", "Pasient utskrivningsklar"), at=datetime(2026, 11, 24, 23, 0, tzinfo=UTC), estimated=True)
    m = bare(Kind.DISCHARGE_SUMMARY, stay=stay, events=(ready,))
    (events,) = teller().told(m).chapters
    assert [
        ("Innlagt", "tirsdag 17. november 13:20", False),
        ("Utskrevet", "tirsdag 24. november 12:30", False),
        ("Pasient utskrivningsklar", "onsdag 25. november", True),
        ("Utskrevet til", "Ut til hjemmet", False),
    ] == [(e.what, e.when, e.estimated) for e in events.events]
    (events,) = teller(DISCHARGED + timedelta(days=60)).told(m).chapters
    assert "17. november 2026 13:20" == events.events[0].when
    assert "anslått" in card(await page(hub, m))


STATUSES = [
    ("nb", Status.CHANGED, "Erstatter en tidligere utgave"),
    ("nb", Status.CANCELLED, "Avsenderen har trukket meldingen tilbake"),
    ("en", Status.CHANGED, "Replaces an earlier version"),
    ("se", Status.CANCELLED, "Sáddejeaddji lea geassán dieđáhusa ruovttoluotta"),
]


@pytest.mark.parametrize(("code", "status", "said"), STATUSES)
async def test_a_message_says_what_it_does_to_those_before_it(hub: Hub, code: str, status: Status, said: str) -> None:
    assert said in card(await page(hub, builders.message(status=status), code))
    assert said not in card(await page(hub, builders.message(), code))


@pytest.mark.parametrize(
    ("value", "text", "said", "marked"),
    [
        ("OHJELP", "", "Øyeblikkelig hjelp", True),
        ("NORM", "Vanlig", "Normal", False),
        ("X", "Litt haster det", "Litt haster det", True),
    ],
)
async def test_how_urgent_it_is_stands_at_the_top(hub: Hub, value: str, text: str, said: str, marked: bool) -> None:
    html = await page(hub, bare(Kind.DISCHARGE_SUMMARY, priority=Code(value, text)))
    assert f"Hastegrad {said}" in card(html)
    assert marked == (f'<span class="tag flag">{said}</span>' in html)


async def test_a_preliminary_report_says_so(hub: Hub) -> None:
    for value, marked in (("P", True), ("F", False)):
        m = bare(Kind.DISCHARGE_SUMMARY, codes=(Code(value, "", "2.16.578.1.12.4.1.1.7306"),))
        assert marked == ("Foreløpig" in card(await page(hub, m)))


KINDS = [
    ("nb", "Helseopplysninger til lege", "Epikrise"),
    ("en", "Report to the doctor", "Discharge summary"),
    ("se", "Dearvvašvuođadieđut doaktárii", "Epikrisa"),
]


@pytest.mark.parametrize(("code", "to_doctor", "summary"), KINDS)
def test_a_list_says_what_kind_a_message_is(code: str, to_doctor: str, summary: str) -> None:
    reads = language.load(code)
    names = {wording.told(reads, kind) for kind in Kind}
    assert (len(Kind), True) == (len(names), {to_doctor.lower(), summary.lower()} <= {n.lower() for n in names})


async def test_a_subject_that_says_no_more_than_the_kind_is_not_repeated(hub: Hub, client: AsyncClient) -> None:
    shown_as = [
        ("epikrise-1.2-utskrivning.xml", "Epikrise", ""),
        ("plo-1.6-helseopplysninger-lege-legevurdering.xml", "Helseopplysninger til lege", "Ønske om legevurdering"),
    ]
    for name, kind, subject in shown_as:
        inbox = await arrived(hub, name)
        who = next(a for a in hub.accounts.people.values() if inbox in hub.directory.people[a.person].inboxes)
        await client.post("/sign-in", data={"username": who.username, "password": "sambud"})
        html = (await client.get(f"/inboxes/{inbox}")).text
        assert f'<span class="kind">{kind}</span>' in html
        assert [subject] * bool(subject) == re.findall(r'<span class="subject">(.*?)</span>', html)


async def arrived(hub: Hub, name: str) -> InboxId:
    """The inbox in which a sample lies."""
    exchange = next(a for a in hub.accounts.systems.values() if a.any)
    before = await hub.store.counts()
    (outcome,) = await hub.receive([Delivery((SAMPLES / name).read_bytes(), exchange)], hub.clock.now())
    assert isinstance(outcome, Accepted)
    return InboxId(next(inbox for inbox, count in (await hub.store.counts()).items() if count != before.get(inbox)))


# ------------------------------------------------------------------------------------------ nothing of it acts


BREAKOUTS = (
    "<script>window.caught=1;fetch('//evil.test/{n}')</script>",
    "<img src=//evil.test/{n} onerror=window.caught=1>",
    '"><svg onload=window.caught=1><a href="javascript:window.caught=1">x</a>',
    "' onmouseover='window.caught=1' autofocus onfocus='window.caught=1",
    "</textarea></title></style><style>@import url(//evil.test/{n});*{{background:url(//evil.test/{n})}}</style>",
    "<link rel=stylesheet href=//evil.test/{n}><base href=//evil.test/>",
    "<meta http-equiv=refresh content='0;//evil.test/{n}'>",
    "<iframe src=//evil.test/{n}></iframe><object data=//evil.test/{n}></object><form action=//evil.test><button>x",
    "{{{{ 7*7 }}}} %(sender)s {{% include 'x' %}} &lt;b&gt; &#60;script&#62;",
    "<!-- --><![CDATA[<script>window.caught=1</script>]]><template><script>window.caught=1</script>",
)


@asynccontextmanager
async def shown(chromium: Browser, html: str, **options: object) -> AsyncIterator[tuple[Page, list[str]]]:
    """The page in a browser without any policy to help it, and all that the browser asked for."""
    wishes = {"viewport": {"width": 1280, "height": 900}, **options}
    context = await chromium.new_context(**wishes)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    asked: list[str] = []

    async def answer(route: Route) -> None:
        url = urlsplit(route.request.url)
        asked.append(url.path if url.netloc == "hub.test" else route.request.url)
        file = STATIC / url.path.removeprefix("/static/")
        if url.path == "/items/x":
            await route.fulfill(body=html, content_type="text/html; charset=utf-8")
        elif url.netloc == "hub.test" and file.is_file():
            await route.fulfill(path=file)
        else:
            await route.fulfill(status=404)

    await context.route("**/*", answer)
    opened = await context.new_page()
    await opened.goto("http://hub.test/items/x", wait_until="networkidle")
    try:
        yield opened, asked
    finally:
        await context.close()


async def test_nothing_of_a_message_reaches_the_page_but_its_words(chromium: Browser, hub: Hub) -> None:
    planted: list[str] = []

    def text(name: str) -> str:
        planted.append(" ".join(BREAKOUTS).format(n=len(planted)) + f" [{len(planted)}]")
        return planted[-1]

    html = await page(hub, full(text))
    async with shown(chromium, html) as (opened, asked):
        await opened.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        seen = await opened.locator("main").inner_text()
        assert [] == [x for x in planted if " ".join(x.split()) not in " ".join(seen.split())]
        # The item has a number of its own, which its page tells.
        assert set() == {re.sub(r"^/items/\w+/reading$", "/items/x/reading", x) for x in asked} - OWN
        assert await opened.evaluate("window.caught === undefined")
        assert 0 == await opened.locator("main").locator(FOREIGN).count()
        assert 0 == await opened.locator("head").locator("base, style, meta[http-equiv]").count()
        names = await opened.evaluate(ATTRIBUTES)
        assert [] == [name for name in names if name.startswith("on")]
        assert [] == [x for x in await opened.evaluate(TARGETS) if not x.startswith(("/", "#"))]


# What a page's main part never has, whatever a message brings.
FOREIGN = ":is(script, style, link, img, iframe, object, embed, base, meta, template, svg[onload])"
ATTRIBUTES = "[...new Set([...document.querySelectorAll('*')].flatMap(e => e.getAttributeNames()))]"
TARGETS = """[...document.querySelectorAll('[href], [src], [action], [formaction]')].flatMap(
  e => ['href', 'src', 'action', 'formaction'].map(a => e.getAttribute(a)).filter(x => x !== null))"""


# ------------------------------------------------------------------------------- for every eye, hand and paper

LONG = "Hjertesviktpoliklinikkoppfølgingsavtaleforlengelse" * 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_report_is_wider_than_the_screen(chromium: Browser, hub: Hub, scheme: str) -> None:
    html = await page(hub, full(lambda name: f"{name} {LONG}"))
    async with shown(chromium, html, color_scheme=scheme) as (opened, _):
        await opened.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        for width in (320, 390, 700, 1000, 1280):
            await opened.set_viewport_size({"width": width, "height": 900})
            over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert (width, 0) == (width, await opened.evaluate(over))


async def test_a_long_list_of_medicines_is_lines_where_a_table_has_no_room(chromium: Browser, hub: Hub) -> None:
    html = await page(hub, told("epikrise-1.2-utskrivning.xml"))
    async with shown(chromium, html) as (opened, _):
        cells = opened.get_by_role("row", name="Furosemid").get_by_role("cell")
        for width, beside in ((1280, True), (390, False)):
            await opened.set_viewport_size({"width": width, "height": 900})
            boxes = [box for n in range(2) if (box := await cells.nth(n).bounding_box())]
            assert (width, 2, beside) == (width, len(boxes), boxes[0]["y"] == boxes[1]["y"])
        await expect(opened.get_by_role("columnheader", name="Dosering")).to_be_attached()


async def test_folded_parts_open_by_keyboard_and_without_scripts(chromium: Browser, hub: Hub) -> None:
    html = await page(hub, told("epikrise-1.2-utskrivning.xml"))
    async with shown(chromium, html, java_script_enabled=False) as (opened, _):
        inside = opened.get_by_text("Strandveien 12")
        await expect(inside).to_be_hidden()
        await opened.locator("details.people summary").press("Enter")
        await expect(inside).to_be_visible()


async def test_folded_parts_are_read_on_paper_too(chromium: Browser, hub: Hub) -> None:
    html = await page(hub, told("epikrise-1.2-utskrivning.xml"))
    async with shown(chromium, html) as (opened, _):
        inside = opened.get_by_text("Strandveien 12")
        assert not await inside.evaluate(PAINTED)
        await opened.emulate_media(media="print")
        assert await inside.evaluate(PAINTED)
        await expect(opened.get_by_role("button", name="Send svaret")).to_be_hidden()
        await expect(opened.locator("#original")).to_be_hidden()


PAINTED = "e => e.checkVisibility({contentVisibilityAuto: true}) && e.getBoundingClientRect().height > 0"


async def test_headings_go_down_one_step_at_a_time(chromium: Browser, hub: Hub) -> None:
    async with shown(chromium, await page(hub, full(str))) as (opened, _):
        levels = await opened.evaluate(
            "[...document.querySelectorAll('main :is(h1,h2,h3,h4,h5)')].map(h => +h.tagName[1])"
        )
        assert 1 == levels[0] and {1, 2, 3, 4} == set(levels)
        assert [] == [(a, b) for a, b in pairwise(levels) if b > a + 1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_word_stands_out_from_what_is_behind_it(chromium: Browser, hub: Hub, scheme: str) -> None:
    async with shown(chromium, await page(hub, full(str)), color_scheme=scheme) as (opened, _):
        await opened.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        found = await opened.evaluate(CONTRASTS)
        assert len(found) > 50
        # WCAG 2.2, 1.4.3: 4.5 to 1 for text of any size.
        assert [] == [(word, round(ratio, 2)) for word, ratio in found if ratio < 4.5]


# The contrast between each text and the nearest opaque ground behind it.
CONTRASTS = """(() => {
  const parts = (colour) => colour.match(/[0-9.]+/g).map(Number);
  const light = (colour) => {
    const part = (x) => x <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4;
    const [r, g, b] = parts(colour).map((x) => part(x / 255));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const opaque = (colour) => (parts(colour)[3] ?? 1) === 1;
  const ground = (e) => {
    const own = getComputedStyle(e).backgroundColor;
    return opaque(own) || !e.parentElement ? own : ground(e.parentElement);
  };
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const word = walker.currentNode.textContent.trim(), e = walker.currentNode.parentElement;
    if (!word || !e.checkVisibility()) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))];
    found.push([word, (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]);
  }
  return found;
})()"""


# ------------------------------------------------------------------------------------------------ for programs


async def test_a_program_gets_all_that_is_told(hub: Hub, client: AsyncClient) -> None:
    inbox = await arrived(hub, "epikrise-1.2-utskrivning.xml")
    (line,) = await hub.store.lines(inbox)
    who = next(a for a in hub.accounts.people.values() if inbox in hub.directory.people[a.person].inboxes)
    item = (await client.get(f"/v1/items/{line.item.id}", auth=(who.username, "sambud"))).json()
    message = told("epikrise-1.2-utskrivning.xml")
    found, expected = item["report"], message.report
    assert (message.status.value, message.document_id) == (item["status"], item["document_id"])
    sections = [
        (s.topic.value, s.title, s.text, [{"title": f.title, "text": f.text} for f in s.facts])
        for s in expected.sections
    ]
    assert sections == [(s["topic"], s["title"], s["text"], s["facts"]) for s in found["sections"]]
    assert [d.code.value for d in expected.diagnoses] == [d["code"]["value"] for d in found["diagnoses"]]
    assert [m.name for m in expected.medication] == [m["name"] for m in found["medication"]]
    assert (list(expected.warnings), expected.priority.value) == (found["warnings"], found["priority"]["value"])
    assert found["stay"]["outcome"] == {"value": "1", "text": "Ut til hjemmet", "system": "2.16.578.1.12.4.1.1.7300"}
    assert [] == found["events"]
