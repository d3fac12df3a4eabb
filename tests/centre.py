"""The sample centre as tests use it: a hub on a folder of its own, and messages for it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen
from uuid import UUID

from hub import registry, settings
from hub.clock import Clock
from hub.readers import readers_of
from hub.service import Hub, open_hub
from hub.store.migrate import migrate
from hub.wire import Readers
from tests.servers import port as ports

EXCHANGE = {"Authorization": "Bearer sample-key-exchange"}
XML = {"Content-Type": "application/xml"}
NURSE, COORDINATOR, GP = ("kari.moen", "sambud"), ("berit.dahl", "sambud"), ("nora.nordli", "sambud")
TEAM = "primaerhelseteam"
# A patient of the team, and one who is nobody's but a GP's; both from the sample's patients.csv.
TEAM_PATIENT, GP_PATIENT = "01864612632", "22837327958"

MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24">
 <MsgInfo><Type V="DIALOG_HELSEFAGLIG" DN="Helsefaglig dialog"/><MIGversion>v1.2 2006-05-24</MIGversion>
  <GenDate>2026-11-24T08:59:00+01:00</GenDate><MsgId>{msg_id}</MsgId>
  <Sender><Organisation><OrganisationName>Fjordbyen kommune</OrganisationName>
   <Ident><Id>{sender}</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident>
   <Organisation><OrganisationName>Sykepleietjeneste</OrganisationName>
    <Ident><Id>900201</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident></Organisation>
  </Organisation></Sender>
  <Receiver><Organisation><OrganisationName>Fjordbyen legesenter</OrganisationName>
   <Ident><Id>{practice}</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident>
   <Organisation><OrganisationName>Fastlegetjeneste</OrganisationName>
    <Ident><Id>{service}</Id><TypeId V="HER" DN="HER-id" S="2.16.578.1.12.4.1.1.9051"/></Ident></Organisation>
  </Organisation></Receiver>
  <Patient><FamilyName>Aas</FamilyName><GivenName>Anna</GivenName>
   <Ident><Id>{patient}</Id><TypeId V="FNR" DN="Fødselsnummer" S="2.16.578.1.12.4.1.1.8116"/></Ident></Patient>
 </MsgInfo>
 <Document><RefDoc><MsgType V="XML" DN="XML-instans"/><Content>
  <Dialogmelding xmlns="http://www.kith.no/xmlstds/dialog/2013-01-23">
   <Notat><TemaKodet V="6" DN="Henvendelse om pasient" S="2.16.578.1.12.4.1.1.7322"/>
    <Tema>{subject}</Tema><TekstNotatInnhold>{text}</TekstNotatInnhold></Notat>
  </Dialogmelding></Content></RefDoc></Document>
</MsgHead>
"""


def message(n: int = 1, **changes: str) -> bytes:
    """The n-th message from the home service about a team patient."""
    values = {
        "msg_id": str(UUID(int=n, version=4)),
        "sender": "900200",
        "practice": "900100",
        "service": "900101",
        "patient": TEAM_PATIENT,
        "subject": "Blodtrykk",
        "text": "Blodtrykket er 180/100 for tredje dag på rad.",
    }
    return MESSAGE.format(**values | changes).encode()


def configured(folder: Path, **changes: Any) -> settings.Settings:
    """The sample's settings with a migrated database in the folder."""
    file = folder / "hub.db"
    if not file.exists():
        file.write_bytes(_migrated())
    found = settings.load(settings.sample())
    return found.model_copy(update={"database": settings.Database(url=f"sqlite:///{file}"), **changes})


@cache
def _migrated() -> bytes:
    """An empty database with this version's tables."""
    with TemporaryDirectory() as folder:
        migrate(f"sqlite:///{folder}/hub.db")
        return (Path(folder) / "hub.db").read_bytes()


# What the sample centre's files say; reading them takes longer than most tests.
configuration = cache(registry.load)

_readers: list[Readers] = []


@asynccontextmanager
async def shared_readers() -> AsyncIterator[None]:
    """One reader process for all hubs that tests open meanwhile, by the sample's settings."""
    sample = settings.load(settings.sample())
    async with readers_of(sample.wire, sample.acceptance, sample.signatures) as made:
        _readers.append(made)
        yield
        _readers.remove(made)


@asynccontextmanager
async def opened(configured: settings.Settings) -> AsyncIterator[Hub]:
    """A hub by these settings, which must be the sample's but for the database and the clock."""
    async with open_hub(configured, configuration(configured.folder), *_readers) as hub:
        yield hub


@asynccontextmanager
async def hub(folder: Path, clock: Clock | None = None) -> AsyncIterator[Hub]:
    """A hub of the sample centre, open; `clock` is set after it opened."""
    async with opened(configured(folder)) as hub:
        hub.clock = clock or hub.clock
        yield hub


@dataclass(slots=True)
class Served:
    """A real `hub serve` process."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal and wait; returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(30)


@contextmanager
def served(folder: Path, port: int | None = None, **environment: str) -> Iterator[Served]:
    """`hub serve` as its user starts it, on the folder's database; killed at the end if it still runs."""
    configured(folder)
    log = folder / "serve.log"
    own = {
        "HUB_DATABASE__URL": f"sqlite:///{folder / 'hub.db'}",
        "HUB_WEB__PORT": str(port or ports.free()),
        "HUB_CONFIG": str(settings.sample()),
    }
    words = [sys.executable, "-m", "hub.cli", "serve"]
    with log.open("ab") as out:
        process = subprocess.Popen(
            words, env={**os.environ, **own, **environment}, stdin=subprocess.DEVNULL, stderr=out
        )
        found = Served(process, int(own["HUB_WEB__PORT"]), log)
        try:
            answering(found)
            yield found
        finally:
            process.kill()
            process.wait(30)


def answering(found: Served) -> None:
    for _ in range(600):
        if found.process.poll() is not None:
            raise RuntimeError(f"hub serve ended: {found.log.read_text()}")
        try:
            urlopen(f"{found.url}/health", timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"hub serve does not answer: {found.log.read_text()}")
