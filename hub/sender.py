"""Whether whoever hands a message in may do so for the sender that it names."""

from hub.account import SystemAccount
from hub.directory import Directory
from hub.message import Fault, Message, Receipt, Refusal


def foreign(account: SystemAccount, reading: Message | Refusal | Receipt, directory: Directory) -> Fault | None:
    """What is wrong when a key sends for somebody else, at either level: answers would go to the wrong mailbox."""
    sender = reading.sender if isinstance(reading, Receipt) else reading.envelope.sender
    partner = directory.partner_of(None, sender.level_2) if sender.level_2 else None
    # Whoever acknowledges gets no answer, so a HER-id at level 2 alone tells enough of who that is.
    alone = partner is not None and sender.level_1 is None and isinstance(reading, Receipt)
    organisation = partner.her_id if partner and alone else reading.key.sender
    if not account.any and organisation not in account.her_ids:
        return _not_of(account, organisation)
    if partner and sender.level_1 not in (None, partner.her_id):
        return _not_together(sender.level_1 or "", sender.level_2 or "", partner.name)
    return None


def _not_of(account: SystemAccount, sender: str) -> Fault:
    known = ", ".join(sorted(account.her_ids))
    return Fault(
        "X99",
        f"The key of {account.name} may send for HER-id {known}, but the document's sender is {sender}",
        f"Nøkkelen til {account.name} gjelder HER-id {known}, men avsenderen i meldingen er {sender}",
        "/MsgHead/MsgInfo/Sender",
    )


def _not_together(level_1: str, level_2: str, owner: str) -> Fault:
    return Fault(
        "X99",
        f"The sender's HER-id {level_2} at level 2 belongs to {owner}, not to {level_1}",
        f"Avsenderens HER-id {level_2} på nivå 2 tilhører {owner}, ikke {level_1}",
        "/MsgHead/MsgInfo/Sender",
    )
