"""A list of clients beside what is registered: what is new, the same, changed, or cannot be."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import (
    ClientGroup,
    ClientList,
    GroupedImporter,
    Importer,
    ImporterContact,
    ProgramAccount,
    StaffAssignment,
    User,
)
from clients.queries.staff import assignable_staff
from clients.rules.client_lists import Fault, ListRow, WishedImporter, gathered, read_row

COLUMN_WORDS: dict[str, Any] = {
    "legal_name": _("Legal name"),
    "trade_names": _("Trade names"),
    "bn9": _("Business number"),
    "accounts": _("Program accounts"),
    "language": _("Language"),
    "is_resident": _("Resident in Canada"),
    "state": _("State"),
    "group": _("Client group"),
    "lead": _("Looked after by"),
    "contact_name": _("Contact"),
    "contact_function": _("Contact function"),
    "contact_email": _("Contact e-mail"),
    "contact_phone": _("Contact telephone"),
}
FAULT_WORDS: dict[str, Any] = {
    "no_bn9": _("There is no business number. Write the nine digits."),
    "not_a_bn9": _("This is not a business number: nine digits."),
    "not_an_account": _("This is not a program account: BN9, RM and four digits."),
    "account_of_another": _("This account does not belong to the business number of the row."),
    "unknown_language": _("Write English or French, or EN or FR."),
    "unknown_is_resident": _("Write yes or no."),
    "unknown_state": _("Write prospect, client or former."),
    "unknown_contact_function": _(
        "Write management, finance, customs, operations, legal, after hours or other."
    ),
    "contact_without_name": _("Write the name of the contact, or leave its other cells empty."),
    "contact_without_address": _("Write an e-mail address or a telephone number of the contact."),
    "contradicts": _(
        "An earlier row with the same business number says something else. Make them agree."
    ),
    "no_legal_name": _("Give the legal name, exactly as the CBSA has it."),
    "no_account": _("A new importer needs at least one program account."),
    "unknown_group": _("There is no client group of this name. Create it first, or correct it."),
    "unknown_lead": _("Nobody of the staff has this name or e-mail address, or several have."),
    "not_an_address": _("This is not an e-mail address."),
    "too_long": _("This is too long. Shorten it."),
}
_LONGEST = {"legal_name": 200, "contact_name": 200, "contact_phone": 40, "trade_names": 2000}
_OF_IMPORTER = ("legal_name", "trade_names", "language", "is_resident", "state")


@dataclass(frozen=True)
class Change:
    """A field of a registered importer that would become another."""

    column: str
    before: Any
    after: Any


@dataclass
class Planned:
    """What a list does with one importer."""

    wished: WishedImporter
    importer: Importer | None
    changes: list[Change] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    accounts: list[str] = field(default_factory=list)
    contacts: list[dict[str, str]] = field(default_factory=list)
    group: ClientGroup | None = None
    lead: User | None = None

    @property
    def kind(self) -> str:
        """`new`, `same` or `changes`."""
        if self.importer is None:
            return "new"
        return "changes" if self.changes else "same"

    @property
    def name(self) -> str:
        """The legal name as the list has it, or as it is registered."""
        return str(self.wished.told.get("legal_name") or self.importer or self.wished.bn9)


@dataclass(frozen=True)
class Plan:
    """What a list would do, importer by importer, and everything that stands against it."""

    planned: list[Planned]
    faults: list[Fault]

    @property
    def counts(self) -> dict[str, int]:
        """How many importers are new, changed and the same; how many faults there are."""
        kinds = [one.kind for one in self.planned]
        counted = {name: kinds.count(name) for name in ("new", "changes", "same")}
        return counted | {"errors": len(self.faults)}


def plan_of(client_list: ClientList) -> Plan:
    """What a list would do now. Asks of every importer, whoever may see it; few queries."""
    rows = [read_row(one["row"], one["cells"]) for one in client_list.rows]
    wished, faults = gathered([_checked(row) for row in rows])
    with importer_scope(every_importer_id()):
        known = _Known(wished)
        planned = [_planned(one, known, faults) for one in wished]
    return Plan(planned, sorted(faults, key=lambda one: one.row))


def _checked(row: ListRow) -> ListRow:
    """A row with what only the framework or the columns of the tables can refuse."""
    faults = list(row.faults)
    for name, longest in _LONGEST.items():
        if len(row.told.get(name, "")) > longest:
            faults.append(Fault(row.row, name, row.told[name][:60], "too_long"))
    address = row.told.get("contact_email", "")
    if address and not _is_address(address):
        faults.append(Fault(row.row, "contact_email", address, "not_an_address"))
    return ListRow(row.row, row.told, tuple(faults))


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254


class _Known:
    """What is registered of the importers of a list, asked for at once."""

    def __init__(self, wished: Iterable[WishedImporter]) -> None:
        numbers = [one.bn9 for one in wished]
        self.importers = {one.bn9: one for one in Importer.objects.filter(bn9__in=numbers)}
        ids = [one.pk for one in self.importers.values()]
        self.accounts = _sets(ProgramAccount, ids, "bn15")
        self.contacts = _sets(ImporterContact, ids, "name", "function", "email", "phone")
        self.groups_of = _sets(GroupedImporter, ids, "group_id")
        leads = StaffAssignment.objects.filter(importer__in=ids, is_lead=True)
        self.lead_of = dict(leads.values_list("importer_id", "user_id"))
        self.groups = {one.name.casefold(): one for one in ClientGroup.objects.all()}
        self.staff = defaultdict[str, list[User]](list)
        for person in assignable_staff().annotate(small=Lower("full_name")):
            self.staff[person.email].append(person)
            self.staff[person.full_name.casefold()].append(person)


def _sets(model: Any, ids: list[int], *names: str) -> dict[int, set[Any]]:
    found: dict[int, set[Any]] = defaultdict(set)
    rows = model.objects.filter(importer__in=ids).values_list("importer_id", *names)
    for importer_id, *values in rows:
        found[importer_id].add(values[0] if len(values) == 1 else tuple(values))
    return found


def _planned(wished: WishedImporter, known: _Known, faults: list[Fault]) -> Planned:
    importer = known.importers.get(wished.bn9)
    planned = Planned(wished, importer)
    faults += _named(planned, known)
    if importer is None:
        faults += _against_new(wished)
        planned.fields = {n: v for n, v in wished.told.items() if n in _OF_IMPORTER}
        planned.accounts, planned.contacts = wished.accounts, wished.contacts
    else:
        _compare(planned, importer, known)
    return planned


def _named(planned: Planned, known: _Known) -> Iterator[Fault]:
    """Find the group and the lead that a row names."""
    told, row = planned.wished.told, planned.wished.row
    if "group" in told:
        planned.group = known.groups.get(told["group"].casefold())
        if planned.group is None:
            yield Fault(row, "group", told["group"], "unknown_group")
    if "lead" in told:
        people = {one.pk: one for one in known.staff.get(told["lead"].casefold(), [])}
        if len(people) != 1:
            yield Fault(row, "lead", told["lead"], "unknown_lead")
        else:
            planned.lead = next(iter(people.values()))


def _against_new(wished: WishedImporter) -> Iterator[Fault]:
    if not wished.told.get("legal_name"):
        yield Fault(wished.row, "legal_name", "", "no_legal_name")
    if not wished.accounts:
        yield Fault(wished.row, "accounts", "", "no_account")


def _compare(planned: Planned, importer: Importer, known: _Known) -> None:
    """Note what of a registered importer would become another."""
    wished, pk = planned.wished, importer.pk
    for name in _OF_IMPORTER:
        before = getattr(importer, name)
        if name in wished.told and wished.told[name] != before:
            planned.fields[name] = wished.told[name]
            planned.changes.append(Change(name, before, wished.told[name]))
    planned.accounts = [one for one in wished.accounts if one not in known.accounts[pk]]
    if planned.accounts:
        planned.changes.append(Change("accounts", "", ", ".join(planned.accounts)))
    there = known.contacts[pk]
    planned.contacts = [one for one in wished.contacts if tuple(one.values()) not in there]
    for contact in planned.contacts:
        planned.changes.append(Change("contact_name", "", contact["name"]))
    if planned.group and planned.group.pk in known.groups_of[pk]:
        planned.group = None
    if planned.group:
        planned.changes.append(Change("group", "", planned.group.name))
    if planned.lead and known.lead_of.get(pk) == planned.lead.pk:
        planned.lead = None
    if planned.lead:
        planned.changes.append(Change("lead", "", planned.lead.full_name))


def client_lists() -> Any:
    """The lists that were sent, the newest first."""
    return ClientList.objects.defer("rows").select_related("sent_by").order_by("-id")


def lists_waiting() -> list[int]:
    """The lists that a worker still has to take in."""
    rows = ClientList.objects.filter(ClientList.is_waiting())
    return list(rows.order_by("id").values_list("id", flat=True))
