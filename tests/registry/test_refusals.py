"""Whatever is wrong in a folder is refused with its file, its key and a plain reason."""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from hub import deadline, registry
from hub.errors import BadConfiguration
from hub.item import ItemId
from hub.registry import Configuration

Spoil = Callable[[str, str, str], None]


class Broken(NamedTuple):
    """One mistake: the first `old` in `file` becomes `new`; then `key` and every fragment of `reason` are named."""

    file: str
    old: str
    new: str
    key: str
    reason: tuple[str, ...]


WEEK = "\n".join(f'{day} = ["08:00-16:00"]' for day in ("mon", "tue", "wed", "thu", "fri"))
MANAGER = '[[inbox]]\nid = "ledelse"\nname = "Ledelse"\nkind = "manager"\n'
COORDINATOR = 'id = "koordinator"\nname = "Koordinator"\nkind = "coordinator"'
HEADER = "national_id;family_name;given_name;gp;pht;services;flags;language"
LAST_LADDER = "Alle henvendelser besvares samme arbeidsdag, også når pasientens egen fastlege er borte"

SHAPES = [
    Broken("centre.toml", "[[practice]]", "[[practice]", "line 17", ("not TOML",)),
    Broken("centre.toml", 'zone = "Europe/Oslo"', "zone =", "line 21", ("not TOML",)),
    Broken("centre.toml", 'zone = "Europe/Oslo"', 'zone = "Europe/Fjordbyen"', "practice[0].zone", ("Europe/Oslo",)),
    Broken("centre.toml", 'zone = "Europe/Oslo"', 'zone = "../Oslo"', "practice[0].zone", ("time zone",)),
    Broken("centre.toml", 'her_id = "900100"', "her_id = 900100", "practice[0].her_id", ("text in quotation marks",)),
    Broken("centre.toml", 'her_id = "900100"', 'her_id = "9001OO"', "practice[0].her_id", ("only digits", '"900100"')),
    Broken("centre.toml", 'her_id = "900100"', "", "practice[0].her_id", ("is missing",)),
    Broken("centre.toml", "100000016", "100000017", "practice[0].organisation_number", ("right control digit",)),
    Broken("centre.toml", '\nmon = ["08', '\nmonday = ["08', "practice[0].open.monday", ("no such key", "mon, tue")),
    Broken("centre.toml", "08:00-16:00", "8-16", "practice[0].open.mon[0]", ('"08:00"',)),
    Broken("centre.toml", "08:00-16:00", "08:00", "practice[0].open.mon[0]", ('"08:00-16:00"',)),
    Broken("centre.toml", "08:00-16:00", "16:00-08:00", "practice[0].open.mon[0]", ("close after it opens",)),
    Broken(
        "centre.toml",
        "08:00-16:00",
        "22:00-07:00",
        "practice[0].open.mon[0]",
        ('write "22:00-24:00", and "00:00-07:00" on the next day',),
    ),
    Broken("centre.toml", "08:00-16:00", "16:00-00:00", "practice[0].open.mon[0]", ('write "16:00-24:00"',)),
    Broken("centre.toml", "08:00-16:00", "00:00-00:00", "practice[0].open.mon[0]", ('write "00:00-24:00"',)),
    Broken("centre.toml", "08:00-16:00", "08:00-24:01", "practice[0].open.mon[0]", ("a time of day", '"24:00"')),
    Broken("centre.toml", "08:00-16:00", "24:00-24:00", "practice[0].open.mon[0]", ("a time of day",)),
    Broken("centre.toml", '"08:00-16:00"', "8", "practice[0].open.mon[0]", ("an opening such as",)),
    Broken(
        "centre.toml", '"08:00-16:00"', '"08:00-12:00", "11:00-16:00"', "practice[0].open.mon", ("order", "overlap")
    ),
    Broken("centre.toml", 'every = "12-24"', 'every = "24.12"', "practice[0].closed[0].every", ('"12-24"',)),
    Broken("centre.toml", 'every = "12-24"', 'every = "02-29"', "practice[0].closed[0].every", ("every year",)),
    Broken("centre.toml", 'every = "12-24"', "", "practice[0].closed[0]", ("one of on = ", "before = ")),
    Broken("centre.toml", "on = 2027-05-07", 'on = "2027-05-07"', "practice[0].closed[2].on", ("a date such as",)),
    Broken("centre.toml", 'code = "KA01"', 'code = "fastlege"', "service[0].code", ("service code", "KP02")),
    Broken("centre.toml", 'kind = "pht"', 'kind = "team"', "inbox[1].kind", ("one of", "'pht'", "'operations'")),
    Broken("centre.toml", 'id = "drift"', 'id = "Drift"', "inbox[5].id", ("small letters",)),
    Broken("centre.toml", 'name = "Drift"', 'name = " "', "inbox[5].name", ("must not be empty",)),
    Broken("centre.toml", 'profession = "LE"', 'profession = "Lege"', "person[0].profession", ("9060", "LE", "SP")),
    Broken("centre.toml", '"tue", "wed", "thu"', '"tues", "wed"', "person[0].weekdays[0]", ("'mon'", "'sun'")),
    Broken("centre.toml", 'hpr = "990000101"', 'hpr = "x"', "person[0].hpr", ("HPR",)),
    Broken("centre.toml", 'inboxes = ["vakt"]', 'inboxes = "vakt"', "person[0].inboxes", ("must be a list",)),
    Broken("centre.toml", 'role = "fastlege"', 'rolle = "fastlege"', "person[0].role", ("is missing", "and 1 more")),
    Broken("centre.toml", "from = 2026-12-28", "from = 2027-12-28", "absence[0]", ("not end before it begins",)),
    Broken("centre.toml", 'hpr = "990000101"', 'at_work = { tue = "8-12" }', "person[0].at_work.tue[0]", ('"08:00"',)),
    Broken("centre.toml", 'hpr = "990000101"', "at_work = { tue = 8 }", "person[0].at_work.tue", ("must be a list",)),
    Broken("centre.toml", 'hpr = "990000101"', 'at_work = { on = "" }', "person[0].at_work.on", ("mon, tue, wed",)),
    Broken("centre.toml", 'reason = "ferie"', 'hours = "12:00"', "absence[0].hours", ('"08:00-16:00"',)),
    Broken("partners.toml", 'kind = "home_service"', 'kind = "kommune"', "partner[0].kind", ("'home_service'",)),
    Broken("agreements.toml", '["900100", "900300"]', '["900100"]', "agreement[0].between", ("two HER-ids",)),
    Broken("agreements.toml", "from = 2025-01-01", "", "agreement[0].from", ("is missing",)),
    Broken("agreements.toml", "from = 2025-01-01", 'from = "2025"', "agreement[0].from", ("a date such as",)),
    Broken("agreements.toml", "from = 2025-01-01", "from = 2025-01-01\nto = 2024-12-31", "agreement[0]",
           ("not end before it begins",)),
    Broken("agreements.toml", 'language = "nb"', 'language = "no"', "agreement[0].language",
           ("'nb', 'nn', 'se' or 'en'",)),
    Broken("agreements.toml", "contact = { text", "contact = { name", "agreement[0].contact.text", ("is missing",)),
    Broken("agreements.toml", "{ who = ", "{ hvem = ", "agreement[0].tasks[0].who", ("is missing", "and 1 more")),
    Broken("topics.toml", 'key = "ansvar"', 'key = "Ansvar"', "topic[0].key", ("small letters",)),
    Broken("topics.toml", 'nb = "Hvem', 'no = "Hvem', "topic[0].nb", ("is missing",)),
    Broken("partners.toml", 'code = "KP02"', 'kode = "KP02"', "partner[0].service[0].kode", ("her_id, name, code",)),
    Broken("routes.toml", "test = true }", "tset = true }", "rule[0].when.tset", ("no such key", "kinds, types")),
    Broken("routes.toml", "test = true }", 'test = "true" }', "rule[0].when.test", ("true or false",)),
    Broken("routes.toml", '["management"]', '["managment"]', "rule[1].when.flags[0]", ("'management'",)),
    Broken("routes.toml", '"8127:1"', '"8127"', "rule[4].when.themes[0]", ('"7322:6"',)),
    Broken("routes.toml", '"legetilsyn"', '" "', "rule[10].when.words[1]", ("must not be empty",)),
    Broken(
        "ladders.toml",
        "information = true }",
        'information = true }\n[[ladder]]\nname = "a"\npromise = "b"\ndue.same_day = { then_by = "10", cut_off = "9" }',
        "ladder[2].due.same_day.cut_off",
        ('"08:00"',),
    ),
    Broken("ladders.toml", "elapsed_hours = 72 }\nw", "hours = 72 }\nw", "ladder[0].due.hours", ("elapsed_hours",)),
    Broken("ladders.toml", "{ working_minutes = 30 }", "{ }", "ladder[2].due", ("must be one of", "working_minutes")),
    Broken(
        "ladders.toml",
        "{ working_minutes = 30 }",
        "{ working_minutes = 30, elapsed_hours = 1 }",
        "ladder[2].due",
        ("must be one of",),
    ),
    Broken("ladders.toml", "working_minutes = 30", "working_minutes = 0", "ladder[2].due.working_minutes", ("0",)),
    Broken("ladders.toml", "= 30 }", "= 100001 }", "ladder[2].due.working_minutes", ("from 1 to 100000",)),
    Broken("ladders.toml", "= 72 }\nw", "= 999999999 }\nw", "ladder[0].due.elapsed_hours", ("from 1 to 8760",)),
    Broken("ladders.toml", "= 72 }\nw", "= 0 }\nw", "ladder[0].due.elapsed_hours", ("from 1 to 8760",)),
    Broken("ladders.toml", "= 72 }\nw", "= true }\nw", "ladder[0].due.elapsed_hours", ("a whole number",)),
    Broken("ladders.toml", "minutes = -60", "minutes = -43201", "ladder[1].steps[0].minutes", ("-43200 to 43200",)),
    Broken("ladders.toml", "minutes = 90", "minutes = 43201", "ladder[3].steps[3].minutes", ("-43200 to 43200",)),
    Broken("ladders.toml", "working_minutes = 30", "working_minutes = .5", "line 47", ("not TOML",)),
    Broken("ladders.toml", "{ working_minutes = 30", "{ working_minutes = 3.5", "ladder[2].due.working_minutes", ()),
    Broken("ladders.toml", 'tell = ["inbox"]', "tell = []", "ladder[1].steps[0].tell", ("must not be empty",)),
    Broken("ladders.toml", "minutes = -60", "working_minutes = -43201", "ladder[1].steps[0].working_minutes",
           ("-43200 to 43200",)),
    Broken("ladders.toml", "minutes = -60", "minutes = -60, working_minutes = -60", "ladder[1].steps[0]",
           ("one of minutes = 30 and working_minutes = 30",)),
    Broken("ladders.toml", "{ minutes = -60, ", "{ ", "ladder[1].steps[0]", ("one of minutes = 30",)),
    Broken("ladders.toml", 'tell = ["inbox"]', 'tell = ["inbox"], through = ["sms"]',
           "ladder[1].steps[0].through[0]", ("'mail', 'webhook' or 'alertmanager'",)),
    Broken("ladders.toml", 'tell = ["inbox"]', 'tell = ["inbox"], owner = "keep"', "ladder[1].steps[0].owner",
           ("'add' or 'move'",)),
    Broken("centre.toml", 'kind = "pht"', 'kind = "pht"\nmail = ["team"]', "inbox[1].mail[0]", ("one address as in",)),
    Broken("centre.toml", 'kind = "pht"', 'kind = "pht"\nmail = ["a@b.no, c@d.no"]', "inbox[1].mail[0]", ("address",)),
    Broken("centre.toml", 'kind = "pht"', 'kind = "pht"\nmail = "a@b.no"', "inbox[1].mail", ("must be a list",)),
    Broken("centre.toml", 'kind = "pht"', 'kind = "pht"\nwebhook = ["Ops"]', "inbox[1].webhook[0]", ("small letters",)),
    Broken("centre.toml", 'hpr = "990000101"', 'mail = "Nora <a@b.no>"', "person[0].mail", ("one address as in",)),
    Broken("centre.toml", 'hpr = "990000101"', 'quiet = "20:00"', "person[0].quiet", ('"20:00-07:00"',)),
    Broken("centre.toml", 'hpr = "990000101"', 'quiet = "20-07"', "person[0].quiet", ('"08:00"',)),
    Broken("centre.toml", 'hpr = "990000101"', 'quiet = "07:00-07:00"', "person[0].quiet", ("end at another time",)),
    Broken("accounts.toml", "$argon2id$", "$2b$", "person[0].password_hash", ("Argon2id",)),
    Broken("accounts.toml", 'key_sha256 = "', 'key_sha256 = "x', "system[0].key_sha256", ("SHA-256", "64")),
    Broken("accounts.toml", 'username = "nora.nordli"', 'username = "Nora"', "person[0].username", ("small letters",)),
]  # fmt: skip

