"""All messages that those who play know of, by MsgId; it grows when senders write again."""

from hub.demo import script
from hub.demo.logbook import Fetched
from hub.demo.script import Script
from hub.demo.sending import Sending


class Repertoire:
    """The script, and what came of its answers. Nobody at play touches a message that is not in it."""

    def __init__(self, play: Script) -> None:
        self._script = play
        self._again: dict[str, Sending] = {}
        self._by_id = {s.msg_id: s for s in play.sendings if s.fate}

    @property
    def sendings(self) -> tuple[Sending, ...]:
        """Everything that is or will be sent."""
        return (*self._script.sendings, *self._again.values())

    def find(self, msg_id: str) -> Sending | None:
        """A message by its id, or None when somebody else sent it."""
        return self._by_id.get(msg_id)

    def again(self, fetched: Fetched) -> Sending | None:
        """What the sender of a message writes on an answer to it, or None."""
        about = self.find(fetched.post.about)
        found = script.again(self._script, about, fetched.post.id, fetched.at) if about else None
        if found:
            self._again[found.key] = self._by_id[found.msg_id] = found
        return found
