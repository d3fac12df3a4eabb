"""A real mail server on a free port of loopback, which keeps what it takes and refuses what a test wants refused."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class MailServer:
    """What came; with a `refusal` nothing more does, and with `login` only those may send who know it."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    refusal: str = ""
    tries: int = 0
    login: tuple[str, str] | None = None
    secure: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - the library calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a receiver."""
        self.tries += 1
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a letter."""
        raw = envelope.content
        assert isinstance(raw, bytes)
        found = email.message_from_bytes(raw, policy=default)
        assert isinstance(found, EmailMessage)
        self.raw.append(raw)
        self.letters.append(found)
        self.secure.append(server.transport.get_extra_info("ssl_object") is not None)
        return "250 OK"

    def known(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """Whether somebody knows the login."""
        assert isinstance(data, LoginPassword)
        right = self.login == (data.login.decode(), data.password.decode())
        return AuthResult(success=right, handled=False)

    def to(self, address: str) -> list[EmailMessage]:
        """The letters to one address."""
        return [x for x in self.letters if x["To"] == address]


@asynccontextmanager
async def serving(
    tls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None, wrapped: bool = False
) -> AsyncIterator[MailServer]:
    """The server, as long as somebody needs it; with `tls` by STARTTLS, or from the beginning where it is `wrapped`."""
    found = MailServer(login=login)

    def made() -> SMTP:
        begins = None if wrapped else tls
        # The library does not see TLS that was there from the beginning.
        asks: dict[str, Any] = {"auth_required": not wrapped, "auth_require_tls": not wrapped} if login else {}
        asks |= {"authenticator": found.known} if login else {}
        return SMTP(found, tls_context=begins, require_starttls=begins is not None, hostname="localhost", **asks)

    server = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0, ssl=tls if wrapped else None)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        await server.wait_closed()