NAMES = [
    Broken("centre.toml", 'inboxes = ["vakt"]', 'inboxes = ["vakta"]', "person[0].inboxes[0]", ('"vakta"', "vakt,")),
    Broken("centre.toml", "substitute = \"ante", 'substitute = "anne', "person[0].substitute", ('"anne.somby"',)),
    Broken("centre.toml", 'owner = "nora.nordli"', 'owner = "nora"', "inbox[7].owner", ('no person "nora"',)),
    Broken("centre.toml", 'code = "KA01"', 'person = "nora"', "service[0].person", ('no person "nora"',)),
    Broken("centre.toml", 'code = "KA01"', 'practice = "1234"', "service[0].practice", ("no practice", "900100")),
    Broken("centre.toml", 'person = "ingrid', 'person = "inger', "absence[0].person", ('"inger.haugen"',)),
    Broken("centre.toml", 'substitute = "tuva.lien"\nreason', 'substitute = "t"\nreason', "absence[0].substitute", ()),
    Broken("centre.toml", 'id = "drift"', 'id = "vakt"', "inbox[5].id", ("same inbox id as inbox[3].id",)),
    Broken("centre.toml", 'id = "oda.vik"', 'id = "nora.nordli"', "person[16].id", ("as person[0].id",)),
    Broken("centre.toml", '"900112"', '"900111"', "person[1].her_id", ("same HER-id as person[0].her_id",)),
    Broken("centre.toml", '"900101"', '"900100"', "service[0].her_id", ("same HER-id as practice[0].her_id",)),
    Broken("centre.toml", 'owner = "ante.somby"', 'owner = "nora.nordli"', "inbox[8].owner", ("as inbox[7].owner",)),
    Broken("partners.toml", '"900203"', '"900101"', "partner[0].service[2].her_id", ("service[0].her_id in centre",)),
    Broken("centre.toml", 'municipality = "900200"', 'municipality = "900300"', "practice[0].municipality",
           ('no municipality "900300"', "900200")),
    Broken("centre.toml", 'her_id = "900200"', 'her_id = "900100"', "municipality[0].her_id",
           ("same municipality as practice[0].her_id",)),
    Broken("partners.toml", 'name = "Ytre Skarvøy kommune"', 'name = "Y"\npart_of = "900201"', "partner[1].part_of",
           ('no partner "900201"', "900200, 900300")),
    Broken("agreements.toml", '"900300"]', '"900301"]', "agreement[0].between[1]", ('no partner "900301"', "900300")),
    Broken("agreements.toml", '["900100"', '["900400"', "agreement[0].between[0]",
           ('no municipality or practice of ours "900400"', "known: 900200, 900100")),
    Broken("agreements.toml", 'topic = "informasjon"', 'topic = "info"', "agreement[0].topic",
           ('no topic "info"', "known: ansvar,")),
    Broken("agreements.toml", '"Svar innen to timer"', '"Svar"', "agreement[0].deadlines.request",
           ('no ladder "Svar"', "Testmelding")),
    Broken("agreements.toml", "dialogue = ", "dialog = ", "agreement[0].deadlines.dialog",
           ('no kind of message to answer "dialog"', "known: request, answer, note, dialogue")),
    Broken("agreements.toml", "dialogue = ", "admitted = ", "agreement[0].deadlines.admitted", ("to answer",)),
    Broken("agreements.toml", "Rutine avtalt med NAV Fjordbyen", "Samarbeidsavtale med Ytre Skarvøy kommune, punkt 4",
           "agreement[1].name", ("same agreement as agreement[0].name",)),
    Broken("topics.toml", 'key = "innleggelse"', 'key = "ansvar"', "topic[2].key", ("same topic as topic[0].key",)),
    Broken("routes.toml", "flags = [\"management\"]", 'agreements = ["info"]', "rule[1].when.agreements[0]",
           ('no topic "info"', "known: ansvar,")),
    Broken("routes.toml", 'to = "manager"', 'to = "sjefen"', "rule[1].to", ('"sjefen"', "gp, pht", "ledelse")),
    Broken("routes.toml", 'copies = ["gp"]', 'copies = ["lege"]', "rule[8].copies[0]", ('"lege"', "gp")),
    Broken("routes.toml", '"900202"', '"900299"', "rule[3].when.senders[0]", ('"900299"', "900200, 900201")),
    Broken("routes.toml", '"Hjemmetjenesten"', '"Testmeldinger"', "rule[13].name", ("same rule as rule[0].name",)),
    Broken("ladders.toml", 'tell = ["inbox"]', 'tell = ["boss"]', "ladder[1].steps[0].tell[0]", ('"boss"', "inbox")),
    Broken("ladders.toml", 'tell = ["inbox"]', 'tell = ["personal"]', "ladder[1].steps[0].tell[0]", ('"personal"',)),
    Broken("agreements.toml", '"Svar innen to timer"', '"Venter på svar"', "agreement[0].deadlines.request",
           ('no ladder "Venter på svar"',)),
    Broken("ladders.toml", 'senders = ["900300"]', 'senders = ["1111"]', "ladder[5].when.senders[0]", ('"1111"',)),
    Broken("ladders.toml", 'name = "Haster"', 'name = "Testmelding"', "ladder[2].name", ("as ladder[0].name",)),
    Broken("accounts.toml", 'person = "oda.vik"', 'person = "oda"', "person[16].person", ('no person "oda"',)),
    Broken("accounts.toml", 'username = "oda.vik"', 'username = "geir.aasen"', "person[16].username", ("person[15]",)),
    Broken("accounts.toml", '["900600"]', '["900601"]', "system[5].her_ids[0]", ('"900601"', "900600")),
    Broken("accounts.toml", '["900600"]', '["900600", "*"]', "system[5].her_ids[1]", ('"*"',)),
    Broken("accounts.toml", 'name = "havblikk"', 'name = "exchange"', "system[5].name", ("as system[0].name",)),
]  # fmt: skip

