"""What record content, professionals, persons and relations may hold, in the notation of test_content_models.py.

An attribute with a kind that ATTRIBUTES does not know has that very value (_ for a blank) and no other.
"""

MODELS: dict[str, list[str]] = {
    "epj1:Cave": [
        "SakshodeCave=epj1:SakshodeCave Allerginotat=epj1:Allerginotat* @m1:basiskomponenttype=EPJ_sak! "
        "@m1:komponenttype=2.16.578.1.12.4.1.6.14.50001.0! @m1:informasjonskategori=category "
        "@komponentID=string! @referanseViktigTilleggsinfo=string",
    ],
    "epj1:SakshodeCave": [
        "StikkordCave=epj1:StikkordCave* @m1:basiskomponenttype=EPJ_dokument! "
        "@m1:komponenttype=2.16.578.1.12.4.1.6.13.10028.0! @m1:informasjonskategori=category "
        "@komponentID=string! @referanseViktigTilleggsinfo=string",
    ],
    "epj1:Allerginotat": [
        "epj2:Journaltekst=epj2:Journaltekst* Allergi=epj1:Allergi @m1:basiskomponenttype=EPJ_dokument! "
        "@m1:komponenttype=2.16.578.1.12.4.1.6.13.11036.1! @m1:informasjonskategori=category "
        "@komponentID=string! @referanseViktigTilleggsinfo=string",
    ],
    "epj1:Allergi": [
        "HensynVedForskrivning=boolean? HensynMatDrikke=boolean? Kontaktallergi=boolean? "
        "PollenInnsektstikk=boolean? AllergiskMot=string VirkestoffLegemiddel=CV? KodeAnnetStoff=CV? "
        "AnafylaktiskeReaksjoner=CS?",
    ],
    "epj1:StikkordCave": [
        "CaveStikkord=string epj2:Journaltekst=epj2:Journaltekst?",
    ],
    "epj2:Notater": [
        "GenereltJournalnotat=epj2:GenereltJournalnotat+ @m1:basiskomponenttype=EPJ_sak! "
        "@m1:komponenttype=2.16.578.1.12.4.1.6.14.50301.0! @m1:informasjonskategori=category "
        "@komponentID=string! @referanseViktigTilleggsinfo=string",
    ],
    "epj2:GenereltJournalnotat": [
        "Journaltekst=epj2:Journaltekst+ @m1:basiskomponenttype=EPJ_dokument! "
        "@m1:komponenttype=2.16.578.1.12.4.1.6.13.11009.0! @m1:informasjonskategori=category "
        "@komponentID=string! @referanseViktigTilleggsinfo=string",
    ],
    "epj2:Journaltekst": [
        "Overskriftskode=CV? Notat=string Merknad=string?",
    ],
    "epj3:Legemidler": [
        "Legemiddelinfo=epj3:Legemiddelinfo* "
        "LegemidlerAdministrertVedOverforing=epj3:LegemidlerAdministrertVedOverforing* "
        "@m1:basiskomponenttype=EPJ_sak! @m1:komponenttype=2.16.578.1.12.4.1.6.14.50302.0! "
        "@m1:informasjonskategori=category @komponentID=string! @referanseViktigTilleggsinfo=string",
    ],
    "epj3:Legemiddelinfo": [
        "ForenkletForskrivning=epj3:ForenkletForskrivning @m1:basiskomponenttype=EPJ_dokument! "
        "@m1:komponenttype=2.16.578.1.12.4.1.6.13.10301.0! @m1:informasjonskategori=category "
        "@komponentID=string! @referanseViktigTilleggsinfo=string",
    ],
    "epj3:LegemidlerAdministrertVedOverforing": [
        "AdmAvHelsepersonell=epj3:AdmAvHelsepersonell+ @m1:basiskomponenttype=EPJ_dokument! "
        "@m1:komponenttype=2.16.578.1.12.4.1.6.13.10302.0! @m1:informasjonskategori=category "
        "@komponentID=string! @referanseViktigTilleggsinfo=string",
        "Egenadministrering=epj3:Egenadministrering+ @m1:basiskomponenttype=EPJ_dokument! "
        "@m1:komponenttype=2.16.578.1.12.4.1.6.13.10302.0! @m1:informasjonskategori=category "
        "@komponentID=string! @referanseViktigTilleggsinfo=string",
    ],
    "epj3:ForenkletForskrivning": [
        "StatusTilForskrivningen=CS? InngaarIMultidose=CS? ReseptId=string? Merknad=string? "
        "Forskriver=fk1:HealthcareProfessional? Forskrivningsinfo=epj3:Forskrivningsinfo",
    ],
    "epj3:Forskrivningsinfo": [
        "BruksomradeTekst=string? DosVeiledEnkel=string? Nr=string? Navn=string GeneriskNavn=string? Atc=CS? "
        "Legemiddelform=CS? Styrke=PQ? Bruk=CS? DoseringStarttidspunkt=TS? DoseringSluttidspunkt=TS? "
        "SkalIkkeTasSammenMedAnnetLegemiddel=boolean?",
    ],
    "epj3:AdmAvHelsepersonell": [
        "AdmEnkeltdose=PQ? AdmStart=TS AdmSlutt=TS? AdministrertAv=fk1:HealthcareProfessional? AdmStatus=CS? "
        "AdministrertLegemiddel=epj3:AdministrertLegemiddel? Forskrivningsinfo=epj3:Forskrivningsinfo?",
    ],
    "epj3:Egenadministrering": [
        "AdmEnkeltdose=PQ? AdmStart=TS AdmSlutt=TS? AdministrertAv=fk1:HealthcareProfessional? "
        "UtlevertLegemiddel=epj3:UtlevertLegemiddel+ Forskrivningsinfo=epj3:Forskrivningsinfo?",
    ],
    "epj3:AdministrertLegemiddel": [
        "Kvantum=string?",
    ],
    "epj3:UtlevertLegemiddel": [
        "AntEnkeltdoser=integer",
    ],
    "hp14:Helsepersonell": [
        "Helsepersonell=fk1:HealthcareProfessional*",
    ],
    "hp15:HelsepersonelListe": [
        "Helsepersonell=hp15:Helsepersonell*",
    ],
    "hp15:Helsepersonell": [
        "Helsepersonell=fk1:HealthcareProfessional* Merknad=string?",
    ],
    "rel:Pasientrelasjon": [
        "Person=fk1:Person* Relasjon=CV?",
    ],
    "per:Personer": [
        "Person=fk1:Person*",
    ],
}
