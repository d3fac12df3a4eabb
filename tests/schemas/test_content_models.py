"""Every element has the children, the order, the number of each and the types that the standards give it.

The models below restate the facts in one line each: name=type, then nothing for exactly one, ? for at
most one, * for any number, + for at least one; @name for an attribute, with ! if it is required; #text
where text may stand between the children, #any where unknown children may; #none if the children may
be missing all together. An element with a choice has one line for each branch. From each line the test
makes the documents that are just right and those that are wrong in one thing. Epikrise, PLO and what
they carry have their lines in files beside this one.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from lxml import etree

from tests.schemas import models_epikrise, models_epj, models_plo

Verdict = Callable[[str], bool]

KITH = "http://www.kith.no/xmlstds"
PREFIXES = {
    "kith": KITH,
    "fk1": f"{KITH}/felleskomponent1",
    "b64": f"{KITH}/base64container",
    "mh": f"{KITH}/msghead/2006-05-24",
    "d10": f"{KITH}/dialog/2006-10-11",
    "d11": f"{KITH}/dialog/2013-01-23",
    "ar10": f"{KITH}/apprec/2004-11-21",
    "ar11": f"{KITH}/apprec/2012-02-15",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "e11": f"{KITH}/epikrise/2006-09-23",
    "e12": f"{KITH}/epikrise/2012-02-15",
    "epj1": f"{KITH}/epj/epj1/2008-02-20",
    "epj2": f"{KITH}/epj/epj2/2008-02-20",
    "epj3": f"{KITH}/epj/epj3/2008-02-20",
    "m1": f"{KITH}/epj/meta/2008-02-20",
    "hp14": f"{KITH}/helsepersonell/2014-03-28",
    "hp15": f"{KITH}/helsepersonell/2015-05-04",
    "rel": f"{KITH}/pasientrelasjon/2014-03-28",
    "per": f"{KITH}/person/2014-03-28",
    "po5": f"{KITH}/po/poKomponent/2009-06-30",
    "po6": f"{KITH}/po/poKomponent/2012-04-01",
    "log5": f"{KITH}/po/Pasientlogistikk/2009-06-30",
    "log6": f"{KITH}/po/Pasientlogistikk/2012-04-01",
    "ved5": f"{KITH}/po/HelseopplysningerVedSoknad/2009-06-30",
    "ved6": f"{KITH}/po/HelseopplysningerVedSoknad/2012-04-01",
    "til5": f"{KITH}/po/Konsultasjon/2009-06-30",
    "til6": f"{KITH}/po/HelseopplysningerTilLege/2012-04-01",
    "inn5": f"{KITH}/po/Innleggelsesrapport/2009-06-30",
    "inn6": f"{KITH}/po/Innleggelsesrapport/2012-04-01",
    "med5": f"{KITH}/po/OverforingMedisinskeOpplysninger/2009-06-30",
    "med6": f"{KITH}/po/MedisinskeOpplysninger/2012-04-01",
    "ori5": f"{KITH}/po/OrienteringOmTjenestetilbud/2009-06-30",
    "ori6": f"{KITH}/po/OrienteringOmTjenestetilbud/2012-04-01",
    "tve5": f"{KITH}/po/TverrfagligEpikrise/2009-06-30",
    "tve6": f"{KITH}/po/TverrfagligEpikrise/2012-04-01",
    "fra5": f"{KITH}/po/MeldingFravar/2009-06-30",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())


class Samples(NamedTuple):
    """What an element of a type may and may not look like after its name, up to its end tag."""

    good: list[str]
    bad: list[str]


CHILD = "><kith:REF/>"
TYPES = {
    "string": Samples([">Å", ">"], [CHILD, ' V="1">']),
    "date": Samples([">2026-11-21"], [">", ">2026", ">2026-11-21T10:30:00", ' V="2026-11-21">']),
    "dateTime": Samples([">2026-11-21T10:30:00"], [">", ">2026-11-21", ' V="2026-11-21T10:30:00">']),
    "oid": Samples([">2.16.578"], [">", ">2..16", ' V="2.16">']),
    "uri": Samples([">urn:x", ">"], [CHILD, ' V="urn:x">']),
    "integer": Samples([">-17"], [">", ">1.5"]),
    "base64": Samples([">SGVp", ">"], [">SGV", CHILD, ' V="1">']),
    "anyType": Samples([">Å", ' V="1">', CHILD, "><unknown/>"], ['><kith:REF S="1"/>']),
    "content": Samples([">", CHILD, CHILD + "<mh:Patient/>"], [">Å", ' V="1">', "><unknown/>", "><mh:Id/>"]),
    "v12": Samples([">v1.2 2006-05-24", ">"], [">v1.1 2006-05-24", ' V="1">']),
    "CS": Samples([' V="1 a" DN="Å">', ' DN="" V="">', ">"], [">Å", CHILD, ' S="1">', ' OT="1">']),
    "CV": Samples([' V="1 a" S="2.16" DN="Å" OT="Å">', ">"], [">Å", CHILD, ' S="2..16">', ' U="1">']),
    "TS": Samples([' V="2026-11">', ">"], [">2026", CHILD, ' V="i dag">', ' DN="1">']),
    "foreign": Samples([">Å", ' V="1">', ">"], []),
    "URL": Samples([' V="tel:1">', ">"], [">urn:x", CHILD, ' DN="1">']),
    "PQ": Samples([' V="12.5" U="mg">', ">"], [">12.5", CHILD, ' V="ti">', ' S="1">']),
    "boolean": Samples([">true", ">0"], [">", ">ja", ' V="true">']),
    "decimal": Samples([">-12.5"], [">", ">1E2", ">INF", ' V="1">']),
    "double": Samples([">1E2", ">INF"], [">", ">1,5", ' V="1">']),
    "gYear": Samples([">1950"], [">", ">50", ">1950-01", ' V="1950">']),
}
ATTRIBUTES = {
    "ID": ("a", ["1", ""]),
    "uri": ("urn:x", []),
    "string": ("Å", []),
    "category": ("Legemidler", ["Noe annet", ""]),
}


def attribute_values(kind: str) -> tuple[str, list[str]]:
    """A right value and wrong ones; what is no kind is the one right value itself.

    Wrong ones are not tried there, because libxml2 takes them: see DIFFERENCES in test_schemas.py.
    """
    return ATTRIBUTES.get(kind) or (kind.replace("_", " "), [])


NAMES = "FamilyName=string? MiddleName=string? GivenName=string?"
SELF = "DateOfBirth=date? Sex=CS? Nationality=CS?"
DIALOG_PROFESSIONAL = f"TypeHealthcareProfessional=CS? RoleToPatient=CV? {NAMES} {SELF}"
DIALOG_PERSON = f"GivenName=string? MiddleName=string? FamilyName=string? {SELF}"
FK1_REACH = "Ident=fk1:Ident* Address=fk1:Address? TeleCom=fk1:TeleCom*"
MH_REACH = "Ident=mh:Ident* Address=mh:Address? TeleCom=mh:TeleCom*"
ADDRESS = "Type=CS? StreetAdr=string? PostalCode=string? City=string? Postbox=string? County=CS? Country=CS?"
DOCUMENT = (
    "DocumentConnection=CS? ContentType=CV? ContentDescription=string? ContentCategory=CV? Consent=CV?"
    " Annotation=string? FromDate=TS? ToDate=TS? OidRef=oid? EnquiryRefId=string? RefDoc=mh:RefDoc"
)
REFDOC = "IssueDate=TS? MsgType=CS Id=string? MimeType=string? Description=string? Compression=CS?"

MODELS: dict[str, list[str]] = {
    "fk1:Address": [ADDRESS],
    "fk1:TeleCom": ["TypeTelecom=CS? TeleAddress=URL"],
    "fk1:Ident": ["Id=string TypeId=CV"],
    "fk1:Person": [f"{NAMES} {SELF} {FK1_REACH}"],
    "fk1:HealthcareProfessional": [f"{DIALOG_PROFESSIONAL} {FK1_REACH.replace('*', '+', 1)}"],
    "fk1:Organisation": [
        "TypeOrganisation=CV? OrganisationName=string Ident=fk1:Ident+ Address=fk1:Address?"
        " TeleCom=fk1:TeleCom* Organisation=fk1:Organisation?"
    ],
    "mh:Address": [ADDRESS],
    "mh:TeleCom": ["TypeTelecom=CS? TeleAddress=URL"],
    "mh:Ident": ["Id=string TypeId=CV"],
    "mh:MsgHead": [
        "MsgInfo=mh:MsgInfo Document=mh:Document+ ds:Signature=ds:Signature?",
        "MsgInfo=mh:MsgInfo PatientReport=mh:PatientReport+ ds:Signature=ds:Signature?",
    ],
    "mh:MsgInfo": [
        "Type=CS MIGversion=v12 GenDate=dateTime MsgId=string ProcessingStatus=CS? RequestedPriority=CS?"
        " Ack=CS? ConversationRef=mh:ConversationRef? Sender=mh:Sender Receiver=mh:Receiver"
        " OtherReceiver=mh:OtherReceiver* Patient=mh:Patient?"
    ],
    "mh:PatientReport": ["DocumentConnection=CS? CaseNo=string Document=mh:Document+ Patient=mh:Patient?"],
    "mh:Sender": ["ComMethod=CS? Organisation=mh:Organisation"],
    "mh:Receiver": ["ComMethod=CS? Organisation=mh:Organisation"],
    "mh:OtherReceiver": [
        "ComMethod=CS? RoleReceiver=CS Organisation=mh:Organisation?",
        "ComMethod=CS? RoleReceiver=CS Patient=mh:Patient?",
        "ComMethod=CS? RoleReceiver=CS Person=fk1:Person?",
        "ComMethod=CS? RoleReceiver=CS HealthcareProfessional=mh:HealthcareProfessional?",
    ],
    "mh:Document": [DOCUMENT],
    "mh:RefDoc": [f"{REFDOC} FileReference=uri?", f"{REFDOC} Content=content?"],
    "mh:ConversationRef": ["RefToParent=string RefToConversation=string"],
    "mh:Patient": [f"{NAMES} {SELF} {MH_REACH}"],
    "mh:Person": [f"{NAMES} {SELF} {MH_REACH}"],
    "mh:Organisation": [
        "OrganisationName=string TypeOrganisation=CV? Ident=mh:Ident+ Address=mh:Address?"
        " TeleCom=mh:TeleCom* Organisation=mh:Organisation?"
        " HealthcareProfessional=mh:HealthcareProfessional? #none"
    ],
    "mh:HealthcareProfessional": [f"{DIALOG_PROFESSIONAL} {MH_REACH.replace('*', '+', 1)}"],
    "ds:Signature": [
        "SignedInfo=ds:SignedInfo SignatureValue=ds:SignatureValue KeyInfo=ds:KeyInfo? Object=ds:Object* @Id=ID"
    ],
    "ds:SignedInfo": [
        "CanonicalizationMethod=ds:CanonicalizationMethod SignatureMethod=ds:SignatureMethod"
        " Reference=ds:Reference+ @Id=ID"
    ],
    "ds:CanonicalizationMethod": [
        "kith:REF=URL* @Algorithm=uri! #text",
        "KeyName=string* @Algorithm=uri! #text",
    ],
    "ds:SignatureMethod": ["HMACOutputLength=integer? kith:REF=URL* @Algorithm=uri! #text"],
    "ds:SignatureValue": ["@Id=ID #text"],
    "ds:Reference": [
        "Transforms=ds:Transforms? DigestMethod=ds:DigestMethod DigestValue=base64 @Id=ID @URI=uri @Type=uri"
    ],
    "ds:Transforms": ["Transform=ds:Transform+"],
    "ds:Transform": [
        "b64:Foreign=foreign* @Algorithm=uri! #text #any",
        "XPath=string* @Algorithm=uri! #text #any",
    ],
    "ds:DigestMethod": ["b64:Foreign=foreign* @Algorithm=uri! #text #any"],
    "ds:KeyInfo": [
        "KeyName=string+ @Id=ID #text #any",
        "KeyValue=ds:KeyValue+ @Id=ID #text #any",
        "RetrievalMethod=ds:RetrievalMethod+ @Id=ID #text #any",
        "X509Data=ds:X509Data+ @Id=ID #text #any",
        "PGPData=ds:PGPData+ @Id=ID #text #any",
        "SPKIData=ds:SPKIData+ @Id=ID #text #any",
        "MgmtData=string+ @Id=ID #text #any",
        "b64:Foreign=foreign+ @Id=ID #text #any",
    ],
    "ds:KeyValue": [
        "DSAKeyValue=ds:DSAKeyValue #text",
        "RSAKeyValue=ds:RSAKeyValue #text",
        "b64:Foreign=foreign #text",
    ],
    "ds:RetrievalMethod": ["Transforms=ds:Transforms? @URI=uri @Type=uri"],
    "ds:X509Data": [
        "X509IssuerSerial=ds:X509IssuerSerialType+ #any",
        "X509SKI=base64+ #any",
        "X509SubjectName=string+ #any",
        "X509Certificate=base64+ #any",
        "X509CRL=base64+ #any",
        "b64:Foreign=foreign+ #any",
    ],
    "ds:X509IssuerSerialType": ["X509IssuerName=string X509SerialNumber=integer"],
    "ds:PGPData": [
        "PGPKeyID=base64 b64:Foreign=foreign* #any",
        "PGPKeyPacket=base64 b64:Foreign=foreign* #any",
    ],
    "ds:SPKIData": ["SPKISexp=base64+ #any"],
    "ds:DSAKeyValue": [
        "P=base64 Q=base64 G=base64? Y=base64 J=base64? Seed=base64 PgenCounter=base64",
        "G=base64? Y=base64 J=base64?",
    ],
    "ds:RSAKeyValue": ["Modulus=base64 Exponent=base64"],
    "ds:Object": ["b64:Foreign=foreign* @Id=ID @MimeType=string @Encoding=uri #text #any"],
    "ds:Manifest": ["Reference=ds:Reference+ @Id=ID"],
    "ds:SignatureProperties": ["SignatureProperty=ds:SignatureProperty+ @Id=ID"],
    "ds:SignatureProperty": ["b64:Foreign=foreign+ @Id=ID @Target=uri! #text #any"],
}

NOTAT = (
    "TemaKodet=CV Tema=string? TekstNotatInnhold=anyType? Merknad=string? DokIdNotat=string? DatoNotat=date?"
    " Foresporsel=d:Foresporsel? RollerRelatertNotat=d:RollerRelatertNotat*"
)
URGENCY = "Formål=CV? Begrunnelse=string? Hastegrad=CS? FraDato=date? TilDato=date?"
CASE = "SakstypeKodet=CV? Sakstype=string?"
ROLE = "RolleNotat=CV? RoleToPatient=CV?"
PROFESSIONAL = "HealthcareProfessional=d:HealthcareProfessional"
DIALOG: dict[str, list[str]] = {
    "Dialogmelding": [f"{CASE} Foresporsel=d:Foresporsel*", f"{CASE} Notat=d:Notat*"],
    "Notat": [NOTAT],
    "HealthcareProfessional": [f"{DIALOG_PROFESSIONAL} {FK1_REACH}"],
    "Person": [f"{DIALOG_PERSON} {FK1_REACH}"],
}
DIALOG_10 = DIALOG | {
    "Foresporsel": [
        f"TypeForesp=CV Sporsmal=string? {URGENCY} TypeJournalinfo=CV? DokIdForesp=string?"
        " RollerRelatertNotat=d:RollerRelatertNotat*"
    ],
    "RollerRelatertNotat": [f"{ROLE} {PROFESSIONAL}", f"{ROLE} Person=d:Person"],
}
DIALOG_11 = DIALOG | {
    "Foresporsel": [
        f"TypeForesp=CV EmneSporsmal=string? Sporsmal=anyType? {URGENCY} TypeJournalinfo=CV*"
        " KodetOpplysning=CV? DokIdForesp=string? RollerRelatertNotat=d:RollerRelatertNotat*"
    ],
    "RollerRelatertNotat": [
        f"{ROLE} TilknyttetEnhet=d:TilknyttetEnhet? {PROFESSIONAL}?",
        f"{ROLE} TilknyttetEnhet=d:TilknyttetEnhet? Person=d:Person?",
    ],
    "TilknyttetEnhet": [
        f"Kontaktenhet=fk1:Organisation Merknad=string? {PROFESSIONAL}?",
        "Kontaktenhet=fk1:Organisation Merknad=string? Person=d:Person?",
    ],
}
INSTITUTION = "Name=string? Id=string? TypeId=CS?"
APPREC: dict[str, list[str]] = {
    "AppRec": [
        "MsgType=CS MIGversion=string SoftwareName=string? SoftwareVersion=string? GenDate=dateTime Id=string"
        " Sender=d:Sender Receiver=d:Receiver Status=CS Error=CV* OriginalMsgId=d:OriginalMsgId"
    ],
    "Sender": ["Role=CS? HCP=d:HCP"],
    "Receiver": ["Role=CS? HCP=d:HCP"],
    "OriginalMsgId": ["MsgType=CS IssueDate=dateTime Id=string"],
    "HCP": [
        "Inst=d:Inst MedSpeciality=CV? Address=d:Address?",
        "HCProf=d:HCProf MedSpeciality=CV? Address=d:Address?",
    ],
    "HCProf": [f"Type=CS? {INSTITUTION} AdditionalId=d:AdditionalId*"],
    "HCPerson": [f"{INSTITUTION} AdditionalId=d:AdditionalId*"],
    "Dept": [f"Type=CS? {INSTITUTION} AdditionalId=d:AdditionalId*"],
    "Inst": [f"{INSTITUTION} Dept=d:Dept* AdditionalId=d:AdditionalId* HCPerson=d:HCPerson*"],
    "Address": [
        "Type=CS StreetAdr=string? PostalCode=string? City=string? County=CS? Country=CS? CityDistr=CS?"
        " TeleAddress=URL*"
    ],
    "AdditionalId": ["Id=string Type=CS"],
}
for prefix, models in {"d10": DIALOG_10, "d11": DIALOG_11, "ar10": APPREC, "ar11": APPREC}.items():
    MODELS |= {
        f"{prefix}:{name}": [line.replace("=d:", f"={prefix}:") for line in lines] for name, lines in models.items()
    }

MODELS |= models_epikrise.MODELS | models_plo.MODELS | models_epj.MODELS

# Global types: they are met through xsi:type, as no element of theirs is global.
NAMED_TYPES = {"fk1:Address", "fk1:TeleCom", "fk1:Ident", "fk1:Person", "fk1:HealthcareProfessional"}
NAMED_TYPES |= {"fk1:Organisation", "mh:Address", "mh:TeleCom", "mh:Ident", "ds:X509IssuerSerialType"}
# Elements that are not global: they are met inside the one that declares them.
INSIDE = {f"ar{version}:{role}": f"ar{version}:AppRec" for version in (10, 11) for role in ("Sender", "Receiver")}


class Child(NamedTuple):
    """One child of a model."""

    name: str
    type: str
    needed: bool
    many: bool

    def write(self, sample: str) -> str:
        return f"<{self.name}{sample}</{self.name}>"

    def sound(self) -> list[str]:
        """Good forms of the child: for a complex type the fullest and the barest, one level deep."""
        if self.type in TYPES:
            return [self.write(sample) for sample in TYPES[self.type].good]
        return [self.write(sample) for sample in samples_of(self.type)]

    def unsound(self) -> list[str]:
        samples = TYPES[self.type].bad if self.type in TYPES else [' unknown="1">']
        return [self.write(sample) for sample in samples]


class Model:
    """One line of the table, read."""

    def __init__(self, name: str, line: str) -> None:
        self.name = name
        home = name.partition(":")[0]
        self.text = "#text" in line
        self.any = "#any" in line
        self.none = "#none" in line
        self.attributes = re.findall(r"@([\w:]+)=([\w.]+)(!?)", line)
        self.children = [
            Child(child if ":" in child else f"{home}:{child}", kind, number in ("", "+"), number in ("*", "+"))
            for child, kind, number in re.findall(r"(?:^| )([\w:]+)=([\w:]+)([?*+]?)", line)
        ]

    def opening(self, *, full: bool) -> str:
        """The attributes of the start tag and its end."""
        chosen = [(name, attribute_values(kind)[0]) for name, kind, needed in self.attributes if full or needed]
        return "".join(f' {name}="{value}"' for name, value in chosen) + ">"

    def least(self) -> list[str]:
        """The required children, each in its barest form."""
        return [child.sound()[-1] for child in self.children if child.needed]

    def samples(self) -> list[str]:
        """The element with all its children, and with the required only; both without its name."""
        every = [
            child.sound()[0] if child.type in TYPES else child.write(Model(child.type, MODELS[child.type][0]).bare())
            for child in self.children
        ]
        return [self.opening(full=False) + "".join(every), self.bare()]

    def bare(self) -> str:
        return self.opening(full=False) + "".join(self.least())


@cache
def samples_of(name: str) -> list[str]:
    """Every line's samples of a complex type."""
    return [sample for line in MODELS[name] for sample in Model(name, line).samples()]


