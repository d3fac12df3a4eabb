"""One working day of the sample centre, played through the hub's real doors.

The partners' systems send what a script says, good and bad; the staff are simulated and use the calls that any
client would; the partners fetch what is for them, from mailboxes over HTTP or from the queues of a broker. At the end
what the senders sent is held against what the hub has. The package starts the hub's processes and is otherwise only a
client of them.
"""

import asyncio
import logging
import sys
from contextlib import suppress

import uvloop

from hub.demo import curtain, day, folder
from hub.demo.plan import Plan
from hub.demo.screen import Screen
from hub.demo.stop import Stop
from hub.errors import HubError

__all__ = ["Plan", "play"]


def play(plan: Plan) -> int:
    """Play the day. 0 when it adds up, 1 when it does not, 128 and the signal's number when it was broken off.

    Raises BadConfiguration when the data folder cannot be used, Failed when the server does not run.
    """
    # A connection that ends is told in the summary, and not by the library in the midst of the table.
    logging.getLogger("aiormq").addHandler(logging.NullHandler())
    fault: BaseException | None = None
    try:
        return uvloop.run(_heeding(plan))
    except* HubError as failed:
        fault = failed
    except* BrokenPipeError:
        # Nobody reads on, so there is nothing to play for.
        pass
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    if fault:
        raise fault from None
    return 1


async def _heeding(plan: Plan) -> int:
    """Play until it is done or somebody stops it."""
    stop = Stop()
    playing = asyncio.create_task(_play(plan, stop))
    told = asyncio.create_task(stop.told.wait())
    await asyncio.wait((playing, told), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if not stop.resting:
        playing.cancel()
    with suppress(asyncio.CancelledError):
        return await playing
    return 128 + stop.number


async def _play(plan: Plan, stop: Stop) -> int:
    """Play the day, and leave its page up when that is wanted."""
    screen = Screen(sys.stdout)
    screen.say("Preparing the day and starting the hub ...")
    async with folder.opened(plan.data, plan.database) as place, day.opened(plan, place, screen) as opened:
        screen.title = f"Sambud, {opened.door.address}"
        screen.say_all(curtain.before(opened))
        try:
            with screen:
                ended = await day.play(opened)
        except asyncio.CancelledError:
            screen.say(curtain.broken_off(opened))
            raise
        adds_up = day.close(opened, ended)
        if plan.once:
            screen.say_all(curtain.kept(opened))
        else:
            stop.resting = True
            await day.slow_down(opened)
            screen.say_all(curtain.resting(opened))
            await day.rest(opened, stop.told)
    return 0 if adds_up else 1
