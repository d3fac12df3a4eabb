"""A site's choices in the acceptance table reach all that decides: settings, readers and intake."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub import settings
from hub.acceptance import STRICT, Acceptance, Choice
from hub.errors import BadConfiguration
from hub.outcome import Accepted, Held, Outcome, Rejected
from hub.service import Delivery, Hub, open_hub
from tests import centre
from tests.wire.builders import dialogue, ident, organisation

NOBODY = organisation("Fjordbyen legesenter", ident("900100"), inner=organisation("Ukjent", ident("990001")))
MESSAGES = (
    dialogue(msg_id="2f1b9c1e-6a57-4d0c-9f3e-0c5d5f1f7a01")[:-40],
    dialogue(msg_id="2f1b9c1e-6a57-4d0c-9f3e-0c5d5f1f7a02", payload='<a xmlns="urn:a"/>'),
    dialogue(msg_id="2f1b9c1e-6a57-4d0c-9f3e-0c5d5f1f7a03", mig="v1.1"),
    dialogue(msg_id="2f1b9c1e-6a57-4d0c-9f3e-0c5d5f1f7a04", receiver=f"<Receiver>{NOBODY}</Receiver>"),
)


def written(folder: Path, text: str) -> Path:
    file = folder / "hub.toml"
    file.write_text(text, encoding="utf-8")
    return file


async def outcomes(folder: Path, choices: Acceptance) -> list[type[Outcome]]:
    section = settings.Acceptance(**{name: getattr(choices, name) for name in settings.Acceptance.model_fields})
    async with open_hub(centre.configured(folder, acceptance=section)) as hub:
        return [type(outcome) for outcome in await handed_in(hub)]


async def handed_in(hub: Hub) -> list[Outcome]:
    exchange = next(each for each in hub.accounts.systems.values() if each.any)
    return await hub.receive([Delivery(raw, exchange) for raw in MESSAGES], hub.clock.now())


async def test_without_a_word_every_row_rejects_as_the_vendors_plan_expects(tmp_path: Path) -> None:
    assert [Rejected] * 4 == await outcomes(tmp_path, STRICT)


async def test_with_every_choice_made_the_hub_rejects_none_of_these(tmp_path: Path) -> None:
    lenient = Acceptance(*[Choice.ACCEPT] * 4)
    assert [Held, Held, Accepted, Accepted] == await outcomes(tmp_path, lenient)


def test_choices_are_read_from_the_file_and_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, '[acceptance]\ninvalid = "accept"\n[signatures]\ntrust = "authorities"\n')
    monkeypatch.setenv("HUB_ACCEPTANCE__UNKNOWN_RECEIVER", "accept")
    found = settings.load(file)
    expected = replace(STRICT, invalid=Choice.ACCEPT, unknown_receiver=Choice.ACCEPT)
    assert (expected, tmp_path / "authorities") == (found.acceptance.choices(), found.signatures.trust)


def test_without_a_folder_nobody_is_trusted(tmp_path: Path) -> None:
    found = settings.load(written(tmp_path, ""))
    assert (STRICT, None) == (found.acceptance.choices(), found.signatures.trust)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[acceptance]\ninvalid = "perhaps"\n', "acceptance.invalid: Input should be 'reject' or 'accept'"),
        ('[acceptance]\ninvalids = "accept"\n', "acceptance.invalids: there is no such key"),
        ('[signatures]\ntrusts = "a"\n', "signatures.trusts: there is no such key"),
    ],
)
def test_a_choice_that_there_is_not_is_told(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as caught:
        settings.load(written(tmp_path, text))
    assert said in str(caught.value)


async def test_a_folder_of_authorities_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    missing = centre.configured(tmp_path, signatures=settings.Signatures(trust=tmp_path / "none"))
    with pytest.raises(BadConfiguration, match="cannot be read"):
        async with open_hub(missing):
            pass
