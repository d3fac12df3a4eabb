"""What a site decides: one frozen object, read once from hub.toml and the environment."""

import json
import os
import re
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from hub import acceptance, resources
from hub.acceptance import Choice
from hub.clock import Clock
from hub.enquiry import Register
from hub.errors import BadConfiguration

# What our names in the environment begin with, what stands between section and key, and the one that is no setting.
PREFIX, BETWEEN, CONFIG = "HUB_", "__", "HUB_CONFIG"


def _printable(value: Any) -> Any:
    """A value without the character that no name of a file or a machine may hold. Raises ValueError."""
    if isinstance(value, str) and "\0" in value:
        raise ValueError("must not hold a NUL character")
    return value


def _host(value: str) -> str:
    """A name or an address that can be looked up. Raises ValueError."""
    try:
        value.encode("idna")
    except UnicodeError:
        raise ValueError("is neither a host name nor an address") from None
    return value


def _database(value: str) -> str:
    """The address of a database that the hub knows. Raises ValueError, which does not repeat it: it may be secret."""
    kind, _, name = value.partition("://")
    if kind not in ("sqlite", "postgresql"):
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if "?" in name:
        raise ValueError("takes no options: leave out what begins with the question mark")
    if kind == "sqlite" and (not name.startswith("/") or name in ("/", "/:memory:")):
        raise ValueError("must name a file, as in sqlite:////var/lib/sambud/hub.db")
    if kind == "postgresql" and not name.partition("/")[2]:
        raise ValueError("must name a database, as in postgresql://sambud@db.example/sambud")
    return value


def _broker(value: str) -> str:
    """A broker's address. Raises ValueError, which does not repeat it: it holds a password."""
    if not re.fullmatch(r"amqps?://[^/\s]+(/[^\s]*)?", value):
        raise ValueError("must be an address as in amqps://sambud:secret@mq.example:5671/")
    return value


def _register(value: str) -> str:
    """A register's address; what goes there is about patients. Raises ValueError."""
    parts = urlsplit(value)
    near = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or parts.scheme not in (("https", "http") if near else ("https",)) or "@" in parts.netloc:
        raise ValueError("must be an address as in https://ar.example/party; http is for this machine alone")
    return value


def _page(value: str) -> str:
    """An address of pages or an API, without a user's name, a question or an anchor in it. Raises ValueError."""
    parts = urlsplit(value)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or "@" in parts.netloc
        or parts.query
        or parts.fragment
    ):
        raise ValueError("must be an address as in https://sambud.example, without a question mark or a password")
    return value.rstrip("/")


def _hook(value: str) -> str:
    """A webhook's address, which may have a question. Raises ValueError, which does not repeat it: it may be secret."""
    parts = urlsplit(value)
    near = parts.hostname in ("127.0.0.1", "::1", "localhost")
    if not parts.hostname or parts.scheme not in (("https", "http") if near else ("https",)) or "@" in parts.netloc:
        raise ValueError("must be an address as in https://ops.example/hook; http is for this machine alone")
    return value


def _mailbox(value: str) -> str:
    """Whom mail is from: an address, or a name and an address. Raises ValueError."""
    if not re.fullmatch(r"([^<>\r\n@]+ )?<[^\s<>@]+@[\w.-]+>|[^\s<>@]+@[\w.-]+", value, re.ASCII):
        raise ValueError("must be an address as in sambud@legesenter.example, or Sambud <sambud@legesenter.example>")
    return value


def _line(value: str) -> str:
    """A user's name or a password. Raises ValueError, which does not repeat it."""
    if not value or not value.isprintable():
        raise ValueError("must be a line of letters, digits and signs")
    return value


def _secret(value: str) -> str:
    """What a webhook's messages are signed with. Raises ValueError, which does not repeat it."""
    if not re.fullmatch(r"[\x21-\x7e]{16,}", value):
        raise ValueError("must have at least 16 letters, digits and signs of ASCII, without blanks")
    return value


def _token(value: str) -> str:
    """Something that may stand in a header. Raises ValueError, which does not repeat it."""
    if not re.fullmatch(r"[\x21-\x7e]+", value):
        raise ValueError("must be letters, digits and signs of ASCII, without blanks")
    return value


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    _printable = field_validator("*", mode="before")(_printable)