EASTER = '[[practice.short]]\nbefore = "Skjærtorsdag"\nopen = "08:00-15:00"\nname = "a"\n'
MAY = '[[practice.short]]\non = 2027-05-07\nopen = "08:00-15:00"\nname = "a"\n'
CLOSED = '[[practice.closed]]\nevery = "12-24"'

SENSE = [
    Broken("ladders.toml", 'tell = ["inbox"]', 'tell = ["inbox", "inbox"]', "ladder[1].steps[0].tell", ("twice",)),
    Broken("ladders.toml", LAST_LADDER, f'{LAST_LADDER}"\nurgent = true #', "ladder[11].urgent", ("every agreement",)),
    Broken(
        "centre.toml", CLOSED, f"{EASTER}\n{CLOSED}", "practice[0].short[1]", ("is practice[0].short[0] too", "one of")
    ),
    Broken("centre.toml", CLOSED, f"{MAY}\n{CLOSED}", "practice[0].short[1]", ("2027-05-07 is practice[0].closed[2]",)),
    Broken("centre.toml", 'hpr = "990000101"', 'at_work = { mon = "08:00-12:00" }', "person[0].at_work.mon",
           ('no "mon" in weekdays', "take the hours out")),
    Broken("centre.toml", COORDINATOR, COORDINATOR.replace('"coordinator"', '"manager"'), "practice[0]",
           ('Fjordbyen legesenter has no inbox with kind = "coordinator"',)),
    Broken("centre.toml", 'owner = "nora.nordli"', "", "inbox[7].owner", ("is missing", "belongs to somebody")),
    Broken("centre.toml", 'kind = "test"', 'kind = "test"\nowner = "oda.vik"', "inbox[6].owner", ("only an inbox of",)),
    Broken("centre.toml", 'id = "nora-nordli"', 'id = "gp"', "inbox[7].id", ("means a destination",)),
    Broken("centre.toml", 'code = "KA01"', 'person = "kari.moen"', "service[0].person", ("no inbox of their own",)),
    Broken("centre.toml", "hpr = \"990000110\"", 'her_id = "900117"', "person[9].her_id", ("no inbox of their own",)),
    Broken("centre.toml", 'substitute = "ante.somby"', 'substitute = "kari.moen"', "person[0].substitute",
           ('"kari.moen" has no inbox of their own',)),
    Broken("centre.toml", 'substitute = "tuva.lien"\nreason', 'substitute = "kari.moen"\nreason',
           "absence[0].substitute", ('"kari.moen" has no inbox',)),
    Broken("centre.toml", 'substitute = "ante.somby"', 'substitute = "nora.nordli"', "person[0].substitute",
           ("their own substitute",)),
    Broken("centre.toml", 'substitute = "tuva.lien"\nreason', 'substitute = "ingrid.haugen"\nreason',
           "absence[0].substitute", ("their own substitute",)),
    Broken("centre.toml", 'weekdays = ["mon", "tue", "thu", "fri"]', 'weekdays = ["tue", "thu"]',
           "person[0].substitute", ("loop (nora.nordli, ante.somby)", "nobody at work on mon", "and 1 more")),
    Broken("ladders.toml", LAST_LADDER + '"', LAST_LADDER + '"\nwhen = { pht = true }', "ladder[11].when",
           ("last ladder must have no conditions",)),
    Broken("ladders.toml", "when = { pht = true }", "", "ladder[8].when", ("only the last ladder",)),
    Broken("ladders.toml", "{ minutes = -60,", "{ minutes = 60,", "ladder[1].steps[1].minutes",
           ("in order of time", "0 follows 60")),
    Broken("ladders.toml", "{ minutes = 0, tell", "{ minutes = -5, tell", "ladder[1].steps",
           ("nobody would ever hear",)),
    Broken("ladders.toml", '"10:00" } }\nsteps', '"05:00" } }\nsteps', "ladder[1].due.same_day.then_by",
           ("nobody is at work by 05:00", "opens 08:00")),
    Broken("ladders.toml", "{ minutes = 30,", "{ minutes = 0,", "ladder[2].steps[2].minutes", ("0 follows 0",)),
    Broken("ladders.toml", "{ minutes = 30,", "{ working_minutes = -5,", "ladder[2].steps[2].working_minutes",
           ("in order of time", "-5 follows 0")),
    Broken("ladders.toml", '"Haster"\nurgent = true', '"Haster"\nfollow_up = true', "ladder[12].follow_up",
           ("there is one already, ladder[2]",)),
    Broken("ladders.toml", "follow_up = true\nprom", "follow_up = true\nwhen = { pht = true }\nprom", "ladder[12].when",
           ("take the conditions out",)),
    Broken("ladders.toml", "follow_up = true\nprom", "follow_up = true\nurgent = true\nprom", "ladder[12].urgent",
           ("a partner's clock",)),
    Broken("ladders.toml", "follow_up = true\nprom", "prom", "ladder[11].when", ("only the last ladder",)),
    Broken("ladders.toml", 'tell = ["coordinator"]', 'tell = ["coordinator"], through = ["mail"]',
           "ladder[1].steps[1].through[0]",
           ("nobody at Fjordbyen legesenter gets mail for coordinator", "give the inbox mail")),
    Broken("ladders.toml", 'tell = ["inbox"]', 'tell = ["inbox"], through = ["webhook"]',
           "ladder[1].steps[0].through[0]", ("gets webhook for inbox", "give the inbox webhook")),
    Broken("ladders.toml", 'tell = ["inbox"]', 'tell = ["inbox"], through = ["alertmanager"]',
           "ladder[1].steps[0].through[0]", ("before the deadline",)),
    Broken("ladders.toml", 'tell = ["inbox"]', 'tell = ["inbox"], owner = "move"', "ladder[1].steps[0].owner",
           ('it lies in "inbox" already',)),
    Broken("ladders.toml", 'tell = ["manager", "operations"]', 'tell = ["operations"], owner = "move"',
           "ladder[2].steps[2].owner", ("nobody answers it there",)),
    Broken("centre.toml", 'hpr = "990000101"', 'quiet = "20:00-07:00"', "person[0].quiet", ("add mail",)),
    Broken("partners.toml", 'name = "Ytre Skarvøy kommune"', 'name = "Y"\npart_of = "900300"', "partner[1].part_of",
           ("no part itself", '"900300"')),
    Broken("agreements.toml", '["900200", "900400"]', '["900200", "900200"]', "agreement[2].between", ("two parties",)),
]  # fmt: skip

