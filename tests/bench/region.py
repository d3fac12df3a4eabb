"""A region of any size, written as its files: practices, people, inboxes, rules and patients, from one seed."""

import random
from dataclasses import dataclass
from pathlib import Path

from hub import identity

WEIGHTS = identity.FIRST, identity.SECOND


@dataclass(frozen=True, slots=True)
class Size:
    """How many of each; an inbox belongs to a GP, or is one of the seven that a practice has."""

    patients: int = 200_000
    inboxes: int = 2_000
    rules: int = 500
    partners: int = 200


def write(folder: Path, size: Size, seed: int = 1) -> None:
    """Write all files of a configuration."""
    chance = random.Random(seed)
    practices = max(1, size.inboxes // 20)
    gps = size.inboxes // practices - len(SHARED)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "centre.toml").write_text("\n".join(_centre(practices, gps)), "utf-8")
    (folder / "partners.toml").write_text("\n".join(_partners(size.partners)), "utf-8")
    (folder / "routes.toml").write_text("\n".join(_rules(size, chance)), "utf-8")
    (folder / "ladders.toml").write_text(LADDER, "utf-8")
    for name in ("accounts.toml", "topics.toml", "agreements.toml"):
        (folder / name).write_text("", "utf-8")
    with (folder / "patients.csv").open("w", encoding="utf-8") as file:
        file.write("national_id;family_name;given_name;gp;pht;services;flags;language\n")
        file.writelines(_patients(size.patients, practices, gps, chance))


SHARED = ("coordinator", "pht", "case_handler", "duty", "manager", "operations", "test")
LADDER = """[[ladder]]
name = "default"
promise = "Answered the same working day"
due = { same_day = { cut_off = "15:00", then_by = "10:00" } }
steps = [{ minutes = -60, tell = ["inbox"] }, { minutes = 0, tell = ["coordinator"] }]
"""


def practice_id(n: int) -> str:
    """The HER-id of the n-th practice."""
    return str(100_000 + 100 * n)


def partner_id(n: int) -> str:
    """The HER-id of the n-th partner; its one service has the next number."""
    return str(800_000 + 10 * n)


def _centre(practices: int, gps: int) -> list[str]:
    lines: list[str] = []
    for p in range(practices):
        her_id = practice_id(p)
        lines += ["[[practice]]", f'her_id = "{her_id}"', f'name = "Practice {p}"', 'organisation_number = "100000016"']
        lines += ['zone = "Europe/Oslo"', "[practice.open]"]
        lines += [f'{day} = ["08:00-16:00"]' for day in ("mon", "tue", "wed", "thu", "fri")]
        lines += [
            "[[service]]",
            f'practice = "{her_id}"',
            f'her_id = "{int(her_id) + 1}"',
            'code = "KA01"',
            'name = "GP"',
        ]
        for kind in SHARED:
            lines += _inbox(f"p{p}-{kind.replace('_', '-')}", kind, her_id)
        for g in range(gps):
            id = f"gp-{p}-{g}"
            lines += [*_inbox(id, "personal", her_id), f'owner = "{id}"']
            lines += ["[[person]]", f'practice = "{her_id}"', f'id = "{id}"', f'name = "GP {p} {g}"', 'role = "GP"']
            lines += ['profession = "LE"', f'inboxes = ["{id}"]', f'substitute = "gp-{p}-{(g + 1) % gps}"']
    return lines


def _inbox(id: str, kind: str, practice: str) -> list[str]:
    return ["[[inbox]]", f'practice = "{practice}"', f'id = "{id}"', f'name = "{id}"', f'kind = "{kind}"']


def _partners(count: int) -> list[str]:
    lines: list[str] = []
    kinds = ("hospital", "home_service", "specialist", "public")
    for n in range(count):
        lines += ["[[partner]]", f'her_id = "{partner_id(n)}"', f'name = "Partner {n}"', f'kind = "{kinds[n % 4]}"']
        lines += [
            "[[partner.service]]",
            f'her_id = "{int(partner_id(n)) + 1}"',
            'code = "KP02"',
            f'name = "Service {n}"',
        ]
    return lines


def _rules(size: Size, chance: random.Random) -> list[str]:
    """Mostly rules for one partner or one receiver, some for what is said or asked for, and one for all at the end."""
    practices = max(1, size.inboxes // 20)
    lines: list[str] = []
    for n in range(size.rules - 3):
        sender, receiver = partner_id(chance.randrange(size.partners)), practice_id(chance.randrange(practices))
        when = (
            f'senders = ["{sender}"], kinds = ["dialogue", "note"]',
            f'senders = ["{sender}"], receivers = ["{receiver}"]',
            f'receivers = ["{receiver}"], themes = ["7322:{n % 20}"]',
            f'senders = ["{sender}"], words = ["sak {n}", "ordre {n}"]',
            f'receivers = ["{receiver}"], professions = ["SP"], services = ["tjeneste {n % 7}"]',
        )[n % 5]
        to = ("pht", "gp", "case_handler", "coordinator")[n % 4]
        lines += ["[[rule]]", f'name = "Rule {n}"', f'to = "{to}"', f"when = {{ {when} }}"]
    lines += ["[[rule]]", 'name = "Marked"', 'to = "manager"', 'when = { flags = ["management"] }']
    lines += ["[[rule]]", 'name = "Team"', 'to = "pht"', 'copies = ["gp"]', "when = { pht = true }"]
    return [*lines, "[[rule]]", 'name = "GP"', 'to = "gp"']


def _patients(count: int, practices: int, gps: int, chance: random.Random) -> list[str]:
    seen: set[str] = set()
    lines: list[str] = []
    while len(lines) < count:
        number = _number(chance)
        if number and number not in seen:
            seen.add(number)
            p = chance.randrange(practices)
            gp, team = f"gp-{p}-{chance.randrange(gps)}", f"p{p}-pht" if chance.random() < 0.05 else ""
            names = f"Family{chance.randrange(3000)};Given{chance.randrange(800)}"
            lines.append(f"{number};{names};{gp};{team};{'praktisk bistand' if team else ''};;nb\n")
    return lines


def _number(chance: random.Random) -> str | None:
    """A synthetic national number (month and 80), or None where the digits leave no control digit."""
    first = f"{chance.randint(1, 28):02}{chance.randint(81, 92)}{chance.randint(40, 99)}{chance.randint(0, 499):03}"
    one = -sum(w * int(d) for w, d in zip(WEIGHTS[0], first, strict=False)) % 11
    two = -sum(w * int(d) for w, d in zip(WEIGHTS[1], f"{first}{one}", strict=False)) % 11
    return None if one > 9 or two > 9 else f"{first}{one}{two}"
