"""What an attacker sends: every page and every address of the API answers it, and fails on none.

Everything that a page may be asked for is known from the code: the names that views read from the
query and the fields of the forms. Each is given every odd value there is, at once.
"""

import csv
import io
import re
from datetime import date
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import DatabaseError, connection, models, transaction
from django.test import Client
from django.urls import reverse

from carmsvc.platform import audit
from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.spreadsheet_safe import csv_bytes
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.models import Importer, User
from statements.actions.payments import record_payment
from tests.security.conftest import ROOT
from tests.walls.addresses import Address
from tests.walls.asking import Asker
from tests.walls.test_pages import CASES
from tests.walls.world import Tenant

READ = re.compile(r"""(?:GET|POST)(?:\.get|\.getlist)?[(\[]\s*["'](\w+)["']""")
APPS = ("carmsvc", "clients", "delegation", "statements", "reconciliation", "training")
ODD = {
    "a number too large": "9" * 40,
    "the last day": "9999-12-31",
    "half a character": "\ud83d",
    "a pattern and a template": "'\"%_\\(((([{{7*7}}{% debug %}%(x)s{0.__class__}../../etc/passwd",
}


def names_read() -> list[str]:
    """Names that a view takes out of a query or a form by itself, and every form's fields."""
    texts = [path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py")]
    found = {name for text in texts for name in READ.findall(text)}
    for form in _forms(forms.BaseForm):
        found |= set(getattr(form, "base_fields", {}))
    return sorted(found)


def _forms(kind: Any) -> list[Any]:
    return [one for sub in kind.__subclasses__() for one in (sub, *_forms(sub))]


def failed(answer: Any, told: str) -> list[str]:
    return [f"{told}: {answer.status}"] if answer.status >= 500 else []


def said(odd: str) -> Any:
    return ODD[odd].encode("utf-8", "surrogatepass")


def test_no_page_fails_on_an_odd_query(askers: list[Asker], page_paths: dict[Address, str]) -> None:
    """Each page gets one kind of odd, in turn: a pattern that many pages share meets them all."""
    names, asker = names_read(), askers[-1]
    found = [
        one
        for odd, path in zip(cycle(ODD), page_paths.values(), strict=False)
        for one in failed(
            asker.ask("get", path, query=dict.fromkeys(names, said(odd))), f"GET {path} with {odd}"
        )
    ]

    assert found == []


def test_no_page_fails_on_an_odd_form(
    askers: list[Asker], page_paths: dict[Address, str], ours: Tenant
) -> None:
    """Everything odd that any form has; where a form would be granted, all but its own fields."""
    names, asker = names_read(), askers[-1]
    found = []
    for odd, (address, path) in zip(cycle(ODD), page_paths.items(), strict=False):
        granted = CASES[address.name].body
        body = dict.fromkeys(names, said(odd)) | (granted(ours) if granted else {})
        found += failed(asker.ask("post", path, body), f"POST {path} with {odd}")

    assert found == []


def test_the_names_that_pages_read_are_known() -> None:
    assert {"page", "q", "kind", "reason", "amount", "about", "before"} <= set(names_read())


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_no_page_fails_on_a_number_that_no_row_has(
    number: int, askers: list[Asker], page_paths: dict[Address, str]
) -> None:
    """In the address, in place of each number there is."""
    asker = askers[-1]
    odd_paths = {
        re.sub(r"/\d+(?=/)", f"/{number}", path, count=count)
        for path in page_paths.values()
        for count in (1, 0)
    }
    found = [one for path in odd_paths for one in failed(asker.ask("get", path), f"GET {path}")]

    assert found == []


@pytest.mark.parametrize("path", ["/importers/\0/", "/calendar/\0.ics", "/\0", "/static/\0"])
def test_a_nul_in_an_address_is_refused(path: str, administrator: User) -> None:
    client = Client()
    client.force_login(administrator)

    assert client.get("/", PATH_INFO=path).status_code == 400


def test_a_nul_in_a_query_or_a_form_is_refused_before_any_page_sees_it(
    administrator: User,
) -> None:
    client = Client()
    client.force_login(administrator)

    for asked in ({"q": "a\0b"}, {"a\0b": "q"}):
        assert client.get("/importers/", asked).status_code == 400
        assert client.post("/account/profile/", asked).status_code == 400


OTHER_METHODS = ("put", "patch", "delete", "trace")


def test_no_page_changes_anything_by_another_method(
    askers: list[Asker], page_paths: dict[Address, str]
) -> None:
    """Also where a header says that the method is meant to be another. Every change is audited."""
    asker = askers[-1]
    asker.headers |= {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
    seen: list[int] = []
    found = []
    for address, path in page_paths.items():
        for method in OTHER_METHODS:
            if CASES[address.name].need(method):
                continue
            seen.clear()
            before = changes_told()
            answer = asker.ask(method, path, after=lambda: seen.append(changes_told()))
            if answer.status >= 500 or seen != [before]:
                found.append(f"{method.upper()} {path}: {answer.status}")

    assert found == []


def changes_told() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM platform_brokerageevent")
        told = int(cursor.fetchone()[0])
    with importer_scope(every_importer_id()):
        return told + AuditEvent.objects.count()


# What people write, and what it must never become
MARKUP = "<i a='b'>&"
WORD = "Quillfeather"


@pytest.fixture
def words_are_markup(ours: Tenant) -> set[str]:
    """Texts of our importer hold markup where its word was; the tables that let us."""
    changed = set()
    with importer_scope(ours.importer.pk), connection.cursor() as cursor:
        for model in apps.get_models():
            for name in _texts_of(model):
                changed |= _replaced(cursor, model._meta.db_table, name)
    return changed


def _replaced(cursor: Any, table: str, name: str) -> set[str]:
    """The table, if rows of it were changed; some take no change, which is how it should be."""
    try:
        with transaction.atomic():
            cursor.execute(
                f'UPDATE "{table}" SET "{name}" = replace("{name}", %s, %s) WHERE "{name}" LIKE %s',
                [WORD, MARKUP, f"%{WORD}%"],
            )
            return {table} if cursor.rowcount > 0 else set()
    except DatabaseError:
        return set()


def _texts_of(model: Any) -> list[str]:
    """Columns of free text; not addresses of mailboxes and places of files."""
    return [
        field.column
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.EmailField | models.FileField)
        and "email" not in field.column
    ]


@pytest.mark.parametrize("name", ["owner", "administrator"])
def test_nothing_that_people_wrote_becomes_a_part_of_a_page(
    name: str, askers: list[Asker], page_paths: dict[Address, str], words_are_markup: set[str]
) -> None:
    [asker] = [one for one in askers if one.name == name]
    answers = {path: asker.ask("get", path) for path in page_paths.values()}
    pages = {
        path: one.words
        for path, one in answers.items()
        if one.headers.get("Content-Type", "").startswith("text/html") and one.status == 200
    }

    assert {"clients_importer", "clients_user", "clients_document"} <= words_are_markup
    assert [path for path, words in pages.items() if MARKUP in words] == []
    assert len([path for path, words in pages.items() if "&lt;i a=" in words]) > 20


FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def cells_in(answer: Any) -> list[str]:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = content.decode("utf-8-sig")
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


def would_run(cell: str) -> bool:
    return cell.startswith(FORMULAS) and not re.fullmatch(r"-\d+(\.\d+)?", cell)


EXPORTS = {
    "payments-csv": False,
    "importer-payments-csv": True,
    "importer-audit-export": True,
    "audit-export": False,
    "brokerage-audit-export": False,
    "delegation-register-export": False,
}


@pytest.fixture
def words_are_formulas(account: Any, administrator: User) -> Importer:
    """Whatever a person could write begins like a formula."""
    importer = account.importer
    Importer.objects.filter(pk=importer.pk).update(legal_name="=cmd|' /C calc'!A0")
    User.objects.filter(pk=administrator.pk).update(full_name="@SUM(1)")
    record_payment(
        account=account, amount=Decimal("1.00"), paid_on=date(2026, 11, 2), method="online_banking",
        payer="importer", reference="+1+1", note="-1-1", sure=True, by=administrator,
    )  # fmt: skip
    for text in ("=HYPERLINK(1)", "\t=1", "\r=1", "@x", "+x", "-x"):
        audit.record("looked", importer_id=importer.pk, by=administrator, text=text)
        audit.record_for_brokerage("looked", by=administrator, text=text)
    return importer


@pytest.mark.parametrize("name", EXPORTS)
def test_no_export_runs_in_a_spreadsheet(
    name: str, words_are_formulas: Importer, administrator: User
) -> None:
    client = Client()
    client.force_login(administrator)
    of_one = {"importer_id": words_are_formulas.pk} if EXPORTS[name] else {}
    answer = client.get(reverse(name, kwargs=of_one))
    cells = cells_in(answer)

    assert answer["Content-Type"] == "text/csv"
    assert len(cells) > 4
    assert [cell for cell in cells if would_run(cell)] == []


def test_a_negative_amount_stays_a_number() -> None:
    assert [would_run(cell) for cell in ("-5.00", "-5", "-5+1", "=5", "5")] == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert csv_bytes(["Amount"], [[Decimal("-5.00")], ["-5+1"]]).split() == [
        b"\xef\xbb\xbfAmount",
        b"-5.00",
        b"'-5+1",
    ]
