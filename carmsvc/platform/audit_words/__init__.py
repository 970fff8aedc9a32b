"""Every action that the audit tells of: its fixed word, a short name, and what somebody did.

`carmsvc.platform.audit.record` takes no other word. The word is what is stored and hashed; the
name and the sentence are for people, in their language.
"""

from carmsvc.platform.audit_words import access, clients, money, papers
from carmsvc.platform.audit_words.action import Action
from carmsvc.platform.audit_words.kinds import KINDS

__all__ = ["ACTIONS", "KINDS", "Action"]

ACTIONS: dict[str, Action] = {
    **clients.ACTIONS,
    **money.ACTIONS,
    **access.ACTIONS,
    **papers.ACTIONS,
}
