"""What was agreed with the importer against what it approved in the portal."""

from dataclasses import dataclass

from delegation.rules.cover import Level, Reason


@dataclass(frozen=True)
class Terms:
    """How far a delegation reaches: level, the chosen program accounts, visibility ticks (1-3)."""

    level: Level | None = None
    accounts: frozenset[str] = frozenset()
    ticks: frozenset[int] = frozenset()


def shortfalls(agreed: Terms, approved: Terms) -> tuple[Reason, ...]:
    """What is missing in the portal; nothing when it reaches what was agreed.

    The business level includes every program account, so it reaches any program level.
    """
    found = []
    if agreed.level is Level.BUSINESS and approved.level is not Level.BUSINESS:
        found.append(Reason("level_below_agreed"))
    elif approved.level is not Level.BUSINESS:
        missing = sorted(agreed.accounts - approved.accounts)
        if missing:
            found.append(Reason("accounts_missing", {"accounts": ", ".join(missing)}))
    ticks = sorted(agreed.ticks - approved.ticks)
    if ticks:
        found.append(Reason("ticks_missing", {"ticks": ", ".join(map(str, ticks))}))
    return tuple(found)
