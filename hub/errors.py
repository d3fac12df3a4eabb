"""Every failure the hub can name; each says whose fault it is and what a peer is told.

HubError
+ BadConfiguration   a file that people wrote is wrong; start-up stops       (exit 78)
+ NotSignedIn        nobody can be read from the call                        (401)
+ NotAllowed         we know who asks, and they may not                      (403)
+ Unknown            no such inbox, item or message                          (404)
+ Stale              somebody else changed the item first                    (409)
+ IllegalMove        the item's state does not allow the action              (409)
+ BadRequest         the call itself is wrong                                (400)
+ Busy               the hub cannot take more right now; try again           (503)
+ Unavailable        the store cannot be read or written right now; try again (503)
+ Unwritable         the store refuses what was to be written, and would again  (500)
+ ReaderBroken       no reader process starts, so nothing can be read        (503)
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Self


class HubError(Exception):
    """A failure with words for the one who caused it; `code` names it, `status` is its HTTP status."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something is wrong in the hub"


# File, key and reason; and the line where it is known.
Fault = tuple[str, str, str] | tuple[str, str, str, int | None]


class BadConfiguration(HubError):
    """A file that people wrote is wrong: names the file, the line where it is known, the key and the reason."""

    code = "bad-configuration"
    title = "The configuration is wrong"

    def __init__(self, file: str, key: str, reason: str, line: int | None = None) -> None:
        place = ", ".join(x for x in (f"line {line}" if line else "", key) if x)
        super().__init__(f"{file}: {place}: {reason}" if place else f"{file}: {reason}")
        self.file, self.key, self.reason, self.line = file, key, reason, line

    @classmethod
    def of(cls, first: Fault, *others: Fault) -> Self:
        """The failure that names the first of several (file, key, reason, line), counts the others and notes them."""
        file, key, reason, *line = first
        failure = cls(file, key, f"{reason} (and {len(others)} more)" if others else reason, *line)
        for other in others:
            failure.add_note(str(cls(*other)))
        return failure


class NotSignedIn(HubError):
    """The call carries no valid sign-in."""

    status = 401
    code = "not-signed-in"
    title = "Sign in first"


class NotAllowed(HubError):
    """The caller is known and may not do this."""

    status = 403
    code = "not-allowed"
    title = "You may not do this"


class Unknown(HubError):
    """There is no such thing, or the caller may not know of it."""

    status = 404
    code = "unknown"
    title = "There is no such thing"


class Stale(HubError):
    """The item changed since the caller saw it; `version` is the one that holds now.

    `first` tells who was first: their id and `name`, the `event` and when it was (`at`), as far as anybody can say.
    """

    status = 409
    code = "stale"
    title = "Someone changed this item first"

    def __init__(self, message: str, version: int, first: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(message)
        self.version, self.first = version, first


class IllegalMove(HubError):
    """The item's state has no such move."""

    status = 409
    code = "illegal-move"
    title = "The item's state does not allow this"


class BadRequest(HubError):
    """The call itself is wrong; the text says what to mend."""

    status = 400
    code = "bad-request"
    title = "The call is wrong"


class Busy(HubError):
    """The hub cannot take more right now."""

    status = 503
    code = "busy"
    title = "The hub cannot take more right now"


class Unavailable(HubError):
    """The store cannot be read or written right now; the words say whether what was to be written may be there."""

    status = 503
    code = "unavailable"
    title = "The store cannot be used right now"


class Unwritable(HubError):
    """The store can be used and refuses this very thing: trying again does not help, and its neighbours are well."""

    code = "unwritable"
    title = "This cannot be written"


class ReaderBroken(HubError):
    """A reader process does not start, so nothing can be read."""

    status = 503
    code = "reader-broken"
    title = "The hub cannot read messages right now"
