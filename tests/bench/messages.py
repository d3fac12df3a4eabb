"""Messages of 6 kB for the sample centre, each with its own MsgId."""

import random
from uuid import UUID

SIZE = 6_000

_TEMPLATE = """<?xml version="1.0" encoding="UTF-8"?>
<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24">
 <MsgInfo>
  <Type V="DIALOG_HELSEFAGLIG" DN="Helsefaglig dialog"/>
  <MIGversion>v1.2 2006-05-24</MIGversion>
  <GenDate>2026-11-24T10:32:12+01:00</GenDate>
  <MsgId>@MSGID@</MsgId>
  <Sender><Organisation><OrganisationName>Fjordbyen kommune</OrganisationName>
   <Ident><Id>900200</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident>
   <Organisation><OrganisationName>Sykepleietjeneste</OrganisationName>
    <Ident><Id>900201</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident></Organisation>
  </Organisation></Sender>
  <Receiver><Organisation><OrganisationName>Fjordbyen legesenter</OrganisationName>
   <Ident><Id>900100</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident>
   <Organisation><OrganisationName>Fastlegetjeneste</OrganisationName>
    <Ident><Id>900101</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident></Organisation>
  </Organisation></Receiver>
  <Patient><FamilyName>Aas</FamilyName><GivenName>Anna</GivenName>
   <Ident><Id>01864612632</Id><TypeId V="FNR" DN="F\u00f8dselsnummer" S="2.16.578.1.12.4.1.1.8116"/></Ident></Patient>
 </MsgInfo>
 <Document><RefDoc><MsgType V="XML" DN="XML-instans"/><Content>
  <Dialogmelding xmlns="http://www.kith.no/xmlstds/dialog/2013-01-23">
   <Notat><TemaKodet V="6" DN="Henvendelse om pasient" S="2.16.578.1.12.4.1.1.7322"/>
    <Tema>Blodtrykk og v\u00e6skebalanse</Tema>
    <TekstNotatInnhold>@TEXT@</TekstNotatInnhold></Notat>
  </Dialogmelding></Content></RefDoc></Document>
</MsgHead>
"""
_SENTENCE = (
    "Pasienten er noe mer tungpustet enn forrige uke, vekten er opp og blodtrykket er m\u00e5lt tre ganger i dag. "
)


def make(count: int, seed: int = 1) -> list[bytes]:
    """So many messages of SIZE bytes, the same for the same seed."""
    bare = _TEMPLATE.replace("@MSGID@", str(UUID(int=0)))
    room = SIZE - len(bare.replace("@TEXT@", "").encode())
    text = (_SENTENCE * 60).encode()[:room].decode(errors="ignore").ljust(room)
    head, tail = (part.encode() for part in _TEMPLATE.replace("@TEXT@", text).split("@MSGID@"))
    chance = random.Random(seed)
    return [head + str(UUID(int=chance.getrandbits(128), version=4)).encode() + tail for _ in range(count)]
