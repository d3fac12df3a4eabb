"""A table that is made ready says what the same rules say when they are read one after the other."""

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub import route
from hub.directory import Flag, InboxId, PartnerKind
from hub.message import HerId
from hub.route import ALWAYS, Circumstances, Rule, Table, Text, When, Whose
from tests import builders

KINDS, IDS, ROLES, CODES = ("dialogue", "note"), ("1", "2", "3"), ("22", "24"), ("SP", "LE")
SERVICES, THEMES, WORDS = ("KP02", "praktisk bistand"), ("7322:6", "7322:8"), ("fall", "blodtrykk", "haster")
EVERYWHERE = tuple(map(InboxId, ("team", "coordinator", "duty", "manager")))
PRESENT = builders.directory((builders.person("berg"), builders.person("nurse", inboxes=EVERYWHERE)))


def some(values: tuple[Any, ...]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


WHENS = st.one_of(
    st.just(ALWAYS),
    st.builds(
        When,
        kinds=some(KINDS),
        themes=some(THEMES),
        receivers=some(IDS),
        senders=some(IDS),
        sender_kinds=some(tuple(PartnerKind)),
        wanted_roles=some(ROLES),
        professions=some(CODES),
        services=some(SERVICES),
        flags=some(tuple(Flag)),
        words=some(WORDS),
        pht=st.sampled_from((None, None, True, False)),
        attachments=st.sampled_from((None, None, True, False)),
        test=st.sampled_from((None, None, None, True, False)),
    ),
)
RULES = st.lists(st.tuples(WHENS, st.sampled_from(("gp", "pht", "nowhere", "manager", "duty"))), max_size=8)
CIRCUMSTANCES = st.builds(
    Circumstances,
    kind=st.sampled_from(KINDS),
    type=st.just("DIALOG_NOTAT"),
    themes=some(THEMES).map(frozenset),
    receiver=st.sampled_from(IDS).map(HerId),
    receiver_service=st.sampled_from((None, *IDS)),
    sender=st.sampled_from(IDS).map(HerId),
    sender_service=st.sampled_from((None, *IDS)),
    sender_kind=st.sampled_from(PartnerKind),
    wanted_roles=some(ROLES).map(frozenset),
    professions=some(CODES).map(frozenset),
    pht=st.booleans(),
    services=some(SERVICES).map(frozenset),
    flags=some(tuple(flag.value for flag in Flag)).map(frozenset),
    attachments=st.booleans(),
    test=st.booleans(),
    information=st.just(False),
    text=some(WORDS).map(" ".join).map(Text),
)


def read(rules: tuple[Rule, ...], c: Circumstances) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The rule that hits, and those passed over: each asked in its turn."""
    missed: list[tuple[str, str]] = []
    for rule in rules:
        reason = rule.when.mismatch(c)
        if reason is None and rule.to != "nowhere":
            return rule.name, tuple(missed)
        missed.append((rule.name, reason or "matched, but there is no nowhere"))
    return route.UNPLACED, tuple(missed)


# Making hundreds of tables takes its time, and more where others use the machine.
@settings(suppress_health_check=[HealthCheck.too_slow])
@given(RULES, st.lists(CIRCUMSTANCES, min_size=1, max_size=6))
def test_a_ready_table_hits_and_misses_as_its_rules_do(
    written: list[tuple[When, str]], all: list[Circumstances]
) -> None:
    rules = tuple(Rule(f"rule {n}", to, when) for n, (when, to) in enumerate(written))
    table, listing = Table(rules), PRESENT.listings["1"]
    for c in all:
        practice = PRESENT.practices[builders.OURS]
        d = route.decide(c, table, Whose(PRESENT, practice, listing, builders.CENTRE, builders.TUESDAY.date()))
        again = replace(c, text=Text(c.text._said))
        assert read(rules, again) == (d.placing.rule, d.placing.missed)
