"""What the elements of PLO 1.5 and 1.6 may hold, in the notation of test_content_models.py.

d: stands for the version's own namespace of what its messages share, m: for the message's own.
"""

COMMON: dict[str, list[str]] = {
    "TilknyttetEnhet": [
        "Kontaktenhet=fk1:Organisation Merknad=string?",
    ],
    "KontaktpersonHelsepersonell": [
        "Kontaktperson=fk1:HealthcareProfessional Merknad=string?",
    ],
    "TilleggsopplysningPasient": [
        "SivilStatus=CS? BorAlene=boolean? Sprak=CS?",
    ],
    "SendtDokument": [
        "Opplysning=CV JaNei=boolean DatoSendt=date? TypeMottaker=CV? NavnMottaker=string? Merknad=string?",
    ],
    "InformasjonOmForsendelsen": [
        "Forsendelsesstatus=CS ForbeholdOmVideresending=boolean? SvarPaaForesporsel=boolean? "
        "Foresporsel=d:Foresporsel?",
    ],
    "AnsvarForRapport": [
        "AnsvarligRapport=fk1:HealthcareProfessional GodkjentDato=date? TypeRelasjon=CV? Merknad=string?",
    ],
    "Foresporsel": [
        "TypeForesp=CV Formål=CV? Hastegrad=CS? TypeJournalinfo=CV? Sporsmal=string? Begrunnelse=string? "
        "FraDato=date? TilDato=date? RefDokIdForesp=string?",
    ],
    "Fraversassistent": [
        "MottakerFravarende=boolean MeldingVideresendt=boolean? FravarendeFraDato=date? FravarendeTilDato=date? "
        "VideresendtTil=fk1:HealthcareProfessional? Merknad=string?",
    ],
    "OpplysningerTilSoknad": [
        "EgensoknadSendt=boolean Merknad=string?",
    ],
    "InfoInformasjonGitt": [
        "InformasjonGitt=d:InformasjonGitt+",
    ],
    "InfoAssistertKommunikasjon": [
        "AssistertKommunikasjon=d:AssistertKommunikasjon",
    ],
    "InfoIPLOSrelevantInformasjon": [
        "TidsperiodeDiagnose=d:TidsperiodeDiagnose* TidsfestetHendelse=d:TidsfestetHendelse?",
    ],
    "InfoKartleggingFunksjonsniva": [
        "SamletVurderingFunksjonsniva=d:SamletVurderingFunksjonsniva? KartlagtFunksjon=d:KartlagtFunksjon+ "
        "Ansvarlig=d:Ansvarlig?",
    ],
    "EksisterendeTjeneste": [
        "IPLOStjenestetype=CV? BetegnelseTjeneste=string? PrivatTjeneste=boolean TjenestenLevertAv=string? "
        "OpplysningerOmTjenesten=string? AntallEnheter=decimal? Enhet=string? Startdato=date? Sluttdato=date? "
        "Merknad=string?",
    ],
    "TidsfestetHendelse": [
        "Hendelsekode=CV? BeskrivelseAvHendelse=string? TidspunktForHendelse=TS Anslag=boolean Merknad=string? "
        "StedForHendelse=d:StedForHendelse?",
    ],
    "UtskrevetTil": [
        "Uttilstand=CV? UtTil=CV Merknad=string?",
    ],
    "AvtaleOmAdmLegemidler": [
        "AvtaleAdmLegemidler=boolean AvtaleAdmMultidose=boolean Merknad=string? AdmInstrukser=d:AdmInstrukser? "
        "Tiltaksbeskrivelse=d:Tiltaksbeskrivelse*",
    ],
    "MedisinskfagligeOpplysninger": [
        "RegistrertBlodtype=d:RegistrertBlodtype? InfoTidligereSykdommer=d:InfoTidligereSykdommer* "
        "epj1:Cave=epj1:Cave? epj1:Allerginotat=epj1:Allerginotat* "
        "epj2:GenereltJournalnotat=epj2:GenereltJournalnotat*",
    ],
    "Sykepleierdokumentasjon": [
        "InfoFraSykepleier=d:InfoFraSykepleier? "
        "epj3:LegemidlerAdministrertVedOverforing=epj3:LegemidlerAdministrertVedOverforing? "
        "InfoAvtaleOmLegemiddeladm=d:InfoAvtaleOmLegemiddeladm? InfoVurderinger=d:InfoVurderinger* "
        "IverksatteTiltak=d:IverksatteTiltak* AnbefaltVidereTiltak=d:AnbefaltVidereTiltak* "
        "InfoMaalForventetRes=d:InfoMaalForventetRes* Ansvarlig=d:Ansvarlig*",
    ],
    "InfoMedisinskDiagnose": [
        "MedisinskDiagnose=d:MedisinskDiagnose+",
    ],
    "InfoKontaktepisode": [
        "FellesinfoKontaktepisode=d:FellesinfoKontaktepisode TilleggsinfoKontaktepisode=d:TilleggsinfoKontaktepisode?",
    ],
    "InfoReservasjon": [
        "ReservasjonOnske=d:ReservasjonOnske+",
    ],
    "InfoAndreViktigeOpplysninger": [
        "epj2:GenereltJournalnotat=epj2:GenereltJournalnotat* epj1:Allerginotat=epj1:Allerginotat*",
    ],
    "OpplysningerAndreFaggrupper": [
        "AndreFagrapporter=d:AndreFagrapporter? AnbefaltVidereTiltak=d:AnbefaltVidereTiltak* "
        "InfoVurderinger=d:InfoVurderinger*",
    ],
    "OpplysningOpphold": [
        "TidsfestetHendelse=d:TidsfestetHendelse",
    ],
    "OpplysningerOmHjelpemidler": [
        "FasteHjelpemidler=d:FasteHjelpemidler* StatusHjelpemiddel=d:StatusHjelpemiddel*",
    ],
    "TjenesteBehov": [
        "IPLOStjenestetype=CV? BetegnelseTjeneste=string? VedInstitusjon=string? BeskrivelseAvTjeneste=string? "
        "AntallEnheterOnsket=double? Enhet=string?",
    ],
    "AssistertKommunikasjon": [
        "PersonTolkebehov=fk1:Person? Horselsvikt=boolean? Synsvikt=boolean? BehovTolkSprak=CS? "
        "PreferertTolk=fk1:Person? BehovOpphortDato=TS? Merknad=string?",
    ],
    "Hjelpemiddelbeskrivelse": [
        "Sekvensnummer=integer? HjelpemiddelkodeRTV=CV? BetegnelseHjelpemiddel=string",
    ],
    "RegistrertBlodtype": [
        "Blodtype=CS Rhesusgruppe=CS? Merknad=string?",
    ],
    "AndreFagrapporter": [
        "BehandlingStart=date? StatusInnleggelse=string? StatusBehandlingsstart=string? "
        "ForventetStatusUtskriving=string? AnsvarligRapport=fk1:HealthcareProfessional? "
        "epj2:Journaltekst=epj2:Journaltekst*",
    ],
    "InfoTidligereSykdommer": [
        "TidligereSykdomFragment=d:TidligereSykdomFragment? epj2:Journaltekst=epj2:Journaltekst?",
    ],
    "InfoFraSykepleier": [
        "OpplysningerRelevantOppfolging=d:OpplysningerRelevantOppfolging? epj2:Journaltekst=epj2:Journaltekst*",
    ],
    "InformasjonOmTime": [
        "BestiltKontrolltime=boolean TidspunktTime=dateTime? Varighet=integer? StedTime=string? "
        "InformertOm=d:InformertOm?",
    ],
    "KontrolltimeBestill": [
        "PasientParorendeBestiller=boolean InformertOm=d:InformertOm?",
    ],
    "KartlagtFunksjon": [
        "Funksjonsvariabel=CV? Vurdering=integer? Merknad=string?",
    ],
    "InfoAvtaleOmLegemiddeladm": [
        "AvtaleOmAdmLegemidler=d:AvtaleOmAdmLegemidler",
    ],
    "Ansvarlig": [
        "TypeHendelse=CV? TidspunktForHendelse=dateTime Ekstern=boolean "
        "AnsvarligTjenesteyter=fk1:HealthcareProfessional? Virksomhet=fk1:Organisation? Merknad=string?",
    ],
    "InnholdKonsultasjon": [
        "TypeInnholdKonsultasjon=CS Merknad=string?",
    ],
    "TypeInnholdIMelding": [
        "TypeInnhold=CV Merknad=string?",
    ],
    "FellesinfoKontaktepisode": [
        "Kontakttype=CV Konsultasjonsform=CV? KontaktStartet=TS KontaktAvsluttet=TS? Merknad=string?",
    ],
    "AnbefaltVidereTiltak": [
        "Tiltaksbeskrivelse=d:Tiltaksbeskrivelse",
    ],
    "ReservasjonOnske": [
        "Gjelder=string FramsattAv=fk1:Person FramsattDato=date TrukketTilbakeAv=fk1:Person? "
        "TrukketTilbakeDato=date? Merknad=string?",
    ],
    "FasteHjelpemidler": [
        "Briller=CS? HjelpemiddelHorsel=CS? Pacemaker=boolean? Merknad=string?",
    ],
    "SamletVurderingFunksjonsniva": [
        "Pleietyngde=decimal? VurderingPleietyngde=string? Merknad=string?",
    ],
    "TidsperiodeDiagnose": [
        "StartdatoDiagnose=date SluttdatoDiagnose=date? MedisinskDiagnose=d:MedisinskDiagnose",
    ],
    "InfoMaalForventetRes": [
        "InnholdMaaldokument=d:InnholdMaaldokument epj2:Journaltekst=epj2:Journaltekst*",
    ],
    "InfoVurderinger": [
        "InnholdVurdering=d:InnholdVurdering epj2:Journaltekst=epj2:Journaltekst*",
    ],
    "IverksatteTiltak": [
        "Tiltaksbeskrivelse=d:Tiltaksbeskrivelse",
    ],
    "TilleggsinfoKontaktepisode": [
        "StedForKontaktepisode=CV? StedForKontakt=string?",
    ],
    "StatusHjelpemiddel": [
        "Status=CS Hjelpemiddelbeskrivelse=d:Hjelpemiddelbeskrivelse",
    ],
    "StedForHendelse": [
        "StedHendelse=string",
    ],
    "InnholdVurdering": [
        "VurderingenGjelder=string Stikkord=string* FraDato=date? TilDato=date? KategoriHelsepersonell=CS? "
        "Enkeltvurdering=d:Enkeltvurdering*",
    ],
    "InformertOm": [
        "PasientInformert=boolean ParorendeInformert=boolean",
    ],
    "Tiltaksbeskrivelse": [
        "IntervensjonTiltakKode=CV* IntervensjonTiltakBeskrivelse=string? KategoriHelsepersonell=CS? "
        "Stikkord=string* EvalueringTidspunkt=date? Merknad=string? "
        "GjennomforingAvTiltak=d:GjennomforingAvTiltak* "
        "PlanlagtGjennomforingTiltak=d:PlanlagtGjennomforingTiltak?",
    ],
    "TidligereSykdomFragment": [
        "FunksjonshemmingKroniskSykdom=boolean TidligereSykdom=string Diagnosekode=CV?",
    ],
    "AdmInstrukser": [
        "Utleveringsform=CS? SarskilteTiltak=CS*",
    ],
    "InnholdMaaldokument": [
        "MaalForventetResultat=CV? ForventetGradMaaloppnaaelse=CV? Beskrivelse=string? "
        "KategoriHelsepersonell=CS? ForventesOppnaadd=date? FraDato=date? TilDato=date? Stikkord=string*",
    ],
    "PlanlagtGjennomforingTiltak": [
        "PlanlagtStart=date PlanlagtSlutt=date? FasteUkedager=CS* GjentagelseIntervall=PQ? EtterBehov=boolean?",
    ],
    "GjennomforingAvTiltak": [
        "UtfortTidspunkt=date TiltakKanTermineres=boolean? Merknad=string?",
    ],
    "Enkeltvurdering": [
        "Funksjonsområde=CV? KodetVurdering=CV? VurderingTekst=string?",
    ],
}
ONLY_15: dict[str, list[str]] = {
    "ParorendeForesatt": [
        "Slektskap=CS? Omsorgsfunksjon=CS? Referanseperson=fk1:Person Merknad=string?",
    ],
    "InfoKontrolltime": [
        "InformasjonOmTime=d:InformasjonOmTime",
        "KontrolltimeBestill=d:KontrolltimeBestill",
    ],
    "InformasjonGitt": [
        "TypeInformasjon=CV? BeskrivelseInformasjon=string? MuntligInformasjon=boolean "
        "InformasjonGittTil=fk1:Person InformasjonGittDato=date InformasjonGittAv=fk1:HealthcareProfessional",
    ],
    "OpplysningerRelevantOppfolging": [
        "BandasjemateriellEngangsutstyr=boolean? HjelpLegemiddeladm=boolean? EndringFunksjonsnivaa=string?",
    ],
    "MedisinskDiagnose": [
        "Hoveddiagnose=boolean Diagnosekode=CV? DiagnoseBeskrivelse=string?",
    ],
}
ONLY_16: dict[str, list[str]] = {
    "ParorendeForesatt": [
        "Slektskap=CS? Omsorgsfunksjon=CS? FodselsarMindrearigParorende=gYear? Referanseperson=fk1:Person "
        "Merknad=string?",
    ],
    "InfoKontrolltime": [
        "InformasjonOmTime=d:InformasjonOmTime",
        "KontrolltimeBestill=d:KontrolltimeBestill",
        "InformasjonOmTentativTime=d:InformasjonOmTentativTime",
    ],
    "InformasjonOmTentativTime": [
        "TentativtTidspunktTime=string? StedTime=string? Merknad=string? InformertOm=d:InformertOm?",
    ],
    "InformasjonGitt": [
        "TypeInformasjon=CV? BeskrivelseInformasjon=string? MuntligInformasjon=boolean? "
        "InformasjonGittTil=fk1:Person InformasjonGittDato=date InformasjonGittAv=fk1:HealthcareProfessional",
    ],
    "OpplysningerRelevantOppfolging": [
        "BandasjemateriellEngangsutstyr=boolean? HjelpLegemiddeladm=boolean? EndringFunksjonsnivaa=string? "
        "MerknadTilBandasjemateriell=string? MerknadTilLegemiddeladministrering=string?",
    ],
    "MedisinskDiagnose": [
        "Hoveddiagnose=boolean? Diagnosekode=CV? DiagnoseBeskrivelse=string?",
    ],
}

