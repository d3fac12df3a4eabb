"""The audit: what was said of each attempt against what the broker has; and proof that it finds what is planted."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hub.broker import Sent
from tests.publishes.mix import RIGHT, Attempt
from tests.publishes.truth import Found

# How often a message may be in its queue. Whoever is told nothing must take both for possible.
_TIMES = {Sent.CONFIRMED: (1,), Sent.UNROUTABLE: (0,), Sent.REFUSED: (0,), Sent.UNKNOWN: (0, 1)}


def check(attempts: Sequence[Attempt], found: Found) -> list[str]:
    """Everything that does not add up, in words."""
    where: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (queue, id), times in found.items():
        where[id][queue] += times
    said = [f"{x.kind} {x.amqp_id}: {wrong}" for x in attempts for wrong in _wrongs(x, where.get(x.amqp_id, Counter()))]
    strangers = where.keys() - {x.amqp_id for x in attempts}
    return said + [f"{id} was never published, and is in {', '.join(where[id])}" for id in sorted(strangers)]


def _wrongs(x: Attempt, there: Counter[str]) -> Iterator[str]:
    """What is wrong with the word on one attempt, given in which queues it is."""
    if x.verdict is None:
        yield "nothing was said of it"
        return
    if there[x.queue] not in _TIMES[x.verdict]:
        yield f"{x.verdict}, and {there[x.queue]} times in {x.queue}"
    if elsewhere := sorted(there.keys() - {x.queue}):
        yield f"{x.verdict}, and in {', '.join(elsewhere)}, where it was not sent"
    right = RIGHT[x.kind] | ({Sent.UNKNOWN} if x.episode else set())
    if x.verdict not in right:
        yield f"{x.verdict} {f'during {x.episode}' if x.episode else 'although the broker was well'}"


def plants(attempts: Sequence[Attempt], found: Found) -> dict[str, bool]:
    """Whether the check finds a word turned into another one: of one attempt of each kind and word, each other word."""
    return {
        f"{x.kind} {x.episode or 'well'} {x.verdict} told as {planted}": bool(
            check([replace(x, verdict=planted)], _of(x, found))
        )
        for x in _samples(attempts)
        for planted in _lies(x)
    }


def _samples(attempts: Sequence[Attempt]) -> list[Attempt]:
    """One of each kind and word."""
    return list({(x.kind, x.verdict, x.episode): x for x in attempts if x.verdict is not None}.values())


def _lies(x: Attempt) -> list[Sent | None]:
    """Every other word but that nobody knows, which is no lie while something befalls the broker."""
    if x.verdict is Sent.UNKNOWN:
        return [None]
    return [None, *(sent for sent in Sent if sent is not x.verdict and not (x.episode and sent is Sent.UNKNOWN))]


def _of(x: Attempt, found: Found) -> Found:
    return Counter({key: times for key, times in found.items() if key[1] == x.amqp_id})
