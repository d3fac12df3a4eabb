"""The municipal messages (PLO 1.5 and 1.6), and the lists of people that may go along with them: what they say.

The reader asks of a payload what it is for, what it does to those before it, and what it tells. Everything is read
by name whatever the version, tolerantly: what is missing is left empty, what is unknown is kept as it stands.
"""

from hub.message import Code, Kind, Report, Status
from hub.wire import tree
from hub.wire.names import (
    HELSEPERSONELL_2014,
    HELSEPERSONELL_2015,
    PASIENTRELASJON,
    PERSONER,
    PLO,
    PLO_1_5,
    PLO_1_6,
)
from hub.wire.plo import findings, vocabulary
from hub.wire.plo.page import Page
from hub.wire.tree import Element

# What each message is for by its root; patient logistics tells by what it holds.
_KINDS = {
    "Pasientlogistikk": None,
    "Konsultasjon": Kind.TO_DOCTOR,
    "HelseopplysningerVedSoknad": Kind.EARLY_NOTICE,
    "Innleggelsesrapport": Kind.ADMISSION_REPORT,
    "OverforingMedisinskeOpplysninger": Kind.MEDICAL,
    "OrienteringOmTjenestetilbud": Kind.SERVICES,
    "TverrfagligEpikrise": Kind.DISCHARGE_REPORT,
    "MeldingFravar": Kind.ABSENCE,
}
_CHOICES = {
    "MeldingInnlagtPasient": Kind.ADMITTED,
    "MeldingUtskrivningsklarPasient": Kind.READY,
    "AvmeldingUtskrivningsklarPasient": Kind.NOT_READY,
    "MeldingOmUtskrevetPasient": Kind.DISCHARGED,
    "OrienteringOmDod": Kind.DEATH,
}

# Where a message's namespace has another name than its root; the absence was never written anew for 1.6.
_MESSAGES = {
    PLO_1_5: {root: root for root in _KINDS},
    PLO_1_6: {
        **{root: root for root in _KINDS if root != "MeldingFravar"},
        "Konsultasjon": "HelseopplysningerTilLege",
        "OverforingMedisinskeOpplysninger": "MedisinskeOpplysninger",
    },
}

# Lists of people that go along with a message, and what a section of them is called.
_COMPANIONS = {
    f"{{{HELSEPERSONELL_2014}}}Helsepersonell": "Helsepersonell",
    f"{{{HELSEPERSONELL_2015}}}HelsepersonelListe": "Helsepersonell",
    f"{{{HELSEPERSONELL_2015}}}Helsepersonell": "Helsepersonell",
    f"{{{PASIENTRELASJON}}}Pasientrelasjon": "Relasjon til pasienten",
    f"{{{PERSONER}}}Personer": "Person",
}

# The tags of all payloads that are read here.
PAYLOADS = (
    *(f"{{{PLO}{name}/{date}}}{root}" for date, names in _MESSAGES.items() for root, name in names.items()),
    *_COMPANIONS,
)

# What a message does to those before it (7309); a supplement (A) and history (H) stand by themselves.
_STATUS = {"M": Status.CHANGED, "C": Status.CANCELLED}

# What says in one line what the message is about; people come before it in the schemas, but not for a reader.
_FIRST = ("InnholdKonsultasjon", "TypeInnholdIMelding")


def kind(payload: Element) -> Kind | None:
    """What it is for by itself; None for people who only go along, and for logistics that say nothing."""
    if tree.name(payload) in _COMPANIONS:
        return None
    own = _KINDS.get(tree.local(payload))
    return own or next((_CHOICES[name] for each in payload if (name := tree.local(each)) in _CHOICES), None)


def status(payload: Element) -> Status:
    """Whether it is new, or changes or cancels what its conversation refers to (HISD 1154:2018)."""
    component = f"{{{PLO}poKomponent/{tree.namespace(payload).rpartition('/')[2]}}}"
    shipment = payload.find(f"{component}InformasjonOmForsendelsen")
    said = None if shipment is None else shipment.find(f"{component}Forsendelsesstatus")
    return _STATUS.get(tree.attribute(said, "V"), Status.NEW)


def codes(payload: Element) -> tuple[Code, ...]:
    """What it is about, as `report` has it, without laying anything out."""
    contents = vocabulary.CONTENTS.get(tree.local(payload), "")
    return findings.codes(payload, f"{PLO}poKomponent/{tree.namespace(payload).rpartition('/')[2]}", contents)


def report(payload: Element, remark: str) -> Report:
    """All that it tells, in words and for programs; `remark` is what the head says about it."""
    root = tree.local(payload)
    page = Page(vocabulary.CONTENTS.get(root, ""))
    if companions := _COMPANIONS.get(tree.name(payload)):
        page.introduce(payload, companions)
    else:
        page.lay_out(payload, _FIRST)
    page.remark(remark)
    return page.found.report(page.sections)
