"""The service levels that the settings say."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings

from clients.models import SupportCategory, SupportPriority
from clients.rules.service_levels import (
    ClockState,
    ServiceLevels,
    clock_state,
    hours_from,
    targets_from,
)


def service_levels() -> ServiceLevels:
    """As they stand; raises `BadServiceLevels` for a setting that says none."""
    return _read(settings.SUPPORT_HOURS, settings.SUPPORT_PROVINCE, settings.SUPPORT_TARGETS)


@lru_cache(maxsize=8)
def _read(hours: str, province: str, targets: str) -> ServiceLevels:
    categories, priorities = map(frozenset, (SupportCategory.values, SupportPriority.values))
    return ServiceLevels(hours_from(hours, province), targets_from(targets, categories, priorities))


def near() -> timedelta:
    """How long before something promised is due it counts as near, in business time."""
    return timedelta(hours=settings.SUPPORT_NEAR_HOURS)


def clock_of(due: datetime | None, now: datetime) -> ClockState:
    """How a promise stands."""
    return clock_state(due, now, near(), service_levels().hours)
