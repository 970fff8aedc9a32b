"""The invented brokerage in the database, through the same actions as real work."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils import timezone

from carmsvc.demo.books import Month, Row, ledger_file, month_of, statement_file
from carmsvc.demo.cast import (
    ASSIGNED,
    CASCADE,
    CLIENTS,
    GROUPS,
    INVITED_TO_MAPLE,
    KEYS,
    KNOWN_FILERS,
    MAPLE,
    MAPLE_OWNER,
    PASSWORD,
    STAFF,
    Client,
)
from carmsvc.demo.delegations import seed_delegations
from carmsvc.demo.documents import seed_documents
from carmsvc.demo.onboardings import seed_onboardings
from carmsvc.demo.payments import seed_payments
from carmsvc.demo.portal import seed_portal
from carmsvc.demo.profiles import seed_profiles
from carmsvc.demo.readiness import seed_readiness
from carmsvc.demo.security import seed_security
from carmsvc.demo.support import seed_support
from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.money import ZERO
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions import create_importer, create_person
from clients.actions.accounts import mark_email_verified
from clients.actions.groups import create_group, put_importers, put_staff
from clients.actions.invitations import invite
from clients.actions.keys import issue_api_key
from clients.actions.reminders import remind
from clients.models import ClientGroup, Importer, Membership, ProgramAccount, StaffAssignment, User
from clients.queries import importer_numbered
from reconciliation.actions import (
    collect_from_importer,
    confirm_suggestion,
    explain_variances,
    run_match,
    sign_off,
)
from reconciliation.models import MatchRun, Variance
from reconciliation.queries.since import undecided_suggestions
from statements.actions import (
    receive_ledger_file,
    receive_statement_file,
    take_in_ledger_file,
    take_in_statement_file,
)
from statements.actions.security import watch_security
from statements.models import KnownFiler, StatementFile
from statements.rules.billing import period_end
from statements.rules.forecast import periods_within

FILES = Path(__file__).resolve().parent.parent.parent / "tests" / "files" / "demo"
MONTHS_OF_DAILY_LEDGER = 8  # clients of so many months also send what is not billed yet
DEMO_PERIOD = date(2026, 10, 17)  # the month that the files in tests/files/demo hold
DEMO_STATEMENT = FILES / "maple-furniture-2026-10-statement.csv"
DEMO_LEDGER = FILES / "maple-furniture-2026-10-ledger.csv"


def seed() -> Iterator[str]:
    """Make what is not there yet; yields what was done, for people who watch."""
    _people()
    for client in CLIENTS:
        importer = _importer(client)
        with importer_scope(importer.pk):
            done = _books(client, importer)
        _reconcile(importer)
        if done:
            yield f"{client.legal_name}: {done} statements"
    _groups()
    _owner()
    _keys()
    _decide()
    seed_payments()
    seed_security(User.objects.get(email=STAFF[1][0]))
    watch_security(importers=every_importer_id(), today=today_in_toronto())
    seed_delegations(User.objects.get(email=STAFF[1][0]))
    seed_profiles(User.objects.get(email=STAFF[1][0]))
    seed_documents(User.objects.get(email=STAFF[1][0]))
    seed_onboardings(User.objects.get(email=STAFF[1][0]))
    seed_portal(User.objects.get(email=STAFF[1][0]))
    seed_support(User.objects.get(email=STAFF[1][0]))
    seed_readiness(User.objects.get(email=STAFF[1][0]))
    remind(importers=every_importer_id(), now=timezone.now())


def _people() -> None:
    for email, name, role, language in STAFF:
        if not User.objects.filter(email=email).exists():
            person = User.objects.create_user(
                email, PASSWORD, full_name=name, staff_role=role, language=language
            )
            mark_email_verified(person)
    for number, filed_by, name in KNOWN_FILERS:
        KnownFiler.objects.get_or_create(
            account_security_no=number, defaults={"filed_by": filed_by, "name": name}
        )


def _importer(client: Client) -> Importer:
    with importer_scope(every_importer_id()):
        known: Importer | None = Importer.objects.filter(bn9=client.bn9).first()
    if known:
        return known
    accounts = [f"{client.bn9}RM{at:04d}" for at in range(1, client.accounts + 1)]
    importer = create_importer(
        legal_name=client.legal_name, bn9=client.bn9, program_accounts=accounts, by="seed_demo"
    )
    with importer_scope(importer.pk):
        Importer.objects.filter(pk=importer.pk).update(language=client.language)
        for email, *_ in ASSIGNED:
            person = User.objects.get(email=email)
            lead = email == ASSIGNED[importer.pk % 2][0]
            StaffAssignment.objects.create(importer=importer, user=person, is_lead=lead)
        if client.finance:
            _importer_person(client, importer)
    return importer


def _importer_person(client: Client, importer: Importer) -> None:
    person = User.objects.create_user(
        client.finance,
        PASSWORD,
        full_name="Finance, " + client.legal_name,
        language=client.language,
    )
    mark_email_verified(person)
    Membership.objects.create(importer=importer, user=person, role=Membership.Role.FINANCE)


def _owner() -> None:
    """Maple's owner, and the colleagues they have invited."""
    email, name = MAPLE_OWNER
    if User.objects.filter(email=email).exists():
        return
    with importer_scope(every_importer_id()):
        importer = Importer.objects.get(bn9=MAPLE.bn9)
    owner = create_person(
        email=email,
        full_name=name,
        importers=[importer],
        importer_role=Membership.Role.OWNER,
        password=PASSWORD,
        by="seed_demo",
    )
    mark_email_verified(owner)
    for address, role, language in INVITED_TO_MAPLE:
        wish = {"email": address, "importer_role": role, "language": language}
        invite(**wish, importers=[importer], by=owner)


