"""What the national registers say of whom nobody here knows, in the reader's language."""

from collections.abc import Mapping

from hub.directory import Directory
from hub.enquiry import Looked, Register, Registered
from hub.message import HerId
from hub.web.language import N_, Language

SENDER_ASKED = N_("The Address Register is asked who the sender is")
SENDER_NONE = N_("The sender's HER-id %(her_id)s is not in the Address Register")
SENDER_TOLD = N_("The sender is %(name)s")
SENDER_GONE = N_("The sender is %(name)s, which is no longer in use")
GP_ASKED = N_("The GP register is asked who the patient's GP is")
GP_NONE = N_("The patient has no GP in the GP register")
GP_TOLD = N_("The patient's GP is %(name)s")


def looked(language: Language, x: Looked, directory: Directory, names: Mapping[str, Registered]) -> str:
    """What a register says of one whom nobody here knows; `names` has what HER-ids are called there."""
    told, gp = x.answer, x.enquiry.register is Register.GP
    if told is None:
        return language.gettext(GP_ASKED if gp else SENDER_ASKED)
    if told.her_id is None:
        return language.gettext(GP_NONE) if gp else language.gettext(SENDER_NONE, her_id=x.enquiry.key)
    if gp:
        return language.gettext(GP_TOLD, name=_gp(directory, told.her_id, names))
    name = ", ".join(dict.fromkeys(t for t in (told.organisation, told.name) if t))
    return language.gettext(SENDER_TOLD if told.active else SENDER_GONE, name=name)


def _gp(directory: Directory, her_id: HerId, names: Mapping[str, Registered]) -> str:
    """A GP by a HER-id: as we call them, else as the Address Register does, else by that alone."""
    practice = directory.practice_of(None, her_id)
    if practice is not None and her_id in practice.services:
        return f"{practice.services[her_id].name}, {practice.name}"
    told = names.get(her_id)
    return ", ".join(dict.fromkeys(t for t in (told.name, told.organisation) if t)) if told else f"HER-id {her_id}"
