"""The audit in a browser: what axe can find, phones, and verifying with one press."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page

from carmsvc.platform import audit
from carmsvc.platform.audit_checks import AuditCheck
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.actions import explain_variances, reopen_variance, sign_off
from reconciliation.models import Variance
from statements.actions import receive_statement_file
from tests.books import PERIOD_END, decided
from tests.journeys.test_every_page import SCREENS
from tests.pages.conftest import october
from tests.pages.test_files import BAD, read


@pytest.fixture
def story(importer: Importer, analyst: User, administrator: User) -> None:
    """Files, decisions and signatures of an importer; a group of the brokerage."""
    with importer_scope(importer.pk):
        first, second = ProgramAccount.objects.order_by("bn15")
        run = october(first)
        receive_statement_file(
            importer_id=importer.pk,
            program_account=second,
            period_end=PERIOD_END,
            content=ContentFile(BAD.encode(), name="bad.csv"),
            file_name="bad.csv",
            by=analyst,
        )
        run = decided(run, analyst)
        numbers = list(
            Variance.objects.filter(run=run).order_by("group_no").values_list("group_no", flat=True)
        )
        told = {"run": run, "reason_code": "timing", "by": analyst}
        note = "Posted in November; the broker’s entry came with the corrected declaration."
        explain_variances(**told, group_nos=numbers[:1], note=note)
        reopen_variance(variance=Variance.objects.get(state="explained"), by=analyst)
        explain_variances(**told, group_nos=numbers, note="")
        sign_off(run=run, by=analyst)
    read(importer)
    audit.record_for_brokerage(
        "client group changed",
        by=administrator,
        before={"name": "West", "note": ""},
        after={"name": "West coast", "note": "Vancouver, Prince Rupert"},
    )


@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS.keys())
def test_the_audit_is_accessible_on_every_screen(
    story: None,
    importer: Importer,
    administrator: User,
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    screen: dict[str, Any],
) -> None:
    page = visit(administrator, **screen)

    for address in (
        f"/importers/{importer.pk}/audit/",
        f"/importers/{importer.pk}/audit/?words=nothing+fits",
        f"/importers/{importer.pk}/audit/?since=2026-99-99",
        "/audit/",
        "/audit/brokerage/",
    ):
        page.goto(address)
        accessible(page)


def test_verifying_takes_one_press(
    story: None, importer: Importer, administrator: User, visit: Callable[..., Page]
) -> None:
    page = visit(administrator)
    page.goto(f"/importers/{importer.pk}/audit/")

    page.get_by_role("button", name="Verify the chain").click()

    page.get_by_text("Chain verified up to no.").wait_for()
    with importer_scope(importer.pk):
        assert AuditCheck.objects.get().problem_count == 0


def test_the_tab_leads_there_and_the_search_works_without_a_script(
    story: None, importer: Importer, administrator: User, visit: Callable[..., Page]
) -> None:
    page = visit(administrator, java_script_enabled=False)
    page.goto(f"/importers/{importer.pk}/people/")

    page.get_by_role("link", name="Audit", exact=True).last.click()
    page.get_by_label("What happened").select_option("variance reopened")
    page.get_by_role("button", name="Search").click()

    assert page.locator("table.audit > tbody > tr").count() == 1
    assert "took back the explanation of a variance" in page.inner_text("table.audit")