PATIENTS = [
    Broken("patients.csv", HEADER, HEADER.replace("gp", "fastlege"), "line 1", (f"header must be {HEADER}",)),
    Broken("patients.csv", HEADER, HEADER.replace(";", ","), "line 1", (f"header must be {HEADER}",)),
    Broken("patients.csv", ";Aas;Anna;", ";Aas;", "line 5", ("has 7 columns where the header has 8",)),
    Broken("patients.csv", ";Aas;Anna;", ';"Aas"x;Anna;', "line 5", ("not CSV",)),
    Broken("patients.csv", ";Aas;Anna;ingrid.haugen", ";Aas;Anna;inger", "line 5, gp", ("ingrid.haugen",)),
    Broken("patients.csv", ";Aas;Anna;ingrid.haugen", ";Aas;Anna;kari.moen", "line 5, gp", ("inbox of their own",)),
    Broken("patients.csv", ";Aas;Anna;ingrid.haugen", ";Aas;Anna;", "line 5, gp", ("there is no such person",)),
    Broken("patients.csv", ";primaerhelseteam;", ";drift;", "line 5, pht", ("kind pht", "known: primaerhelseteam")),
    Broken("patients.csv", ";Aas;Anna;", ";;Anna;", "line 5, family_name", ("must not be empty",)),
    Broken("patients.csv", ";Aas;Anna;", ";Aas; ;", "line 5, given_name", ("must not be empty",)),
    Broken("patients.csv", "praktisk bistand;;nb", "praktisk bistand;farlig;nb", "line 5, flags", ("management",)),
    Broken("patients.csv", "praktisk bistand;;nb", "praktisk bistand;;Norsk", "line 5, language", ('"nb"',)),
    Broken("patients.csv", "01864612632;", "01864612633;", "line 5, national_id", ("right control digits", "2032")),
    Broken("patients.csv", "01864612632;", "1864612632;", "line 5, national_id", ("eleven digits",)),
    Broken("patients.csv", "01864612632;", "30108299939;", "line 5, born", ("tells no birth date", "1956-07-06")),
    Broken("patients.csv", "26868035306;", "22837327958;", "line 3, national_id", ("same number as on line 2",)),
]  # fmt: skip


