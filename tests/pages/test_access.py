"""Who sees what: strangers find nothing, viewers change nothing."""

import pytest
from django.test import Client

from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, User
from reconciliation.models import MatchRun, Variance
from statements.models import LedgerFile
from tests.conftest import settle
from tests.pages.conftest import Browser


def pages_to_see(run: MatchRun) -> list[str]:
    with importer_scope(run.importer_id):
        ledger = LedgerFile.objects.get()
    return [
        f"/importers/{run.importer_id}/",
        f"/statements/{run.statement_id}/",
        f"/statements/{run.statement_id}/reconciliation/",
        f"/runs/{run.pk}/",
        f"/runs/{run.pk}/progress/",
        f"/runs/{run.pk}/match/010_exact/",
        f"/statement-files/{run.statement.file_id}/",
        f"/statement-files/{run.statement.file_id}/progress/",
        f"/statement-files/{run.statement.file_id}/rows.csv",
        f"/ledger-files/{ledger.pk}/",
    ]


def things_to_do(run: MatchRun) -> list[str]:
    with importer_scope(run.importer_id):
        ledger, variance = LedgerFile.objects.get(), Variance.objects.first()
    return [
        f"/importers/{run.importer_id}/statement-files/new/",
        f"/importers/{run.importer_id}/ledger-files/new/",
        f"/statement-files/{run.statement.file_id}/mapping/",
        f"/statement-files/{run.statement.file_id}/repairs/",
        f"/ledger-files/{ledger.pk}/attempts/",
        f"/statements/{run.statement_id}/runs/",
        f"/runs/{run.pk}/attempts/",
        f"/runs/{run.pk}/explanations/",
        f"/runs/{run.pk}/suggestions/1/confirm/",
        f"/runs/{run.pk}/sign-offs/",
        f"/runs/{run.pk}/reopening/",
        f"/variances/{variance.pk}/reopening/",
    ]


def test_a_stranger_finds_none_of_it(
    run: MatchRun, signed_in: Browser, other_finance: User
) -> None:
    stranger = signed_in(other_finance)

    for address in pages_to_see(run):
        assert stranger.get(address).status_code == 404, address
    for address in things_to_do(run):
        assert stranger.post(address).status_code == 404, address


def test_staff_who_are_not_assigned_find_none_of_it(run: MatchRun, signed_in: Browser) -> None:
    elsewhere = User.objects.create_user(
        "else@broker.example", "x", full_name="Else", staff_role="analyst"
    )
    browser = signed_in(settle(elsewhere))

    assert {browser.get(address).status_code for address in pages_to_see(run)} == {404}


def test_without_signing_in_every_page_asks_for_it(run: MatchRun) -> None:
    anybody = Client()

    for address in [*pages_to_see(run), "/", "/work/", "/importers/", "/importers/new/"]:
        response = anybody.get(address)
        assert response.status_code == 302, address
        assert response.url.startswith("/account/login/"), address


def test_a_viewer_sees_all_of_it_and_changes_nothing(
    run: MatchRun, signed_in: Browser, staff_viewer: User
) -> None:
    viewer = signed_in(staff_viewer)

    for address in pages_to_see(run):
        assert viewer.get(address).status_code == 200, address
    for address in things_to_do(run):
        response = viewer.post(address)
        assert response.status_code == 403, address
        assert "Your role does not allow this" in response.content.decode()


def test_a_viewer_is_shown_no_button_they_may_not_press(
    run: MatchRun, signed_in: Browser, staff_viewer: User
) -> None:
    viewer = signed_in(staff_viewer)
    html = "".join(viewer.get(address).content.decode() for address in pages_to_see(run)[:4])

    for part in ("statement-files/new", "explanations/", "confirm/", "sign-offs/", '/runs/"'):
        assert part not in html


def test_an_importers_finance_person_uploads_and_does_not_decide(
    run: MatchRun, signed_in: Browser, finance: User
) -> None:
    browser = signed_in(finance)

    assert browser.get(f"/importers/{run.importer_id}/statement-files/new/").status_code == 200
    assert browser.post(f"/runs/{run.pk}/explanations/").status_code == 403


def test_an_importers_own_people_start_at_their_importer(
    importer: Importer, signed_in: Browser, finance: User
) -> None:
    browser = signed_in(finance)

    assert browser.get("/", follow=True).redirect_chain[-1][0] == f"/importers/{importer.pk}/"
    assert browser.get("/work/").status_code == 403


def test_staff_start_at_the_work_queue(signed_in: Browser, analyst: User) -> None:
    assert signed_in(analyst).get("/").url == "/work/"


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_an_administrator_registers_importers(
    method: str, signed_in: Browser, analyst: User
) -> None:
    assert getattr(signed_in(analyst), method)("/importers/new/").status_code == 403
