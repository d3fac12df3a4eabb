"""How the hub is: the facts, what is wrong with them, and what to do about it, in words for three in the morning."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub import audited, auditing, depth, following, registry, traffic, transport
from hub.clock import Clock
from hub.depth import Depth, Queues, Seen
from hub.directory import Directory
from hub.dispatch import NO_UNDELIVERED, Undelivered
from hub.errors import BadConfiguration, Unavailable
from hub.finding import Finding, Severity, many, words
from hub.record import Load, Version, Worker
from hub.settings import Settings
from hub.store import Store, engine
from hub.traffic import Unusual

# Three heartbeats of five seconds: a process that was only held up for a moment has been heard of again by then.
SILENT = timedelta(seconds=15)
# One more. A worker's own wait for a broker or a database is never longer than some seconds, so this one is gone.
# Whoever looks all the time looks once more before it tells anybody (workers/vigil.py), within a minute of its death.
GONE = timedelta(seconds=20)
# The relay looks four times a second and tries again after five seconds: what still waits was tried several times. And
# what an intake takes in has lain in the broker no longer, unless more comes than it can take.
WAITING = timedelta(seconds=30)
# As long as a national register may say nothing before somebody hears of it.
REGISTER = timedelta(minutes=15)
# As long as a notice may be tried in vain.
NOTICE = timedelta(minutes=15)
# So many of several queues are named.
NAMED = 5
# As long as a worker may have the same in hand, or leave alone what lies ready: it looks for itself meanwhile.
STUCK = timedelta(seconds=30)
# What lies ready may be on its way to somebody: it is looked at once more after so long.
MOMENT_SECONDS = 2.0

# What workers say of themselves: why they cannot work right now, since when they have deliveries in hand of which none
# was done, when they took one or did one last, how many lie ready for them, how many seconds what they took last had
# waited since it was sent, and by which version they decide.
TROUBLE, IN_HAND_SINCE, WORKED_AT, READY = "trouble", "in_hand_since", "worked_at", "ready"
WAITED, CONFIGURATION = "waited_seconds", "configuration"

# What keeps a worker from its work, and what is to be mended then.
STORE, BROKER, BLOCKED = "store", "broker", "blocked"
_MEANT = {
    STORE: "the database",
    BROKER: "the broker",
    BLOCKED: "a broker that takes something: this one has no memory or disk left",
}

# As long as a process may decide by another configuration than the one in force; it tells of itself every five seconds.
BEHIND = timedelta(seconds=15)

# The work that somebody must do where messages come by a broker, the processes that do it, and what waits without them.
WORK = {
    "intake": (("intake",), "nothing is taken from the broker's queues"),
    "relay": (("relay",), "no acknowledgement or answer leaves by the broker"),
    "watch": (("watch", "serve"), "nobody is told what is late"),
    "audit": (("audit",), "nobody proves that whatever is open has somebody and a clock"),
}
# Without a broker one process does all of it.
ALONE = {"serve": (("serve",), "nothing is taken in, nobody is told what is late, and nothing is proved")}
_DOING = {kind: kinds for kinds, _ in WORK.values() for kind in kinds}


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database showed: `waiting` documents are for the broker, the oldest `since` then.

    `version` is the configuration in force, None where none was ever loaded.
    """

    workers: tuple[Worker, ...] = ()
    loads: tuple[Load, ...] = ()
    waiting: int = 0
    since: datetime | None = None
    held: int = 0
    parked: int = 0
    version: Version | None = None
    # Questions that a national register did not answer, since when, and why the last time.
    unanswered: int = 0
    unanswered_since: datetime | None = None
    unanswered_why: str = ""
    # What partners send otherwise than usual, and has not ended.
    unusual: tuple[Unusual, ...] = ()
    # What nobody could be told beside their inbox.
    undelivered: Undelivered = NO_UNDELIVERED
    # How many messages nobody's search finds yet.
    unfound: int = 0
    # How many steps of ladders should have been taken long ago, as far as they were counted.
    overdue: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was seen. `kept` is None when the database cannot be used, and `queues` when no broker is configured.

    `speed` is that of a rehearsal's clock: how old something is counts in real seconds. `unusable` is why the
    configuration in force cannot be used by this version of the hub, if so; then nobody knows which queues there are.
    """

    kept: Kept | None
    queues: Queues | None = None
    fault: str = ""
    speed: float = 1.0
    unusable: str = ""


def judge(facts: Facts, now: datetime) -> tuple[Finding, ...]:
    """All that is wrong, the worst first; nothing when all is well."""
    # What is more likely to be the cause of the others comes first.
    found = [*_store(facts), *_broker(facts.queues), *_unusable(facts, now)]
    if facts.kept is not None:
        found += [*_work(facts, facts.kept, now), *_silent(facts, facts.kept, now), *_troubled(facts, now)]
        found += [*_stuck(facts, now), *_idle(facts, now), *_backlog(facts, now), *_behind(facts, now)]
        found += _overdue(facts.kept)
        here = _alive(facts, ("audit", "serve"), now)
        found += audited.judged(here, facts.kept.workers, lambda at: age(facts, at, now))
    found += _deep(facts.queues)
    if facts.kept is not None:
        found += [*_outbox(facts, facts.kept, now), *_put_aside(facts.kept), *_unanswered(facts, facts.kept, now)]
        found += [*_untold(facts, facts.kept.undelivered, now), *_unheard(facts.kept), *_late(facts.kept, now)]
    return tuple(sorted(found, key=lambda finding: -finding.severity))


def age(facts: Facts, since: datetime, now: datetime) -> timedelta:
    """How long ago something was, in real time; a clock that runs ahead of ours does not count."""
    return max(timedelta(0), (now - since) / facts.speed)


def replaced(facts: Facts, worker: Worker, now: datetime) -> bool:
    """Whether another process of its kind began after a silent one was last heard of, and lives."""
    others = (x for x in _alive(facts, (worker.kind,), now) if x.name != worker.name)
    return any(x.started_at >= worker.seen_at for x in others)


async def gather(settings: Settings, clock: Clock, directory: Directory | None = None) -> Facts:
    """Look at everything once, the database and the broker at the same time; what cannot be reached is a fact too.

    The directory in force is read where none is given. Raises BadConfiguration when nothing was ever loaded, the
    folder is wrong, and it is needed to know the broker's queues.
    """
    unusable = ""
    # It is read first: a wrong one says so before anything is asked.
    if directory is None:
        directory, unusable = await _directory(settings)
    facts = await _gathered(settings, clock, directory)
    if any(_idle(facts, clock.now())):
        await asyncio.sleep(MOMENT_SECONDS)
        facts = await _gathered(settings, clock, directory)
    return replace(facts, unusable=unusable)


async def _directory(settings: Settings) -> tuple[Directory | None, str]:
    """The directory in force, and why what was loaded last cannot be used, if so; the folder's only for a broker."""
    version, contents, _ = await following.last(settings)
    if version is None:
        needed = bool(settings.broker.urls)
        return (await asyncio.to_thread(registry.load, settings.folder)).directory if needed else None, ""
    try:
        return (await following.read(version, contents)).directory, ""
    except BadConfiguration as wrong:
        return None, str(wrong)


