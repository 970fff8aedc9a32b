"""How long the lists across importers take: in a process and a database of its own.

`python -m tests.bench.pages IMPORTERS TURNS` writes a brokerage, asks every list as its
administrator, and tells the seconds of each as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import django

if __name__ == "__main__":
    django.setup()
    import carmsvc.wsgi  # noqa: F401  its process is set up as the web server's

from django.conf import settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.dates import today_in_toronto
from clients.actions.accounts import mark_email_verified
from clients.models import User
from tests.bench.brokerage import found_brokerage

PAGES = {
    "importers": "/importers/",
    "importers, page 20": "/importers/?page=20",
    "importers, in words": "/importers/?search=maple",
    "importers, by lead": "/importers/?order=lead",
    "importers of a lead": "/importers/?lead=2",
    "importers of a group": "/importers/?group=1",
    "importers of a state": "/importers/?state=prospect",
    "importers, fine": "/importers/?standing=fine",
    "importers, at risk": "/importers/?standing=at-risk",
    "importers, stopped": "/importers/?standing=stopped",
    "importers, CSV": "/importers/export/",
    "search": "/search/?q=maple",
    "deadlines": "/deadlines/",
    "deadlines, page 20": "/deadlines/?page=20",
    "deadlines, overdue": "/deadlines/?state=overdue",
    "deadlines, of a kind": "/deadlines/?kind=payment_due",
    "deadlines, month": "/deadlines/{today:%Y/%-m}/",
    "notices": "/notices/",
    "delegations": "/delegations/",
    "delegations, missing": "/delegations/?attention=missing",
    "delegations, CSV": "/delegations/export/",
    "readiness": "/readiness/",
    "readiness, not ready": "/readiness/?verdict=not_ready",
    "readiness, CSV": "/readiness/export/",
    "onboardings": "/onboardings/",
    "onboardings, stale": "/onboardings/?attention=stale",
    "onboardings, CSV": "/onboardings/export/",
    "portal people": "/portal/",
    "documents": "/documents/",
    "documents, in words": "/documents/?search=maple",
    "requests for help": "/support-requests/",
    "API importers": "/api/v1/importers/",
    "API program accounts": "/api/v1/program-accounts/",
    "API deadlines": "/api/v1/deadlines/?first={today}&last={today}",
    "API search": "/api/v1/search/?q=maple",
    "API delegations": "/api/v1/delegations/",
    "API readiness": "/api/v1/readiness/",
    "API onboardings": "/api/v1/onboardings/",
    "API documents": "/api/v1/documents/",
    "API requests for help": "/api/v1/support-requests/",
    "API portal users": "/api/v1/portal-users/",
    "API payments": "/api/v1/payments/",
    "API security": "/api/v1/security/",
}


def staff_of_five() -> list[User]:
    """An administrator and four analysts."""
    people = [
        User.objects.create_user(
            f"staff{at}@broker.example",
            full_name=f"Staff {at}",
            staff_role="analyst" if at else "administrator",
        )
        for at in range(5)
    ]
    for person in people:
        mark_email_verified(person)
    return people


def seconds_of(ask: Callable[[], Any], turns: int) -> list[tuple[float, float]]:
    """How long each turn takes by the clock, and how much of it this process computes."""
    found = []
    for _turn in range(turns):
        started, computed = time.perf_counter(), time.process_time()
        ask()
        found.append((time.perf_counter() - started, time.process_time() - computed))
    return found


def measured(client: Client, address: str, turns: int) -> dict[str, Any]:
    """A page's seconds, queries and bytes; ends the bench when it is not answered.

    The queries are counted in a first turn, which warms up and is not timed.
    """
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    if answer.status_code != 200:
        raise SystemExit(f"{address} answered {answer.status_code}: {answer.content[:2000]!r}")
    asked = len(queries)  # the next request empties the log
    clock, computing = zip(*seconds_of(lambda: client.get(address), turns), strict=True)
    return {
        "seconds": round(median(clock), 3),
        "cpu_seconds": round(median(computing), 3),  # of Python, without the database
        "all_seconds": [round(one, 3) for one in clock],
        "queries": asked,
        "bytes": len(answer.content),
    }


def prepare(size: int) -> Client:
    """A brokerage with so many importers, known to the planner, and its administrator's browser."""
    staff = staff_of_five()
    found_brokerage(size, today_in_toronto(), staff)
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return browser_of(staff[0])


def browser_of(person: User) -> Client:
    client = Client(HTTP_HOST=settings.ALLOWED_HOSTS[0].lstrip("."))
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def main() -> None:
    size, turns = map(int, sys.argv[1:3])
    started = time.perf_counter()
    client = prepare(size)
    told: dict[str, Any] = {"importers": size, "written_in": round(time.perf_counter() - started)}
    today = today_in_toronto()
    told["pages"] = {
        name: measured(client, address.format(today=today), turns)
        for name, address in PAGES.items()
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