class Database(_Section):
    """Where things are kept; a relative file is relative to the configuration's folder.

    The bytes of messages are let go after `keep_months` whole months, once nothing about them is open; without it they
    are kept for ever. What was done about them is always kept.
    """

    url: Annotated[str, AfterValidator(_database)] = "sqlite:///sambud.db"
    keep_months: Annotated[int, Field(ge=1, le=1200)] | None = None


class Web(_Section):
    """Where the doors are; a page where nobody did anything for `lock_minutes` is locked, with 0 never.

    `contact` is the mail address to which people write when a page is hard to use. What is done on a page can be taken
    back for `undo_seconds`, and what it sends waits as long; with 0 it cannot.
    """

    host: Annotated[str, Field(min_length=1), AfterValidator(_host)] = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8460
    session_hours: Annotated[int, Field(ge=1, le=72)] = 10
    lock_minutes: Annotated[int, Field(ge=0, le=1440)] = 10
    secure_cookies: bool = False
    contact: Annotated[str, AfterValidator(_mailbox)] | None = None
    undo_seconds: Annotated[int, Field(ge=0, le=60)] = 10


class Wire(_Section):
    """How messages are read: processes, the limits that hold for each of them, and by which schemas.

    `schemas` is a folder that `hub schemas use` has written; without one the hub's own schemas are used.
    """

    readers: Annotated[int, Field(ge=1, le=64)] = 1
    limit_bytes: Annotated[int, Field(ge=1024, le=1_000_000_000)] = 51_200_000
    memory_mb: Annotated[int, Field(ge=128, le=1_048_576)] = 768
    seconds: Annotated[float, Field(gt=0, le=600)] = 2.0
    schemas: Path | None = None


class Acceptance(_Section):
    """What this site decides where the standard leaves it to the receiver; hub/acceptance.py says what each means."""

    malformed: Choice = Choice.REJECT
    unknown_format: Choice = Choice.REJECT
    invalid: Choice = Choice.REJECT
    unknown_receiver: Choice = Choice.REJECT

    def choices(self) -> acceptance.Acceptance:
        """The same as a word, which everything inside takes."""
        return acceptance.Acceptance(**{name: getattr(self, name) for name in acceptance.CHOICES})


class Signatures(_Section):
    """Whose personal signatures are trusted: a folder of authorities' certificates and revocation lists.

    Without one a signature must be right, but nobody asks who stands behind the certificate. It is read when the hub
    starts.
    """

    trust: Path | None = None


class Registers(_Section):
    """The national registers that are asked about whom nobody here knows; one without an address is not asked.

    An answer counts for `days`. Whatever a register does, no message waits for it.
    """

    address: Annotated[str, AfterValidator(_register)] | None = None
    gp: Annotated[str, AfterValidator(_register)] | None = None
    token: Annotated[str, AfterValidator(_token)] | None = None
    days: Annotated[int, Field(ge=1, le=365)] = 7
    seconds: Annotated[float, Field(gt=0, le=60)] = 5.0

    @property
    def addresses(self) -> dict[Register, str]:
        """Where each register that can be asked is."""
        found = {Register.ADDRESS: self.address, Register.GP: self.gp}
        return {register: address for register, address in found.items() if address}


class Webhook(_Section):
    """A system that is told, and what it knows us by: each message is signed with the secret."""

    url: Annotated[str, AfterValidator(_hook)]
    secret: Annotated[str, AfterValidator(_secret)]