async def _gathered(settings: Settings, clock: Clock, directory: Directory | None) -> Facts:
    (kept, fault), queues = await asyncio.gather(_kept(settings, clock), _queues(settings, directory))
    return Facts(kept, queues, fault, speed(clock))


def speed(clock: Clock) -> float:
    """How much faster than real time a clock runs."""
    return clock.speed if clock.start else 1.0


async def look(store: Store, clock: Clock) -> Kept:
    """What the database shows. Raises Unavailable."""
    now = clock.now()
    waiting, since = await store.waiting(now)
    held, parked = await store.dead_count()
    version = await store.version_in_force()
    workers, loads = tuple(await store.workers()), tuple(await store.loads(now))
    enquiries, unusual = await store.enquiries(), tuple(await store.partners.unusual())
    undelivered = await store.dispatches.undelivered(now)
    told = (undelivered, await store.lists.behind(), await auditing.overdue(store, clock))
    return Kept(workers, loads, waiting, since, held, parked, version, *enquiries, unusual, *told)


async def near(store: Store, clock: Clock) -> Facts:
    """What a process sees by the store that it has, the broker aside; a database that is away is a fact too."""
    try:
        return Facts(await look(store, clock), Queues(), speed=speed(clock))
    except Unavailable:
        return Facts(None, Queues(), "it does not answer", speed(clock))