def document(model: Model, sample: str) -> str:
    """A whole document in which the element of the model looks like the sample."""
    name = model.name
    if name in NAMED_TYPES:
        return (
            f'<d11:Notat {DECLARATIONS}><d11:TemaKodet/><d11:TekstNotatInnhold xsi:type="{name}"'
            f"{sample}</d11:TekstNotatInnhold></d11:Notat>"
        )
    if name in INSIDE:
        outer = Model(INSIDE[name], MODELS[INSIDE[name]][0])
        inner = [child.write(sample) if child.name == name else child.sound()[0] for child in outer.children]
        return f"<{outer.name} {DECLARATIONS}>{''.join(inner)}</{outer.name}>"
    return f"<{name} {DECLARATIONS}{sample}</{name}>"


def made_from(model: Model) -> Iterator[tuple[str, bool, str]]:
    """What is said of a document, whether it is valid, and how its element looks."""
    tag = model.opening(full=True)
    every = [child.sound()[0] for child in model.children]
    yield "all", True, tag + "".join(every)
    yield "only what is required", True, model.bare()
    if model.children:
        alone = len(model.children) == 1 and model.children[0].many
        yield "nothing", model.none or not any(child.needed for child in model.children), tag
        yield "all of it twice", alone, tag + "".join(every) * 2
    yield "text", model.text, tag + "SGVp" + "".join(every)
    yield "an unknown child", model.any, tag + "".join(every) + "<b64:unknown/>"
    yield "an unknown attribute", False, f' unknown="1"{tag}{"".join(every)}'
    for at, child in enumerate(model.children):
        before, after = "".join(every[:at]), "".join(every[at + 1 :])
        yield f"without {child.name}", not child.needed, tag + before + after
        yield f"{child.name} twice", child.many, tag + before + every[at] * 2 + after
        if after:
            swapped = [*every[:at], every[at + 1], every[at], *every[at + 2 :]]
            yield f"{child.name} after the next", False, tag + "".join(swapped)
        for form in child.sound():
            yield f"good {form}", True, tag + before + form + after
        for form in child.unsound():
            yield f"bad {form}", False, tag + before + form + after
    for name, kind, needed in model.attributes:
        good, bad = attribute_values(kind)
        yield f"without @{name}", not needed, tag.replace(f' {name}="{good}"', "") + "".join(every)
        for value in bad:
            yield (
                f"@{name} {value}",
                False,
                tag.replace(f' {name}="{good}"', f' {name}="{value}"') + "".join(every),
            )


@pytest.mark.parametrize(("name", "line"), [(name, line) for name, lines in MODELS.items() for line in lines])
def test_the_schema_holds_the_model(valid: Verdict, name: str, line: str) -> None:
    """Each document made from the model is valid exactly if it keeps to it."""
    model = Model(name, line)
    made = [(said, expected, document(model, sample)) for said, expected, sample in made_from(model)]
    wrong = [(said, expected, text) for said, expected, text in made if expected != valid(text)]
    assert not wrong


def test_every_element_that_a_file_declares_for_all_has_a_model(catalogue: Path) -> None:
    """Exceptions are what has a type of its own name (a model too), signatures and data types."""
    others = {PREFIXES[prefix] for prefix in ("ds", "kith", "b64")}
    declared = set()
    for file in catalogue.parent.rglob("*.xsd"):
        root = etree.parse(str(file)).getroot()
        space = root.get("targetNamespace")
        if space and space not in others:
            prefix = next(prefix for prefix, uri in PREFIXES.items() if uri == space)
            elements = (each for each in root.iterchildren("{*}element") if each.get("type") is None)
            declared |= {f"{prefix}:{each.get('name')}" for each in elements}
    assert len(declared) > 300
    assert set() == declared - set(MODELS)
