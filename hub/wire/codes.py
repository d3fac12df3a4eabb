"""The code lists that the wire needs words from: code to Norwegian text, by the number of the code system."""

from hub.message import Code
from hub.wire.names import CODE_SYSTEMS

# 8221: why an acknowledgement is negative (HIS 80415 6.3)
ERRORS = {
    "E10": "Ugyldig meldingsidentifikator",
    "E20": "Lege finnes ikke",
    "E21": "Mottaker finnes ikke",
    "E30": "Pasientens fødselsnummer mangler",
    "E31": "Pasientens fødselsnummer er feil",
    "E32": "Pasientens navn mangler",
    "E33": "Pasientens etternavn mangler",
    "E34": "Pasientens fornavn mangler",
    "E35": "Pasienten finnes ikke i mottakersystemet",
    "E36": "Pasientopplysninger er utilstrekkelige",
    "E53": "Pasientens fødselsnummer eller D-nummer finnes ikke registrert i Folkeregisteret.",
    "E54": "Pasientens fødselsnummer er ikke registrert i mottagersystemet",
    "S01": "Feil på signatur",
    "S02": "Ugyldig sertifikat",
    "S03": "Tilbaketrukket sertifikat",
    "S99": "Annen feil på signatur eller sertifikat",
    "T01": "Ikke XML / ikke 'well formed' / uleselig",
    "T02": "XML validerer ikke",
    "T10": "Støtter ikke meldingsformatet",
    "T99": "Annen feil på format",
    "X99": "Annen feil",
}

# 8258: what an acknowledgement says
STATUS = {
    "1": "OK",
    "2": "Avvist",
    "3": "OK, feil i delmelding",
}

# 8279: what a message is for; only those read or written here
TYPES = {
    "APPREC": "Applikasjonskvittering",
    "DIALOG_AVVIK": "Tilbakemelding om feil i mottatt melding",
    "DIALOG_FORESPORSEL": "Forespørsel",
    "DIALOG_HELSEFAGLIG": "Helsefaglig dialog",
    "DIALOG_NOTAT": "Notat",
    "DIALOG_SVAR": "Svar på forespørsel",
}

# 8112: why somebody receives a message
RECEIVER_ROLES = {
    "COP": "Kopimottaker",
    "FR": "Mottaker i videresendt melding",
    "OR": "Opprinnelig mottaker",
    "PRIM": "Primærmottaker",
}

# 3101: sex of a person
SEXES = {
    "0": "Ikke kjent",
    "1": "Mann",
    "2": "Kvinne",
    "9": "Ikke spesifisert",
}

# 7322: what a Helsefaglig dialog is about (HIS 1077)
DIALOGUE_THEMES = {
    "6": "Henvendelse om pasient",
    "7": "Tilbakemelding på mottak av utskrivningsklar pasient",
    "8": "Forespørsel om helseopplysninger",
    "9": "Forespørsel om legemiddelopplysninger",
}

# 7321: what a DIALOG_NOTAT is about
NOTE_THEMES = {
    "1": "Notat om pasient",
    "2": "Melding om avvik",
    "3": "Uspesifisert notat",
    "4": "Supplerende opplysninger",
    "5": "Overføring av journal",
    "6": "Henvendelse om pasient",
}

# 9069: how a request was answered (HIS 1152)
ANSWER_THEMES = {
    "1": "De etterspurte opplysningene er inkludert i meldingen",
    "2": "Forespørselen avvist uten begrunnelse",
    "3": "Har ikke ønskede opplysninger",
    "4": "Kan ikke besvares. Krever pasientens samtykke",
    "5": "Svar på forespørsel",
    "9": "Annet, svar angitt i fritekst",
}

# 8117: why a message could not be handled (HIS 1151)
DEVIATIONS = {
    "1": "Feil adressat",
    "2": "Mangelfulle opplysninger",
    "9": "Annet",
}

# 9152: what a municipality asks a doctor for
REQUESTS_TO_DOCTORS = {
    "1": "Helseopplysninger",
    "4": "Legemiddelopplysninger",
    "6": "Fornye resept(er).",
    "7": "Time til undersøkelse/behandling",
    "8": "Status/plan for utskrivning",
    "99": "Annen henvendelse",
}

# 9153: what a doctor asks a municipality for
REQUESTS_TO_MUNICIPALITIES = {
    "3": "Tjenestetilbud",
    "5": "Tilstandsvurdering",
    "99": "Annen henvendelse",
}

# 8331: what anybody asks for
REQUESTS = {
    "1": "Generell forespørsel",
    "5": "Fritekst",
}

