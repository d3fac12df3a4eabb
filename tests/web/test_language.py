"""Every text a person reads is in their language, with the right number, day and clock."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import hub.web
from hub import deadline, desk, route
from hub.deadline import ElapsedHours, Ladder, SameDay, WorkingMinutes
from hub.desk import Act
from hub.directory import Absence, Flag, InboxId, InboxKind, PartnerKind, PersonId
from hub.errors import BadRequest
from hub.item import Action, Headline, Item, ItemId, Outcome, Placing, Purpose
from hub.message import Kind
from hub.record import Told
from hub.route import DESTINATIONS, Rule, Table, When, Whose
from hub.web import language, wording
from hub.web.language import LANGUAGES, Due, Language
from tests import builders

WEB = Path(hub.web.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"silent": "false"}}

# A Tuesday, 14:20 in Oslo.
NOW = datetime(2026, 11, 24, 13, 20, tzinfo=UTC)
HOURS = builders.hours()

NB, EN, SE = map(language.load, LANGUAGES)
TRANSLATED = ("nb", "se")


def texts() -> set[str | tuple[str, ...]]:
    """Every text that the pages can show, as the code and the templates have it."""
    return {found[2] for found in extract_from_dir(WEB, METHODS, OPTIONS)}


def catalogue(code: str) -> Catalog:
    with (WEB / "i18n" / code / "messages.po").open("rb") as written:
        return read_po(written, abort_invalid=True)


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_text_of_the_pages_is_translated(code: str) -> None:
    translated = {m.id for m in catalogue(code) if m.id and all([m.string] if isinstance(m.string, str) else m.string)}
    assert set() == texts() - translated


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_text_is_translated_that_the_pages_do_not_have(code: str) -> None:
    assert set() == {m.id for m in catalogue(code) if m.id} - texts()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_names_no_value_that_its_text_does_not_have(code: str) -> None:
    place = re.compile(r"%(?:\((\w+)\)[sd]|.)")
    for m in catalogue(code):
        known = {name for text in ([m.id] if isinstance(m.id, str) else m.id) for name in place.findall(text)}
        for text in [m.string] if isinstance(m.string, str) else m.string:
            assert set(place.findall(text)) <= known, f"{m.id} has other values in {code}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_names_its_language_and_fuzzy_guesses_are_not_in_it(code: str) -> None:
    read = catalogue(code)
    assert code == str(read.locale)
    assert [] == [m.id for m in read if m.fuzzy and m.id]


def test_northern_sami_has_a_form_for_two() -> None:
    one, many = "%(num)s rule was passed over", "%(num)s rules were passed over"
    assert "1 njuolggadus ii heiven" == SE.ngettext(one, many, 1)
    assert "2 njuolggadusa eaba heiven" == SE.ngettext(one, many, 2)
    assert "3 njuolggadusa eai heiven" == SE.ngettext(one, many, 3)
    assert 3 == catalogue("se").num_plurals


@pytest.mark.parametrize(
    ("reads", "words"),
    [
        (NB, ["0 nye meldinger", "1 ny melding", "2 nye meldinger"]),
        (EN, ["0 new messages", "1 new message", "2 new messages"]),
        (SE, ["0 ođđa dieđáhusa", "1 ođđa dieđáhus", "2 ođđa dieđáhusa"]),
    ],
    ids=lambda x: x.code if isinstance(x, Language) else "",
)
def test_numbers_have_their_own_forms(reads: Language, words: list[str]) -> None:
    assert words == [reads.ngettext("%(num)s new message", "%(num)s new messages", n) for n in range(3)]


DUE = [
    (timedelta(seconds=1), Due("soon", "1 min igjen")),
    (timedelta(minutes=45), Due("soon", "45 min igjen")),
    (timedelta(minutes=59, seconds=1), Due("soon", "1 t igjen")),
    (timedelta(minutes=60), Due("later", "i dag 15:20")),
    (timedelta(hours=19, minutes=40), Due("later", "i morgen 10:00")),
    (timedelta(days=6), Due("later", "mandag 14:20")),
    (timedelta(days=7), Due("later", "1. desember 14:20")),
    (timedelta(days=40), Due("later", "3. januar 2027 14:20")),
    (timedelta(0), Due("late", "fristen er nå")),
    (-timedelta(seconds=59), Due("late", "fristen er nå")),
    (-timedelta(minutes=5), Due("late", "5 min for sent")),
    (-timedelta(hours=2), Due("late", "2 t for sent")),
    (-timedelta(hours=2, minutes=10), Due("late", "2 t 10 min for sent")),
    (-timedelta(hours=24), Due("late", "1 dag for sent")),
    (-timedelta(days=3, hours=5), Due("late", "3 dager for sent")),
]


@pytest.mark.parametrize(("left", "due"), DUE, ids=[due.words for _, due in DUE])
def test_a_due_time_says_how_near_it_is(left: timedelta, due: Due) -> None:
    assert due == NB.due(NOW + left, False, HOURS, NOW)


def test_a_due_time_in_the_other_languages() -> None:
    at = [NOW + timedelta(minutes=45), NOW + timedelta(days=2), NOW - timedelta(hours=2, minutes=10)]
    assert ["45 min left", "Thursday 14:20", "2 h 10 min late"] == [EN.due(x, False, HOURS, NOW).words for x in at]
    sami = ["45 min. báhcán", "duorastaga dii. 14:20", "2 diimmu 10 min. maŋŋonan"]
    assert sami == [SE.due(x, False, HOURS, NOW).words for x in at]


def test_an_ended_item_is_never_late() -> None:
    assert Due("stopped", "frist i går 14:20") == NB.due(NOW - timedelta(days=1), True, HOURS, NOW)
    assert Due("none", "ingen frist") == NB.due(None, False, HOURS, NOW)


def test_today_is_the_practices_day() -> None:
    almost_midnight = datetime(2026, 11, 24, 22, 50, tzinfo=UTC)
    half_past = almost_midnight + timedelta(minutes=40)
    assert "i morgen 00:30" == NB.moment(half_past, HOURS, almost_midnight)
    assert "i dag 23:30" == NB.moment(half_past, replace(HOURS, zone="Europe/London"), almost_midnight)


def test_an_hour_that_comes_twice_is_counted_twice() -> None:
    before = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    assert Due("late", "2 t for sent") == NB.due(before, False, HOURS, before + timedelta(hours=2))
    assert "i dag 02:30" == NB.moment(before + timedelta(hours=2), HOURS, before)


def test_days_in_all_languages() -> None:
    day = date(2026, 11, 24)
    assert "tirsdag 24. november" == NB.weekday(day)
    assert "Tuesday 24 November" == EN.weekday(day)
    assert "maŋŋebárgga skábmamánu 24. b." == SE.weekday(day)
    assert "24. november 2025" == NB.date(date(2025, 11, 24), day)
    assert "skábmamánu 24. b. 2025" == SE.date(date(2025, 11, 24), day)


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "nb"),
        ("nb-NO,nb;q=0.9,no;q=0.8,nn;q=0.7,en-US;q=0.6", "nb"),
        ("nn-NO, en;q=0.5", "nb"),
        ("en-GB,en;q=0.9", "en"),
        ("de-DE,de;q=0.9,en;q=0.8", "en"),
        ("de,fr", "nb"),
        ("se-NO,se;q=0.9,nb;q=0.8", "se"),
        ("nb;q=0.5,se", "se"),
        ("en;q=nonsense", "nb"),
        (";;;,q=,", "nb"),
    ],
)
def test_the_browsers_wish_is_heard(header: str, code: str) -> None:
    assert code == language.accepted(header)


# The core says why in English. Whatever it says must be told in the reader's language.

CIRCUMSTANCES = [
    When(test=True), When(information=True), When(kinds=("request",)), When(types=("X",)), When(themes=("1:1",)),
    When(receivers=("1",)), When(senders=("1",)), When(sender_kinds=(PartnerKind.HOSPITAL,)),
    When(wanted_roles=("22",)), When(professions=("SP",)), When(pht=False), When(services=("x",)),
    When(flags=(Flag.PROTECTED,)), When(attachments=True), When(agreements=("x",)), When(words=("never said",)),
]  # fmt: skip


def misses() -> Iterator[str]:
    """Every reason for which a rule is passed over."""
    m = builders.message()
    known = builders.directory()
    c = route.circumstances(m, known, route.listed(m, known))
    other = replace(c, test=True, information=True, pht=False, attachments=True)
    opposite = [When(test=False), When(information=False), When(pht=True), When(attachments=False)]
    for when, met in [*((x, c) for x in CIRCUMSTANCES), *((x, other) for x in opposite)]:
        reason = when.mismatch(met)
        assert reason is not None
        yield reason


def placings() -> Iterator[str]:
    """Every way in which a placing says why."""
    day = builders.TUESDAY.date()
    away = tuple(Absence(PersonId(p), day, day) for p in ("berg", "dahl"))
    alone = (builders.person("berg", weekdays=frozenset()), builders.person("dahl"))
    for known in (builders.directory(), builders.directory(absences=away), builders.directory(alone)):
        for number in ("1", "2", "404"):
            m = builders.message(patient=builders.patient(number))
            listing = route.listed(m, known)
            c = route.circumstances(m, known, listing)
            for to in (*DESTINATIONS, "team", "nowhere"):
                whose = Whose(known, known.practices[builders.OURS], listing, None, day)
                d = route.decide(c, Table((Rule("x", to),)), whose)
                yield from (d.placing.because, *d.placing.path, *(reason for _, reason in d.placing.missed))


def countings() -> Iterator[str]:
    """Every way in which a due time is counted."""
    same_day = SameDay(time(15), time(10))
    sunday = builders.TUESDAY - timedelta(days=2)
    received = (builders.TUESDAY, builders.TUESDAY + timedelta(hours=7, minutes=30), sunday)
    for due in (same_day, WorkingMinutes(30), ElapsedHours(72)):
        for at in received:
            d = deadline.first(ItemId("x"), Ladder("l", "p", due, ()), "", HOURS, at)
            yield d.why.counted


def lacks() -> Iterator[str]:
    """Every way in which an act is incomplete."""
    acts = [
        (Purpose.ACTION, Act(Action.ANSWER)),
        (Purpose.ACTION, Act(Action.CLOSE)),
        (Purpose.ACTION, Act(Action.CLOSE, outcome=Outcome.OTHER)),
        (Purpose.INFORMATION, Act(Action.ANSWER, text="x")),
    ]
    for purpose, act in acts:
        with pytest.raises(BadRequest) as caught:
            desk.act(replace(_item(), purpose=purpose), (), act, builders.NURSE, NOW)
        yield str(caught.value)


@pytest.mark.parametrize("said", [misses, placings, countings, lacks], ids=lambda f: f.__name__)
@pytest.mark.parametrize("code", TRANSLATED)
def test_whatever_the_core_says_is_told_in_the_readers_language(code: str, said: Callable[[], Iterable[str]]) -> None:
    reads = language.load(code)
    sentences = set(said())
    assert sentences
    assert set() == {s for s in sentences if wording.told(reads, s) == s}


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_word_of_the_core_has_a_name_on_the_pages(code: str) -> None:
    words = [*Kind, *PartnerKind, *InboxKind, "inbox"]
    told = {word: wording.told(language.load(code), word) for word in words}
    # Some words are the same in both languages.
    assert {"test", "dialog"} >= {word for word, text in told.items() if word == text}


def test_a_reason_is_told_whole() -> None:
    said = "rule “Hjemmetjenesten” sends this to the coordinator's pile: Koordinator"
    assert "regelen «Hjemmetjenesten» sender dette til koordinatorens bunke: Koordinator" == wording.told(NB, said)
    assert "typen er forespørsel" == wording.told(NB, "kind is request")
    path = "matched, but Nora Nordli: day off; Ánte Somby: ferie, no substitute"
    assert "passet, men Nora Nordli: fridag; Ánte Somby: ferie, ingen vikar" == wording.told(NB, path)


def test_a_day_that_does_not_count_is_named() -> None:
    assert "lørdag 28. november (helg)" == wording.skipped(NB, "2026-11-28 (weekend)")
    assert "fredag 25. desember (Første juledag)" == wording.skipped(NB, "2026-12-25 (Første juledag)")


def test_history_names_people_inboxes_and_outcomes() -> None:
    known = builders.directory()
    closed = _told("item.closed", "nurse", outcome="home_visit")
    assert "Nurse avsluttet meldingen: Hjemmebesøk avtalt" == wording.happened(NB, closed, known, str)
    late = _told("deadline.escalated", "watch", told="duty manager", late="yes")
    said = "Fristen er passert; varsel til duty, manager (senere enn det skulle, fordi systemet var nede)"
    assert said == wording.happened(NB, late, known, str)
    assert "something.else" == wording.happened(NB, _told("something.else", ""), known, str)


def _item() -> Item:
    headline, placing = Headline("dialogue", "", ""), Placing("rule", "")
    return Item(ItemId("x"), builders.message().key, InboxId("team"), Purpose.ACTION, headline, placing)


def _told(event: str, who: str, **detail: str) -> Told:
    return Told(1, NOW, event, None, ItemId("x"), None, who, detail)