@pytest.mark.parametrize("broken", [*SHAPES, *NAMES, *SENSE, *PATIENTS], ids=lambda b: f"{b.file} {b.key} {b.new}"[:80])
def test_a_mistake_is_refused_with_file_key_and_reason(broken: Broken, folder: Path, spoil: Spoil) -> None:
    spoil(broken.file, broken.old, broken.new)
    refusal = refused(folder)
    assert (str(folder / broken.file), broken.key) == (refusal.file, refusal.key)
    assert [] == [fragment for fragment in broken.reason if fragment not in refusal.reason], refusal.reason


@pytest.mark.parametrize(
    "name",
    [
        *("centre.toml", "partners.toml", "topics.toml", "agreements.toml"),
        *("routes.toml", "ladders.toml", "accounts.toml", "patients.csv"),
    ],
)
def test_every_file_must_be_there(name: str, folder: Path) -> None:
    (folder / name).unlink()
    refusal = refused(folder)
    assert (str(folder / name), "", "the file is missing") == (refusal.file, refusal.key, refusal.reason)


def test_a_folder_in_place_of_a_file_is_refused(folder: Path) -> None:
    (folder / "routes.toml").unlink()
    (folder / "routes.toml").mkdir()
    assert "the file cannot be read: Is a directory" == refused(folder).reason


