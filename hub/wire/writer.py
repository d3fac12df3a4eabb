"""Words become bytes: the acknowledgements, answers, passed-on messages and errors that the hub sends."""

from hub import __version__
from hub.change import Acknowledgement, Answer, Forward, Returned
from hub.wire import acknowledgement, answer, pen


def write(document: Acknowledgement | Answer | Forward | Returned, version: str = __version__) -> bytes:
    """The document in UTF-8, valid against its schema; `version` is what the hub says of itself.

    Every party in it has an organisation with an identifier, as the reader and the hub's own addresses see to.
    """
    match document:
        case Acknowledgement():
            return pen.document(acknowledgement.build(document, version))
        case Answer() | Forward():
            return pen.document(answer.build(document))
        case Returned():
            # All that it says is in its label (HITS 1216).
            return b""
