"""What the audit stores as codes and figures, told in words."""

from carmsvc.platform.audit import AuditEvent
from carmsvc.templatetags import auditing


def test_codes_of_what_an_event_is_about_are_told_in_its_words() -> None:
    event = AuditEvent(
        target_kind="payment",
        before={"payer": "broker"},
        after={"payer": "importer"},
        details={"method": "online_banking", "paid_on": "2026-10-29"},
    )

    assert [tuple(map(str, row)) for row in auditing.changes(event)] == [
        ("Payer", "Broker", "Importer")
    ]
    assert [(str(row.name), str(row.after)) for row in auditing.facts(event)] == [
        ("Method", "Online banking"),
        ("Paid on", "2026-10-29"),
    ]


def test_the_totals_of_a_run_are_told_by_pass_and_kind() -> None:
    totals = {
        "matched": {"010_exact": {"count": 2, "amount": "1234.50", "effect": "0.00"}},
        "variances": {"not_in_ledger": {"count": 1, "amount": "-7.00", "effect": "-7.00"}},
        "suggestions": {"count": 0, "amount": "0.00", "effect": "0.00"},
    }
    event = AuditEvent(target_kind="matchrun", details={"totals": totals})

    assert [(str(row.name), str(row.after)) for row in auditing.facts(event)] == [
        (
            "Totals",
            "Matched (Same number and amount (2 · 1,234.50)), "
            "Variances (Not in the ledger (1 · −7.00)), Suggestions (0 · 0.00)",
        )
    ]
