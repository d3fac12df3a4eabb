"""The alert rules: they are held by Prometheus' own tools, speak of figures that there are, and lead to what to do."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.audit import Flaw
from hub.web import metrics

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text())["groups"]
    for rule in group["rules"]
]
# What a figure is called where it is made.
MADE = set(re.findall(r'_(?:one|gauge)\(\s*"([a-z_]+)"', Path(metrics.__file__).read_text(encoding="utf-8")))


def ran(*words: str) -> str:
    """What one of the tools says; it fails when something is wrong."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.mark.prometheus
@pytest.mark.parametrize(
    "words",
    [
        ("promtool", "check", "config", "prometheus/prometheus.yml"),
        ("promtool", "test", "rules", "prometheus/rules_test.yml"),
        ("amtool", "check-config", "alertmanager/alertmanager.yml"),
    ],
    ids=lambda words: " ".join(words[:3]),
)
def test_the_tools_find_nothing_wrong(words: tuple[str, ...]) -> None:
    assert "SUCCESS" in ran(*words[:-1], str(DEPLOY / words[-1]))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_speaks_of_figures_that_there_are(rule: dict[str, Any]) -> None:
    named = set(re.findall(r"sambud_([a-z_]+)", rule["expr"]))
    assert named <= MADE
    kinds = set(re.findall(r'kind!?=~?"([a-z|]+)"', rule["expr"]))
    assert {kind for some in kinds for kind in some.split("|")} <= {*metrics.KINDS, *(flaw.value for flaw in Flaw)}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_leads_to_what_to_do(rule: dict[str, Any]) -> None:
    page, _, place = rule["annotations"]["runbook"].partition("#")
    text = (ROOT / page).read_text(encoding="utf-8")
    titles = (title.lower() for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    assert place in {"", *(re.sub(r"[^a-z0-9 -]", "", title).replace(" ", "-") for title in titles)}


def test_the_watchdog_always_fires_and_goes_to_the_dead_mans_switch() -> None:
    assert ["vector(1)"] == [rule["expr"] for rule in RULES if rule["alert"] == "Watchdog"]
    route = yaml.safe_load((DEPLOY / "alertmanager" / "alertmanager.yml").read_text())["route"]
    (dead_man,) = route["routes"]
    assert (['alertname = "Watchdog"'], "dead-man") == (dead_man["matchers"], dead_man["receiver"])


def test_the_page_about_the_auditor_tells_of_everything_that_it_may_find() -> None:
    text = (DEPLOY.parent / "docs" / "auditor.md").read_text(encoding="utf-8")
    assert {flaw.value for flaw in Flaw} == set(re.findall(r"^### ([a-z]+)$", text, re.MULTILINE))
