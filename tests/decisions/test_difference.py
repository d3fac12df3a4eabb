"""What a message says otherwise than the one before it: applied to the old it gives the new, and it says no more."""

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hub import difference
from hub.difference import Entry, Mark, Run
from hub.message import Code, Fact, Message, Part, Report, Section, Topic
from hub.wire import reader
from tests import builders

SAMPLES = Path(__file__).parent.parent / "samples"

texts = st.text(st.sampled_from("ab .\n"), max_size=30) | st.text(max_size=10)
entries = st.lists(
    st.builds(
        Entry,
        st.sampled_from([None, Topic.MEDICATION, Topic.WARNING]),
        st.sampled_from(["A", "B"]),
        st.sampled_from(["", "x"]),
        texts.filter(str.strip),
    ),
    max_size=8,
)


@given(texts, texts)
def test_the_runs_of_two_texts_hold_both_of_them(old: str, new: str) -> None:
    found = difference.runs(old, new)
    assert old == "".join(run.text for run in found if run.mark is not Mark.NEW)
    assert new == "".join(run.text for run in found if run.mark is not Mark.GONE)
    assert "" not in [run.text for run in found]


@given(texts)
def test_a_text_has_not_become_itself_by_any_change(text: str) -> None:
    assert {Mark.SAME} >= {run.mark for run in difference.runs(text, text)}


@given(entries, entries)
def test_what_has_changed_applied_to_the_old_gives_the_new(old: list[Entry], new: list[Entry]) -> None:
    assert Counter(new) == difference.applied(old, difference.compared(old, new))


@given(entries, st.randoms())
def test_the_same_things_in_another_order_are_no_change(told: list[Entry], random: object) -> None:
    shuffled = sorted(told, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert () == difference.compared(told, shuffled)


def test_a_change_is_told_by_whole_words_and_joined_over_blanks() -> None:
    found = difference.runs("Furix 40 mg om morgenen.", "Furix 80 mg to ganger om dagen.")
    assert "Furix [-40-]{+80+} mg {+to ganger +}om [-morgenen-]{+dagen+}." == shown(found)
    assert "[-rolig natt-]{+urolig dag+}" == shown(difference.runs("rolig natt", "urolig dag"))


def shown(found: tuple[Run, ...]) -> str:
    marks = {Mark.SAME: "{}", Mark.NEW: "{{+{}+}}", Mark.GONE: "[-{}-]"}
    return "".join(marks[run.mark].format(run.text) for run in found)


def summary(**changes: str) -> Message:
    """A discharge summary of a sample, with some of its words otherwise."""
    raw = (SAMPLES / "epikrise-1.2-utskrivning.xml").read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old.replace("_", " ") in raw
        raw = raw.replace(old.replace("_", " "), new)
    found = reader.read(raw.encode())
    assert isinstance(found, Message)
    return found


def test_a_discharge_summary_tells_which_medicine_and_which_plan_is_otherwise() -> None:
    new = summary(**{"1_tablett_morgen_og_kveld": "2 tabletter morgen", "om_én_uke": "om to uker"})
    found = difference.between(summary(), new)
    assert found is not None
    assert [
        (Topic.FOLLOW_UP, "Planer for videre oppfølging"),
        (Topic.MEDICATION, "Legemiddel"),
    ] == [(x.topic, x.heading) for x in found]
    assert "om [-én uke-]{+to uker+}, og" in shown(found[0].runs)
    assert "Apiksaban" in found[1].now and "[-1 tablett-]{+2 tabletter+} morgen" in shown(found[1].runs)


def test_a_message_says_the_same_as_itself_whatever_is_written_on_its_wrapping() -> None:
    assert () == difference.between(summary(), summary())
    dated = builders.message(parts=(), report=report("24.11.2026", "Uendret"))
    assert () == difference.between(builders.message(parts=(), report=report("23.11.2026", "Uendret")), dated)


def report(dated: str, text: str) -> Report:
    sections = ((Topic.OTHER, "Om epikrisen", (("Datert", dated),), ""), (Topic.ASSESSMENT, "Vurdering", (), text))
    return Report(tuple(Section(t, h, tuple(Fact(*f) for f in facts), x) for t, h, facts, x in sections))


def note(subject: str, text: str) -> Message:
    return builders.message(parts=(Part(Code("6", "Henvendelse om pasient"), subject, text),))


def test_messages_that_have_nothing_in_common_are_not_compared() -> None:
    old = note("Blodtrykk", "Blodtrykket er 180/100 for tredje dag på rad.")
    assert None is difference.between(old, note("Sår", "Såret på hælen væsker."))
    assert None is difference.between(old, note("Blodtrykk", "Trenger ny time hos fysioterapeut."))
    found = difference.between(old, note("Blodtrykk", "Blodtrykket er 150/90 for fjerde dag på rad."))
    assert found is not None and 1 == len(found)
    assert "Blodtrykket er [-180-]{+150+}/[-100-]{+90+} for [-tredje-]{+fjerde+} dag på rad." == shown(found[0].runs)


def test_comparing_ends_soon_whatever_is_written() -> None:
    begun = time.process_time()
    hostile = "a b " * 50_000, "b a " * 50_000
    difference.runs(*hostile)
    sections = tuple(Section(Topic.OTHER, f"{n}", (), "x y z " * 100 + str(n)) for n in range(500))
    old = builders.message(parts=(), report=Report(sections))
    new = replace(old, report=Report(tuple(replace(s, text=s.text[::-1]) for s in sections)))
    difference.between(old, new)
    same = Report(tuple(replace(s, title="Like", text=f"{s.text} {n}") for n, s in enumerate(sections)))
    difference.between(old, replace(new, report=same))
    assert 3 > time.process_time() - begun
