"""How long records are kept, and when they may go.

Sources: Customs Act, s. 40; SOR/86-1011, s. 2 (importer) and SOR/86-1067, s. 17 (broker): six years
after the importation. The safe day goes to the end of that year, because GST law counts from the
end of a year; a transaction number may not come again for seven years and three months.
"""

from datetime import date

from carmsvc.platform.dates import months_after
from statements.rules.rulebook import Rulebook


def customs_minimum(imported_on: date, rulebook: Rulebook) -> date:
    """The last day on which customs law asks for the records of an importation."""
    years = rulebook.integer("retention_years", imported_on)
    return months_after(imported_on, 12 * years)


def keep_until(imported_on: date, rulebook: Rulebook) -> date:
    """The last day on which we keep them: 31 December of the year of the customs minimum, or
    until the transaction number may come again, whichever is later.
    """
    end_of_year = customs_minimum(imported_on, rulebook).replace(month=12, day=31)
    return max(end_of_year, number_free_on(imported_on, rulebook))


def number_free_on(used_on: date, rulebook: Rulebook) -> date:
    """The first day on which a transaction number may be used again."""
    return months_after(used_on, rulebook.integer("number_reuse_months", used_on))
