"""The vocabulary of the municipal messages (PLO 1.5 and 1.6): what their elements are called, and what they are about.

Elements are known by name whatever their version. One that stands in no table keeps its own name and stays where
it was found, so that a newer version loses nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hub.message import Code, Topic

# Components that are read under a heading of their own, in whatever they stand.
SECTIONS = {
    "InnholdKonsultasjon": (Topic.REQUEST, "Hva meldingen gjelder"),
    "TypeInnholdIMelding": (Topic.OTHER, "Hva meldingen gjelder"),
    "InformasjonOmForsendelsen": (Topic.OTHER, "Om forsendelsen"),
    "Foresporsel": (Topic.REQUEST, "Forespørsel"),
    "TilleggsopplysningPasient": (Topic.OTHER, "Om pasienten"),
    "ParorendeForesatt": (Topic.PEOPLE, "Pårørende eller foresatt"),
    "TilknyttetEnhet": (Topic.PEOPLE, "Tilknyttet enhet"),
    "KontaktpersonHelsepersonell": (Topic.PEOPLE, "Kontaktperson"),
    "AnsvarForRapport": (Topic.PEOPLE, "Ansvarlig for rapporten"),
    "Ansvarlig": (Topic.PEOPLE, "Ansvarlig"),
    "SendtDokument": (Topic.OTHER, "Sendt dokument"),
    "TidsfestetHendelse": (Topic.EVENT, "Hendelse"),
    "UtskrevetTil": (Topic.EVENT, "Utskrevet til"),
    "Fraversassistent": (Topic.EVENT, "Fravær"),
    "OpplysningerTilSoknad": (Topic.OTHER, "Opplysninger til søknad"),
    "InfoMedisinskDiagnose": (Topic.DIAGNOSIS, "Diagnoser"),
    "TidsperiodeDiagnose": (Topic.DIAGNOSIS, "Diagnose i en periode"),
    "InfoTidligereSykdommer": (Topic.DIAGNOSIS, "Tidligere sykdommer"),
    "RegistrertBlodtype": (Topic.OTHER, "Blodtype"),
    "Cave": (Topic.WARNING, "Cave"),
    "Allerginotat": (Topic.WARNING, "Allergi"),
    "ReservasjonOnske": (Topic.WARNING, "Reservasjon eller ønske"),
    "Legemiddelinfo": (Topic.MEDICATION, "Legemiddel"),
    "AdmAvHelsepersonell": (Topic.MEDICATION, "Legemiddel gitt av helsepersonell"),
    "Egenadministrering": (Topic.MEDICATION, "Legemiddel som pasienten tar selv"),
    "InfoAvtaleOmLegemiddeladm": (Topic.MEDICATION, "Avtale om legemidler"),
    "InfoKontaktepisode": (Topic.EVENT, "Kontakt"),
    "InfoKontrolltime": (Topic.FOLLOW_UP, "Kontrolltime"),
    "AnbefaltVidereTiltak": (Topic.FOLLOW_UP, "Anbefalt videre tiltak"),
    "OpplysningerRelevantOppfolging": (Topic.FOLLOW_UP, "Relevant for oppfølgingen"),
    "IverksatteTiltak": (Topic.ASSESSMENT, "Iverksatt tiltak"),
    "InfoMaalForventetRes": (Topic.ASSESSMENT, "Mål og forventet resultat"),
    "InfoVurderinger": (Topic.ASSESSMENT, "Vurdering"),
    "AndreFagrapporter": (Topic.ASSESSMENT, "Rapport fra annen faggruppe"),
    "GenereltJournalnotat": (Topic.ASSESSMENT, "Journalnotat"),
    "InfoFraSykepleier": (Topic.ASSESSMENT, "Fra sykepleier"),
    "InfoKartleggingFunksjonsniva": (Topic.FUNCTION, "Funksjonsnivå"),
    "EksisterendeTjeneste": (Topic.FUNCTION, "Tjeneste"),
    "TjenesteBehov": (Topic.FUNCTION, "Behov for tjeneste"),
    "FasteHjelpemidler": (Topic.FUNCTION, "Faste hjelpemidler"),
    "StatusHjelpemiddel": (Topic.FUNCTION, "Hjelpemiddel"),
    "AssistertKommunikasjon": (Topic.FUNCTION, "Kommunikasjon"),
    "InformasjonGitt": (Topic.OTHER, "Informasjon gitt"),
}

# What things are called. Nothing means that what is inside needs no name before its own.
TITLES = {
    # what only holds other things
    "AdmInstrukser": "",
    "AdministrertLegemiddel": "",
    "Allergi": "",
    "AvmeldingUtskrivningsklarPasient": "",
    "AvtaleOmAdmLegemidler": "",
    "FellesinfoKontaktepisode": "",
    "ForenkletForskrivning": "",
    "Forskrivningsinfo": "",
    "HelsepersonelListe": "",
    "HelseopplysningerVedSoknad": "",
    "Hjelpemiddelbeskrivelse": "",
    "InfoAndreViktigeOpplysninger": "",
    "InfoAssistertKommunikasjon": "",
    "InfoIPLOSrelevantInformasjon": "",
    "InfoInformasjonGitt": "",
    "InfoReservasjon": "",
    "InformasjonOmTentativTime": "",
    "InformasjonOmTime": "",
    "InformertOm": "",
    "InnholdMaaldokument": "",
    "InnholdVurdering": "",
    "Innleggelsesrapport": "",
    "Konsultasjon": "",
    "KontrolltimeBestill": "",
    "LegemidlerAdministrertVedOverforing": "",
    "Legemidler": "",
    "MedisinskfagligeOpplysninger": "",
    "MeldingFravar": "",
    "MeldingInnlagtPasient": "",
    "MeldingOmUtskrevetPasient": "",
    "MeldingUtskrivningsklarPasient": "",
    "Notater": "",
    "OpplysningOpphold": "",
    "OpplysningerAndreFaggrupper": "",
    "OpplysningerOmHjelpemidler": "",
    "OrienteringOmDod": "",
    "OrienteringOmTjenestetilbud": "",
    "OverforingMedisinskeOpplysninger": "",
    "Pasientlogistikk": "",
    "Pasientrelasjon": "",
    "Personer": "",
    "SakshodeCave": "",
    "SamletVurderingFunksjonsniva": "",
    "StedForHendelse": "",
    "StikkordCave": "",
    "Sykepleierdokumentasjon": "",
    "TidligereSykdomFragment": "",
    "TilleggsinfoKontaktepisode": "",
    "Tiltaksbeskrivelse": "",
    "TverrfagligEpikrise": "",
    "UtlevertLegemiddel": "",
    # those whom a section is about
    "AnsvarligRapport": "Ansvarlig",
    "AnsvarligTjenesteyter": "Tjenesteyter",
    "Helsepersonell": "Helsepersonell",
    "Kontaktenhet": "Kontaktenhet",
    "Kontaktperson": "Kontaktperson",
    "Person": "Person",
    "Referanseperson": "Referanseperson",
    # what is named before what it holds
    "Enkeltvurdering": "Vurdering",
    "GjennomforingAvTiltak": "Gjennomføring",
    "Journaltekst": "Journaltekst",
    "KartlagtFunksjon": "Funksjon",
    "MedisinskDiagnose": "Diagnose",
    "PlanlagtGjennomforingTiltak": "Planlagt gjennomføring",
    # single facts
    "AdmEnkeltdose": "Enkeltdose",
    "AdmSlutt": "Slutt",
    "AdmStart": "Start",
    "AdmStatus": "Status",
    "AdministrertAv": "Administrert av",
    "AllergiskMot": "Allergisk mot",
    "AnafylaktiskeReaksjoner": "Anafylaktiske reaksjoner",
    "Anslag": "Tidspunktet er anslått",
    "AntEnkeltdoser": "Antall enkeltdoser",
    "AntallEnheter": "Antall",
    "AntallEnheterOnsket": "Ønsket antall",
    "Atc": "ATC",
    "AvtaleAdmLegemidler": "Avtale om administrering av legemidler",
    "AvtaleAdmMultidose": "Avtale om multidose",
    "BandasjemateriellEngangsutstyr": "Trenger bandasjemateriell eller engangsutstyr",
    "Begrunnelse": "Begrunnelse",
    "BehandlingStart": "Behandlingen startet",
    "BehovOpphortDato": "Behovet opphørte",
    "BehovTolkSprak": "Behov for tolk, språk",
    "Beskrivelse": "Beskrivelse",
    "BeskrivelseAvHendelse": "Beskrivelse",
    "BeskrivelseAvTjeneste": "Beskrivelse",
    "BeskrivelseInformasjon": "Beskrivelse",
    "BestiltKontrolltime": "Kontrolltime er bestilt",
    "BetegnelseHjelpemiddel": "Hjelpemiddel",
    "BetegnelseTjeneste": "Tjeneste",
    "Blodtype": "Blodtype",
    "BorAlene": "Bor alene",
    "Briller": "Briller",
    "Bruk": "Bruk",
    "BruksomradeTekst": "Bruksområde",
    "CaveStikkord": "Cave",
    "DatoSendt": "Sendt",
    "DiagnoseBeskrivelse": "Beskrivelse",
    "Diagnosekode": "Diagnose",
    "DosVeiledEnkel": "Dosering",
    "DoseringSluttidspunkt": "Slutt",
    "DoseringStarttidspunkt": "Start",
    "EgensoknadSendt": "Egensøknad er sendt",
    "Ekstern": "Ekstern",
    "EndringFunksjonsnivaa": "Endring i funksjonsnivå",
    "Enhet": "Enhet",
    "EtterBehov": "Etter behov",
    "EvalueringTidspunkt": "Evalueres",
    "FasteUkedager": "Faste ukedager",
    "FodselsarMindrearigParorende": "Fødselsår, mindreårig",
    "ForbeholdOmVideresending": "Forbehold om videresending",
    "Formål": "Formål",
    "Forsendelsesstatus": "Status for forsendelsen",
    "Forskriver": "Forskriver",
    "ForventesOppnaadd": "Ventes oppnådd",
    "ForventetGradMaaloppnaaelse": "Ventet grad av måloppnåelse",
    "ForventetStatusUtskriving": "Ventet status ved utskrivning",
    "FraDato": "Fra",
    "FramsattAv": "Framsatt av",
    "FramsattDato": "Framsatt",
    "FravarendeFraDato": "Fraværende fra",
    "FravarendeTilDato": "Fraværende til",
    "FunksjonshemmingKroniskSykdom": "Funksjonshemming eller kronisk sykdom",
    "Funksjonsområde": "Funksjonsområde",
    "Funksjonsvariabel": "Funksjon",
    "GeneriskNavn": "Virkestoff",
    "Gjelder": "Gjelder",
    "GjentagelseIntervall": "Gjentas hver",
    "GodkjentDato": "Godkjent",
    "Hastegrad": "Hastegrad",
    "Hendelsekode": "Hendelse",
    "HensynMatDrikke": "Hensyn ved mat og drikke",
    "HensynVedForskrivning": "Hensyn ved forskrivning",
    "HjelpLegemiddeladm": "Trenger hjelp til legemidler",
    "HjelpemiddelHorsel": "Hørselshjelpemiddel",
    "HjelpemiddelkodeRTV": "Hjelpemiddelkode",
    "Horselsvikt": "Hørselssvikt",
    "Hoveddiagnose": "Hoveddiagnose",
    "IPLOStjenestetype": "Tjenestetype",
    "InformasjonGittAv": "Gitt av",
    "InformasjonGittDato": "Gitt",
    "InformasjonGittTil": "Gitt til",
    "InngaarIMultidose": "Inngår i multidose",
    "IntervensjonTiltakBeskrivelse": "Tiltak",
    "IntervensjonTiltakKode": "Tiltak",
    "JaNei": "Er sendt",
    "KategoriHelsepersonell": "Helsepersonell",
    "KodeAnnetStoff": "Annet stoff",
    "KodetVurdering": "Vurdering",
    "Konsultasjonsform": "Konsultasjonsform",
    "KontaktAvsluttet": "Avsluttet",
    "KontaktStartet": "Startet",
    "Kontaktallergi": "Kontaktallergi",
    "Kontakttype": "Kontakttype",
    "Kvantum": "Kvantum",
    "Legemiddelform": "Legemiddelform",
    "MaalForventetResultat": "Mål",
    "MeldingVideresendt": "Meldingen er videresendt",
    "Merknad": "Merknad",
    "MerknadTilBandasjemateriell": "Merknad om bandasjemateriell",
    "MerknadTilLegemiddeladministrering": "Merknad om legemidler",
    "MottakerFravarende": "Mottakeren er fraværende",
    "MuntligInformasjon": "Muntlig",
    "Navn": "Navn",
    "NavnMottaker": "Mottaker",
    "Notat": "Notat",
    "Nr": "Varenummer",
    "Omsorgsfunksjon": "Omsorgsfunksjon",
    "Opplysning": "Dokument",
    "OpplysningerOmTjenesten": "Om tjenesten",
    "Overskriftskode": "Overskrift",
    "Pacemaker": "Pacemaker",
    "ParorendeInformert": "Pårørende er informert",
    "PasientInformert": "Pasienten er informert",
    "PasientParorendeBestiller": "Pasienten eller pårørende bestiller",
    "PersonTolkebehov": "Person med tolkebehov",
    "PlanlagtSlutt": "Slutt",
    "PlanlagtStart": "Start",
    "Pleietyngde": "Pleietyngde",
    "PollenInnsektstikk": "Pollen eller insektstikk",
    "PreferertTolk": "Foretrukket tolk",
    "PrivatTjeneste": "Privat tjeneste",
    "RefDokIdForesp": "Svar på forespørsel med id",
    "Relasjon": "Relasjon",
    "ReseptId": "Resept-id",
    "Rhesusgruppe": "Rhesusgruppe",
    "SarskilteTiltak": "Særskilte tiltak",
    "Sekvensnummer": "Nummer",
    "SivilStatus": "Sivilstand",
    "SkalIkkeTasSammenMedAnnetLegemiddel": "Skal ikke tas sammen med annet legemiddel",
    "Slektskap": "Slektskap",
    "Sluttdato": "Slutt",
    "SluttdatoDiagnose": "Slutt",
    "Sporsmal": "Spørsmål",
    "Sprak": "Språk",
    "Startdato": "Start",
    "StartdatoDiagnose": "Start",
    "Status": "Status",
    "StatusBehandlingsstart": "Status ved behandlingsstart",
    "StatusInnleggelse": "Status ved innleggelse",
    "StatusTilForskrivningen": "Status for forskrivningen",
    "StedForKontakt": "Sted",
    "StedForKontaktepisode": "Type sted",
    "StedHendelse": "Sted",
    "StedTime": "Sted",
    "Stikkord": "Stikkord",
    "Styrke": "Styrke",
    "SvarPaaForesporsel": "Svar på forespørsel",
    "Synsvikt": "Synssvikt",
    "TentativtTidspunktTime": "Tentativt tidspunkt",
    "TidligereSykdom": "Tidligere sykdom",
    "TidspunktForHendelse": "Tidspunkt",
    "TidspunktTime": "Tidspunkt",
    "TilDato": "Til",
    "TiltakKanTermineres": "Tiltaket kan avsluttes",
    "TjenestenLevertAv": "Levert av",
    "TrukketTilbakeAv": "Trukket tilbake av",
    "TrukketTilbakeDato": "Trukket tilbake",
    "TypeForesp": "Type forespørsel",
    "TypeHendelse": "Ansvarlig for",
    "TypeInformasjon": "Type informasjon",
    "TypeInnhold": "Innhold",
    "TypeInnholdKonsultasjon": "Innhold",
    "TypeJournalinfo": "Type journalinformasjon",
    "TypeMottaker": "Type mottaker",
    "TypeRelasjon": "Relasjon",
    "UtTil": "Til",
    "UtfortTidspunkt": "Utført",
    "Utleveringsform": "Utleveringsform",
    "Uttilstand": "Uttilstand",
    "Varighet": "Varighet",
    "VedInstitusjon": "Ved institusjon",
    "VideresendtTil": "Videresendt til",
    "Virksomhet": "Virksomhet",
    "VirkestoffLegemiddel": "Virkestoff",
    "Vurdering": "Vurdering",
    "VurderingPleietyngde": "Vurdering av pleietyngde",
    "VurderingTekst": "Vurdering",
    "VurderingenGjelder": "Gjelder",
    # people and organisations
    "DateOfBirth": "Født",
    "Nationality": "Statsborgerskap",
    "Organisation": "Underenhet",
    "RoleToPatient": "Rolle",
    "Sex": "Kjønn",
    "TypeHealthcareProfessional": "Yrke",
    "TypeOrganisation": "Type virksomhet",
}

# Those whom a section about people is about: their name needs no title but "name".
MAIN_PARTIES = frozenset(
    (
        *("AnsvarligRapport", "AnsvarligTjenesteyter", "Helsepersonell", "Kontaktenhet", "Kontaktperson", "Person"),
        "Referanseperson",
    )
)

# xs:boolean, which may be written 1 and 0 too.
YES_OR_NO = frozenset(
    (
        *("Anslag", "AvtaleAdmLegemidler", "AvtaleAdmMultidose", "BandasjemateriellEngangsutstyr"),
        *("BestiltKontrolltime", "BorAlene", "EgensoknadSendt", "Ekstern", "EtterBehov", "ForbeholdOmVideresending"),
        *("FunksjonshemmingKroniskSykdom", "HensynMatDrikke", "HensynVedForskrivning", "HjelpLegemiddeladm"),
        *("Horselsvikt", "Hoveddiagnose", "JaNei", "Kontaktallergi", "MeldingVideresendt", "MottakerFravarende"),
        *("MuntligInformasjon", "Pacemaker", "ParorendeInformert", "PasientInformert", "PasientParorendeBestiller"),
        *("PollenInnsektstikk", "PrivatTjeneste", "SkalIkkeTasSammenMedAnnetLegemiddel", "SvarPaaForesporsel"),
        *("Synsvikt", "TiltakKanTermineres"),
    )
)

# The code list of a field whose type names none (CS), or whose sender forgot to.
LISTS = {
    "Forsendelsesstatus": "7309",
    "Formål": "9068",
    "Hastegrad": "9067",
    "Hendelsekode": "9121",
    "KategoriHelsepersonell": "9060",
    "RoleToPatient": "9034",
    "Sex": "3101",
    "TypeHealthcareProfessional": "9060",
    "TypeHendelse": "9131",
    "TypeInnholdKonsultasjon": "9137",
    "TypeJournalinfo": "9066",
    "TypeOrganisation": "9040",
    "UtTil": "8408",
}

# What TypeInnhold is coded in, by the message that it stands in.
CONTENTS = {
    "OverforingMedisinskeOpplysninger": "9138",
    "TverrfagligEpikrise": "9139",
    "HelseopplysningerVedSoknad": "9140",
}

# Codes that professionals know by heart and read first.
CODE_FIRST = frozenset(("Atc", "Diagnosekode", "KodeAnnetStoff", "VirkestoffLegemiddel"))

# What a note under a heading is about: 9141, 9142 and 8311, whose values do not overlap but where they agree.
HEADING_LISTS = ("9141", "9142", "8311")
HEADINGS = {
    **dict.fromkeys(("OP", "UTRED", "UP"), Topic.FOLLOW_UP),
    **dict.fromkeys(("1", "7", "8", "12", "13", "AAI", "FO", "FU", "PROB", "VU"), Topic.ASSESSMENT),
    "TS": Topic.DIAGNOSIS,
    "ME": Topic.MEDICATION,
    "HJ": Topic.FUNCTION,
    **dict.fromkeys(("14", "88", "FA", "IP", "SYKM"), Topic.OTHER),
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How an element is read: what it is called, and for a component of its own what it is about.

    `before` is what the titles of its children begin with, where it stands within a section.
    """

    name: str
    title: str
    before: str = ""
    topic: Topic | None = None
    yes_or_no: bool = False
    code_first: bool = False
    list: str = ""


def _manner(tag: str) -> Manner:
    """How the element of that tag ({namespace}name) is read."""
    name = tag.rpartition("}")[2]
    topic, title = SECTIONS.get(name, (None, TITLES.get(name, name)))
    before = f"{title} – " if title and name not in MAIN_PARTIES else ""
    return Manner(
        name=name,
        title=title or name,
        before=before,
        topic=topic,
        yes_or_no=name in YES_OR_NO,
        code_first=name in CODE_FIRST,
        list=LISTS.get(name, ""),
    )


# Looked up for every element, so the tag is taken as lxml gives it. Bounded, as a sender can make up any names.
manner: Callable[[Any], Manner] = lru_cache(maxsize=1024)(_manner)


def topic(heading: Code, around: Topic) -> Topic:
    """What a note under that heading is about; a warning stays one, and an unknown heading says nothing new."""
    known = not heading.system or heading.number in HEADING_LISTS
    return HEADINGS.get(heading.value, around) if known and around is not Topic.WARNING else around
