"""The staff's queue and the importer's list: what is in them, in which order, at what cost."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions.support import take_step, write_message
from clients.models import Importer, StaffAssignment, SupportRequest, User
from clients.queries.support import SupportSearch, page_after, support_requests
from clients.rules.support import Wish
from tests.support.conftest import NOW, TORONTO, Ask, Browser


def numbers(response: Any) -> list[str]:
    return [row.number for row in response.context["page"].rows]


@pytest.fixture
def three(ask: Ask, analyst: User, clock: Any) -> dict[str, SupportRequest]:
    """One overdue, one near, one whose clock stands; asked in another order."""
    calm = ask(title="Waits", priority="normal")
    late = ask(title="Late", priority="urgent", category="payment")
    near = ask(title="Near", priority="high")
    with importer_scope(calm.importer_id):
        take_step(request=calm, wish=Wish.ASK_CLIENT, by=analyst, now=timezone.now(), text="Which?")
    clock.move_to(datetime(2026, 11, 23, 12, 30, tzinfo=TORONTO))
    return {"calm": calm, "late": late, "near": near}


def test_the_most_urgent_promise_comes_first_and_what_stands_last(
    three: dict[str, SupportRequest], analyst: User, signed_in: Browser
) -> None:
    response = signed_in(analyst).get("/support-requests/")
    assert numbers(response) == [three[name].number for name in ("late", "near", "calm")]
    assert [row.clock for row in response.context["page"].rows] == ["breached", "near", "stands"]
    assert response.context["tally"] == {
        "under_way": 3, "breached": 1, "near": 1, "mine": 1, "nobody": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("clock=breached", ["late"]),
        ("clock=near", ["near"]),
        ("owner=me", ["calm"]),
        ("owner=nobody", ["late", "near"]),
        ("category=payment", ["late"]),
        ("state=waiting_client", ["calm"]),
        ("state=solved", []),
        ("words=near", ["near"]),
        ("words=line 14", ["late", "near", "calm"]),
        ("state=strange&owner=x&clock=y", ["late", "near", "calm"]),
    ],
)
def test_the_queue_is_filtered(
    query: str,
    found: list[str],
    three: dict[str, SupportRequest],
    analyst: User,
    signed_in: Browser,
) -> None:
    response = signed_in(analyst).get(f"/support-requests/?{query}")
    assert numbers(response) == [three[name].number for name in found]


def test_a_number_is_found_however_it_is_said(
    three: dict[str, SupportRequest], analyst: User, signed_in: Browser
) -> None:
    number = three["near"].number
    for said in (number, number.removeprefix("SR-"), number[3:].replace("-", " ")):
        response = signed_in(analyst).get("/support-requests/", {"words": said})
        assert numbers(response) == [number]


def test_pages_follow_each_other_without_a_gap_whatever_comes_meanwhile(
    ask: Ask, analyst: User, importer: Importer
) -> None:
    made = [ask(title=f"Number {at}", priority=("urgent", "normal")[at % 2]) for at in range(7)]
    with importer_scope(importer.pk):
        take_step(request=made[0], wish=Wish.ASK_CLIENT, by=analyst, now=NOW, text="Which?")
        take_step(request=made[1], wish=Wish.ASK_CLIENT, by=analyst, now=NOW, text="Which?")
        seen, after = [], ""
        while True:
            page = page_after(support_requests(SupportSearch(), analyst, NOW), after, 2)
            seen += [row.pk for row in page.rows]
            after = page.after
            if not after:
                break
            ask(title="Meanwhile", priority="urgent", now=NOW - timedelta(days=3))
    expected = [made[at].pk for at in (2, 4, 6, 3, 5, 0, 1)]
    assert seen == expected


@pytest.mark.parametrize("after", ["x", "_", "1_", "2026-11-23T10:00_5", "9" * 40, "_" + "9" * 30])
def test_a_strange_place_is_the_first_page(
    after: str, three: dict[str, SupportRequest], analyst: User, signed_in: Browser
) -> None:
    assert len(numbers(signed_in(analyst).get("/support-requests/", {"after": after}))) == 3


def test_an_importer_s_people_see_their_own_without_the_staff_s_counts(
    three: dict[str, SupportRequest], finance: User, other_finance: User, signed_in: Browser
) -> None:
    ours = signed_in(finance).get("/support-requests/")
    assert len(numbers(ours)) == 3
    assert "tally" not in ours.context
    assert numbers(signed_in(other_finance).get("/support-requests/")) == []


def test_the_export_says_what_the_queue_says(
    three: dict[str, SupportRequest], analyst: User, finance: User, signed_in: Browser
) -> None:
    response = signed_in(analyst).get("/support-requests/export/?clock=breached")
    header, row = response.content.decode("utf-8-sig").strip().splitlines()
    assert header.startswith("Number,Importer,Business number,Subject")
    assert row.startswith(f"{three['late'].number},Maple Furniture Inc.,123456782,Late")
    assert signed_in(finance).get("/support-requests/export/").status_code == 403


def test_a_formula_in_a_subject_stays_text(ask: Ask, analyst: User, signed_in: Browser) -> None:
    ask(title="=HYPERLINK(1)")
    words = signed_in(analyst).get("/support-requests/export/").content.decode()
    assert "'=HYPERLINK(1)" in words


def _queries(browser: Any, path: str) -> int:
    with CaptureQueriesContext(connection) as told:
        assert browser.get(path).status_code == 200
    return len(told)


@pytest.mark.parametrize(
    "path",
    [
        "/support-requests/",
        "/support-requests/?words=line",
        "/importers/{importer}/support-requests/",
    ],
)
@pytest.mark.parametrize("person", ["analyst", "finance"])
def test_more_requests_cost_no_more_questions(
    path: str,
    person: str,
    request: pytest.FixtureRequest,
    ask: Ask,
    importer: Importer,
    analyst: User,
    signed_in: Browser,
) -> None:
    browser = signed_in(request.getfixturevalue(person))
    path = path.format(importer=importer.pk)
    ask()
    one = _queries(browser, path)
    for _ in range(2):
        ask()
    assert _queries(browser, path) == one


def test_a_long_thread_costs_no_more_questions(
    ask: Ask, analyst: User, finance: User, signed_in: Browser
) -> None:
    made = ask()
    browser = signed_in(analyst)

    def say(count: int) -> None:
        with importer_scope(made.importer_id):
            for _ in range(count):
                write_message(request=made, by=analyst, text="Words.", now=timezone.now())

    say(1)
    one = _queries(browser, f"/support-requests/{made.pk}/")
    say(3)
    assert _queries(browser, f"/support-requests/{made.pk}/") == one


def test_at_five_thousand_importers_the_queue_asks_as_much_as_at_one(
    ask: Ask, analyst: User, administrator: User, importer: Importer, signed_in: Browser
) -> None:
    """Five thousand importers, one request each: the same questions, answered by an index."""
    ask()
    browser = signed_in(administrator)
    few = _queries(browser, "/support-requests/")
    _many_importers(5000)

    assert _queries(browser, "/support-requests/") == few
    with importer_scope(every_importer_id()):
        assert SupportRequest.objects.count() == 5001


def _many_importers(count: int) -> None:
    first = 700_000_000
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO platform_tenantkey (id) SELECT %s + n FROM generate_series(1, %s) n",
            [first, count],
        )
    with importer_scope(range(first + 1, first + count + 1)):
        Importer.objects.bulk_create(
            [
                Importer(id=first + at, legal_name=f"Importer {at}", bn9=f"{first + at}")
                for at in range(1, count + 1)
            ]
        )
        now = timezone.now()
        SupportRequest.objects.bulk_create(
            [
                SupportRequest(
                    importer_id=first + at, number=f"SR-{at:08d}", title="Why?", category="other",
                    source="page", resolution_due_at=now, clock_due_at=now + timedelta(minutes=at),
                )
                for at in range(1, count + 1)
            ]
        )  # fmt: skip


def test_who_is_assigned_later_sees_the_queue_of_the_importer(
    three: dict[str, SupportRequest], importer: Importer, signed_in: Browser, reviewer: User
) -> None:
    with importer_scope(importer.pk):
        StaffAssignment.objects.filter(user=reviewer).delete()
    assert numbers(signed_in(reviewer).get("/support-requests/")) == []