# What every message begins with.
HEAD = (
    "d:InformasjonOmForsendelsen=d:InformasjonOmForsendelsen d:TilleggsopplysningPasient=d:TilleggsopplysningPasient? "
    "d:ParorendeForesatt=d:ParorendeForesatt* d:TilknyttetEnhet=d:TilknyttetEnhet* "
    "d:KontaktpersonHelsepersonell=d:KontaktpersonHelsepersonell* d:AnsvarForRapport=d:AnsvarForRapport* "
    "d:SendtDokument=d:SendtDokument*"
)
IN_BOTH: dict[str, list[str]] = {
    "log:Pasientlogistikk": [
        f"{HEAD} OrienteringOmDod=m:OrienteringOmDod",
        f"{HEAD} MeldingOmUtskrevetPasient=m:MeldingOmUtskrevetPasient",
        f"{HEAD} MeldingUtskrivningsklarPasient=m:MeldingUtskrivningsklarPasient",
        f"{HEAD} AvmeldingUtskrivningsklarPasient=m:AvmeldingUtskrivningsklarPasient",
        f"{HEAD} MeldingInnlagtPasient=m:MeldingInnlagtPasient",
    ],
    "log:MeldingInnlagtPasient": [
        "d:TidsfestetHendelse=d:TidsfestetHendelse",
    ],
    "log:OrienteringOmDod": [
        "d:TidsfestetHendelse=d:TidsfestetHendelse",
    ],
    "log:AvmeldingUtskrivningsklarPasient": [
        "d:TidsfestetHendelse=d:TidsfestetHendelse+",
    ],
    "log:MeldingOmUtskrevetPasient": [
        "d:UtskrevetTil=d:UtskrevetTil d:TidsfestetHendelse=d:TidsfestetHendelse "
        "d:InfoInformasjonGitt=d:InfoInformasjonGitt?",
    ],
    "log:MeldingUtskrivningsklarPasient": [
        "d:TidsfestetHendelse=d:TidsfestetHendelse+",
    ],
    "til:Konsultasjon": [
        f"{HEAD} d:InnholdKonsultasjon=d:InnholdKonsultasjon? d:InfoMedisinskDiagnose=d:InfoMedisinskDiagnose* "
        "d:MedisinskfagligeOpplysninger=d:MedisinskfagligeOpplysninger? epj3:Legemiddelinfo=epj3:Legemiddelinfo* "
        "d:InfoAndreViktigeOpplysninger=d:InfoAndreViktigeOpplysninger? "
        "d:Sykepleierdokumentasjon=d:Sykepleierdokumentasjon? "
        "d:InfoKartleggingFunksjonsniva=d:InfoKartleggingFunksjonsniva? "
        "d:InfoInformasjonGitt=d:InfoInformasjonGitt* d:InfoAssistertKommunikasjon=d:InfoAssistertKommunikasjon* "
        "d:InfoReservasjon=d:InfoReservasjon*",
    ],
    "inn:Innleggelsesrapport": [
        f"{HEAD} d:InfoMedisinskDiagnose=d:InfoMedisinskDiagnose* "
        "d:MedisinskfagligeOpplysninger=d:MedisinskfagligeOpplysninger? epj3:Legemiddelinfo=epj3:Legemiddelinfo* "
        "d:EksisterendeTjeneste=d:EksisterendeTjeneste* "
        "d:InfoKartleggingFunksjonsniva=d:InfoKartleggingFunksjonsniva? "
        "d:InfoAndreViktigeOpplysninger=d:InfoAndreViktigeOpplysninger? "
        "d:Sykepleierdokumentasjon=d:Sykepleierdokumentasjon? "
        "d:OpplysningerAndreFaggrupper=d:OpplysningerAndreFaggrupper? "
        "d:OpplysningerOmHjelpemidler=d:OpplysningerOmHjelpemidler? "
        "d:InfoAssistertKommunikasjon=d:InfoAssistertKommunikasjon* d:InfoReservasjon=d:InfoReservasjon* "
        "d:InfoInformasjonGitt=d:InfoInformasjonGitt*",
    ],
    "med:OverforingMedisinskeOpplysninger": [
        f"{HEAD} d:TypeInnholdIMelding=d:TypeInnholdIMelding? d:OpplysningerTilSoknad=d:OpplysningerTilSoknad? "
        "d:InfoMedisinskDiagnose=d:InfoMedisinskDiagnose? "
        "d:MedisinskfagligeOpplysninger=d:MedisinskfagligeOpplysninger? epj3:Legemiddelinfo=epj3:Legemiddelinfo* "
        "d:InfoIPLOSrelevantInformasjon=d:InfoIPLOSrelevantInformasjon? "
        "d:OpplysningerAndreFaggrupper=d:OpplysningerAndreFaggrupper* "
        "d:InfoKartleggingFunksjonsniva=d:InfoKartleggingFunksjonsniva? "
        "d:InfoAssistertKommunikasjon=d:InfoAssistertKommunikasjon* d:InfoInformasjonGitt=d:InfoInformasjonGitt* "
        "d:TjenesteBehov=d:TjenesteBehov* d:InfoAndreViktigeOpplysninger=d:InfoAndreViktigeOpplysninger? "
        "d:InfoReservasjon=d:InfoReservasjon*",
    ],
    "ori:OrienteringOmTjenestetilbud": [
        f"{HEAD} d:EksisterendeTjeneste=d:EksisterendeTjeneste+ d:AssistertKommunikasjon=d:AssistertKommunikasjon*",
    ],
    "tve:TverrfagligEpikrise": [
        f"{HEAD} d:TypeInnholdIMelding=d:TypeInnholdIMelding d:OpplysningOpphold=d:OpplysningOpphold* "
        "d:InfoMedisinskDiagnose=d:InfoMedisinskDiagnose* "
        "d:MedisinskfagligeOpplysninger=d:MedisinskfagligeOpplysninger? epj3:Legemiddelinfo=epj3:Legemiddelinfo* "
        "d:InfoAndreViktigeOpplysninger=d:InfoAndreViktigeOpplysninger? "
        "d:Sykepleierdokumentasjon=d:Sykepleierdokumentasjon? "
        "d:OpplysningerAndreFaggrupper=d:OpplysningerAndreFaggrupper* "
        "d:InfoKartleggingFunksjonsniva=d:InfoKartleggingFunksjonsniva? d:TjenesteBehov=d:TjenesteBehov* "
        "d:InfoInformasjonGitt=d:InfoInformasjonGitt* d:InfoAssistertKommunikasjon=d:InfoAssistertKommunikasjon* "
        "d:InfoReservasjon=d:InfoReservasjon* d:InfoKontrolltime=d:InfoKontrolltime* "
        "d:OpplysningerOmHjelpemidler=d:OpplysningerOmHjelpemidler?",
    ],
}
IN_ONE: dict[str, list[str]] = {
    "ved5:HelseopplysningerVedSoknad": [
        f"{HEAD} d:OpplysningerTilSoknad=d:OpplysningerTilSoknad d:InfoMedisinskDiagnose=d:InfoMedisinskDiagnose* "
        "d:MedisinskfagligeOpplysninger=d:MedisinskfagligeOpplysninger? "
        "d:Sykepleierdokumentasjon=d:Sykepleierdokumentasjon? "
        "d:OpplysningerAndreFaggrupper=d:OpplysningerAndreFaggrupper* "
        "d:InfoKartleggingFunksjonsniva=d:InfoKartleggingFunksjonsniva? "
        "d:InfoAssistertKommunikasjon=d:InfoAssistertKommunikasjon* d:InfoInformasjonGitt=d:InfoInformasjonGitt* "
        "d:TjenesteBehov=d:TjenesteBehov*",
    ],
    "ved6:HelseopplysningerVedSoknad": [
        f"{HEAD} d:TypeInnholdIMelding=d:TypeInnholdIMelding d:OpplysningOpphold=d:OpplysningOpphold+ "
        "d:OpplysningerTilSoknad=d:OpplysningerTilSoknad? d:InfoMedisinskDiagnose=d:InfoMedisinskDiagnose* "
        "d:MedisinskfagligeOpplysninger=d:MedisinskfagligeOpplysninger? "
        "d:Sykepleierdokumentasjon=d:Sykepleierdokumentasjon? "
        "d:OpplysningerAndreFaggrupper=d:OpplysningerAndreFaggrupper* "
        "d:InfoKartleggingFunksjonsniva=d:InfoKartleggingFunksjonsniva? "
        "d:InfoAssistertKommunikasjon=d:InfoAssistertKommunikasjon* d:InfoInformasjonGitt=d:InfoInformasjonGitt* "
        "d:TjenesteBehov=d:TjenesteBehov*",
    ],
    "fra5:MeldingFravar": [
        f"{HEAD} d:Fraversassistent=d:Fraversassistent",
    ],
}


def _of(prefix: str, shared: str, lines: list[str]) -> list[str]:
    """A message's lines in one version."""
    return [line.replace("d:", f"{shared}:").replace("m:", f"{prefix}:") for line in lines]


MODELS = {
    f"{prefix}:{name}": [line.replace("=d:", f"={prefix}:") for line in lines]
    for prefix, only in {"po5": ONLY_15, "po6": ONLY_16}.items()
    for name, lines in (COMMON | only).items()
}
MODELS |= {
    f"{key[:3]}{version}{key[3:]}": _of(f"{key[:3]}{version}", f"po{version}", lines)
    for version in ("5", "6")
    for key, lines in IN_BOTH.items()
}
MODELS |= {key: _of(key[:4], f"po{key[3]}", lines) for key, lines in IN_ONE.items()}
