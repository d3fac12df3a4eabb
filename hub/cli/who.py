"""The command that tells who a HER-id is: one of ours, a partner, or whoever the Address Register knows."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub import settings
from hub.cli.terminal import AsJson, Config, asked, fail, in_force, print_json

if TYPE_CHECKING:
    from hub.directory import Directory
    from hub.enquiry import Registered
    from hub.message import HerId
    from hub.settings import Settings
    from hub.store import Store


def who(
    her_id: Annotated[str, typer.Argument(metavar="HER-ID", help="At either level.", show_default=False)],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Tell who a HER-id is: one of ours, a partner, or what the Address Register says of it.

    The register is asked once, where [registers] names it, and its answer kept. Exits with 0 when somebody has it, 1
    when nobody has, 74 when the register cannot be asked.
    """
    from hub.enquiry import possible
    from hub.message import plain_her_id

    found, id = settings.load(config), plain_her_id(her_id)
    if not possible(id):
        fail(f"{her_id!r} is no HER-id: it has digits only", 2)
    told = _ours(in_force(found).directory, id) or _registered(found, id)
    if told is None:
        fail(f"nobody has the HER-id {id}: it is in no file here, and [registers] names no Address Register", 1)
    if as_json:
        print_json(told)
    elif not told["name"]:
        print(f"Nobody has the HER-id {id}: neither our files nor the Address Register know it.")
    else:
        known = {key.replace("_", " "): value for key, value in told.items() if value not in ("", None)}
        print("\n".join(f"{key:<22}{value}" for key, value in known.items()))
    raise typer.Exit(0 if told["name"] else 1)


def _ours(directory: "Directory", id: "HerId") -> dict[str, Any] | None:
    ours, partner = directory.practice_of(id, id), directory.partner_of(id, id)
    if (organisation := ours or partner) is None:
        return None
    known_as = "ours" if ours else "partner"
    if (service := organisation.services.get(id)) is None:
        return _told(id, known_as, organisation.name)
    return _told(id, known_as, service.name, organisation.name, organisation.her_id, service.code)


def _told(
    id: str,
    known_as: str,
    name: str = "",
    organisation: str = "",
    organisation_her_id: str | None = None,
    type: str = "",
    in_use: bool = True,
) -> dict[str, Any]:
    return {
        "her_id": id,
        "known_as": known_as,
        "name": name,
        "organisation": organisation,
        "organisation_her_id": organisation_her_id,
        "type": type,
        "in_use": in_use,
    }


def _registered(found: "Settings", id: str) -> dict[str, Any] | None:
    from hub.cli.terminal import EX_IOERR
    from hub.enquiry import Register
    from hub.errors import Unavailable

    if Register.ADDRESS not in found.registers.addresses:
        return None
    try:
        told = asyncio.run(asked(found, lambda store: _look(found, store, id)))
    except Unavailable as fault:
        fail(str(fault), EX_IOERR)
    known_as = "register" if told.her_id else "nobody"
    return _told(id, known_as, told.name, told.organisation, told.organisation_her_id, told.type, told.active)


async def _look(found: "Settings", store: "Store", id: str) -> "Registered":
    """What was answered before, if that is not too old; else what is answered now."""
    from datetime import timedelta

    from hub.enquiry import Enquiry, Register
    from hub.national import Registers

    asking, now = Enquiry(Register.ADDRESS, id), found.running_clock().now()
    known = (await store.looked([asking])).get(asking)
    if known and known.answer and known.answered_at and now - known.answered_at < timedelta(days=found.registers.days):
        return known.answer
    async with Registers(found.registers.addresses, found.registers.token, found.registers.seconds) as registers:
        told = await registers.ask(asking)
    await store.ask([asking], now)
    await store.answer_enquiry((await store.looked([asking]))[asking], told, now)
    return told
