"""What the statements room knows to be due."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from clients.deadlines import Kind, register
from statements.deadlines.billing import declarations_due, payments_due, statements_expected
from statements.deadlines.security import (
    alerts_open,
    securities_expiring,
    securities_to_raise,
    securities_to_review,
)

__all__ = ["payments_due", "register_deadlines", "statements_expected"]


def register_deadlines() -> None:
    """Tell the registry; called when the app is ready."""
    register(
        Kind(
            name="statement_expected",
            label=_("Statement to get"),
            provider=statements_expected,
            open_provider=partial(statements_expected, only_open=True),
            thresholds=(0, -2),
        )
    )
    register(
        Kind(
            name="payment_due",
            label=_("Payment due"),
            provider=payments_due,
            open_provider=partial(payments_due, only_open=True),
            thresholds=(10, 5, 2, 0, -1, -7),
            escalates_at=0,
            audience=frozenset({"owner", "finance"}),
        )
    )
    register(
        Kind(
            name="cad_due",
            label=_("Accounting due"),
            provider=declarations_due,
            thresholds=(2, 1, 0, -1),
        )
    )
    _register_security()


def _register_security() -> None:
    people = frozenset({"owner", "finance"})
    register(
        Kind(
            name="security_review",
            label=_("Security to compare"),
            provider=securities_to_review,
            open_provider=partial(securities_to_review, only_open=True),
            thresholds=(0, -7),
            escalates_at=-21,
        )
    )
    register(
        Kind(
            name="security_compliance",
            label=_("Security to raise"),
            provider=securities_to_raise,
            open_provider=partial(securities_to_raise, only_open=True),
            thresholds=(60, 30, 14, 7, 0, -1),
            escalates_at=7,
            audience=people,
        )
    )
    register(
        Kind(
            name="security_expiry",
            label=_("Security ends"),
            provider=securities_expiring,
            thresholds=(60, 30, 14, 7, 0, -1),
            escalates_at=7,
            audience=people,
        )
    )
    register(
        Kind(
            name="security_alert",
            label=_("Security gets used up"),
            provider=alerts_open,
            thresholds=(0,),
            escalates_at=0,
            audience=people,
        )
    )
