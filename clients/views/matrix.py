"""The permission matrix, for everybody who signs in."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from clients.models import Membership, User
from clients.rules import (
    BROKERAGE_WIDE,
    Permission,
    permissions_of_importer_role,
    permissions_of_staff,
)

# permission -> its name, and what it allows
WORDS: dict[Permission, tuple[Any, Any]] = {
    Permission.VIEW: (
        _("See"),
        _("See the importer: its statements, reconciliations, deadlines and people."),
    ),
    Permission.UPLOAD: (_("Send files"), _("Send statements and ledgers.")),
    Permission.CONFIRM_MAPPING: (
        _("Confirm columns"),
        _("Confirm which column of a file holds what, and send a file again."),
    ),
    Permission.RECONCILE: (
        _("Reconcile"),
        _("Start a reconciliation, and start a stopped one again."),
    ),
    Permission.DECIDE: (
        _("Decide"),
        _("Confirm or reject suggestions, explain differences and reopen them."),
    ),
    Permission.SIGN_OFF: (
        _("Sign off"),
        _("Sign off a reconciliation, or open a signed one again with a reason."),
    ),
    Permission.RECORD_PAYMENT: (
        _("Record payments"),
        _("Record what was paid to the CBSA with its proof, void it, and say who pays."),
    ),
    Permission.MANAGE_PEOPLE: (
        _("Manage people"),
        _("Invite the importer’s people, change their role, remove them, require a second factor."),
    ),
    Permission.EDIT_PROFILE: (
        _("Edit the profile"),
        _("Change the importer’s names, languages and state, and its program accounts."),
    ),
    Permission.EDIT_CONTACTS: (
        _("Edit contacts"),
        _("Say whom to reach at the importer for what: add, change and remove contacts."),
    ),
    Permission.MANAGE_KEYS: (
        _("Manage API keys"),
        _("Make, rotate and revoke the importer’s API keys."),
    ),
    Permission.MANAGE_SECURITY: (
        _("Manage security"),
        _("Record, change and end financial security, and the status of release prior to payment."),
    ),
    Permission.MANAGE_DELEGATION: (
        _("Manage delegation"),
        _(
            "Prepare, request and end delegations, draw up agreements, and record who has access "
            "to the CARM portal."
        ),
    ),
    Permission.ANSWER_DELEGATION: (
        _("Answer delegation"),
        _(
            "Record what the importer approves, rejects, changes or revokes in the CARM portal, "
            "and confirm who has access to it."
        ),
    ),
    Permission.MANAGE_DOCUMENTS: (
        _("Manage documents"),
        _("Send documents and new versions, answer requests for them, and make audit packages."),
    ),
    Permission.DESTROY_DOCUMENTS: (
        _("Destroy documents"),
        _("Ask for the destruction of a document kept long enough, or approve another’s wish."),
    ),
    Permission.ASK_SUPPORT: (
        _("Ask for help"),
        _("Ask the brokerage about anything of the importer, and write on those requests."),
    ),
    Permission.ANSWER_SUPPORT: (
        _("Answer requests for help"),
        _("Answer the importer’s requests, write among the staff, and take them to their end."),
    ),
    Permission.MANAGE_ONBOARDING: (
        _("Manage onboarding"),
        _("Start an onboarding, plan it, record every step of it, and finish it."),
    ),
    Permission.TAKE_ONBOARDING_STEPS: (
        _("Do onboarding steps"),
        _("Do the importer’s own steps of an onboarding: evidence, comments, done or blocked."),
    ),
    Permission.READ_AUDIT: (
        _("Read the audit"),
        _("Read and export who did what with the importer, and when."),
    ),
    Permission.VIEW_AS: (
        _("View as"),
        _("Look at the importer as one of its roles: reading only, shown on every page, audited."),
    ),
    Permission.REGISTER_IMPORTER: (
        _("Register importers"),
        _("Register an importer with its business number and program accounts."),
    ),
    Permission.ASSIGN_STAFF: (
        _("Assign staff"),
        _("Decide which staff look after which importers, directly or through client groups."),
    ),
    Permission.MANAGE_STAFF: (
        _("Manage staff"),
        _("Invite staff, change their role, close and open accounts."),
    ),
    Permission.READ_BROKERAGE_AUDIT: (
        _("Read the brokerage’s audit"),
        _("Read and export what happened to staff, client groups and the rulebook."),
    ),
    Permission.EDIT_RULEBOOK: (
        _("Edit the rulebook"),
        _("Change rates, dates and thresholds that law or the CBSA may change."),
    ),
    Permission.MANAGE_MAIL: (
        _("Manage the mail"),
        _("See letters that were not sent or not taken in, and write the prepared answers."),
    ),
    Permission.ANSWER_CONTACTS: (
        _("Answer the public"),
        _("Answer what came from the contact page, and hand it to an importer’s staff."),
    ),
}


@dataclass(frozen=True)
class Row:
    """A permission with its words, and whether each role holds it, in the order of the roles."""

    permission: Permission
    name: Any
    sentence: Any
    cells: list[tuple["Column", bool]]


@dataclass(frozen=True)
class Column:
    """A role: of the brokerage's staff, or of an importer's people."""

    label: Any
    held: frozenset[Permission]
    is_mine: bool
    is_of_importer: bool


@require_safe
def permission_matrix(request: HttpRequest) -> HttpResponse:
    """Who may do what: roles as columns, permissions as rows."""
    columns = _columns(request.user)
    rows = [_row(permission, columns) for permission in Permission]
    parts = [
        (_("With an importer they see"), [row for row in rows if not _is_wide(row)]),
        (_("For the whole brokerage"), [row for row in rows if _is_wide(row)]),
    ]
    told = {"columns": columns, "parts": parts, "width": len(columns) + 1}
    return render(request, "clients/permissions/matrix.html", told)


def _is_wide(row: Row) -> bool:
    return row.permission in BROKERAGE_WIDE


def _columns(person: Any) -> list[Column]:
    mine = _importer_roles_of(person)
    return [
        *(
            Column(role.label, permissions_of_staff(role), role == person.staff_role, False)
            for role in User.StaffRole
        ),
        *(
            Column(role.label, permissions_of_importer_role(role), role in mine, True)
            for role in Membership.Role
        ),
    ]


def _importer_roles_of(person: Any) -> set[str]:
    if person.viewing:
        return {person.viewing.role}
    return set(Membership.objects.filter(user=person).values_list("role", flat=True))


def _row(permission: Permission, columns: list[Column]) -> Row:
    name, sentence = WORDS[permission]
    return Row(permission, name, sentence, [(one, permission in one.held) for one in columns])
