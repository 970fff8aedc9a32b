"""Everything of the platform that is stored."""

from carmsvc.platform.api_keys import ApiKey
from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.audit_checks import AuditCheck, BrokerageCheck
from carmsvc.platform.idempotency import IdempotencyRecord
from carmsvc.platform.outbox import Letter
from carmsvc.platform.tenancy import TenantKey

__all__ = [
    "ApiKey",
    "AuditCheck",
    "AuditEvent",
    "BrokerageCheck",
    "BrokerageEvent",
    "IdempotencyRecord",
    "Letter",
    "TenantKey",
]
