"""The named steps of a worker at which it can be killed: before and after each that matters."""

import inspect
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

# What each kind of worker does, by where it is done. A step before the function is begun, or after it has ended well.
STEPS: dict[str, tuple[str, ...]] = {
    "intake": (
        "hub.service.Hub.prepare",
        "hub.service.Hub.settle",
        "hub.store.store.Store.commit",
        "hub.store.writing.write",
        "hub.store.store.Store.begin_trials",
        "hub.store.store.Store.end_trials",
        "hub.broker.connection.Connection.declare",
        "hub.broker.connection.Connection.consume",
        "hub.broker.connection.Connection.acknowledge",
        "hub.broker.connection.Connection.publish",
        "hub.store.store.Store.relayed",
        "hub.store.store.Store.put_off",
    ),
    "relay": (
        "hub.store.store.Store.relay",
        "hub.store.relaying.claim",
        "hub.broker.connection.Connection.publish",
        "hub.store.store.Store.relayed",
        "hub.store.relaying.sent",
        "hub.store.store.Store.put_off",
    ),
    "watch": (
        "hub.store.store.Store.due",
        "hub.service.Hub.tick",
        "hub.service.Hub.cover",
        "hub.store.store.Store.commit",
        "hub.store.writing.write",
    ),
}
WHEN = ("before", "after")
# What a worker does once for each connection, or seldom: it dies there the first time.
SELDOM = frozenset(
    {
        "hub.broker.connection.Connection.declare",
        "hub.broker.connection.Connection.consume",
        "hub.store.store.Store.begin_trials",
        "hub.store.store.Store.end_trials",
        "hub.store.store.Store.put_off",
        "hub.service.Hub.cover",
    }
)
# Of what a worker asks for again and again, mostly in vain: it dies after it only when it got something.
FRUITFUL = frozenset(
    {
        "hub.store.store.Store.relay",
        "hub.store.relaying.claim",
        "hub.store.store.Store.due",
        "hub.service.Hub.tick",
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a worker of a kind dies."""

    kind: str
    name: str
    when: str

    def __str__(self) -> str:
        return f"{self.kind} {self.when} {self.name}"


ALL = tuple(Step(kind, name, when) for kind, names in STEPS.items() for name in names for when in WHEN)
# Only deliveries that come back are counted: somebody must have died with some in hand before.
_HOLDING = Step("intake", "hub.service.Hub.settle", "before")
PRELUDES = {"hub.store.store.Store.begin_trials": _HOLDING, "hub.store.store.Store.end_trials": _HOLDING}


def arm(name: str, when: str, times: int, tell: int) -> None:
    """Kill this process at the given time that it comes to the step; before, it says so to the descriptor `tell`."""
    home, attribute, function = _found(name)
    counted = 0

    def come(here: str, got: object = None) -> None:
        nonlocal counted
        if here != when or (here == "after" and name in FRUITFUL and not got):
            return
        counted += 1
        if counted == times:
            os.write(tell, b"!")
            os.kill(os.getpid(), signal.SIGKILL)

    wrapper = _awaited(function, come) if inspect.iscoroutinefunction(function) else _called(function, come)
    setattr(home, attribute, wrapper)


def _found(name: str) -> tuple[Any, str, Callable[..., Any]]:
    """Where a step is, its name there, and itself."""
    parts = name.split(".")
    for depth in range(len(parts) - 1, 0, -1):
        try:
            home: Any = import_module(".".join(parts[:depth]))
        except ModuleNotFoundError:
            continue
        for part in parts[depth:-1]:
            home = getattr(home, part)
        return home, parts[-1], getattr(home, parts[-1])
    raise LookupError(name)


def _awaited(function: Callable[..., Any], come: Callable[..., None]) -> Callable[..., Any]:
    async def stepped(*args: Any, **kwargs: Any) -> Any:
        come("before")
        done = await function(*args, **kwargs)
        come("after", done)
        return done

    return stepped


def _called(function: Callable[..., Any], come: Callable[..., None]) -> Callable[..., Any]:
    def stepped(*args: Any, **kwargs: Any) -> Any:
        come("before")
        done = function(*args, **kwargs)
        come("after", done)
        return done

    return stepped