def _groups() -> None:
    for group in GROUPS:
        if ClientGroup.objects.filter(name=group.name).exists():
            continue
        made = create_group(name=group.name, note=group.note, by="seed_demo")
        for place, email in enumerate(group.staff):
            person = User.objects.get(email=email)
            put_staff(group=made, person=person, is_lead=place == 0, by="seed_demo")
        with importer_scope(every_importer_id()):
            importers = Importer.objects.filter(bn9__in=group.importers)
            put_importers(group=made, importers=importers, by="seed_demo")


def _keys() -> None:
    for told in KEYS:
        if ApiKey.objects.filter(name=told.name).exists():
            continue
        key, _text = issue_api_key(
            name=told.name,
            user=User.objects.get(email=told.person),
            importers=[importer_numbered(told.bn9)],
            grants=told.grants,
            by=User.objects.get(email=STAFF[0][0]),
            days=told.days,
        )
        if told.call:
            now = timezone.now()
            used = {"last_used_at": now, "last_used_from": "192.0.2.41", "last_call": told.call}
            made = now - timedelta(days=365 - told.days)
            ApiKey.objects.filter(pk=key.pk).update(created_at=made, **used)


def periods(months: int) -> list[date]:
    """The last so many billing periods whose statement has been issued, oldest first."""
    today = today_in_toronto()
    last = today.replace(day=17)
    if today.day < 25:
        last = (last.replace(day=1) - timedelta(days=1)).replace(day=17)
    found: list[date] = []
    while len(found) < months:
        found.append(last)
        last = (last.replace(day=1) - timedelta(days=1)).replace(day=17)
    return found[::-1]


def _books(client: Client, importer: Importer) -> int:
    """The client's files, read and loaded; returns how many statements are new."""
    booked: list[tuple[str, Row]] = []
    months: list[tuple[ProgramAccount, Month]] = []
    for account in ProgramAccount.objects.filter(importer=importer).order_by("bn15"):
        billed = ZERO
        for last in periods(client.months):
            share, newest = _share(client, account), last in periods(2)
            month = month_of(share, account.bn15, last, pays=billed, newest=newest)
            billed = month.charges
            if not _is_told_by_files(client, account, last):
                months.append((account, month))
                booked += [(account.bn15, row) for row in month.ledger]
        booked += [(account.bn15, row) for row in _not_billed(client, account)]
    _take_in_ledger(importer, ledger_file(iter(booked)))
    return sum(_take_in_month(client, account, month) for account, month in months)


def _not_billed(client: Client, account: ProgramAccount) -> Iterator[Row]:
    """What was filed since the last statement, at the clients whose ledger comes every day."""
    today, issued = today_in_toronto(), periods(1)[0]
    if client.months < MONTHS_OF_DAILY_LEDGER:
        return
    for last in periods_within(issued + timedelta(days=1), period_end(today)):
        for row in month_of(_share(client, account), account.bn15, last).ledger:
            if row.released and row.released <= today:
                yield dataclasses.replace(row, posted=min(row.posted, today))


def _share(client: Client, account: ProgramAccount) -> Client:
    """A second account sees a third of the first one's traffic."""
    return client if account.bn15.endswith("1") else _smaller(client)


