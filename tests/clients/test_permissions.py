"""Who may do what, cell by cell; and that the doors really answer so."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from carmsvc.platform.tenancy import importer_scope
from clients.actions.documents import keep_document
from clients.actions.support import open_request
from clients.models import Importer, Membership, ProgramAccount, StaffAssignment, User
from clients.queries import may, may_here
from clients.rules import (
    BROKERAGE_WIDE,
    IMPORTER_ROLES,
    READING,
    STAFF_ROLES,
    Permission,
    permissions_of_importer_role,
    permissions_of_staff,
    permissions_while_viewing,
)
from clients.views.matrix import WORDS
from reconciliation.models import Variance
from statements.actions.rulebook import propose_value
from statements.models import StatementFile
from tests.conftest import settle
from tests.delegation.stories import requested
from tests.onboarding.stories import begun
from tests.pages.conftest import october

# written by hand, to be read by an auditor: a change of the rules has to change it too
MATRIX = """
                      | staff                         | importer's people
permission            | administrator analyst viewer  | owner finance operations compliance viewer
view                  | yes           yes     yes     | yes   yes     yes        yes        yes
upload                | yes           yes     -       | yes   yes     -          -          -
confirm_mapping       | yes           yes     -       | yes   yes     -          -          -
reconcile             | yes           yes     -       | -     -       -          -          -
decide                | yes           yes     -       | -     -       -          -          -
sign_off              | yes           yes     -       | -     -       -          -          -
record_payment        | yes           yes     -       | yes   yes     -          -          -
manage_people         | yes           yes     -       | yes   -       -          -          -
edit_profile          | yes           yes     -       | -     -       -          -          -
edit_contacts         | yes           yes     -       | yes   -       -          -          -
manage_keys           | yes           -       -       | yes   -       -          -          -
manage_security       | yes           yes     -       | -     -       -          -          -
manage_delegation     | yes           yes     -       | -     -       -          -          -
answer_delegation     | yes           yes     -       | yes   -       -          -          -
manage_documents      | yes           yes     -       | yes   -       yes        yes        -
destroy_documents     | yes           -       -       | -     -       -          -          -
manage_onboarding     | yes           yes     -       | -     -       -          -          -
take_onboarding_steps | yes           yes     -       | yes   yes     yes        yes        -
ask_support           | yes           yes     -       | yes   yes     yes        yes        yes
answer_support        | yes           yes     -       | -     -       -          -          -
read_audit            | yes           yes     -       | yes   -       -          -          -
view_as               | yes           yes     -       | -     -       -          -          -
register_importer     | yes           -       -       | -     -       -          -          -
assign_staff          | yes           -       -       | -     -       -          -          -
manage_staff          | yes           -       -       | -     -       -          -          -
read_brokerage_audit  | yes           -       -       | -     -       -          -          -
edit_rulebook         | yes           -       -       | -     -       -          -          -
manage_mail           | yes           -       -       | -     -       -          -          -
answer_contacts       | yes           yes     -       | -     -       -          -          -
"""
STAFF = ("administrator", "analyst", "viewer")
IMPORTERS = ("owner", "finance", "operations", "compliance", "viewer")
ROLES = [*(("staff", role) for role in STAFF), *(("importer", role) for role in IMPORTERS)]


def _cells() -> list[tuple[str, str, str, bool]]:
    rows = [line.replace("|", " ").split() for line in MATRIX.strip().splitlines()[2:]]
    return [
        (row[0], kind, role, {"yes": True, "-": False}[cell])
        for row in rows
        for (kind, role), cell in zip(ROLES, row[1:], strict=True)
    ]


CELLS = _cells()


@pytest.mark.parametrize(("permission", "kind", "role", "held"), CELLS)
def test_a_role_holds_what_the_table_says_and_nothing_else(
    permission: str, kind: str, role: str, held: bool
) -> None:
    of_role = permissions_of_staff if kind == "staff" else permissions_of_importer_role

    assert (Permission(permission) in of_role(role)) is held


def test_the_table_names_every_permission_and_every_role() -> None:
    assert {cell[0] for cell in CELLS} == set(Permission)
    assert set(STAFF_ROLES) == set(STAFF) == set(User.StaffRole.values)
    assert set(IMPORTER_ROLES) == set(IMPORTERS) == set(Membership.Role.values)


def test_a_role_that_is_not_in_the_table_holds_nothing() -> None:
    assert permissions_of_staff("") == permissions_of_staff("owner") == frozenset()
    assert permissions_of_importer_role("administrator") == frozenset()


def test_whoever_only_looks_as_a_role_keeps_of_it_what_reads() -> None:
    assert permissions_while_viewing("owner") == {Permission.VIEW, Permission.READ_AUDIT}
    for role in IMPORTERS[1:]:
        assert permissions_while_viewing(role) == {Permission.VIEW}
    assert READING.isdisjoint(BROKERAGE_WIDE)


def test_every_permission_has_a_name_and_a_sentence_for_people() -> None:
    assert set(WORDS) == set(Permission)
    assert len({str(name) for name, _ in WORDS.values()}) == len(WORDS)
    assert all(str(sentence).endswith(".") for _, sentence in WORDS.values())


Person = Callable[[str, str], User]


@pytest.fixture
def person(importer: Importer) -> Person:
    """Somebody with this role, of the staff assigned to Maple or of Maple's own people."""

    def made(kind: str, role: str) -> User:
        found = User.objects.filter(email=f"{role}@{kind}.example").first()
        if found:
            return found
        staff_role = role if kind == "staff" else ""
        one = User.objects.create_user(
            f"{role}@{kind}.example", full_name=role, staff_role=staff_role
        )
        with importer_scope(importer.pk):
            if kind == "staff":
                StaffAssignment.objects.create(importer=importer, user=one)
            else:
                Membership.objects.create(importer=importer, user=one, role=role)
        return settle(one)

    return made