def alive(facts: Facts, now: datetime) -> list[Worker]:
    """The processes that were heard of a moment ago."""
    workers = facts.kept.workers if facts.kept else ()
    return [x for x in workers if age(facts, x.seen_at, now) <= SILENT]


def behind(facts: Facts, now: datetime) -> list[Worker]:
    """Those of them that decide by an older configuration than the one in force."""
    number = facts.kept.version.number if facts.kept and facts.kept.version else 0
    return [x for x in alive(facts, now) if int(x.state.get(CONFIGURATION, "0")) < number]


async def _queues(settings: Settings, directory: Directory | None) -> Queues | None:
    if not settings.broker.urls:
        return None
    return Queues() if directory is None else await depth.look(settings.broker.urls, directory)


async def _kept(settings: Settings, clock: Clock) -> tuple[Kept | None, str]:
    try:
        async with Store(settings.database.url) as store:
            return await look(store, clock), ""
    except BadConfiguration as fault:
        return None, fault.reason
    except Unavailable:
        return None, f"{engine.shown(settings.database.url)} does not answer"


def _alive(facts: Facts, kinds: Sequence[str], now: datetime) -> list[Worker]:
    workers = facts.kept.workers if facts.kept else ()
    return [x for x in workers if x.kind in kinds and age(facts, x.seen_at, now) <= GONE]


def _doing(kind: str) -> tuple[str, ...]:
    """The kinds of process that do the work of this one."""
    return _DOING.get(kind, (kind,))


def _store(facts: Facts) -> Iterator[Finding]:
    if facts.kept is None:
        mend = "Run `hub migrate`." if "hub migrate" in facts.fault else "Mend it, or database.url in hub.toml."
        what = f"The database cannot be used, so nothing is taken in: {' '.join(facts.fault.split()).rstrip('.')}."
        do = f"{mend} What comes meanwhile waits with its senders or in the broker."
        yield Finding(Severity.BROKEN, "database", what, do)


def _broker(queues: Queues | None) -> Iterator[Finding]:
    if queues is not None and queues.fault:
        what = f"The broker cannot be reached, so nothing comes or leaves by it: {queues.fault}."
        do = "See whether it runs (`rabbitmqctl status` there), and whether broker.urls in hub.toml is right."
        yield Finding(Severity.BROKEN, "broker", what, f"{do} The workers come back by themselves.")


def _deep(queues: Queues | None) -> Iterator[Finding]:
    depths = queues.depths if queues else ()
    yield from _unseen([x for x in depths if x.seen is Seen.MISSING], _MISSING)
    yield from _unseen([x for x in depths if x.seen is Seen.SILENT], _NO_WORD)
    for x in depths:
        if x.inbound and x.ready and not x.consumers:
            what = f"{many(x.ready, 'message')} in {x.queue}, and nobody takes them."
            do = "Start `hub worker intake`; if one is alive, its log says why it takes nothing."
            yield Finding(Severity.BROKEN, x.queue, what, do)
        elif x.ready and not x.inbound:
            yield _lying(x)


