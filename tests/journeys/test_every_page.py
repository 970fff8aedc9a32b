"""Every page on every screen: nothing that axe can find, nothing wider than the screen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from playwright.sync_api import Page

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.models import MatchRun
from statements.actions import receive_ledger_file, receive_statement_file
from statements.models import LedgerFile, StatementFile
from tests.books import PERIOD_END
from tests.pages.conftest import october
from tests.pages.test_files import AMBIGUOUS, BAD, read

SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "dark": {"color_scheme": "dark"},
    "french phone": {"viewport": {"width": 360, "height": 740}, "locale": "fr-CA"},
}


@pytest.fixture
def addresses(importer: Importer, analyst: User) -> list[str]:
    """A page of each kind, with something on it."""
    with importer_scope(importer.pk):
        first, second = ProgramAccount.objects.order_by("bn15")
        run: MatchRun = october(first)
        statement = run.statement_id
        bad = receive_statement_file(
            importer_id=importer.pk,
            program_account=second,
            period_end=PERIOD_END,
            content=ContentFile(BAD.encode(), name="bad.csv"),
            file_name="bad.csv",
            by=analyst,
        ).file
        new = receive_ledger_file(
            importer_id=importer.pk,
            content=ContentFile(AMBIGUOUS.encode(), name="new.csv"),
            file_name="new.csv",
            by=analyst,
        ).file
    read(importer)
    with importer_scope(importer.pk):
        assert StatementFile.objects.get(pk=bad.pk).state == "rejected"
        assert LedgerFile.objects.get(pk=new.pk).state == "needs_mapping"
    return [
        "/work/",
        "/importers/",
        f"/importers/{importer.pk}/",
        f"/importers/{importer.pk}/statement-files/new/",
        f"/importers/{importer.pk}/ledger-files/new/",
        f"/statement-files/{bad.pk}/",
        f"/ledger-files/{new.pk}/",
        f"/ledger-files/{new.pk}/mapping/",
        f"/statements/{statement}/",
        f"/statements/{statement}/?search=zzz",
        f"/statements/{statement}/reconciliation/",
        f"/runs/{run.pk}/match/010_exact/",
        "/account/password/change/",
    ]


@pytest.mark.parametrize("screen", SCREENS)
def test_every_page_is_accessible_and_fits(
    screen: str,
    visit: Callable[..., Page],
    accessible: Callable[[Page], None],
    addresses: list[str],
    analyst: User,
) -> None:
    page = visit(analyst, **SCREENS[screen])
    for address in addresses:
        page.goto(address)
        accessible(page)


@pytest.mark.parametrize("screen", SCREENS)
def test_the_pages_before_sign_in_are_accessible_and_fit(
    screen: str, visit: Callable[..., Page], accessible: Callable[[Page], None]
) -> None:
    page = visit(**SCREENS[screen])
    for address in ("/account/login/", "/account/password/reset/", "/account/password/reset/done/"):
        page.goto(address)
        accessible(page)