# 9065: what is asked for when records move
RECORD_REQUESTS = {
    "1": "Spørsmål om å få oversendt hele journalen",
    "2": "Spørsmål om å få overført en eller flere kategorier opplysninger i journalen",
    "3": "Spørsmål om mottaker har ønske om å få tilsendt hele journalen eller flere opplysninger "
    "enn det det er spurt om",
    "4": "Spørsmål om mottaker kan motta et sett av journaler for deponering",
    "5": "Fritekst",
}

# 9067: Hastegrad, not in use so far (HISD 80903)
URGENCY = {
    "1": "Øyeblikkelig hjelp",
    "2": "Gjelder pågående helsehjelp",
    "3": "Innen 24 timer",
    "9": "Ubestemt",
}

# 9068: Formål, not in use so far (HISD 80903)
PURPOSES = {
    "1": "Ny pasient, journal skal opprettes",
    "2": "Helsehjelp til pasient som har journal",
    "9": "Annet",
}

# 9034: a professional's role towards the patient
ROLES = {
    "3": "Behandlingsansvarlig lege",
    "4": "Journalansvarlig",
    "5": "Informasjonsansvarlig",
    "6": "Fastlege",
    "7": "Faglig ansvarlig for vedtak i psykisk helsevern",
    "8": "Koordinator Individuell plan",
    "9": "Primærkontakt",
    "10": "Utskrivende lege",
    "11": "Utskrivende sykepleier",
    "12": "Instituerende lege",
    "13": "Innleggende lege",
    "14": "Ansvarlig jordmor",
    "15": "Vikar for fastlege",
    "16": "Turnuslege",
    "17": "Forløpskoordinator kreft",
    "18": "Koordinator (spesialisthelsetjenesteloven)",
    "19": "Kontaktlege",
    "20": "Kontaktpsykolog",
    "21": "Helsefaglig kontakt",
    "22": "Kontakt i primærhelseteam",
    "23": "Ønsket behandler",
    "24": "Kontakt hos mottaker",
}

# 9057: who stands behind a note
NOTE_ROLES = {
    "1": "Forfatter",
    "2": "Medforfatter",
    "3": "Godkjent av",
    "4": "Forelagt",
}

# 9060: professions
PROFESSIONS = {
    "AA": "Ambulansearbeider",
    "AT": "Apotektekniker",
    "AU": "Audiograf",
    "BI": "Bioingeniør",
    "ET": "Ergoterapeut",
    "FA1": "Provisorfarmasøyt",
    "FA2": "Reseptarfarmasøyt",
    "FO": "Fotterapeut",
    "FT": "Fysioterapeut",
    "HE": "Helsesekretær",
    "HF": "Helsefagarbeider",
    "HP": "Hjelpepleier",
    "JO": "Jordmor",
    "KE": "Klinisk ernæringsfysiolog",
    "KI": "Kiropraktor",
    "LE": "Lege",
    "MT": "Manuellterapeut",
    "OA": "Omsorgsarbeider",
    "OI": "Ortopedingeniør",
    "OP": "Optiker",
    "OR": "Ortoptist",
    "PE": "Perfusjonist",
    "PS": "Psykolog",
    "RA": "Radiograf",
    "SP": "Sykepleier",
    "TH": "Tannhelsesekretær",
    "TL": "Tannlege",
    "TP": "Tannpleier",
    "TT": "Tanntekniker",
    "VE": "Veterinær",
    "VP": "Vernepleier",
    "XX": "Ukjent/uspesifisert",
}

SYSTEMS = {
    "3101": SEXES,
    "7321": NOTE_THEMES,
    "7322": DIALOGUE_THEMES,
    "8112": RECEIVER_ROLES,
    "8117": DEVIATIONS,
    "8221": ERRORS,
    "8258": STATUS,
    "8279": TYPES,
    "8331": REQUESTS,
    "9034": ROLES,
    "9057": NOTE_ROLES,
    "9060": PROFESSIONS,
    "9065": RECORD_REQUESTS,
    "9067": URGENCY,
    "9068": PURPOSES,
    "9069": ANSWER_THEMES,
    "9152": REQUESTS_TO_DOCTORS,
    "9153": REQUESTS_TO_MUNICIPALITIES,
}


def text(system: str, value: str) -> str:
    """The list's own text for a code, or nothing where the list does not have it; `system` is a number or an OID."""
    return SYSTEMS.get(system.removeprefix(CODE_SYSTEMS), {}).get(value, "")


def code(system: str, value: str) -> Code:
    """A code as the lists have it, with its text and full OID."""
    return Code(value, text(system, value), CODE_SYSTEMS + system)
