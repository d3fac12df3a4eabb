"""A short campaign of what `make fuzz` does at length, and proof that it would notice."""

from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from lxml import etree

from hub.message import Message, Part
from hub.wire import reader
from tests.fuzz import law
from tests.fuzz.campaign import Campaign, Tally
from tests.fuzz.mutant import mutant
from tests.wire import builders
from tests.wire.builders import XHTML, attachment, dialogue, note

SHORT = 2_000


async def test_no_mutant_breaks_a_law() -> None:
    """2,000 mutants: no crash, no hang, each is read or turned away with a reason, and no text is lost."""
    tally = await Campaign(seed=2026, count=SHORT, readers=2).run()
    assert [] == tally.findings
    assert SHORT == tally.read == tally.verdicts.total()
    # A campaign that compares nothing proves nothing.
    assert tally.compared > SHORT // 4
    assert {"message", "receipt", "refusal T01", "refusal T02", "unreadable T01"} <= tally.verdicts.keys()


async def test_a_campaign_notices_whatever_goes_wrong(tmp_path: Path) -> None:
    campaign = Campaign(5, 256, readers=2, keep=tmp_path, batch=16, seconds=0.25, program="tests.fuzz.planted")
    tally = await campaign.run()
    assert {"lost", "differs", "failed", "died", "hung", "quoted", "silent"} == {
        finding.kind for finding in tally.findings
    }
    assert tally.slowest[0] > 0.25
    # What is kept is the mutant itself, so that it can be seen again.
    for finding in tally.findings:
        kept = tmp_path / f"{finding.kind}-5-{finding.number}.xml"
        assert mutant(5, finding.number).raw == kept.read_bytes()


async def test_a_campaign_may_be_taken_up_anywhere() -> None:
    whole, half = Campaign(seed=3, count=100), Campaign(seed=3, count=50)
    first, second = await half.run(), await replace(half, first=50).run()
    assert (await whole.run()).verdicts == first.verdicts + second.verdicts


def test_a_mutant_is_the_same_for_the_same_seed_and_no_other() -> None:
    assert mutant(1, 7) == mutant(1, 7)
    assert 30 == len({mutant(seed, number).raw for seed in (1, 2, 3) for number in range(10)})


def test_every_sample_tells_what_it_says() -> None:
    """The law holds for the samples as they are, which is what makes its findings findings."""
    for number in range(200):
        made = mutant(0, number)
        read = reader.read(made.raw)
        if isinstance(read, Message) and made.told is not None:
            assert [] == law.lost(made.told, read)


@cache
def read(raw: bytes) -> Message:
    found = reader.read(raw)
    assert isinstance(found, Message)
    return found


RAW = dialogue(
    body=note(
        text=f'<div xmlns="{XHTML}"><p>Ikke <!-- a -->gi <b>penicillin</b></p>1000<sup>9</sup></div>',
        rest="<DatoNotat>2026-11-03</DatoNotat>",
    ),
    attachments=attachment(),
)


def test_what_a_document_tells_is_found_without_knowing_its_schema() -> None:
    file = sha256(b64decode(builders.PDF)).hexdigest()
    told = law.told(etree.fromstring(RAW))
    assert {"Oppfølgingetteropphold", "Notat", "Ikkegi", "penicillin", "1000", "9", "2026-11-03", file} == set(told)
    assert [] == law.lost(told, read(RAW))


LOSSES: dict[str, tuple[Callable[[Part], Part], set[str]]] = {
    "a text": (lambda part: replace(part, text=""), {"Ikkegi", "penicillin", "1000"}),
    "a word": (lambda part: replace(part, text=part.text.replace("penicillin", "")), {"penicillin"}),
    "an order of words": (lambda part: replace(part, text=part.text.replace("Ikke gi", "gi Ikke")), {"Ikkegi"}),
    "a subject": (lambda part: replace(part, subject=""), {"Oppfølgingetteropphold"}),
    "a day": (lambda part: replace(part, remark=""), {"2026-11-03"}),
}


@pytest.mark.parametrize(("lose", "lost"), LOSSES.values(), ids=LOSSES)
def test_a_loss_is_noticed(lose: Callable[[Part], Part], lost: set[str]) -> None:
    parts = tuple(map(lose, read(RAW).parts))
    assert lost == set(law.lost(law.told(etree.fromstring(RAW)), replace(read(RAW), parts=parts)))


def test_a_lost_file_is_noticed() -> None:
    without = replace(read(RAW), attachments=())
    assert 1 == len(law.lost(law.told(etree.fromstring(RAW)), without))


def test_a_day_may_be_told_in_words_and_no_other_day_may() -> None:
    part = replace(read(RAW).parts[0], remark="3. november 2026")
    told = law.told(etree.fromstring(RAW))
    assert [] == law.lost(told, replace(read(RAW), parts=(part,)))
    assert ["2026-11-03"] == law.lost(told, replace(read(RAW), parts=(replace(part, remark="4. november 2026"),)))


def test_a_tally_tells_its_rate() -> None:
    assert (0.0, 50.0) == (Tally(1).rate, Tally(1, read=100, seconds=2.0).rate)
