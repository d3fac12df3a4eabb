"""What is sent about a message comes from the party of ours that it went to, and from nobody else's."""

from dataclasses import replace

from hub import desk
from hub.message import HerId, Receiver
from tests import builders

PRACTICE = builders.directory().practices[builders.OURS]


def spoken(*receivers: tuple[str, str]) -> tuple[str, HerId | None, HerId | None]:
    """Who speaks about a message to these."""
    parties = tuple(Receiver(builders.party(one, two, f"{one}/{two}")) for one, two in receivers)
    envelope = replace(builders.envelope(1), receivers=parties)
    found = desk.addressed(builders.message(1, envelope=envelope), PRACTICE)
    return found.organisation.name, found.level_1, found.level_2


def test_the_party_that_was_addressed_speaks_as_it_was_written() -> None:
    assert ("100/102", HerId("100"), HerId("102")) == spoken(("700", "701"), ("100", "102"))


def test_for_a_service_that_is_none_of_ours_the_practice_speaks() -> None:
    assert ("Centre", builders.OURS, builders.CENTRE) == spoken(("700", "701"), ("100", "199"))


def test_nobody_elses_name_goes_outside() -> None:
    assert ("Centre", builders.OURS, builders.CENTRE) == spoken(("700", "701"))