class Notices(_Section):
    """What goes out beside the inboxes (docs/notices.md), and by what; `link` is where people reach the pages.

    Mail goes by `smtp_host`, from `sender`. What is not urgent waits `gather_seconds` for what comes with it, and a
    target that was told hears of more after `cool_down_minutes`.
    """

    sender: Annotated[str, AfterValidator(_mailbox)] | None = None
    smtp_host: Annotated[str, Field(min_length=1), AfterValidator(_host)] | None = None
    smtp_port: Annotated[int, Field(ge=1, le=65535)] = 587
    smtp_user: Annotated[str, AfterValidator(_line)] | None = None
    smtp_password: Annotated[str, AfterValidator(_line)] | None = None
    smtp_tls: Literal["starttls", "tls", "none"] = "starttls"
    webhooks: dict[str, Webhook] = {}
    alertmanager: Annotated[str, AfterValidator(_page)] | None = None
    link: Annotated[str, AfterValidator(_page)] | None = None
    gather_seconds: Annotated[float, Field(ge=0, le=600)] = 10.0
    cool_down_minutes: Annotated[float, Field(ge=0, le=1440)] = 30.0
    seconds: Annotated[float, Field(gt=0, le=60)] = 10.0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.smtp_host and not self.sender:
            raise ValueError('smtp_host needs a sender, as in sender = "Sambud <sambud@legesenter.example>"')
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("smtp_user and smtp_password go together: give both or none")
        if self.smtp_user and self.smtp_tls == "none" and self.smtp_host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError('a password goes to no other machine in the open: smtp_tls must be "starttls" or "tls"')
        if wrong := next((name for name in self.webhooks if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name)), None):
            raise ValueError(f"webhooks.{wrong}: a name must be small letters a-z, digits, dots and dashes")
        return self


class Reconciliation(_Section):
    """The key (Ed25519, PEM) that lists for partners are signed with; without one they are not."""

    key: Path | None = None


class Watch(_Section):
    """How the clock is watched; a step later than `grace_seconds` is marked late."""

    grace_seconds: Annotated[int, Field(ge=1, le=86_400)] = 60


class Broker(_Section):
    """The message broker: its addresses (one for each node of a cluster), none where messages come over HTTP only.

    `prefetch` deliveries are fetched ahead by each intake worker, shared by its queues; at most `batch` are committed
    together.
    """

    urls: tuple[Annotated[str, AfterValidator(_broker)], ...] = ()
    prefetch: Annotated[int, Field(ge=1, le=5000)] = 1024
    batch: Annotated[int, Field(ge=1, le=1000)] = 256


class Worker(_Section):
    """What every worker process does beside its work: it answers a health probe where a port is given."""

    health_host: Annotated[str, Field(min_length=1), AfterValidator(_host)] = "127.0.0.1"
    health_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    drain_seconds: Annotated[float, Field(gt=0, le=600)] = 10.0


class Rehearsal(_Section):
    """A clock of its own, for demonstrations: `start` is now, and time runs `speed` times as fast.

    Processes that are to agree about the time give `anchor` too: the Unix seconds at which it was `start`.
    """

    start: AwareDatetime | None = None
    anchor: Annotated[float, Field(ge=0, allow_inf_nan=False)] = Field(default_factory=time.time)
    speed: Annotated[float, Field(gt=0, le=100_000)] = 1.0


class Settings(BaseSettings):
    """All of it. `folder` holds centre.toml, partners.toml, agreements.toml, routes.toml and the rest."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter=BETWEEN)

    _printable = field_validator("*", mode="before")(_printable)

    folder: Path = Path()
    database: Database = Database()
    web: Web = Web()
    wire: Wire = Wire()
    acceptance: Acceptance = Acceptance()
    signatures: Signatures = Signatures()
    registers: Registers = Registers()
    notices: Notices = Notices()
    reconciliation: Reconciliation = Reconciliation()
    watch: Watch = Watch()
    broker: Broker = Broker()
    worker: Worker = Worker()
    clock: Rehearsal = Rehearsal()

    def running_clock(self) -> Clock:
        """The clock that the rim hands to everything inside."""
        return Clock(self.clock.start, self.clock.anchor, self.clock.speed)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file; nothing else."""
        return env_settings, TomlConfigSettingsSource(settings_cls)


def configured() -> bool:
    """Whether a configuration file is there without being named on the command line."""
    return bool(os.environ.get(CONFIG)) or Path("hub.toml").is_file()


def find(path: Path | None) -> Path:
    """The configuration file: the one named, else HUB_CONFIG, else ./hub.toml.

    Raises BadConfiguration when that is no file.
    """
    file = path or Path(os.environ.get(CONFIG) or "hub.toml")
    if not file.is_file():
        raise BadConfiguration(str(file), "", "there is no such file; name one with --config or HUB_CONFIG")
    return file


def sample() -> Path:
    """The sample centre's configuration file."""
    return resources.folder("sample") / "hub.toml"


