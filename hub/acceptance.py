"""When a message is accepted, turned away or left unanswered: the standard's table (HIS 80415 3.3.4), row by row.

The rows say what is asked; `wire`, `intake` and the store answer where each of them stands. Rows with a `setting` are
left to the receiver by the standard, and each site may choose.
"""

from dataclasses import dataclass, fields
from enum import StrEnum


class Duty(StrEnum):
    """What the standard says about doing what a row says."""

    SHALL = "shall"  # always
    MAY = "may"  # allowed
    MUST_NOT = "must not"  # never


class Place(StrEnum):
    """Where a row is decided, which follows from what one must know for it."""

    WIRE = "wire"  # the document alone tells
    INTAKE = "intake"  # who we are and whom we know
    STORE = "store"  # what came before


class Choice(StrEnum):
    """What a site does where the standard leaves it to the receiver."""

    REJECT = "reject"  # a negative acknowledgement, as the vendor test plan expects
    ACCEPT = "accept"  # no rejection for this alone


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A site's choices in the rows that are left to it; all reject unless the site says otherwise.

    `invalid`: what breaks the schema and can be used all the same is accepted; every other row still holds.
    `unknown_receiver`: what is addressed to an organisation of ours and to no service or person that is known there
    is accepted and placed as if it were for the organisation.
    `malformed`, `unknown_format`: no message can be made of these. Accepting them means that the sender is told
    nothing by the hub: the bytes lie in quarantine, and people answer.
    """

    malformed: Choice = Choice.REJECT
    unknown_format: Choice = Choice.REJECT
    invalid: Choice = Choice.REJECT
    unknown_receiver: Choice = Choice.REJECT


STRICT = Acceptance()


@dataclass(frozen=True, slots=True)
class Row:
    """One row: when it holds, what is done then, and how binding that is.

    `codes` are the errors (8221) that a sender may get by it; `setting` is the choice of a site that switches it.
    """

    number: int
    when: str
    then: str
    duty: Duty
    codes: tuple[str, ...]
    clause: str
    place: Place
    setting: str = ""


_HIS_80415 = "HIS 80415:2012 3.3.4"

TABLE = (
    Row(
        1,
        "the same MsgId was received from the same sender before",
        "it is ignored and gets no acknowledgement",
        *(Duty.SHALL, (), "HITS 1168:2016 5.4", Place.STORE),
    ),
    Row(
        2,
        "the sender, or the id of the message, cannot be read",
        "no acknowledgement; the bytes lie in quarantine",
        *(Duty.SHALL, (), _HIS_80415, Place.WIRE),
    ),
    Row(
        3,
        "no receiver belongs to us",
        "no acknowledgement; the bytes lie in quarantine",
        *(Duty.SHALL, (), "HIS 80415:2012 3.3.4, HITS 1168:2016 5.3", Place.INTAKE),
    ),
    Row(
        4,
        "it is not XML, or not well-formed",
        "it is rejected, if its head was whole before the fault",
        *(Duty.MAY, ("T01",), _HIS_80415, Place.WIRE, "malformed"),
    ),
    Row(
        5,
        "its head, type or payload is of a kind or version that is not read",
        "it is rejected",
        *(Duty.MAY, ("T10",), _HIS_80415, Place.WIRE, "unknown_format"),
    ),
    Row(
        6,
        "it breaks its XML schema",
        "it is rejected",
        *(Duty.MAY, ("T02",), _HIS_80415, Place.WIRE, "invalid"),
    ),
    Row(7, "MsgId is not a UUID", "it is rejected", *(Duty.SHALL, ("E10",), _HIS_80415, Place.WIRE)),
    Row(
        8,
        "its personal signature is bad, or the certificate is invalid or revoked",
        "it is rejected",
        *(Duty.SHALL, ("S01", "S02", "S03", "S99"), _HIS_80415, Place.WIRE),
    ),
    Row(
        9,
        "the patient is insufficiently identified, and it does not ask for immediate help",
        "it is rejected",
        *(Duty.SHALL, ("E36",), _HIS_80415, Place.WIRE),
    ),
    Row(
        10,
        "it is a discharge summary about someone who has and shall have no record here",
        "it is rejected",
        *(Duty.SHALL, ("E35",), _HIS_80415, Place.INTAKE),
    ),
    Row(
        11,
        "the organisation is ours and the service or person in it is unknown",
        "it is rejected",
        *(Duty.MAY, ("E21",), _HIS_80415, Place.INTAKE, "unknown_receiver"),
    ),
    Row(
        12,
        "an attachment is of a format that is not taken, or did not come along",
        "it is rejected",
        *(Duty.SHALL, ("T99",), "HIS 1036:2011, HIS 1077:2017", Place.WIRE),
    ),
    Row(
        13,
        "a code has a wrong value, or what is said is clinically doubtful",
        "it is rejected",
        *(Duty.MUST_NOT, (), "HIS 80415:2012 3.3.2", Place.WIRE),
    ),
    Row(
        14,
        "no rule can tell whose it is",
        "it is accepted at once, and the coordinator gets it",
        *(Duty.MAY, (), _HIS_80415, Place.INTAKE),
    ),
    Row(
        15,
        "nothing speaks against it",
        "it is accepted at once",
        *(Duty.SHALL, (), _HIS_80415, Place.INTAKE),
    ),
)

# Every choice that a site has, by the name of its setting.
CHOICES = tuple(field.name for field in fields(Acceptance))

_BY_NUMBER = {row.number: row for row in TABLE}


def row(number: int) -> Row:
    """A row by its number in the standard's table. Raises KeyError for a number it does not have."""
    return _BY_NUMBER[number]
