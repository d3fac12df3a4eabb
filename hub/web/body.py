"""How much a call may send, except with a message: bodies are read whole before anybody knows who sends them."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.web import problem

# An answer as long as the form takes it fits, even when every character of it becomes nine bytes.
LIMIT = 2**20


async def call(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let the app answer a call whose body is no larger than the limit; a larger one is refused here."""
    body = None if _announced(scope) > LIMIT else await _whole(receive)
    if body is None:
        detail = f"At most {LIMIT} bytes are taken here"
        await problem.response(413, "too-large", "The call is too large", detail)(scope, receive, send)
        return
    parts = iter(body)

    async def again() -> Message:
        """What was read already, then whatever else comes: a stream waits for its reader to leave."""
        return next(parts, None) or await receive()

    await app(scope, again, send)


async def _whole(receive: Receive) -> list[Message] | None:
    """All that belongs to the body, or None as soon as it is known to be too large."""
    parts: list[Message] = []
    size, more = 0, True
    while more:
        part = await receive()
        parts.append(part)
        size += len(part.get("body", b""))
        more = part.get("more_body", False)
        if size > LIMIT:
            return None
    return parts


def _announced(scope: Scope) -> int:
    """The length that the call says it has; 0 when it does not say."""
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 19 else 0
