"""Mail: in bokmål with English beneath, by the site's own mail server."""

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from hub.courier import wording
from hub.dispatch import Claimed
from hub.errors import Unavailable

# To so many of its answers a server may take as long as to one.
ANSWERS = 3


@dataclass(frozen=True, slots=True)
class Post:
    """The mail server, and whom mail is from; `tls` is starttls, tls or none."""

    sender: str
    host: str
    port: int = 587
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: str = "starttls"

    @property
    def name(self) -> str:
        """What it is called where it fails."""
        return f"the mail server at {self.host}:{self.port}"


def written(x: Claimed, post: Post, link: str, now: datetime) -> EmailMessage:
    """The letter, under the same id for every try."""
    letter = EmailMessage(policy=SMTP)
    letter["From"] = post.sender
    letter["To"] = x.target
    letter["Subject"] = wording.subject(x.content)
    letter["Date"] = format_datetime(now)
    letter["Message-ID"] = f"<{x.key}@{parseaddr(post.sender)[1].rpartition('@')[2]}>"
    # No out-of-office answers it (RFC 3834).
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(wording.text(x.content, link), cte="quoted-printable")
    return letter


def send(letter: EmailMessage, post: Post, seconds: float) -> None:
    """Hand it to the server, which then has it. Raises Unavailable; a server's own words may quote an address."""
    try:
        with _connected(post, seconds) as server:
            if post.tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if post.user is not None and post.password is not None:
                server.login(post.user, post.password)
            server.send_message(letter)
    except smtplib.SMTPRecipientsRefused as fault:
        codes = " ".join(sorted({str(code) for code, _ in fault.recipients.values()}))
        raise Unavailable(f"{post.name} does not take mail to this address ({codes})") from None
    except smtplib.SMTPResponseException as fault:
        raise Unavailable(f"{post.name} refused ({type(fault).__name__} {fault.smtp_code})") from None
    except (smtplib.SMTPException, OSError, ValueError) as fault:
        raise Unavailable(f"{post.name} cannot be used: {type(fault).__name__}") from None


def _connected(post: Post, seconds: float) -> smtplib.SMTP:
    if post.tls == "tls":
        return smtplib.SMTP_SSL(post.host, post.port, timeout=seconds, context=ssl.create_default_context())
    return smtplib.SMTP(post.host, post.port, timeout=seconds)