def load(path: Path | None = None) -> Settings:
    """Read the settings; HUB_WEB__PORT=9000 in the environment goes before `port` in [web].

    Raises BadConfiguration that names the file, the key and what is wrong with it, and notes what else is wrong.
    """
    file = find(path)
    if unknown := [("environment", name, "the hub knows no such name; is it misspelt?") for name in _unknown()]:
        raise BadConfiguration.of(*unknown)
    try:
        settings = _of_file(file)()
    except ValidationError as fault:
        raise BadConfiguration.of(*(_problem(file, each) for each in fault.errors())) from fault
    except SettingsError as fault:
        raise _no_json(file, fault) from fault
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BadConfiguration(str(file), "", str(fault)) from fault
    return _anchored(settings, file.resolve().parent)


def _unknown() -> Iterator[str]:
    """The names in the environment that begin like ours and mean nothing, which pydantic would pass over."""
    known = {f"{PREFIX}{section}".upper() for section in Settings.model_fields}
    tables = {f"{PREFIX}notices{BETWEEN}webhooks".upper()}
    for section, field in Settings.model_fields.items():
        keys = getattr(field.annotation, "model_fields", ())
        known |= {f"{PREFIX}{section}{BETWEEN}{key}".upper() for key in keys}
    for name in sorted(os.environ):
        if not name.upper().startswith(PREFIX) or name == CONFIG or name.upper() in known:
            continue
        # A table whose keys a site chooses: what stands in it is checked like what the file has there.
        if not name.upper().startswith(tuple(f"{table}{BETWEEN}" for table in tables)):
            yield name


def _problem(file: Path, fault: Any) -> tuple[str, str, str]:
    """Where a value stands and what is wrong with it; the environment goes before the file."""
    place = [str(part) for part in fault["loc"]]
    for depth in range(len(place), 0, -1):
        name = _in_environment(BETWEEN.join(place[:depth]))
        if name and _holds(os.environ[name], place[depth:]):
            return "environment", name, _plainly(fault, place[depth:])
    return str(file), ".".join(place), _plainly(fault)


def _in_environment(place: str) -> str | None:
    """A setting's name as the environment has it, in whatever case."""
    return next((name for name in os.environ if name.upper() == f"{PREFIX}{place}".upper()), None)


def _holds(written: str, place: list[str]) -> bool:
    """Whether a value, which is JSON when a whole section stands in it, has something at this place."""
    if not place:
        return True
    found = json.loads(written)
    for part in place:
        if not isinstance(found, dict) or part not in found:
            return False
        found = found[part]
    return True


def _no_json(file: Path, fault: SettingsError) -> BadConfiguration:
    """A whole section in the environment that is not JSON; pydantic tells its name in words only."""
    field = re.search(r'field "(\w+)"', str(fault))
    name = _in_environment(field[1]) if field else None
    if name is None:
        return BadConfiguration(str(file), "", str(fault))
    reason = f'must be JSON, as in {{"key": "value"}}; or give each key by itself, as in {name}{BETWEEN}KEY'
    return BadConfiguration("environment", name, reason)


def _of_file(file: Path) -> type[Settings]:
    class OfFile(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    return OfFile


def _plainly(fault: Any, place: Sequence[str] = ()) -> str:
    """What is wrong, in words; `place` is where in the value it is."""
    where = f"{'.'.join(place)}: " if place else ""
    if fault["type"] == "extra_forbidden":
        return f"{where}there is no such key; is it misspelt?"
    if fault["type"] == "value_error":
        return f"{where}{fault['ctx']['error']}"
    return f"{where}{fault['msg']}, not {fault['input']!r}"


def _anchored(settings: Settings, base: Path) -> Settings:
    """Relative paths in the file are relative to the file, not to where the command was typed."""
    prefix, _, name = settings.database.url.partition(":///")
    url = f"{prefix}:///{base / name}" if prefix == "sqlite" and name else settings.database.url
    database = settings.database.model_copy(update={"url": url})
    trust = settings.signatures.trust
    signatures = settings.signatures.model_copy(update={"trust": trust and base / trust})
    wire = settings.wire.model_copy(update={"schemas": settings.wire.schemas and base / settings.wire.schemas})
    found = {"folder": base / settings.folder, "database": database, "signatures": signatures, "wire": wire}
    if key := settings.reconciliation.key:
        found["reconciliation"] = settings.reconciliation.model_copy(update={"key": base / key})
    return settings.model_copy(update=found)
