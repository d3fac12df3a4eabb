"""The named steps of a worker at which it can be killed: before and after each that matters."""

import inspect
import os
import signal
from collections.abc import Callable
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
        "hub.store.store.Store.commit",
        "hub.store.writing.write",
    ),
}
WHEN = ("before", "after")


def arm(name: str, when: str, times: int) -> None:
    """Kill this process at the given time that it comes to the step."""
    home, attribute, function = _found(name)
    counted = 0

    def die() -> None:
        nonlocal counted
        counted += 1
        if counted == times:
            os.kill(os.getpid(), signal.SIGKILL)

    wrapper = _awaited(function, when, die) if inspect.iscoroutinefunction(function) else _called(function, when, die)
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


def _awaited(function: Callable[..., Any], when: str, die: Callable[[], None]) -> Callable[..., Any]:
    async def stepped(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            die()
        done = await function(*args, **kwargs)
        if when == "after":
            die()
        return done

    return stepped


def _called(function: Callable[..., Any], when: str, die: Callable[[], None]) -> Callable[..., Any]:
    def stepped(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            die()
        done = function(*args, **kwargs)
        if when == "after":
            die()
        return done

    return stepped