_MISSING = (
    "missing at the broker, so what should lie there has nowhere to go",
    "A worker makes what is missing when it starts: `hub worker intake`. Or import what `hub topology --json` prints.",
)
_NO_WORD = (
    "without an answer from the broker",
    "See whether most of the cluster's nodes run: `rabbitmqctl cluster_status`.",
)


def _unseen(depths: Sequence[Depth], told: tuple[str, str]) -> Iterator[Finding]:
    """Queues that the broker did not show, as one: there is one cause for all of them."""
    if depths:
        severity = Severity.BROKEN if any(x.inbound for x in depths) else Severity.ATTENTION
        more = f" and {len(depths) - NAMED} more" if len(depths) > NAMED else ""
        names = ", ".join(x.queue for x in depths[:NAMED]) + more
        yield Finding(severity, "queues", f"{many(len(depths), 'queue')} {told[0]}: {names}.", told[1])


def _lying(x: Depth) -> Finding:
    """Messages in a queue that only people read."""
    if x.queue.endswith(transport.errors("")):
        means = "partners say that something of ours did not arrive"
        do = f"Read them: `rabbitmqadmin get queue={x.queue} count={min(x.ready, 100)}`; each names the document."
    else:
        means = "they could not be delivered"
        do = f"Look at them: `rabbitmqadmin get queue={x.queue} count={min(x.ready, 100)}`; x-death says why."
    return Finding(Severity.ATTENTION, x.queue, f"{many(x.ready, 'message')} in {x.queue}: {means}.", do)


def _work(facts: Facts, kept: Kept, now: datetime) -> Iterator[Finding]:
    """Work that nobody is there to do, whether they died or were stopped in order."""
    for kind, (kinds, means) in (ALONE if facts.queues is None else WORK).items():
        if not _alive(facts, kinds, now):
            gone = [x for x in kept.workers if x.kind in kinds]
            last = max(gone, key=lambda x: x.seen_at, default=None)
            heard = f" {last.name} was last heard of {words(age(facts, last.seen_at, now))} ago." if last else ""
            what = f"No {' or '.join(kinds)} process is alive: {means}.{heard}"
            start = "`hub serve`" if kind in ALONE else f"`hub worker {kind}`; one more does no harm"
            do = f"Start {start}. If your supervisor says it runs, read its log."
            yield Finding(Severity.BROKEN, kind, what, do)


def _silent(facts: Facts, kept: Kept, now: datetime) -> Iterator[Finding]:
    for x in kept.workers:
        silence = age(facts, x.seen_at, now)
        if silence <= SILENT or replaced(facts, x, now):
            continue
        alone = silence > GONE and not _alive(facts, _doing(x.kind), now)
        if alone and x.kind in (ALONE if facts.queues is None else _DOING):
            # Said already: its work is nobody's.
            continue
        what = f"{x.name} has not said anything for {words(silence)}."
        do = "See whether it runs and what its log says; if it hangs, restart it."
        if silence > GONE and not alone:
            do += " Another one does its work meanwhile. It is forgotten after a day, or when a new one starts."
        yield Finding(Severity.BROKEN if alone else Severity.ATTENTION, x.kind, what, do)


