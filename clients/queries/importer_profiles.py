"""What is known of an importer: its accounts, contacts, the people who look after it, its name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from clients.models import (
    Importer,
    ImporterContact,
    ProgramAccount,
    ReleaseStatus,
    SecurityInstrument,
)
from clients.queries.security import release_statuses, security_on
from clients.rules.names import Comparison, compare_names


@dataclass(frozen=True)
class AccountFacts:
    """A program account with what is known of it on a day."""

    account: ProgramAccount
    release: ReleaseStatus | None
    security: list[SecurityInstrument]


def accounts_with_facts(importer_id: int, today: date) -> list[AccountFacts]:
    """An importer's program accounts, each with its release status and the security in force."""
    accounts = list(ProgramAccount.objects.filter(importer=importer_id).order_by("bn15"))
    numbers = [one.pk for one in accounts]
    statuses, security = release_statuses(numbers), security_on(numbers, today)
    return [AccountFacts(one, statuses.get(one.pk), security.get(one.pk, [])) for one in accounts]


def contacts_of(importer_id: int) -> Any:
    """Whom to reach at an importer, by function and name."""
    return by_function(ImporterContact.objects.filter(importer=importer_id))


def by_function(contacts: Any) -> Any:
    """Contacts in the order of the functions, then by name."""
    order = Case(
        *(When(function=name, then=Value(at)) for at, name in enumerate(_functions())),
        output_field=IntegerField(),
    )
    return contacts.order_by(order, "name", "id")


def _functions() -> Iterable[str]:
    return ImporterContact.Function.values


def name_compared(importer: Importer) -> Comparison | None:
    """The legal name beside the one at the CBSA; None while nobody has looked there."""
    if not importer.name_at_cbsa:
        return None
    return compare_names(importer.legal_name, importer.name_at_cbsa)
