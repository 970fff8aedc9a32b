"""The tests of the wall can fail: each breaks it in one way and reads what they say of it."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from weasyprint import HTML

from carmsvc.platform import tenancy
from clients.actions import document_checks
from clients.models.documents import DocumentVersion
from clients.rules.permissions import Permission
from statements.views import payments
from tests.walls.addresses import Address, addresses_of, operations, pages
from tests.walls.asking import Asker, words_in
from tests.walls.cases import SIGNED_IN, Case, every_case, reads, writes
from tests.walls.checking import Wall, not_thought_of, nothing_found, rows_of
from tests.walls.test_tasks import TASKS, wake
from tests.walls.wishes import filters_unknown
from tests.walls.world import Tenant

BREACHES = "tests.walls.breaches"
CASES = every_case()


@pytest.fixture
def wall(ours: Tenant, theirs: Tenant, askers: list[Asker]) -> Wall:
    return Wall(ours, theirs, dict(CASES), askers[-1])


@pytest.fixture
def found(wall: Wall, askers: list[Asker]) -> Callable[..., list[str]]:
    """What the walls' tests find at an address when somebody asks."""

    def tried(name: str, address: Address, case: Case | None = None) -> list[str]:
        [asker] = [one for one in askers if one.name == name]
        if case:
            wall.cases = {**wall.cases, address.name: case}
        return wall.try_pages(asker, [address])

    return tried


@pytest.fixture
def breached(settings: Any) -> dict[str, Address]:
    """The addresses that nobody should have made."""
    settings.ROOT_URLCONF = BREACHES
    return {one.name: one for one in addresses_of(BREACHES) if one.name.startswith("breach")}


def named(name: str) -> Address:
    [found] = [one for one in (*pages(), *operations()) if one.name == name]
    return found


def test_an_address_that_nobody_thought_of_is_told(breached: dict[str, Address]):
    assert not_thought_of(breached.values(), {"gone": Case()}) == [
        *(f"breach-{name} has no case in tests/walls/cases" for name in ("all", "api", "failing")),
        "breach-renaming has no case in tests/walls/cases",
        "gone has a case and no address",
    ]


def test_a_page_that_forgets_to_ask_for_the_permission_is_told(
    ours: Tenant, found: Any, monkeypatch: Any
):
    monkeypatch.setattr(payments, "demand", lambda *_: None)

    assert found("viewer", named("payment-new")) == [
        f"viewer: {method} /importers/{ours.importer.pk}/payments/new/: 200, not 403, "
        "for want of the permission"
        for method in ("GET", "POST")
    ]


@pytest.mark.parametrize("name", ["statement", "api-statement-detail"])
def test_a_scope_that_holds_everybody_is_told(
    ours: Tenant, theirs: Tenant, found: Any, settings: Any, name: str
):
    settings.IMPORTER_SCOPE_RESOLVER = f"{BREACHES}.everything"
    address = named(name)

    told = found("staff analyst", address)

    path = f"/{address.route.partition('<')[0]}{theirs.ids['statement_id']}/"
    assert told[0] == f"staff analyst: GET {path} (theirs): 200, not 404"
    assert f"staff analyst: GET {path} (theirs): tells “{theirs.bn9}”" in told


def test_a_page_that_opens_a_scope_of_all_is_told(
    theirs: Tenant, found: Any, breached: dict[str, Address]
):
    told = found("finance", breached["breach-all"], Case(get=SIGNED_IN, post=SIGNED_IN))

    assert f"finance: GET /breach/all/: tells “{theirs.word.lower()}”" in told


def test_an_object_that_a_body_names_across_the_wall_is_told(
    ours: Tenant, found: Any, breached: dict[str, Address]
):
    told = found("owner", breached["breach-renaming"], writes(Permission.VIEW))

    assert (
        f"owner: POST /breach/{ours.importer.pk}/renaming/ with all of their ids: "
        "changed clients_programaccount of theirs"
    ) in told


def test_a_failure_of_ours_is_told(found: Any, breached: dict[str, Address]):
    assert found("finance", breached["breach-failing"], Case(get=SIGNED_IN)) == [
        "finance: GET /breach/failing/: 500, a failure of ours"
    ]


def test_a_method_that_a_case_does_not_speak_of_is_told(found: Any):
    assert found("finance", named("statement-upload"), reads(Permission.VIEW)) == [
        "finance: statement-upload takes POST, and its case does not say what it needs"
    ]


def test_a_task_that_believes_the_id_is_seen_to_change_the_other_importers_row(
    ours: Tenant, theirs: Tenant, monkeypatch: Any
):
    def of_all(_importer_id: int) -> Any:
        return tenancy.importer_scope(tenancy.every_importer_id())

    monkeypatch.setattr(document_checks, "importer_scope", of_all)
    pk = wake(theirs, DocumentVersion)
    before = rows_of(theirs)

    TASKS["clients.tasks.check_document"](importer_id=ours.importer.pk, version_id=pk)

    changed = [name for name, content in rows_of(theirs) if (name, content) not in before]
    assert "clients_documentversion" in changed


def test_a_filter_that_nothing_can_be_named_for_is_told(ours: Tenant, monkeypatch: Any):
    monkeypatch.setattr("tests.walls.wishes.named", lambda _tenant: {})

    assert next(filters_unknown(named("api-statement-list"), ours)) == (
        "api-statement-list can be asked for importer: say in wishes.py what an importer has"
    )


def test_words_are_read_in_a_pdf_within_a_zip():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("cover.pdf", HTML(string="<p>Zwartbles</p>").write_pdf())

    assert b"Zwartbles" not in packed.getvalue()
    assert "Zwartbles" in words_in(packed.getvalue())


def test_findings_fail_a_test_with_a_line_each():
    with pytest.raises(pytest.fail.Exception, match="2 found:\none\nother"):
        nothing_found(["one", "other"])
