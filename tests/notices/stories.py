"""What the stories of notices share: the hour, what was told to whom, and what is in the outbox."""

from datetime import UTC, date, datetime, timedelta

from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.actions.reminders import remind
from clients.models import (
    Importer,
    Notice,
    NoticePreference,
    User,
)

NOVEMBER = date(2026, 11, 17)  # due on 1 December
NOON = datetime(2026, 11, 25, 17, tzinfo=UTC)  # Wednesday, 12:00 in Toronto; 6 days before


def told(importer: Importer, kind: str = "payment_due") -> list[tuple[str, str]]:
    """(person, key) of what was told of the first account."""
    with importer_scope(importer.pk):
        rows = Notice.objects.filter(kind=kind, subject="123456782RM0001").order_by("id")
        return list(rows.values_list("user__email", "key"))


def tell(importer: Importer, now: datetime = NOON) -> int:
    return remind(importers=[importer.pk], now=now)


def later(days: int) -> datetime:
    return NOON + timedelta(days=days)


def letters() -> list[Letter]:
    return list(Letter.objects.order_by("id"))


KEY = "payment-due/123456782RM0001/2026-11-17"


def choose(person: User, mail_way: str, *, in_app: bool = True) -> None:
    NoticePreference.objects.create(user=person, kind="payment_due", mail=mail_way, in_app=in_app)
