"""The loop that asks the national registers about whom nobody here knows; no message ever waits for it."""

import asyncio
import random
from datetime import timedelta

import structlog

from hub import settings
from hub.enquiry import Enquiry, Looked, Register, Registered
from hub.errors import Unavailable
from hub.national import Registers
from hub.service import Hub

log = structlog.get_logger()

# How often it is looked for questions, how many are asked together, and for how long they are this process's own.
LOOK_SECONDS, TOGETHER, CLAIM_SECONDS = 1.0, 8, 120.0
# How soon it is tried again in vain: twice as long each time, up to an hour.
FIRST_SECONDS, LAST_SECONDS = 5.0, 3600.0
# How long it waits when the store failed.
FAILED_SECONDS = 2.0


async def run(hub: Hub, found: settings.Settings, stop: asyncio.Event) -> None:
    """Ask whatever is to be asked, until `stop`; what is cut off is asked again by whoever looks next."""
    if not found.registers.addresses:
        await stop.wait()
        return
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(_ask(hub, found.registers), name="asking")
        await stop.wait()
        asking.cancel()


async def _ask(hub: Hub, found: settings.Registers) -> None:
    async with Registers(found.addresses, found.token, found.seconds) as registers:
        while True:
            seconds = LOOK_SECONDS
            try:
                while await look(hub, registers, timedelta(days=found.days)):
                    pass
            except Exception as fault:
                # Whatever it is, the clocks and the doors beside it go on.
                log.error("registers.failed", exc_info=fault)
                seconds = FAILED_SECONDS
            await asyncio.sleep(seconds)


async def look(hub: Hub, registers: Registers, lasts: timedelta) -> int:
    """Ask what is due, each once however many look; returns how many that were. Raises Unavailable."""
    clock = hub.clock
    due = await hub.store.claim_enquiries(clock.now(), clock.after(CLAIM_SECONDS), TOGETHER)
    await asyncio.gather(*(_one(x, hub, registers, lasts) for x in due))
    return len(due)


async def _one(x: Looked, hub: Hub, registers: Registers, lasts: timedelta) -> None:
    here = x.answer is not None and x.answered_at is not None and hub.clock.now() - x.answered_at < lasts
    try:
        told = x.answer if here and x.answer else await registers.ask(x.enquiry)
    except Unavailable as fault:
        wait = min(FIRST_SECONDS * 2 ** min(x.attempts, 20), LAST_SECONDS) * random.uniform(0.8, 1.2)
        log.warning("register.unavailable", register=x.enquiry.register.value, fault=str(fault), again=round(wait))
        # After so long nobody waits for it any more; whoever wants to know then asks anew.
        over = hub.clock.now() - x.asked_at > lasts
        await hub.store.put_off_enquiry(x.enquiry, str(fault), None if over else hub.clock.after(wait))
        return
    await _trace(x.enquiry, told, hub)
    if here:
        await hub.store.end_enquiry(x, hub.clock.now())
    else:
        log.info("register.answered", register=x.enquiry.register.value, found=told.her_id is not None)
        await hub.store.ask(_named(x.enquiry, told, hub), hub.clock.now())
        await hub.store.answer_enquiry(x, told, hub.clock.now())


async def _trace(asked: Enquiry, told: Registered, hub: Hub) -> None:
    """What comes of an answer; before it is noted, so that whoever is killed in between has it done by the next."""
    if asked.register is Register.GP and (traced := await hub.trace(asked.key, told, hub.clock.now())):
        log.info("items.traced", items=traced)


def _named(asked: Enquiry, told: Registered, hub: Hub) -> list[Enquiry]:
    """What a GP who is none of ours is called, the other register knows."""
    foreign = told.her_id is not None and hub.directory.practice_of(None, told.her_id) is None
    if asked.register is not Register.GP or not foreign or Register.ADDRESS not in hub.order.registers:
        return []
    return [Enquiry(Register.ADDRESS, told.her_id)] if told.her_id else []
