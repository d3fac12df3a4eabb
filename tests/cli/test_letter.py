"""What was returned is counted by department, and a letter tells a partner, as text and on paper."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub import desk, letter
from hub.desk import Act
from hub.directory import PersonId
from hub.errors import BadConfiguration
from hub.item import Action
from hub.letter.facts import departments
from hub.record import Returns
from hub.service import Delivery, Hub
from tests import centre
from tests.cli.conftest import Hub as Command

WHY = Act(Action.RETURN, text="Pasienten har annen fastlege.", reason=desk.REASONS["1"])


@pytest.fixture
async def returned(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub that returned two messages to the home service, for two reasons."""
    async with centre.hub(tmp_path) as hub:
        exchange = next(s for s in hub.accounts.systems.values() if s.any)
        await hub.receive([Delivery(centre.message(n), exchange) for n in range(3)], hub.clock.now())
        nurse = hub.directory.people[PersonId("kari.moen")]
        lines = await hub.store.lines(next(iter(await hub.store.counts())))
        for line, reason in zip(lines, ("1", "2"), strict=False):
            act = replace(WHY, reason=desk.REASONS[reason])
            await hub.act(line.item.id, act, line.item.version, nurse, hub.clock.now())
        yield hub


async def test_what_was_returned_is_counted_by_party_and_reason(returned: Hub) -> None:
    now = returned.clock.now()
    found = await returned.store.returned(now - timedelta(days=1))
    assert [("1", 1), ("2", 1)] == [(x.reason, x.count) for x in found]
    assert {"900200"} == {returned.directory.partner_of(x.to, x.to).her_id for x in found}  # type: ignore[union-attr]
    assert [] == await returned.store.returned(now + timedelta(seconds=1))


async def test_the_letter_says_what_was_returned_and_what_is_agreed(returned: Hub) -> None:
    now, directory = returned.clock.now(), returned.directory
    (practice,) = directory.practices.values()
    partner = directory.partners[next(p for p in directory.partners if p == "900200")]
    returns = await returned.store.returned(now - timedelta(days=1))
    facts = letter.gather(directory, practice, partner, returns, date(2026, 9, 1), date(2026, 11, 22))
    text = letter.plain(letter.write(facts))
    assert "Siden 1. september 2026 har vi returnert 2 meldinger til dere:" in text
    assert "(feil adressat 1, mangelfulle opplysninger 1)" in text
    assert all(f"{x.name}: HER-id {x.her_id}" in text for x in practice.services.values())
    none = letter.write(replace(facts, departments=(), agreements=()))
    assert "ikke måttet returnere noen melding" in none
    page = letter.pdf(letter.write(facts), "Čáhppes, Ánte", now)
    assert page.startswith(b"%PDF-") and page.rstrip().endswith(b"%%EOF")


async def test_agreements_stand_in_the_letter_with_who_does_what(returned: Hub) -> None:
    directory = returned.directory
    (practice,) = directory.practices.values()
    agreed = next(a for a in directory.agreements if a.tasks and a.contact)
    facts = letter.gather(directory, practice, directory.partners[agreed.partner], [], agreed.first, agreed.first)
    text = letter.write(facts)
    assert agreed.name in text
    assert all(f"- {task.who} {task.what}" in text for task in agreed.tasks)
    assert agreed.contact is not None and f"- Kontakt: {agreed.contact.text}" in text


async def test_who_is_in_no_file_is_counted_too(returned: Hub) -> None:
    (one,) = departments(returned.directory, [Returns(centre_her := "123456", "9", 3)])  # type: ignore[arg-type]
    assert (centre_her, centre_her, 3) == (one.partner, one.name, one.count)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{% if %}", "line 1: "),
        ("a\n{{ facts.nothing }}", "line 2: .*nothing"),
        ("a\n\n{{ 1/0 }}", "line 3: division by zero"),
        ('{% include "x" %}', 'line 1: a letter is one file, and "x" cannot be taken into it'),
        ("a\n{{ facts.today + 1 }}", "line 2: unsupported operand"),
        ("{{ facts.partner | day }}", "line 1: .*has no attribute 'day'"),
        ("{% macro m() %}\n{{ m() }}\n{% endmacro %}\n{{ m() }}", "recursion"),
        ("{{ 'a' | nothing }}", "line 1: No filter named 'nothing'"),
        (r"{{ '\ud800' }}", "own.txt: it makes a character that cannot be written"),
    ],
)
async def test_a_template_that_is_wrong_is_told(returned: Hub, tmp_path: Path, text: str, words: str) -> None:
    directory = returned.directory
    (practice,), partner = directory.practices.values(), next(iter(directory.partners.values()))
    facts = letter.gather(directory, practice, partner, [], date(2026, 1, 1), date(2026, 2, 1))
    own = tmp_path / "own.txt"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(BadConfiguration, match=words) as refusal:
        letter.write(facts, own)
    assert str(own) == refusal.value.file


def test_the_commands_tell_and_write_it(hub: Command, tmp_path: Path) -> None:
    database = asyncio.run(_made(tmp_path))
    told = hub("returned", "--json", HUB_DATABASE__URL=database)
    assert (0, []) == (told.returncode, json.loads(told.stdout))
    paper = tmp_path / "letter.pdf"
    assert 0 == hub("letter", "900200", "--out", str(paper), HUB_DATABASE__URL=database).returncode
    assert paper.read_bytes().startswith(b"%PDF-")
    own = tmp_path / "own.txt"
    own.write_text("{{ 1/0 }}", encoding="utf-8")
    wrong = hub("letter", "900200", "--template", str(own), HUB_DATABASE__URL=database)
    assert (78, f"hub: {own}: line 1: division by zero\n".encode()) == (wrong.returncode, wrong.stderr)
    unknown = hub("letter", "1", HUB_DATABASE__URL=database)
    assert (66, True) == (unknown.returncode, b"900200 Fjordbyen kommune" in unknown.stderr)


async def _made(folder: Path) -> str:
    return centre.configured(folder).database.url
