"""The register across importers: filtered, paged by a row, exported; and thousands of rows."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.audit import BrokerageEvent
from carmsvc.platform.tenancy import TenantKey, every_importer_id, importer_scope
from clients.actions.groups import create_group, put_importers
from clients.models import Importer, User
from delegation.models import Delegation
from delegation.queries.register import importers_without, page_after, register, tally
from delegation.rules import Wish
from tests.delegation.conftest import Browser
from tests.delegation.stories import TODAY, active, approval, requested, step

pytestmark = pytest.mark.usefixtures("on_the_day")


@pytest.fixture
def two(importer: Importer, stranger: Importer) -> tuple[Delegation, Delegation]:
    """Maple's is insufficient and ends soon; Northern's is active and to be reviewed."""
    with importer_scope([importer.pk, stranger.pk]):
        short = approval(approved_ticks=(1,))
        maple = step(
            requested(importer, effective_to=TODAY + timedelta(days=60)),
            Wish.APPROVE,
            approval=short,
        )
        return maple, active(stranger, review_on=TODAY)


def names(html: str) -> list[str]:
    return [name for name in ("Maple Furniture", "Northern Optics") if f">{name}" in html]


def test_the_register_lists_what_one_sees_by_the_importers_name(
    signed_in: Browser, administrator: User, analyst: User, two: Any
) -> None:
    everything = signed_in(administrator).get("/delegations/").content.decode()
    own = signed_in(analyst).get("/delegations/").content.decode()

    assert names(everything) == ["Maple Furniture", "Northern Optics"]
    assert names(own) == ["Maple Furniture"]


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ("state=insufficient", ["Maple Furniture"]),
        ("attention=expiring", ["Maple Furniture"]),
        ("attention=review", ["Northern Optics"]),
        ("attention=missing", []),
        ("provider=our_brokerage", ["Maple Furniture", "Northern Optics"]),
        ("provider=trade_consultant", []),
        ("search=optics", ["Northern Optics"]),
        ("search=1234", ["Maple Furniture"]),
        ("state=nonsense", ["Maple Furniture", "Northern Optics"]),
    ],
)
def test_the_register_is_filtered(
    wish: str, found: list[str], signed_in: Browser, administrator: User, two: Any
) -> None:
    html = signed_in(administrator).get(f"/delegations/?{wish}").content.decode()

    assert names(html) == found


def test_the_register_of_a_client_group(
    signed_in: Browser, administrator: User, two: Any, stranger: Importer
) -> None:
    group = create_group(name="Optics", by=administrator)
    with importer_scope(every_importer_id()):
        put_importers(group=group, importers=[stranger], by=administrator)

    html = signed_in(administrator).get(f"/delegations/?group={group.pk}").content.decode()
    assert names(html) == ["Northern Optics"]


def test_importers_for_whom_nothing_works_are_listed(
    signed_in: Browser, administrator: User, importer: Importer, two: Any
) -> None:
    with importer_scope(importer.pk):
        step(two[0], Wish.REVOKE)

    html = signed_in(administrator).get("/delegations/?attention=missing").content.decode()
    assert names(html) == ["Maple Furniture"]


def test_the_export_holds_what_is_looked_for_and_is_told_to_the_audit(
    signed_in: Browser, administrator: User, two: Any
) -> None:
    response = signed_in(administrator).get("/delegations/export/?state=insufficient")

    header, row = response.content.decode("utf-8-sig").splitlines()
    assert header.startswith("Importer,Business number,Provider,Provider’s name,State,")
    assert row.startswith("Maple Furniture Inc.,123456782,Our brokerage,carmsvc,Insufficient,")
    assert row.endswith(',,2027-01-22,,"Visibility ticks that are not set in the portal: 2, 3."')
    event = BrokerageEvent.objects.latest("id")
    assert (event.action, event.actor) == ("delegation register exported", administrator.email)
    assert event.details == {"rows": 1, "wish": {"state": "insufficient"}}


def test_the_export_of_importers_for_whom_nothing_works(
    signed_in: Browser, administrator: User, importer: Importer
) -> None:
    response = signed_in(administrator).get("/delegations/export/?attention=missing")

    assert response.content.decode("utf-8-sig").splitlines() == [
        "Importer,Business number",
        "Maple Furniture Inc.,123456782",
    ]


@pytest.fixture
def thousands(administrator: User) -> list[int]:
    """5,000 importers, each with a delegation of ours; names that people sort with accents."""
    ids = [key.pk for key in TenantKey.objects.bulk_create(TenantKey() for _ in range(5000))]
    with importer_scope(ids):
        Importer.objects.bulk_create(
            Importer(id=pk, legal_name=f"{'É' if at % 2 else 'e'}rable {at:04d}", bn9=f"{at:09d}")
            for at, pk in enumerate(ids)
        )
        Delegation.objects.bulk_create(
            Delegation(
                importer_id=pk,
                provider_kind="our_brokerage",
                provider_name="carmsvc",
                state="active" if at % 10 else "revoked",
                agreed_level="business",
                agreed_ticks=[1, 2, 3],
                approved_level="business",
                approved_ticks=[1, 2, 3],
                approved_by_name="Olivia Chen",
                approved_on=TODAY,
            )
            for at, pk in enumerate(ids)
        )
    return ids


def test_five_thousand_importers_are_paged_in_order_without_gap_or_double(
    thousands: list[int],
) -> None:
    with importer_scope(thousands):
        seen: list[str] = []
        after = ""
        while True:
            page = page_after(register(TODAY), after, 700)
            seen += [one.importer.legal_name[1:] for one in page.rows]
            if page.after is None:
                break
            after = str(page.after)
        assert seen == [f"rable {at:04d}" for at in range(5000)]
        assert tally()["revoked"] == tally()["missing"] == 500
        assert page_after(importers_without(), "", 10).rows[1].legal_name == "erable 0010"


def test_the_register_asks_the_same_number_of_questions_for_three_rows_and_for_thousands(
    signed_in: Browser, administrator: User, two: Any, request: pytest.FixtureRequest
) -> None:
    browser = signed_in(administrator)
    browser.get("/delegations/")
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/delegations/").status_code == 200
        counts.append(len(asked))
        if not _round:
            request.getfixturevalue("thousands")

    assert counts[0] == counts[1]
    html = browser.get("/delegations/").content.decode()
    assert html.count("data-item") == 100
    assert 'rel="next"' in html