def _smaller(client: Client) -> Client:
    return dataclasses.replace(client, lines=max(client.lines // 3, 4))


def _is_told_by_files(client: Client, account: ProgramAccount, last: date) -> bool:
    return client is MAPLE and account.bn15.endswith("1") and last == DEMO_PERIOD


def _take_in_ledger(importer: Importer, content: bytes) -> None:
    received = receive_ledger_file(
        importer_id=importer.pk,
        content=ContentFile(content),
        file_name=f"cad-listing-{importer.bn9}.csv",
        by=None,
    )
    if received.is_new:
        take_in_ledger_file(importer_id=importer.pk, file_id=received.file.pk)


def _take_in_month(client: Client, account: ProgramAccount, month: Month) -> bool:
    last = month.period.last
    content = statement_file(client, month, account.bn15)
    newest = last == periods(1)[0]
    if newest and client.condition in ("broken", "unmapped"):
        content = _damaged(content, client.condition)
    return _take_in_statement(account, last, content)


def _damaged(content: bytes, how: str) -> bytes:
    """A file that Excel has been at, or whose dates can be read two ways."""
    lines = content.splitlines(keepends=True)
    if how == "broken":
        lines[4] = lines[4].replace(lines[4][:14], b"1.49870012E+13")
        lines[7] = b"'" + lines[7]
        return b"".join(lines)
    iso_day = re.compile(rb"(\d{4})-(\d{2})-(\d{2})")
    return lines[0] + b"".join(iso_day.sub(_either_way, line) for line in lines[1:])


def _either_way(found: "re.Match[bytes]") -> bytes:
    """A day that reads as day/month and as month/day."""
    year, month, day = found.groups()
    return b"%02d/%s/%s" % ((int(day) - 1) % 12 + 1, month, year)


def _take_in_statement(account: ProgramAccount, last: date, content: bytes) -> bool:
    known = StatementFile.objects.filter(program_account=account, period_end=last).exists()
    if known:
        return False
    received = receive_statement_file(
        importer_id=account.importer_id,
        program_account=account,
        period_end=last,
        content=ContentFile(content),
        file_name=f"transactions-{account.bn15}-{last:%Y-%m}.csv",
        by=None,
    )
    if received.is_new:
        take_in_statement_file(importer_id=account.importer_id, file_id=received.file.pk)
    return received.is_new


def _reconcile(importer: Importer) -> None:
    """What the workers would do, here and now, until nothing is left to do."""
    collect_from_importer(importer.pk)
    while True:
        with importer_scope(importer.pk):
            waiting = MatchRun.objects.filter(state="requested").order_by("statement__period_end")
            run_id = waiting.values_list("id", flat=True).first()
        if run_id is None or not run_match(importer_id=importer.pk, run_id=run_id):
            return


def _decide() -> None:
    """Older months were looked at: their variances explained, their runs signed by two."""
    analyst, reviewer = (User.objects.get(email=email) for email, *_ in ASSIGNED)
    with importer_scope(every_importer_id()):
        concerned = {run.importer for run in _unsigned() if _confirm_suggestions(run, analyst)}
    for importer in concerned:
        _reconcile(importer)
    with importer_scope(every_importer_id()):
        for run in _unsigned():
            _explain(run, analyst)
            sign_off(run=run, by=analyst)
            sign_off(run=run, by=reviewer)


def _unsigned() -> Any:
    """The runs that nobody has signed: of older months, and of the newest where all is well."""
    runs = MatchRun.objects.filter(
        state="finished",
        superseded_by=None,
        statement__superseded_by=None,
        sign_offs=None,
    ).filter(Q(statement__period_end__lt=periods(2)[0]) | Q(importer__bn9=CASCADE))
    return runs.select_related("importer", "statement").order_by("id")


def _confirm_suggestions(run: MatchRun, by: User) -> int:
    """Somebody looked at each suggested pair; returns how many there were."""
    numbers = list(undecided_suggestions(run).values_list("group_no", flat=True))
    for group_no in numbers:
        confirm_suggestion(run=run, group_no=group_no, by=by)
    return len(numbers)


_REASONS = {
    "not_in_ledger": ("other_broker", "Filed by another broker; the importer confirmed it."),
    "wrong_period": ("timing", "Billed in the month after its release."),
    "not_on_statement": ("timing", "Accepted after the cut-off; looked for on the next statement."),
    "amount_differs": ("booked_wrong", "Keying error in our listing; corrected."),
    "interest": ("charged_rightly", "Late payment in the month before; accepted by the importer."),
    "penalty": ("charged_rightly", "Late accounting; charged back to the branch."),
}


def _explain(run: MatchRun, by: User) -> None:
    open_ones = Variance.objects.filter(run=run, state=Variance.State.OPEN)
    for kind in sorted(set(open_ones.values_list("kind", flat=True))):
        code, note = _REASONS.get(kind, ("other", "Looked at with the importer; nothing owed."))
        numbers = list(open_ones.filter(kind=kind).values_list("group_no", flat=True))
        explain_variances(run=run, group_nos=numbers, reason_code=code, note=note, by=by)


def demo_files() -> dict[Path, bytes]:
    """What `tests/files/demo` holds: Maple's month with every kind of disagreement in it."""
    bn15 = f"{MAPLE.bn9}RM0001"
    client = dataclasses.replace(MAPLE, lines=180, untidy=0.12)
    before = month_of(MAPLE, bn15, date(2026, 9, 17), pays=Decimal(1), newest=True)
    month = month_of(client, bn15, DEMO_PERIOD, pays=before.charges, newest=True)
    return {
        DEMO_STATEMENT: statement_file(client, month, bn15),
        DEMO_LEDGER: ledger_file((bn15, row) for row in month.ledger),
    }
