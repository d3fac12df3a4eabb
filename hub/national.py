"""The national registers: the Address Register and the GP register, asked over HTTPS."""

import asyncio
from collections.abc import Mapping
from datetime import date
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

import httpx2
import msgspec

from hub.enquiry import Enquiry, Register, Registered
from hub.errors import Unavailable
from hub.message import HerId

# No answer is longer.
LIMIT = 65_536

_HerId = Annotated[str, msgspec.Meta(pattern=r"^\d{1,12}$")]
_Text = Annotated[str, msgspec.Meta(max_length=300)]


class _Party(msgspec.Struct, rename="camel"):
    her_id: _HerId
    name: _Text
    parent_her_id: _HerId | None = None
    parent_name: _Text = ""
    type: _Text = ""
    active: bool = True


class _Doctor(msgspec.Struct):
    her_id: _HerId = msgspec.field(name="gpHerId")
    since: date | None = msgspec.field(name="from", default=None)


class Registers:
    """The registers that a site may ask, each at its address. Use it as an async context manager.

    A question goes out as JSON in the body, never in the address, as addresses are logged: `{"herId": "1234"}` or
    `{"nin": "01864612632"}` (docs/registers.md).
    """

    def __init__(self, addresses: Mapping[Register, str], token: str | None = None, seconds: float = 5.0) -> None:
        self._addresses = dict(addresses)
        self._seconds = seconds
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # What a gateway or a load balancer would have us remember is nothing to us.
        forgets = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        self._client = httpx2.AsyncClient(
            headers=headers, cookies=forgets, timeout=seconds, follow_redirects=False, trust_env=False
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._client.__aexit__(kind, error, at)

    async def ask(self, enquiry: Enquiry) -> Registered:
        """What a register says. Raises Unavailable, which names the register, when it says nothing that can be used."""
        address = self._addresses.get(enquiry.register)
        if address is None:
            raise Unavailable(f"[registers] names no {enquiry.register.value} register")
        name = f"the {enquiry.register.value} register at {urlsplit(address).netloc}"
        try:
            async with asyncio.timeout(self._seconds):
                status, body = await self._post(address, _question(enquiry))
        except (TimeoutError, httpx2.TimeoutException):
            raise Unavailable(f"{name} said nothing in {self._seconds:g} s") from None
        except (httpx2.HTTPError, ValueError) as fault:
            raise Unavailable(f"{name} cannot be reached: {type(fault).__name__}") from fault
        if status == httpx2.codes.NOT_FOUND:
            return Registered()
        if status in (httpx2.codes.UNAUTHORIZED, httpx2.codes.FORBIDDEN):
            raise Unavailable(f"{name} refuses us ({status}): is the token in [registers] right?")
        if status != httpx2.codes.OK:
            raise Unavailable(f"{name} answered {status}")
        return _read(enquiry, body, name)

    async def _post(self, address: str, question: Mapping[str, str]) -> tuple[int, bytes]:
        async with self._client.stream("POST", address, json=question) as response:
            body = b""
            async for part in response.aiter_bytes():
                body += part
                if len(body) > LIMIT:
                    break
            return response.status_code, body


def _question(enquiry: Enquiry) -> dict[str, str]:
    return {"herId" if enquiry.register is Register.ADDRESS else "nin": enquiry.key}


def _read(enquiry: Enquiry, body: bytes, name: str) -> Registered:
    if len(body) > LIMIT:
        raise Unavailable(f"{name} answered more than {LIMIT} bytes")
    try:
        if enquiry.register is Register.GP:
            doctor = msgspec.json.decode(body, type=_Doctor)
            return Registered(HerId(doctor.her_id), since=doctor.since)
        party: Any = msgspec.json.decode(body, type=_Party)
    except msgspec.MsgspecError as fault:
        # What is wrong, and not what it said: that may be about a patient.
        raise Unavailable(f"{name} answered something else than it should: {fault}") from None
    if party.her_id != enquiry.key:
        raise Unavailable(f"{name} answered about another HER-id than it was asked")
    parent = HerId(party.parent_her_id) if party.parent_her_id else None
    return Registered(HerId(party.her_id), party.name, parent, party.parent_name, party.type, party.active)