@pytest.mark.parametrize(("name", "line"), [("centre.toml", "line 1"), ("patients.csv", "line 12")])
def test_another_encoding_is_refused_with_its_line(name: str, line: str, folder: Path) -> None:
    path = folder / name
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[int(line.split()[1]) - 1] = "Sørås;\n"
    path.write_bytes("".join(lines).encode("latin-1", errors="replace"))
    refusal = refused(folder)
    assert (str(path), line) == (refusal.file, refusal.key)
    assert "the byte 0xf8 is not UTF-8" in refusal.reason


def test_the_first_mistake_is_told_and_the_others_are_counted_and_noted(folder: Path, spoil: Spoil) -> None:
    spoil("centre.toml", 'inboxes = ["vakt"]', 'inboxes = ["vakta", "vaktb"]')
    spoil("accounts.toml", 'person = "oda.vik"', 'person = "oda"')
    refusal = refused(folder)
    assert "person[0].inboxes[0]" == refusal.key
    assert refusal.reason.endswith("(and 2 more)")
    keys = [note.split(": ")[1].split(", ")[-1] for note in refusal.__notes__]
    assert ["person[0].inboxes[1]", "person[16].person"] == keys


def test_no_rule_may_send_where_no_practice_has_an_inbox(folder: Path, spoil: Spoil) -> None:
    spoil("centre.toml", 'kind = "case_handler"', 'kind = "operations"')
    spoil("routes.toml", 'copies = ["gp"]', 'copies = ["gp", "case_handler"]')
    refusal = refused(folder)
    assert ("rule[2].to", str(folder / "routes.toml")) == (refusal.key, refusal.file)
    assert "rule[8].copies[1]: no practice has an inbox" in "".join(refusal.__notes__)


