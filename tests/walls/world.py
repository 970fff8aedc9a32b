"""Two importers with one of everything, whose every word tells whose it is.

`settled` fills an importer: people of each role, files with their originals, a statement, a run,
what hangs on them. Its words stand in every text column (`test_world.py` says so of new ones), so
that one of them in an answer to somebody else is a hole in the wall.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import time_machine
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.audit_checks import AuditCheck
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions import create_importer
from clients.actions.calendar import open_calendar
from clients.actions.groups import create_group
from clients.actions.invitations import invite
from clients.models import (
    GroupedImporter,
    GroupStaff,
    Membership,
    Notice,
    ProgramAccount,
    StaffAssignment,
    User,
)
from clients.models.security import SecurityInstrument
from reconciliation.actions import explain_variances
from reconciliation.models import Decision, SignOff, Variance
from reconciliation.queries import groups
from statements.models import LedgerFile, MappingProfile, RowProblem, StatementFile
from statements.models.payments import Payment
from tests.books import Line, ledger, reconciled, soa
from tests.conftest import PASSWORD, settle
from tests.walls.help import settle_support
from tests.walls.importers import settle_profile
from tests.walls.onboarding import settle_onboarding
from tests.walls.portal import settle_portal
from tests.walls.readiness import settle_readiness
from tests.walls.rooms import rulebook_entry, settle_delegation, settle_documents, settle_security

IMPORTER_ROLES = ("owner", "finance", "operations", "compliance", "viewer")
ON = date(2026, 10, 17)


@dataclass
class Tenant:
    """An importer of the story: what its rows are called in addresses, and its words."""

    word: str
    serial: int
    importer: Any = None
    analyst: Any = None  # of the staff, who looks after it
    people: dict[str, User] = field(default_factory=dict)  # by role
    ids: dict[str, Any] = field(default_factory=dict)  # by the name that addresses use
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def bn9(self) -> str:
        return f"{self.serial}"

    @property
    def bn15(self) -> str:
        return f"{self.serial}RM0001"

    @property
    def markers(self) -> tuple[str, ...]:
        """What no answer to anybody else may hold: a word, numbers, an amount."""
        return (self.word.lower(), self.bn9, f"12345{self.bn9[:6]}", f"{self.serial % 1000}.07")

    def number(self, short: int) -> str:
        """A transaction number with this importer's digits in it: `12345` and nine more."""
        return f"{self.serial - 9 + short}"


def _person(tenant: Tenant, role: str) -> User:
    person = User.objects.create_user(
        f"{role}@{tenant.word}.example".lower(), PASSWORD, full_name=f"{role.title()} {tenant.word}"
    )
    Membership.objects.create(importer=tenant.importer, user=person, role=role)
    return settle(person)


def settled(tenant: Tenant, administrator: User, analyst: User) -> Tenant:
    """Fill the importer. `analyst` is a member of the staff who looks after it."""
    tenant.importer = create_importer(
        legal_name=f"{tenant.word} Optik Inc.",
        bn9=tenant.bn9,
        program_accounts=[tenant.bn15],
        by=administrator,
    )
    tenant.analyst = analyst
    tenant.ids["importer_id"] = tenant.importer.pk
    with importer_scope(tenant.importer.pk):
        _settle_people(tenant, administrator, analyst)
        _settle_books(tenant, analyst)
        _settle_the_rest(tenant, analyst)
        settle_delegation(tenant, analyst)
        settle_documents(tenant, analyst)
        settle_onboarding(tenant, analyst)
        settle_portal(tenant, analyst)
        settle_profile(tenant, analyst)
        settle_readiness(tenant, analyst)
        settle_security(tenant, analyst)
        settle_support(tenant, analyst)
    return tenant


def _settle_people(tenant: Tenant, administrator: User, analyst: User) -> None:
    tenant.people = {role: _person(tenant, role) for role in IMPORTER_ROLES}
    owner, member = tenant.people["owner"], tenant.people["viewer"]
    StaffAssignment.objects.create(importer=tenant.importer, user=analyst)
    group = create_group(name=f"Group {tenant.word}", note=tenant.word, by=administrator)
    GroupedImporter.objects.create(importer=tenant.importer, group=group)
    GroupStaff.objects.create(group=group, user=analyst)
    invitation = invite(
        email=f"guest@{tenant.word}.example",
        full_name=f"Guest {tenant.word}",
        importer_role="viewer",
        importers=[tenant.importer],
        by=owner,
    )
    key, text = create_api_key(
        name=f"Nightly {tenant.word}",
        user=owner,
        importer_ids=[tenant.importer.pk],
        grants=["*:write"],
        created_by=owner,
    )
    browser = Client()
    browser.force_login(member)
    session = UserSession.objects.get(session_key=browser.session.session_key)
    passkey = Authenticator(user=member, type="webauthn", data={"name": tenant.word})
    Authenticator.objects.bulk_create([passkey])
    tenant.secrets |= {"key": text, "calendar": open_calendar(person=member, alarm_days=1)}
    tenant.ids |= {
        "person_id": member.pk,
        "membership_id": Membership.objects.get(user=member).pk,
        "assignment_id": StaffAssignment.objects.get(user=analyst).pk,
        "group_id": group.pk,
        "invitation_id": invitation.pk,
        "key_id": key.pk,
        "session_id": session.pk,
        "passkey_id": passkey.pk,
    }


