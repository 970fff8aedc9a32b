"""What the beat sends, and how often.

Sweeps collect waiting work; one that was not taken in before the next is sent is dropped.
"""

from typing import Any

DAY, HOUR, MINUTE = 86_400, 3600, 60
SWEEPS = {
    "collect audit checks": "carmsvc.platform.tasks.collect_audit_checks",
    "collect letters": "carmsvc.platform.tasks.collect_letters",
    "collect statement and ledger files": "statements.tasks.collect_files",
    "collect agreement papers": "delegation.tasks.collect_papers",
    "collect documents": "clients.tasks.collect_documents",
    "collect received letters": "clients.tasks.collect_received_letters",
    "collect client lists": "clients.tasks.collect_client_lists",
    "collect match runs": "reconciliation.tasks.collect_runs",
}
ROUNDS = {
    "forget old answers": ("carmsvc.platform.tasks.forget_answers", DAY),
    "keep audit heads": ("carmsvc.platform.tasks.keep_audit_heads", DAY),
    "warn of expiring keys": ("clients.tasks.warn_of_expiring_keys", DAY),
    "forget old letters": ("carmsvc.platform.tasks.forget_letters", DAY),
    "watch security": ("statements.tasks.watch_security", 5 * MINUTE),
    "follow published days": ("statements.tasks.follow_published_days", HOUR),
    "tell deadlines": ("clients.tasks.tell_deadlines", 15 * MINUTE),
    "keep readiness": ("clients.tasks.keep_readiness", 10 * MINUTE),
    "close quiet requests": ("clients.tasks.close_quiet_requests", HOUR),
    "send digests": ("clients.tasks.send_digests", 15 * MINUTE),
    "expire delegations": ("delegation.tasks.expire_delegations", HOUR),
    "remove old packages": ("clients.tasks.remove_old_packages", HOUR),
}
HEARTBEAT = ("carmsvc.platform.tasks.heartbeat", 15)


def schedule_of(sweep_seconds: float) -> dict[str, dict[str, Any]]:
    """The beat's schedule, in seconds; `sweep_seconds`: between two sweeps."""
    kept = {name: {"task": task, "schedule": every} for name, (task, every) in ROUNDS.items()}
    dropped = {name: _dropped(task, sweep_seconds) for name, task in SWEEPS.items()}
    return {"heartbeat": _dropped(*HEARTBEAT), **kept, **dropped}


def _dropped(task: str, every: float) -> dict[str, Any]:
    return {"task": task, "schedule": every, "options": {"expires": every}}