def test_no_step_may_tell_whom_a_practice_does_not_have(folder: Path, spoil: Spoil) -> None:
    spoil("centre.toml", 'kind = "duty"', 'kind = "operations"')
    refusal = refused(folder)
    assert ("ladder[2].steps[1].tell[1]", str(folder / "ladders.toml")) == (refusal.key, refusal.file)
    assert refusal.reason.startswith('Fjordbyen legesenter has no inbox with kind = "duty"')


def test_steps_in_no_order_are_told_together_with_a_name_that_is_wrong(folder: Path, spoil: Spoil) -> None:
    spoil("ladders.toml", 'name = "Svar innen to timer"', 'name = "Svar"')
    spoil("ladders.toml", "{ minutes = 90, tell", "{ minutes = 20, tell")
    refusal = refused(folder)
    told = "\n".join((str(refusal), *refusal.__notes__))
    assert "agreements.toml: line" in told and "the steps must stand in order of time, and 20 follows 30" in told


def test_a_practice_must_open_again(folder: Path, spoil: Spoil) -> None:
    days = (date(2028, 1, 1) + timedelta(days=n) for n in range(366))
    closed = "".join(f'[[practice.closed]]\nevery = "{d:%m-%d}"\nname = "a"\n' for d in days if d != date(2028, 2, 29))
    spoil("centre.toml", "[[practice.closed]]", f"{closed}[[practice.closed]]")
    refusal = refused(folder)
    assert ("practice[0].closed", str(folder / "centre.toml")) == (refusal.key, refusal.file)
    assert "Fjordbyen legesenter would not open on any of the 400 days after" in refusal.reason


