"""What letters are about, and what is answered: topics.toml, with new figures in its texts for each letter."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from hub.demo.letter import Form
from hub.item import Outcome

AGAIN = {
    "name": "again",
    "from": "",
    "form": "dialogue",
    "theme": "6",
    "patients": "",
    "share": 0,
    "subjects": [""],
}
FILE = Path(__file__).parent / "topics.toml"


@dataclass(frozen=True, slots=True)
class Closing:
    """How a matter is closed without a written answer."""

    outcome: Outcome
    note: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of matter: who writes, in which form, about which patients, and what comes of it."""

    name: str
    sender: str
    service: str
    form: Form
    theme: str
    wants: str
    patients: str
    share: int
    within: int
    urgent: bool
    copied: bool
    training: bool
    subjects: tuple[str, ...]
    texts: tuple[str, ...]
    answers: tuple[str, ...]
    closings: tuple[Closing, ...]


@dataclass(frozen=True, slots=True)
class Talk:
    """One letter's words, and what may come of it."""

    title: str
    words: str
    answer: str
    closing: Closing


@dataclass(frozen=True, slots=True)
class Topics:
    """All of them, what is written when the sender writes again, and how letters end."""

    all: tuple[Topic, ...]
    again: Topic
    endings: tuple[str, ...]


def load() -> Topics:
    """Read the file that ships beside this module."""
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return Topics(
        tuple(_topic(t) for t in written["topic"]),
        _topic(AGAIN | written["follow_up"]),
        tuple(written["endings"]),
    )


def talk(topic: Topic, chance: Random) -> Talk:
    """A letter's words on a topic; the n-th text has the n-th answer, or the last one."""
    figures = _figures(chance)
    n = chance.randrange(len(topic.texts))
    answer = topic.answers[min(n, len(topic.answers) - 1)]
    return Talk(
        chance.choice(topic.subjects).format_map(figures),
        topic.texts[n].format_map(figures),
        answer.format_map(figures),
        chance.choice(topic.closings),
    )


def _topic(t: dict[str, Any]) -> Topic:
    return Topic(
        name=t["name"],
        sender=t["from"],
        service=t.get("service", ""),
        form=Form(t["form"]),
        theme=t["theme"],
        wants=t.get("wants", ""),
        patients=t["patients"],
        share=t["share"],
        within=t.get("within", 150),
        urgent=t.get("urgent", False),
        copied=t.get("copied", False),
        training=t.get("training", False),
        subjects=tuple(t["subjects"]),
        texts=tuple(t["texts"]),
        answers=tuple(t["answers"]),
        closings=tuple(_closing(c) for c in t["closings"]),
    )


def _closing(written: str) -> Closing:
    outcome, _, note = written.partition(": ")
    return Closing(Outcome(outcome), note)


def _figures(chance: Random) -> dict[str, str]:
    """Plausible figures under the names that the texts use."""
    whole = {
        "antall": (2, 6), "cm": (2, 6), "cm2": (1, 4), "crp": (12, 96), "dager": (2, 6), "ef": (35, 50),
        "enheter": (12, 34), "nrs": (5, 8), "puls": (58, 96), "puls2": (60, 92), "spo2": (86, 95), "uker": (2, 6),
    }  # fmt: skip
    tenths = {
        "bs": (7, 16), "bs2": (8, 15), "bs3": (7, 17), "bs_lav": (2, 3), "hb": (8, 11), "inr": (2, 3), "inr2": (2, 3),
        "inr3": (4, 5), "kg": (64, 92), "kg3": (44, 60), "opp": (2, 3), "temp": (37, 38),
    }  # fmt: skip
    pressures = {"bt": (168, 92), "bt2": (146, 80), "bt3": (162, 88), "bt_lav": (104, 58), "bt_lavere": (86, 48)}
    figures = {name: str(chance.randint(*ends)) for name, ends in whole.items()}
    figures |= {name: f"{chance.randint(*ends)},{chance.randrange(1, 10)}" for name, ends in tenths.items()}
    figures |= {name: _pressure(chance, *about) for name, about in pressures.items()}
    kilos = int(figures["kg"].partition(",")[0])
    figures["kg2"], figures["mg"], figures["mg2"] = f"{kilos - 1},{chance.randrange(1, 10)}", "50", "100"
    figures["kl"] = f"{chance.randint(5, 7):02}:{chance.randrange(0, 60, 5):02}"
    return figures


def _pressure(chance: Random, upper: int, lower: int) -> str:
    return f"{upper + chance.randrange(-8, 13, 2)}/{lower + chance.randrange(-6, 9, 2)}"