@pytest.mark.parametrize(("permission", "kind", "role", "held"), CELLS)
def test_what_a_person_may_is_what_their_role_holds(
    permission: str, kind: str, role: str, held: bool, importer: Importer, person: Person
) -> None:
    asked, somebody = Permission(permission), person(kind, role)
    with importer_scope(importer.pk):
        with_importer = may(somebody, asked, importer.pk)

    assert with_importer is (held and asked not in BROKERAGE_WIDE)
    assert may_here(somebody, asked) is (held and asked in BROKERAGE_WIDE)


@pytest.fixture
def doors(importer: Importer) -> dict[str, tuple[str, str]]:
    """For each permission that has a page, one that asks for it: method and address."""
    with importer_scope(importer.pk):
        run = october(ProgramAccount.objects.get(bn15="123456782RM0001"))
        file, variance = StatementFile.objects.get(), Variance.objects.first()
        asked = requested(importer)
        kept = keep_document(
            importer=importer, content=ContentFile(b"%PDF-1.7", "a.pdf"), by=None, kind="cad",
            title="A declaration",
        )  # fmt: skip
        onboarding = begun(importer, None)
        step = onboarding.steps.get(code="A4")
        question = open_request(
            importer=importer, by=None, source="mail", text="Why?", now=timezone.now(),
            title="Why?", category="other", outside_name="A client",
        )  # fmt: skip
    own = f"/importers/{importer.pk}/"
    proposal = propose_value(
        name="gst_rate", key="", value="5", from_on=date(2027, 1, 1), to_on=None, source="a test",
        by=settle(User.objects.create_user("author@broker.example", full_name="Author")),
    )  # fmt: skip
    return {
        "view": ("get", own),
        "upload": ("get", f"{own}statement-files/new/"),
        "confirm_mapping": ("post", f"/statement-files/{file.pk}/repairs/"),
        "reconcile": ("post", f"/statements/{run.statement_id}/runs/"),
        "decide": ("post", f"/variances/{variance.pk}/reopening/"),
        "sign_off": ("post", f"/runs/{run.pk}/sign-offs/"),
        "record_payment": ("get", f"{own}payments/new/"),
        "manage_people": ("get", f"{own}invitations/"),
        "edit_profile": ("get", f"{own}profile/change/"),
        "edit_contacts": ("get", f"{own}contacts/new/"),
        "manage_keys": ("get", f"{own}keys/"),
        "manage_security": ("get", f"{own}security/new/"),
        "manage_delegation": ("get", f"{own}delegations/new/"),
        "answer_delegation": ("get", f"/delegations/{asked.pk}/transitions/approve/"),
        "manage_documents": ("get", f"{own}documents/new/"),
        "destroy_documents": ("post", f"/documents/{kept.document_id}/destructions/"),
        "read_audit": ("get", f"{own}audit/"),
        "view_as": ("get", f"{own}viewing/"),
        "register_importer": ("get", "/importers/new/"),
        "assign_staff": ("get", "/groups/"),
        "manage_staff": ("get", "/staff/new/"),
        "read_brokerage_audit": ("get", "/audit/brokerage/"),
        "manage_mail": ("get", "/mail/"),
        "manage_onboarding": ("get", f"{own}onboarding/new/"),
        "take_onboarding_steps": ("post", f"/onboarding-steps/{step.pk}/evidence/"),
        "ask_support": ("get", f"{own}support-requests/new/"),
        "answer_support": ("post", f"/support-requests/{question.pk}/handling/"),
        "answer_contacts": ("get", "/contacts/"),
        "edit_rulebook": ("post", f"/rulebook/entries/{proposal.pk}/approval/"),
    }


