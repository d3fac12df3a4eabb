"""Examples kept beside the rules say where a message must lie, and what is otherwise when it does not."""

from dataclasses import replace

import pytest

from hub import example
from hub.directory import InboxId
from hub.example import Example
from hub.route import Rule, Table, When
from tests import builders

TEAM = InboxId("team")


def wrong(e: Example, *rules: Rule) -> list[str]:
    table, known = Table(rules or builders.RULES), builders.directory()
    return list(example.wrong(e, example.placed(e, table, known, builders.TUESDAY)))


def test_an_example_that_lies_where_it_must_says_nothing() -> None:
    assert [] == wrong(Example("team patient", TEAM, patient="1"))


def test_what_is_otherwise_is_said_in_words() -> None:
    e = Example("team patient", InboxId("nobody"), patient="1", rule="another", copies=frozenset())
    rules = (Rule("team", "pht", copies=("gp",)),)
    assert [
        "lies in team and not in nobody",
        "goes by the rule “team” and not by “another”",
        "goes as a copy to berg and not to nobody",
    ] == wrong(e, *rules)


@pytest.mark.parametrize(
    ("e", "when"),
    [
        (Example("", TEAM, patient="1"), When(pht=True)),
        (Example("", TEAM, sender=builders.PARTNER), When(senders=(builders.PARTNER,))),
        (Example("", TEAM, receiver=builders.CENTRE), When(receivers=(builders.CENTRE,))),
        (Example("", TEAM), When(receivers=(builders.OURS,))),
        (Example("", TEAM, professions=frozenset({"SP"})), When(professions=("SP",))),
        (Example("", TEAM, wanted_roles=frozenset({"22"})), When(wanted_roles=("22",))),
        (Example("", TEAM, themes=frozenset({"7322:6"})), When(themes=("7322:6",))),
        (Example("", TEAM, text="Ønsker LEGEVURDERING"), When(words=("legevurdering",))),
        (Example("", TEAM, kind="note", type="DIALOG_NOTAT"), When(kinds=("note",), types=("DIALOG_NOTAT",))),
        (Example("", TEAM, attachments=True, test=True), When(attachments=True, test=True)),
    ],
)
def test_each_thing_that_an_example_says_is_what_rules_ask(e: Example, when: When) -> None:
    rules = (Rule("asked", "team", when), Rule("else", "coordinator"))
    assert [] == wrong(replace(e, rule="asked"), *rules)
