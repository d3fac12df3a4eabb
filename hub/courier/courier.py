"""The three ways out, each asked once: whoever asks tries again later."""

import asyncio
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2

from hub.courier import alarm, hook, mail
from hub.courier.mail import Post
from hub.dispatch import Claimed, Overdue, Way
from hub.errors import Unavailable

# So many mails are handed to the server at the same time.
MAILS = 8


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a system is told, and what it is signed with."""

    url: str
    secret: str = field(repr=False)


class Courier:
    """Takes a dispatch where it is to go. Use it as an async context manager.

    `link` is where people reach the pages; no answer is waited for longer than `seconds`.
    """

    def __init__(
        self,
        post: Post | None = None,
        webhooks: Mapping[str, Webhook] | None = None,
        alertmanager: str | None = None,
        link: str | None = None,
        seconds: float = 10.0,
    ) -> None:
        self._post, self._webhooks, self._alertmanager = post, dict(webhooks or {}), alertmanager
        self._link, self._seconds = link or "", seconds
        # Mails have threads of their own: those of the process are for sign-ins and answers.
        self._threads = ThreadPoolExecutor(MAILS, thread_name_prefix="mail")
        forgets = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        self._client = httpx2.AsyncClient(cookies=forgets, timeout=seconds, follow_redirects=False, trust_env=False)

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._client.__aexit__(kind, error, at)

    async def take(self, x: Claimed, now: datetime, overdue: Overdue | None = None) -> None:
        """Take it where it is to go; `overdue` is what an alert says. Raises Unavailable, which says what is wrong."""
        match x.way:
            case Way.MAIL:
                await self._mail(x, now)
            case Way.WEBHOOK:
                await self._hook(x, now)
            case Way.ALERTMANAGER:
                await self._alert(x, now, overdue or Overdue())

    async def _mail(self, x: Claimed, now: datetime) -> None:
        if self._post is None:
            raise Unavailable("hub.toml names no smtp_host in [notices]")
        letter = mail.written(x, self._post, self._link, now)
        try:
            # The library's own bound is for each answer of the server, this one for all of them.
            async with asyncio.timeout(self._seconds * mail.ANSWERS):
                here = asyncio.get_running_loop()
                await here.run_in_executor(self._threads, mail.send, letter, self._post, self._seconds)
        except TimeoutError:
            raise Unavailable(f"{self._post.name} did not take it in time") from None

    async def _hook(self, x: Claimed, now: datetime) -> None:
        known = self._webhooks.get(x.target)
        if known is None:
            raise Unavailable(f"hub.toml has no webhook {x.target} in [notices.webhooks]")
        body = hook.body(x, self._link)
        headers = {"Idempotency-Key": x.key, hook.SIGNATURE: hook.signed(body, known.secret, now)}
        await self._posted(known.url, body, headers, f"the webhook {x.target}")

    async def _alert(self, x: Claimed, now: datetime, overdue: Overdue) -> None:
        if self._alertmanager is None:
            raise Unavailable("hub.toml names no alertmanager in [notices]")
        body = json.dumps([alarm.of(x, overdue, self._link, now)]).encode()
        await self._posted(f"{self._alertmanager}{alarm.PATH}", body, {}, "Alertmanager")

    async def _posted(self, url: str, body: bytes, headers: Mapping[str, str], name: str) -> None:
        name = f"{name} at {urlsplit(url).netloc}"
        try:
            async with asyncio.timeout(self._seconds):
                # Nobody reads what it answers beside the number.
                request = {"Content-Type": "application/json", **headers}
                async with self._client.stream("POST", url, content=body, headers=request) as response:
                    status = response.status_code
        except (TimeoutError, httpx2.TimeoutException):
            raise Unavailable(f"{name} said nothing in {self._seconds:g} s") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as fault:
            raise Unavailable(f"{name} cannot be reached: {type(fault).__name__}") from fault
        if not httpx2.codes.is_success(status):
            raise Unavailable(f"{name} answered {status}")
