"""How much a call may send, except with a message or with files: bodies are read whole before it is known whose."""

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import HubError
from hub.web import problem, upload
from hub.web.upload import Afloat

# An answer as long as the form takes it fits, even when every character of it becomes nine bytes.
LIMIT = 2**20
# As many bytes of such bodies may be here at once; small ones, as a sign-in is, are taken in any case.
AFLOAT = 32 * 2**20


async def call(app: ASGIApp, afloat: Afloat, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the app answer a call whose body is no larger than the limit and comes in time; others are refused here."""
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
    await app(scope, _again(body, receive), send)


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read already, then whatever else comes: a stream waits for its reader to leave."""
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return first.pop() if first else await receive()

    return again