@pytest.mark.parametrize(("kind", "role"), ROLES)
def test_the_doors_answer_as_the_table_says(
    kind: str, role: str, doors: dict[str, tuple[str, str]], person: Person
) -> None:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(person(kind, role))
    held = {cell[0] for cell in CELLS if cell[1:] == (kind, role, True)}

    answers = {
        permission: getattr(browser, method)(address).status_code
        for permission, (method, address) in doors.items()
    }

    passed = {"get": 200, "post": 302}
    assert answers == {
        permission: passed[method] if permission in held else 403
        for permission, (method, _) in doors.items()
    }


def test_every_permission_is_asked_for_by_a_door(doors: dict[str, tuple[str, str]]) -> None:
    assert set(doors) == set(Permission)


API_DOORS = {
    "staff/": "manage_staff",
    "staff-assignments/": "assign_staff",
    "client-groups/": "assign_staff",
}


@pytest.mark.parametrize(("kind", "role"), ROLES)
def test_the_api_answers_as_the_table_says(kind: str, role: str, person: Person) -> None:
    browser = Client()
    browser.force_login(person(kind, role))
    held = {cell[0] for cell in CELLS if cell[1:] == (kind, role, True)}

    for path, permission in API_DOORS.items():
        expected = 200 if permission in held else 403
        assert browser.get(f"/api/v1/{path}").status_code == expected, path


@pytest.mark.parametrize(("kind", "role"), ROLES)
def test_the_matrix_is_shown_to_everybody_who_is_signed_in(
    kind: str, role: str, person: Person
) -> None:
    browser = Client(headers={"accept-language": "en"})
    browser.force_login(person(kind, role))
    html = browser.get("/permissions/").content.decode()

    assert html.count('<td data-label="') == len(CELLS)
    assert html.count(">Yes</span>") == sum(held for *_, held in CELLS)
    assert html.count('<span class="tag">You</span>') == 1
    for _, sentence in WORDS.values():
        assert escape(str(sentence)) in html


def test_the_matrix_asks_for_signing_in(db: None) -> None:
    response = Client().get("/permissions/")

    assert response.status_code == 302
    assert response.url.startswith("/account/login/")