def test_no_promise_may_take_longer_than_a_year_of_openings(folder: Path, spoil: Spoil) -> None:
    spoil("centre.toml", WEEK, 'mon = ["08:00-08:01"]')
    refusal = refused(folder)
    assert ("ladder[3].due.working_minutes", str(folder / "ladders.toml")) == (refusal.key, refusal.file)
    assert "takes longer than a year at Fjordbyen legesenter, which opens 1 minutes a week" in refusal.reason


def test_every_promise_that_is_taken_can_be_counted(folder: Path, spoil: Spoil) -> None:
    mondays = (date(2027, 8, 2) + timedelta(weeks=n) for n in range(12))
    closed = "".join(f'[[practice.closed]]\non = {day}\nname = "a"\n' for day in mondays)
    spoil("centre.toml", "[[practice.closed]]", f"{closed}[[practice.closed]]")
    spoil("centre.toml", WEEK, 'mon = ["08:00-08:30", "12:00-12:01"]')
    spoil("ladders.toml", "working_minutes = 30", "working_minutes = 1612")
    spoil("ladders.toml", "elapsed_hours = 72", "elapsed_hours = 8760")
    spoil("ladders.toml", "minutes = 90", "minutes = 43200")
    found = registry.load(folder)
    (practice,) = found.directory.practices.values()
    received = datetime(2026, 12, 21, 13, tzinfo=UTC)
    for ladder in found.ladders:
        due = deadline.first(ItemId("1"), ladder, "", practice.hours, received).due
        assert received < due < received + timedelta(days=500)


def test_no_step_may_come_more_than_a_year_of_openings_later(folder: Path, spoil: Spoil) -> None:
    spoil("centre.toml", WEEK, 'mon = ["08:00-08:30", "12:00-12:01"]')
    spoil("ladders.toml", "minutes = -60", "working_minutes = -1613")
    refusal = refused(folder)
    assert ("ladder[1].steps[0].working_minutes", str(folder / "ladders.toml")) == (refusal.key, refusal.file)


def test_a_folder_with_nothing_but_a_partners_clock_promises_nothing(folder: Path) -> None:
    written = (folder / "ladders.toml").read_text(encoding="utf-8")
    (folder / "ladders.toml").write_text(written[written.index("# Når vi har spurt") :], encoding="utf-8")
    (folder / "agreements.toml").write_text("", encoding="utf-8")
    refusal = refused(folder)
    assert ("ladder", True) == (refusal.key, "the last ladder must have no conditions" in refusal.reason)


def test_two_practices_must_be_told_apart(folder: Path, spoil: Spoil) -> None:
    other = '[[practice]]\nher_id = "900800"\nname = "B"\norganisation_number = "100000024"\nopen.mon = ["08:00-09:00"]'
    spoil("centre.toml", "[[service]]", f"{other}\n\n[[service]]")
    refusal = refused(folder)
    assert "service[0].practice" == refusal.key
    assert "there are several practices" in refusal.reason


def test_whatever_is_cut_out_leaves_a_configuration_or_a_refusal(folder: Path) -> None:
    rng = Random(1)
    files = sorted(folder.iterdir())
    loaded = 0
    for _ in range(150):
        path = rng.choice(files)
        whole = path.read_bytes()
        start = rng.randrange(len(whole))
        path.write_bytes(whole[:start] + whole[start + rng.choice((1, 3, 30, 300)) :])
        with suppress(BadConfiguration):
            loaded += isinstance(registry.load(folder), Configuration)
        path.write_bytes(whole)
    # Some cuts only take a comment, most take something that is missed; any other failure would have ended the test.
    assert 0 < loaded < 150


@pytest.mark.parametrize("broken", PATIENTS, ids=lambda b: f"{b.key} {b.new}"[:60])
def test_no_refusal_tells_a_patients_name_or_number(broken: Broken, folder: Path, spoil: Spoil) -> None:
    spoil(broken.file, broken.old, broken.new)
    refusal = refused(folder)
    told = f"{refusal} {getattr(refusal, '__notes__', '')}".replace(str(folder), "")
    assert [] == re.findall(r"\d{7,}|Aas\b|Anna|farlig", told)


@pytest.mark.parametrize("field", ["password_hash", "key_sha256"])
def test_no_refusal_tells_a_secret(field: str, folder: Path, spoil: Spoil) -> None:
    spoil("accounts.toml", f'{field} = "', f'{field} = "hemmelig')
    refusal = refused(folder)
    assert "hemmelig" not in f"{refusal} {refusal.__cause__!r} {refusal.__cause__}"


def refused(folder: Path) -> BadConfiguration:
    """How the folder is refused."""
    with pytest.raises(BadConfiguration) as refusal:
        registry.load(folder)
    return refusal.value
