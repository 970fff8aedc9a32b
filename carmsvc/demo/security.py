"""Security in the invented brokerage: near its limit, about to end, in cash, too low."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from carmsvc.demo.cast import CASCADE, MAPLE
from carmsvc.platform.dates import today_in_toronto
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions.security import note_release_status, record_security
from clients.models import ProgramAccount, SecurityInstrument
from clients.queries import importer_by_bn9
from statements.queries.security import standings

# the month that the demonstration loads at the end is not known yet when security is given
OF_ACCOUNT = {f"{MAPLE.bn9}RM0001": Decimal("396000.00")}
# BN9 -> form, part of the requirement that is posted, days it is still valid
GIVEN = {
    MAPLE.bn9: ("bond", Decimal("1.06"), 400),
    "100000009": ("bond", Decimal("1.60"), 25),
    "104567896": ("bond", Decimal("0.90"), None),
    "102345675": ("cash", Decimal("1.25"), None),
    "106789019": ("bond", Decimal("1.20"), 210),
    CASCADE: ("bond", Decimal("1.80"), 380),
}


def seed_security(by: Any) -> None:
    """Security for each account of these importers, and what the portal showed of them."""
    for bn9, (form, part, days) in GIVEN.items():
        with importer_scope(every_importer_id()):
            importer = importer_by_bn9(bn9)
        if importer is None:
            continue
        with importer_scope(importer.pk):
            if not SecurityInstrument.objects.filter(importer=importer).exists():
                for account in ProgramAccount.objects.filter(importer=importer):
                    _give(account, form, part, days, by)


def _give(account: ProgramAccount, form: str, part: Decimal, days: int | None, by: Any) -> None:
    today = today_in_toronto()
    [standing] = standings([account], today)
    need = standing.requirement.peak * (2 if form == "cash" else 1) / 2
    record_security(
        account=account,
        form=form,
        amount=OF_ACCOUNT.get(account.bn15) or max(round(need * part, -2), Decimal(5000)),
        valid_from=today - timedelta(days=340),
        valid_to=today + timedelta(days=days) if days else None,
        provider="Boreal Surety" if form == "bond" else "",
        number=f"BS-{account.pk:05d}" if form == "bond" else "",
        reviewed_on=today - timedelta(days=34),
        evidence="Portal, financial security page",
        by=by,
    )
    note_release_status(account=account, status="enrolled", seen_on=today, by=by)
