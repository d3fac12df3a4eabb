"""How much a call may send, except with a message or with files: bodies are read whole before it is known whose."""

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import BadRequest, HubError
from hub.web import problem, upload
from hub.web.upload import Afloat

# An answer as long as the form takes it fits, even when every character of it becomes nine bytes.
LIMIT = 2**20
# As many bytes of such bodies may be here at once; small ones, as a sign-in is, are taken in any case.
AFLOAT = 32 * 2**20
# What is said of NUL, wherever it stands: in an address, in a form, in a text.
NO_TEXT = "there is a sign in it that no text has (U+0000); send it without"
_FORM = b"application/x-www-form-urlencoded"


async def call(app: ASGIApp, afloat: Afloat, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the app answer a call whose body is no larger than the limit and comes in time; others are refused here.

    So is a form with a sign that no text has, which not every database can look for.
    """
    with afloat.counted("", AFLOAT, AFLOAT) as more:
        try:
            body = None if upload.announced(scope) > LIMIT else await upload.whole(receive, LIMIT, more)
        except ClientDisconnect:
            return
        except HubError as error:
            await problem.of(error)(scope, receive, send)
            return
    if body is None:
        detail = f"At most {LIMIT} bytes are taken here"
        await problem.response(413, "too-large", "The call is too large", detail)(scope, receive, send)
        return
    if _is_form(scope) and (b"\0" in body or b"%00" in body):
        await problem.of(BadRequest(NO_TEXT))(scope, receive, send)
        return
    await app(scope, _again(body, receive), send)


def nul(scope: Scope) -> bool:
    """Whether an address has a sign that no text has."""
    return not _at_fhir(scope) and ("\0" in scope["path"] or b"%00" in scope["query_string"])


def _at_fhir(scope: Scope) -> bool:
    # Its clients understand no problem+json: that door says it itself.
    return str(scope["path"]).startswith("/fhir/")


def _is_form(scope: Scope) -> bool:
    told = next((value.lower() for key, value in scope["headers"] if key == b"content-type"), b"")
    return _FORM in told and not _at_fhir(scope)


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read already, then whatever else comes: a stream waits for its reader to leave."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again
