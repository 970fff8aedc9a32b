"""The heads of the importers' chains, kept on the brokerage's chain.

A chain alone cannot tell that its last events are gone. Every day the heads that moved go on the
brokerage's chain, and the brokerage's own head into the log: who cuts an importer's chain must
cut the brokerage's too, and the logs, and every `verify_audit --json` that was ever kept.
"""

import logging

from django.db import connection

from carmsvc.platform.audit import BrokerageEvent, record_for_brokerage
from carmsvc.platform.audit_chain import Head
from carmsvc.platform.tenancy import every_importer_id, importer_scope

logger = logging.getLogger(__name__)
KEPT = "audit heads kept"
Heads = dict[int | None, list[Head]]

_HEADS = """
    SELECT k.id, e.sequence, e.own_hash
    FROM platform_tenantkey k
    CROSS JOIN LATERAL (
        SELECT sequence, own_hash FROM platform_auditevent
        WHERE importer_id = k.id ORDER BY sequence DESC LIMIT 1
    ) e
    ORDER BY k.id
"""


def keep_heads() -> int:
    """Put every head that moved since the last time on the brokerage's chain; returns how many."""
    before = {importer_id: heads[-1] for importer_id, heads in anchored_heads().items()}
    with importer_scope(every_importer_id()):
        with connection.cursor() as cursor:
            cursor.execute(_HEADS)
            now = {row[0]: Head(*row[1:]) for row in cursor}
        moved = {one: head for one, head in now.items() if before.get(one) != head}
        if not moved:
            return 0
        told = {str(one): [head.sequence, head.own_hash] for one, head in moved.items()}
        event = record_for_brokerage(KEPT, by="worker", heads=told)
    logger.info("audit head of the brokerage: event %s, %s", event.sequence, event.own_hash)
    return len(moved)


def anchored_heads() -> Heads:
    """Every head of an importer's chain that the brokerage's chain keeps, oldest first."""
    heads: Heads = {}
    events = BrokerageEvent.objects.filter(action=KEPT).order_by("sequence")
    for details in events.values_list("details", flat=True).iterator():
        for importer_id, (sequence, own_hash) in details["heads"].items():
            heads.setdefault(int(importer_id), []).append(Head(sequence, own_hash))
    return heads