def _troubled(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Workers that live and say that they cannot work."""
    for kind in WORK | {"serve": ()}:
        alive = _alive(facts, (kind,), now)
        troubled = [x for x in alive if x.state.get(TROUBLE) and not _known(facts, x.state[TROUBLE])]
        severity = Severity.BROKEN if len(troubled) == len(alive) else Severity.ATTENTION
        for x in troubled:
            means = _MEANT.get(x.state[TROUBLE], x.state[TROUBLE])
            do = f"Mend {means}, or the way to it from there; {x.name} goes on by itself."
            yield Finding(severity, kind, f"{x.name} cannot work: it does not reach {means}.", do)


def _behind(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Processes that do not take up the configuration in force."""
    version = facts.kept.version if facts.kept else None
    if version is None or age(facts, version.at, now) <= BEHIND:
        return
    for x in behind(facts, now):
        had = x.state.get(CONFIGURATION, "0")
        what = f"{x.name} still decides by version {had} of the configuration; version {version.number} is in force."
        do = "Its log tells why, as configuration.unusable; load a version that it can use, or start it anew."
        yield Finding(Severity.ATTENTION, x.kind, what, do)


def _unusable(facts: Facts, now: datetime) -> Iterator[Finding]:
    """A configuration in force with which no process of this version of the hub starts."""
    if facts.unusable:
        # Those that run go on with the one before.
        severity = Severity.ATTENTION if alive(facts, now) else Severity.BROKEN
        what = f"No process can start with the configuration in force: {' '.join(facts.unusable.split())}."
        if facts.queues is not None:
            what += " So it is not known which queues to look at, and the broker was not asked."
        do = "Load one that is right, or run the version of the hub that it was loaded with; restart nothing before."
        yield Finding(severity, "configuration", what, do)


def _stuck(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Workers that live, say that all is well, and have the same in hand all the time."""
    alive = _working(facts, now)
    stuck = [(x, held) for x in alive if (held := _since(facts, x, IN_HAND_SINCE, now)) and held > STUCK]
    for x, held in stuck:
        severity = Severity.BROKEN if len(stuck) == len(alive) else Severity.ATTENTION
        what = f"{x.name} has messages in hand and has done none of them for {words(held)}."
        do = "Its log says what it does; if it hangs, restart it: the broker brings them again."
        yield Finding(severity, x.kind, what, do)


def _idle(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Messages that lie ready although there are consumers, all of which have had nothing to do for long."""
    alive = _working(facts, now)
    if not alive or any(_rested(facts, x, now) <= STUCK for x in alive):
        return
    for queue in facts.queues.depths if facts.queues else ():
        if queue.inbound and queue.ready and queue.consumers:
            what = f"{many(queue.ready, 'message')} in {queue.queue}, and none of its consumers takes any."
            do = "Restart `hub worker intake`; then `rabbitmqctl list_consumers` tells who else consumes there."
            yield Finding(Severity.BROKEN, queue.queue, what, do)


def _backlog(facts: Facts, now: datetime) -> Iterator[Finding]:
    """Messages that are taken in long after they were sent, while more of them lie ready."""
    ready = sum(depth.ready for depth in facts.queues.depths if depth.inbound) if facts.queues else 0
    waited = waits(facts, now)
    if ready and waited > WAITING:
        lie = f"{many(ready, 'message')} in the broker's queues"
        what = f"{lie}, and what is taken in now was sent {words(waited)} ago."
        do = "Start more `hub worker intake`, where a core is free; or let those go on, if nothing more comes."
        yield Finding(Severity.ATTENTION, "backlog", what, do)


def waits(facts: Facts, now: datetime) -> timedelta:
    """How long what lies in the broker has waited at least: as long as what the quickest intake took last."""
    told = [float(x.state[WAITED]) for x in _working(facts, now) if WAITED in x.state]
    return timedelta(seconds=min(told, default=0.0) / facts.speed)


def _rested(facts: Facts, x: Worker, now: datetime) -> timedelta:
    """For how long an intake has done nothing."""
    since = _since(facts, x, WORKED_AT, now)
    return _age(facts, x, now) if since is None else since


def _working(facts: Facts, now: datetime) -> list[Worker]:
    """Those that take in what comes, and are not in trouble."""
    return [x for x in _alive(facts, ("intake",), now) if not x.state.get(TROUBLE)]


def _since(facts: Facts, x: Worker, what: str, now: datetime) -> timedelta | None:
    """How long ago something was that a worker tells the moment of, or None."""
    told = x.state.get(what)
    return age(facts, datetime.fromisoformat(told), now) if told else None


def _age(facts: Facts, x: Worker, now: datetime) -> timedelta:
    return age(facts, x.started_at, now)


def _known(facts: Facts, trouble: str) -> bool:
    """Whether a worker only repeats what we found ourselves."""
    return trouble == "broker" and facts.queues is not None and bool(facts.queues.fault)


def _outbox(facts: Facts, kept: Kept, now: datetime) -> Iterator[Finding]:
    if kept.since is None or age(facts, kept.since, now) <= WAITING:
        return
    oldest = words(age(facts, kept.since, now))
    what = f"{many(kept.waiting, 'document')} waiting for the broker, the oldest for {oldest}."
    do = "See whether `hub worker relay` is alive and what its log says; what fails for hours is parked."
    yield Finding(Severity.ATTENTION, "outbox", what, do)


def _put_aside(kept: Kept) -> Iterator[Finding]:
    if kept.parked:
        what = f"{many(kept.parked, 'document')} parked: the broker did not take them however often it was tried."
        do = "`hub dead list` says why; mend that, then `hub dead replay ID`."
        yield Finding(Severity.ATTENTION, "parked", what, do)
    if kept.held:
        what = f"{many(kept.held, 'message')} in quarantine: nobody could or may be answered."
        do = "`hub dead list` says why; then `hub dead replay ID`, or `hub dead discard ID --why TEXT`."
        yield Finding(Severity.ATTENTION, "quarantine", what, do)


def _unanswered(facts: Facts, kept: Kept, now: datetime) -> Iterator[Finding]:
    if kept.unanswered_since is None or (since := age(facts, kept.unanswered_since, now)) < REGISTER:
        return
    what = f"{many(kept.unanswered, 'question')} unanswered by the registers, the oldest for {words(since)}"
    do = "Messages are not held up by it, but strangers' stay in the pile. Mend [registers] in hub.toml or wait."
    yield Finding(Severity.ATTENTION, "registers", f"{what}: {kept.unanswered_why}.", do)


def _untold(facts: Facts, x: Undelivered, now: datetime) -> Iterator[Finding]:
    """Notices that did not leave; the inboxes have them all the same."""
    if x.since is None or not (x.given_up or age(facts, x.since, now) >= NOTICE):
        return
    what = f"{many(x.given_up, 'notice')} given up, and {x.waiting} tried in vain, since {x.since:%Y-%m-%d %H:%M} UTC"
    do = "The inboxes have them all the same. Mend what it says: there, in [notices] of hub.toml or in centre.toml."
    yield Finding(Severity.ATTENTION, "notices", f"{what}; the last one, {x.to}: {x.why}.", do)


def _unheard(kept: Kept) -> Iterator[Finding]:
    for x in kept.unusual:
        what, do = traffic.what(x, "en"), traffic.what_to_do(x, "en")
        yield Finding(Severity.ATTENTION, f"{x.what} {x.sender} {x.kind}", what, do)


def _overdue(kept: Kept) -> Iterator[Finding]:
    """It is looked at here and not asked of an auditor: there may be none, nor anybody else at work."""
    if kept.overdue:
        what = f"{many(kept.overdue, 'step')} of ladders, or more, long overdue: nobody is told of what is late."
        do = "See what the log of `hub worker watch` says; if it hangs, restart it. One more does no harm."
        yield Finding(Severity.BROKEN, "clocks", what, do)


def _late(kept: Kept, now: datetime) -> Iterator[Finding]:
    late = sum(load.late for load in kept.loads)
    if not late:
        return
    first = min((load for load in kept.loads if load.due), key=lambda load: load.due or now)
    assert first.due is not None, "what is late is due"
    since = f"{words(now - first.due)}, since {first.due:%Y-%m-%d %H:%M} UTC in the inbox {first.inbox}"
    what = f"{many(late, 'open item')} late, the longest for {since}."
    told = "nobody has told all of them" if kept.overdue else "the ladders have told those whom they name"
    do = f"People must answer; {told}. Call the practice if it goes on."
    yield Finding(Severity.ATTENTION, "items", what, do)