def _lines(tenant: Tenant) -> tuple[list[Line], list[Line]]:
    said = (("raw_type", tenant.word),)
    on_line = (*said, ("status", tenant.word), ("submitted_by", tenant.word))
    on_entry = (*said, *((name, tenant.word) for name in ("payer", "job_no", "client_name")))
    told = {"reference": f"Ref {tenant.word}"}
    amount = f"{tenant.serial % 1000}.07"
    numbers = [tenant.number(short) for short in range(9)]
    lines = [
        Line(numbers[1], amount, words=on_line, **told),
        Line(numbers[2], "250.00", words=on_line, **told),
        Line(numbers[3], "40.00", words=on_line, **told),
        Line(None, "19.00", words=on_line, **told),
    ]
    entries = [
        Line(numbers[1], amount, words=on_entry, **told),
        Line(numbers[2], "204.00", words=on_entry, **told),
        Line(None, "19.00", words=on_entry, reference=f"Our {tenant.word}"),
        Line(numbers[5], "70.00", words=on_entry, released=date(2026, 10, 17), **told),
    ]
    return lines, entries


def _settle_books(tenant: Tenant, analyst: User) -> None:
    account = ProgramAccount.objects.get()
    ProgramAccount.objects.update(name=tenant.word)
    lines, entries = _lines(tenant)
    ledger(account, *entries)
    statement = soa(account, *lines)
    with time_machine.travel(ON, tick=True):  # what is not billed yet is still expected
        run = reconciled(statement)
    first, *others = Variance.objects.filter(run=run).order_by("pk")
    explain_variances(
        run=run,
        group_nos=[first.group_no],
        reason_code="booked_wrong",
        note=f"Because {tenant.word}",
        by=analyst,
    )
    decision = Decision.objects.create(
        statement=statement,
        importer=tenant.importer,
        line_identity="a" * 64,
        entry_identity="b" * 64,
        verdict="refused",
        decided_by=analyst,
    )
    now = timezone.now()
    again = {"reopened_at": now, "reopened_by": analyst, "reopen_reason": tenant.word}
    SignOff.objects.create(
        importer=tenant.importer, run=run, role="preparer", signed_by=analyst, **again
    )
    tenant.ids |= {
        "account_id": account.pk,
        "statement_id": statement.pk,
        "run_id": run.pk,
        "decision_id": decision.pk,
        "variance_id": first.pk,
        "open_variance_id": others[0].pk,
        "ledger_entry_id": LedgerFile.objects.get().entries.first().pk,
    }
    for place in ("match", "suggestion", "expected"):
        [group] = groups(run, place, limit=1)
        tenant.ids[f"{place}_no"] = group.group_no
    for name, model in (("statement", StatementFile), ("ledger", LedgerFile)):
        tenant.ids[f"{name}_file_id"] = _settle_file(tenant, model, analyst)


def _settle_file(tenant: Tenant, model: Any, analyst: User) -> int:
    """The file gets an original, a person and a name; and one row that is wrong."""
    file = model.objects.get()
    name = f"{tenant.word}-october.csv"
    file.original.save(name, ContentFile(f"Column\n{tenant.word}\n".encode()), save=False)
    model.objects.filter(pk=file.pk).update(
        original=file.original.name, file_name=name, uploaded_by=analyst
    )
    of_file = {"statement_file": file} if model is StatementFile else {"ledger_file": file}
    RowProblem.objects.create(
        importer=tenant.importer,
        severity="error",
        row_no=2,
        column=f"Column {tenant.word}",
        value=tenant.word,
        suggestion=tenant.word,
        code="not_an_amount",
        **of_file,
    )
    return int(file.pk)


def _settle_the_rest(tenant: Tenant, analyst: User) -> None:
    MappingProfile.objects.create(
        importer=tenant.importer, kind="ledger", name=f"Layout {tenant.word}", header_signature="0",
        mapping={"headers": [tenant.word]},
    )  # fmt: skip
    payment = Payment.objects.create(
        importer=tenant.importer,
        program_account_id=tenant.ids["account_id"],
        amount="19.00",
        paid_on=ON,
        method="online_banking",
        payer="importer",
        reference=f"Pay {tenant.word}",
        note=tenant.word,
        proof=ContentFile(tenant.word.encode(), name="proof.pdf"),
        proof_name=f"{tenant.word}.pdf",
        proof_sha256="0" * 64,
        recorded_by=analyst,
    )
    security = SecurityInstrument.objects.create(
        importer=tenant.importer, program_account_id=tenant.ids["account_id"], form="bond",
        amount="19.00", provider=tenant.word, valid_from=ON, recorded_by=analyst,
    )  # fmt: skip
    for person in (*tenant.people.values(), analyst):
        Notice.objects.create(
            importer=tenant.importer, user=person, key=f"payment_due:{tenant.word}:{person.pk}",
            kind="payment_due", subject=f"Notice {tenant.word}", due_on=ON,
            address=f"/statements/{tenant.ids['statement_id']}/", mail="never", in_app=True,
        )  # fmt: skip
    check = AuditCheck.objects.create(importer=tenant.importer, asked_by=analyst)
    event = AuditEvent.objects.filter(action="variance explained").get()
    tenant.ids |= {
        "payment_id": payment.pk,
        "security_id": security.pk,
        "check_id": check.pk,
        "event_id": event.pk,
        "letter_id": Letter.objects.order_by("pk")[0].pk,
        "entry_id": rulebook_entry(analyst).pk,
    }
