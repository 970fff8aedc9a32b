"""A brokerage with as many importers as asked: the same ones each time, written a table at a time.

What feeds the lists across importers: accounts, delegations and agreements, people in the portal,
onboardings, statements and payments, security, documents, requests for help, notices, readiness.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from carmsvc.platform.dates import TORONTO
from carmsvc.platform.tenancy import TenantKey, importer_scope
from clients.actions.readiness import keep_readiness
from clients.models import (
    ClientGroup,
    Document,
    DocumentRequest,
    DocumentVersion,
    GroupedImporter,
    Importer,
    Membership,
    Notice,
    Onboarding,
    OnboardingStep,
    PortalRole,
    PortalUser,
    ProgramAccount,
    ReleaseStatus,
    SecurityInstrument,
    StaffAssignment,
    SupportRequest,
    User,
)
from clients.rules.onboarding_checklist import planned_days, shipped
from delegation.models import AgencyAgreement, Delegation
from statements.models import Payment, Statement, StatementFile
from statements.rules.billing import BillingPeriod, period_end, period_ending, statement_on

DAY = timedelta(days=1)
MONTHS = 4  # of statements that each client's accounts have
AT_ONCE = 500  # rows of an INSERT, importers of a readiness
FIRST = ("Maple", "Érable", "Northern", "Laurentian", "Pacific", "Prairie", "Boréal", "Harbour")
SECOND = ("Furniture", "Textiles", "Foods", "Machinery", "Électronique", "Toys", "Steel", "Wines")
ENDINGS = ("Inc.", "Ltd.", "ltée", "Corp.")
TEAMS = ("Ontario", "Québec", "Prairies", "Pacific", "Atlantic")
VARIANT = "resident"


@dataclass
class Brokerage:
    """Who works there, which importers it looks after, and what chance gives each of them."""

    size: int
    today: date
    staff: list[User]
    chance: Random

    @property
    def ids(self) -> range:
        return range(1, self.size + 1)

    @property
    def administrator(self) -> User:
        return self.staff[0]

    def one_in(self, times: int) -> bool:
        """Whether chance takes this one."""
        return self.chance.randrange(times) == 0

    def day(self, first: int, last: int) -> date:
        """A day so many days from today."""
        return self.today + timedelta(days=self.chance.randint(first, last))


def found_brokerage(size: int, today: date, staff: list[User]) -> Brokerage:
    """Write a brokerage with this many importers. The first of the staff administers it."""
    house = Brokerage(size, today, staff, Random(size))
    TenantKey.objects.bulk_create(TenantKey(pk=pk) for pk in house.ids)
    with importer_scope(house.ids):
        _write(_importers(house))
        importers = list(Importer.objects.order_by("id"))
        accounts = _write(_accounts(house, importers))
        _teams(house, importers)
        for rows in (_delegations, _agreements, _documents_asked, _support, _notices):
            _write(rows(house, importers))
        for rows in (_security, _release, _payments):
            _write(rows(house, accounts))
        _portal(house, importers)
        _onboardings(house, importers)
        _documents(house, importers)
        _statements(house, [one for one in accounts if one.importer.state == "client"])
    for at in range(0, size, AT_ONCE):
        keep_readiness(importers=house.ids[at : at + AT_ONCE], now=_noon(today))
    return house


def _write(rows: Iterable[Any]) -> list[Any]:
    every = list(rows)
    if every:
        type(every[0]).objects.bulk_create(every, batch_size=AT_ONCE)
    return every


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), TORONTO)


def _importers(house: Brokerage) -> Iterable[Importer]:
    states = ["client"] * 15 + ["prospect"] * 4 + ["former"]
    for pk in house.ids:
        name = f"{FIRST[pk % 8]} {SECOND[pk // 8 % 8]} {pk} {ENDINGS[pk % 4]}"
        seen = "" if house.one_in(5) else name
        yield Importer(
            id=pk,
            legal_name=name,
            bn9=f"{100_000_000 + pk * 17}",
            state=states[pk % len(states)],
            trade_names=f"{FIRST[pk % 8]} {pk}" if house.one_in(3) else "",
            name_at_cbsa=seen.upper() if house.one_in(8) else seen,
            name_seen_on=house.day(-200, -1) if seen else None,
            is_resident=True,
            language="fr" if pk % 4 == 0 else "en",
            created_at=_noon(house.day(-900, -100)),
        )


def _accounts(house: Brokerage, importers: list[Importer]) -> Iterable[ProgramAccount]:
    for one in importers:
        for number in range(1, 2 + (one.pk % 2)):
            yield ProgramAccount(
                importer=one,
                bn15=f"{one.bn9}RM{number:04}",
                profile="importer",
                status="active",
                payer="importer",
                pays_by_debit=bool(one.pk % 3),
            )


def _teams(house: Brokerage, importers: list[Importer]) -> None:
    teams = ClientGroup.objects.bulk_create(ClientGroup(name=name) for name in TEAMS)
    _write(GroupedImporter(importer=one, group=teams[one.pk % 5]) for one in importers)
    _write(
        StaffAssignment(importer=one, user=house.staff[one.pk % len(house.staff)], is_lead=True)
        for one in importers
        if one.pk % 25
    )
    people = User.objects.bulk_create(
        User(email=f"owner{one.pk}@importer.example", full_name=f"Olive Owner {one.pk}")
        for one in importers
        if one.state == "client"
    )
    clients = [one for one in importers if one.state == "client"]
    _write(
        Membership(importer=one, user=person, role="owner")
        for one, person in zip(clients, people, strict=True)
    )


def _delegations(house: Brokerage, importers: list[Importer]) -> Iterable[Delegation]:
    for one in importers:
        is_active = one.state == "client" and not house.one_in(15)
        approved = {
            "approved_level": "business",
            "approved_by_name": "Olive Owner",
            "approved_on": house.day(-400, -60),
        }
        yield Delegation(
            importer=one,
            provider_kind="our_brokerage",
            provider_name="Our Brokerage Inc.",
            provider_bn9="987654321",
            state="active" if is_active else "draft",
            agreed_level="business",
            effective_to=house.day(-20, 700) if house.one_in(3) else None,
            review_on=house.day(-30, 200) if house.one_in(3) else None,
            **(approved if is_active else {}),
        )


def _agreements(house: Brokerage, importers: list[Importer]) -> Iterable[AgencyAgreement]:
    for one in importers:
        signed = {
            "signed_copy": f"agreements/{one.pk}/signed",
            "signed_copy_name": "gaa.pdf",
            "signed_copy_sha256": "0" * 64,
            "signed_on": house.day(-800, -400),
        }
        yield AgencyAgreement(
            importer=one,
            importer_name=one.legal_name,
            importer_bn9=one.bn9,
            importer_address="1 Front Street, Toronto ON",
            legal_entity="corporation",
            broker_name="Our Brokerage Inc.",
            broker_bn9="987654321",
            broker_address="2 Bay Street, Toronto ON",
            scope=["customs"],
            effective_on=house.day(-400, -380),
            ends_on=house.day(-30, 330) if house.one_in(3) else None,
            importer_signatory="Olive Owner",
            importer_signatory_title="President",
            broker_signatory="Ada Admin",
            broker_signatory_title="Director",
            **(signed if one.state == "client" else {}),
        )


def _documents_asked(house: Brokerage, importers: list[Importer]) -> Iterable[DocumentRequest]:
    for one in importers:
        if one.pk % 3 == 0:
            yield DocumentRequest(
                importer=one,
                kind="commercial_invoice",
                title="Commercial invoice of the last release",
                due_on=house.day(-20, 40),
                asked_by=house.administrator,
            )


def _documents(house: Brokerage, importers: list[Importer]) -> None:
    documents = _write(
        Document(
            importer=one,
            kind=kind,
            title=f"{kind} {one.legal_name}",
            retention_class="importation",
            expires_on=house.day(-60, 600) if kind == "permit" else None,
            created_by=house.administrator,
        )
        for one in importers
        for kind in ("permit", "commercial_invoice", "cad")
    )
    _write(
        DocumentVersion(
            importer_id=one.importer_id,
            document=one,
            number=1,
            state="ready",
            file=f"documents/{one.importer_id}/{one.pk}",
            file_name="paper.pdf",
            content_type="application/pdf",
            size=12_345,
            sha256="0" * 64,
            cleared_at=_noon(house.today),
        )
        for one in documents
    )


def _support(house: Brokerage, importers: list[Importer]) -> Iterable[SupportRequest]:
    for one in importers:
        is_solved = not house.one_in(4)
        due_at = _noon(house.day(-3, 10))
        yield SupportRequest(
            importer=one,
            number=f"R-{one.pk:06}",
            title=f"Question about the statement of {one.legal_name}",
            category="statement",
            source="page",
            state="solved" if is_solved else "open",
            owner=house.staff[one.pk % len(house.staff)],
            asked_at=_noon(house.day(-60, -1)),
            resolution_due_at=due_at,
            clock_due_at=None if is_solved else due_at,
            answered_at=_noon(house.today),
            solved_at=_noon(house.today) if is_solved else None,
        )


def _notices(house: Brokerage, importers: list[Importer]) -> Iterable[Notice]:
    for one in importers:
        yield Notice(
            importer=one,
            user=house.administrator,
            key=f"payment-due/{one.pk}",
            kind="payment_due",
            subject=f"{one.bn9}RM0001",
            due_on=house.day(-10, 10),
            address=f"/importers/{one.pk}/",
            in_app=True,
            mail="never",
        )


def _security(house: Brokerage, accounts: list[ProgramAccount]) -> Iterable[SecurityInstrument]:
    for one in accounts:
        if one.importer.state == "client":
            yield SecurityInstrument(
                importer_id=one.importer_id,
                program_account=one,
                form="bond",
                amount=Decimal(house.chance.randint(5, 500) * 1000),
                provider="Surety Ltd.",
                number=f"B{one.pk}",
                valid_from=house.day(-400, -300),
                valid_to=house.day(-20, 400) if house.one_in(2) else None,
                reviewed_on=house.day(-100, -1) if house.one_in(2) else None,
                recorded_by=house.administrator,
            )


def _release(house: Brokerage, accounts: list[ProgramAccount]) -> Iterable[ReleaseStatus]:
    for one in accounts:
        yield ReleaseStatus(
            importer_id=one.importer_id,
            program_account=one,
            status="suspended" if house.one_in(40) else "enrolled",
            seen_on=house.day(-90, -1),
            recorded_by=house.administrator,
        )


def _payments(house: Brokerage, accounts: list[ProgramAccount]) -> Iterable[Payment]:
    for one in accounts:
        for months in range(MONTHS):
            if one.importer.state == "client" and not house.one_in(10):
                yield Payment(
                    importer_id=one.importer_id,
                    program_account=one,
                    amount=Decimal("1000.00"),
                    paid_on=house.today - timedelta(days=30 * months + 5),
                    method="pre_authorized_debit",
                    payer="importer",
                    recorded_by=house.administrator,
                )


def _portal(house: Brokerage, importers: list[Importer]) -> None:
    people = _write(
        PortalUser(
            importer=one,
            name=f"Person {number} of {one.pk}",
            email=f"person{number}@importer{one.pk}.example",
            kind="employee",
            left_on=house.day(-90, -1) if house.one_in(30) else None,
            recorded_on=house.day(-300, -200),
        )
        for one in importers
        for number in range(1, 4)
    )
    _write(
        PortalRole(
            importer_id=one.importer_id,
            portal_user=one,
            role=("bam", "bam", "reader")[at % 3],
            recorded_on=house.day(-300, -200),
            verified_on=house.day(-120, -1),
            verified_by=house.administrator,
        )
        for at, one in enumerate(people)
    )


def _onboardings(house: Brokerage, importers: list[Importer]) -> None:
    checklist = shipped()
    steps = checklist.of(VARIANT)
    running = _write(
        Onboarding(
            importer=one,
            variant=VARIANT,
            version=checklist.version,
            stale_days=checklist.stale_days,
            lead=house.staff[one.pk % len(house.staff)],
            started_on=house.day(-60, -5),
        )
        for one in importers
        if one.state == "prospect"
    )
    _write(row for one in running for row in _steps(house, one, steps))


def _steps(house: Brokerage, one: Onboarding, steps: Sequence[Any]) -> Iterable[OnboardingStep]:
    days, done = planned_days(steps, one.started_on, None), house.chance.randrange(len(steps))
    for position, step in enumerate(steps):
        is_done = position < done
        yield OnboardingStep(
            importer_id=one.importer_id,
            onboarding=one,
            code=step.code,
            version=one.version,
            position=position,
            parties=[party.value for party in step.parties],
            is_for_importer=step.is_for_importer,
            state="done" if is_done else "not_started",
            is_ready=position == done,
            moved_at=_noon(house.day(-40, -1)),
            due_on=days[step.code],
            done_on=house.today if is_done else None,
        )


def _periods(today: date) -> list[BillingPeriod]:
    """The newest periods whose statement is issued."""
    found, period = [], period_ending(period_end(today))
    while len(found) < MONTHS:
        if statement_on(period) <= today:
            found.append(period)
        period = period_ending(period_end(period.first - DAY))
    return found


def _statements(house: Brokerage, accounts: list[ProgramAccount]) -> None:
    periods = [(one, period) for one in accounts for period in _periods(house.today)]
    files = _write(
        StatementFile(
            importer_id=one.importer_id,
            program_account=one,
            period_end=period.last,
            state="loaded",
            original=f"originals/{one.importer_id}/{one.pk}-{period.last}",
            file_name="statement.csv",
            size=1,
            sha256=f"{one.pk:032}{period.last:%Y%m%d}".ljust(64, "0"),
        )
        for one, period in periods
        if not house.one_in(20)
    )
    _write(_statement(one) for one in files)


def _statement(file: StatementFile) -> Statement:
    period = period_ending(file.period_end)
    return Statement(
        importer_id=file.importer_id,
        program_account_id=file.program_account_id,
        file=file,
        period_start=period.first,
        period_end=period.last,
        statement_on=statement_on(period),
        payment_due_on=statement_on(period) + timedelta(days=20),
        opening_balance=Decimal("0.00"),
        activity=Decimal("1000.00"),
        total_payable=Decimal("1000.00"),
        opening_balance_stated=True,
        line_count=1,
        components={"duty": "1000.00"},
    )
