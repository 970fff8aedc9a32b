"""A list of clients: looked at first, then taken in as a whole or not at all."""

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from openpyxl import Workbook

from carmsvc.platform.audit import AuditEvent, BrokerageEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import every_importer_id, importer_scope
from clients.actions import client_lists as actions
from clients.actions.client_list_template import client_list_template
from clients.actions.groups import create_group
from clients.models import (
    ClientList,
    GroupedImporter,
    Importer,
    ImporterContact,
    ProgramAccount,
    StaffAssignment,
    User,
)
from clients.queries.client_lists import plan_of
from tests.importers.conftest import Browser
from tests.pages.test_run_page import text_of

HEADER = (
    "Legal name,Trade name,BN9,Program accounts,Language,Resident,Group,Lead,"
    "Contact,Contact function,Contact e-mail"
)
OAK = (
    "Oak & Sons Ltd.,Oak Home,100000025,RM0001; RM0002,FR,no,,,Olive Oak,finance,olive@oak.example"
)


def sent(by: Any, *rows: str, header: str = HEADER) -> ClientList:
    text = "\n".join([header, *rows]) + "\n"
    return actions.read_client_list(content=text.encode(), file_name="clients.csv", by=by)


def taken_in(by: Any, *rows: str, changes: bool = False) -> None:
    actions.confirm_client_list(client_list=sent(by, *rows), takes_changes=changes, by=by)


def everything() -> Any:
    return importer_scope(every_importer_id())


def test_an_importer_of_the_list_is_registered_with_all_its_row_says(
    administrator: User, analyst: User, db: None
) -> None:
    create_group(name="Furniture", by=administrator)
    taken_in(
        administrator,
        "Oak & Sons Ltd.,Oak Home,100000025,RM0001; RM0002,FR,no,furniture,"
        "analyst@broker.example,Olive Oak,finance,olive@oak.example",
    )

    with everything():
        oak = Importer.objects.get(bn9="100000025")
        assert (oak.legal_name, oak.trade_name_list) == ("Oak & Sons Ltd.", ["Oak Home"])
        assert (oak.language, oak.document_language, oak.is_resident) == ("fr", "fr", False)
        accounts = ProgramAccount.objects.filter(importer=oak).values_list("bn15", flat=True)
        assert list(accounts) == ["100000025RM0001", "100000025RM0002"]
        contact = ImporterContact.objects.get(importer=oak)
        assert (contact.name, contact.function, contact.email) == (
            *("Olive Oak", "finance", "olive@oak.example"),
        )
        assert StaffAssignment.objects.get(importer=oak).user == analyst
        assert StaffAssignment.objects.get(importer=oak).is_lead
        assert GroupedImporter.objects.get(importer=oak).group.name == "Furniture"


def test_the_chain_of_a_new_importer_begins_with_it_and_is_whole(
    administrator: User, analyst: User
) -> None:
    taken_in(administrator, OAK.replace(",no,,", ",no,,analyst@broker.example"))

    with everything():
        oak = Importer.objects.get(bn9="100000025")
        events = list(AuditEvent.objects.filter(importer=oak).order_by("sequence"))
        assert [(one.sequence, one.action, one.actor) for one in events] == [
            (1, "importer created", "admin@broker.example"),
            (2, "staff assigned", "admin@broker.example"),
        ]
        assert [one.computed_hash() == one.own_hash for one in events] == [True, True]
        assert events[1].previous_hash == events[0].own_hash
    told = list(BrokerageEvent.objects.order_by("sequence").values_list("action", flat=True))
    assert told == ["client list sent", "client list confirmed", "client list taken in"]


def test_sent_again_the_list_changes_nothing(administrator: User) -> None:
    taken_in(administrator, OAK)
    again = sent(administrator, OAK)

    assert plan_of(again).counts == {"new": 0, "changes": 0, "same": 1, "errors": 0}
    with pytest.raises(Refused, match="nothing to take in"):
        actions.confirm_client_list(client_list=again, takes_changes=True, by=administrator)
    with everything():
        assert Importer.objects.count() == 1


def test_more_rows_with_a_number_are_one_importer_with_more_accounts_and_contacts(
    administrator: User,
) -> None:
    taken_in(
        administrator,
        OAK,
        ",,100000025,RM0003,,,,,Otto Oak,after hours,otto@oak.example",
    )

    with everything():
        assert ProgramAccount.objects.count() == 3
        names = ImporterContact.objects.order_by("id").values_list("name", "function")
        assert list(names) == [("Olive Oak", "finance"), ("Otto Oak", "after_hours")]


def test_a_registered_importer_is_changed_only_where_somebody_says_so(
    administrator: User, importer: Importer
) -> None:
    row = "Maple Furniture Incorporated,,123456782,RM0001;RM0009,,,,,,,"
    other = "Oak,,100000025,RM0001,,,,,,,"
    plan = plan_of(sent(administrator, row, other))

    assert [one.kind for one in plan.planned] == ["changes", "new"]
    assert [(one.column, one.before, one.after) for one in plan.planned[0].changes] == [
        ("legal_name", "Maple Furniture Inc.", "Maple Furniture Incorporated"),
        ("accounts", "", "123456782RM0009"),
    ]

    taken_in(administrator, row, other)
    with everything():
        assert Importer.objects.get(bn9="123456782").legal_name == "Maple Furniture Inc."

    taken_in(administrator, row, changes=True)
    with everything():
        maple = Importer.objects.get(bn9="123456782")
        assert maple.legal_name == "Maple Furniture Incorporated"
        assert ProgramAccount.objects.filter(importer=maple).count() == 3
        event = AuditEvent.objects.get(action="importer profile changed")
        assert event.before == {"legal_name": "Maple Furniture Inc."}


def test_an_empty_cell_removes_nothing(administrator: User) -> None:
    taken_in(administrator, OAK)

    plan = plan_of(sent(administrator, ",,100000025,,,,,,,,"))

    assert plan.counts == {"new": 0, "changes": 0, "same": 1, "errors": 0}


@pytest.mark.parametrize(
    ("row", "column", "value", "code"),
    [
        ("Oak,,10000002,RM0001,,,,,,,", "bn9", "10000002", "not_a_bn9"),
        ("Oak,,,,,,,,,,", "bn9", "", "no_bn9"),
        (",,100000025,RM0001,,,,,,,", "legal_name", "", "no_legal_name"),
        ("Oak,,100000025,,,,,,,,", "accounts", "", "no_account"),
        ("Oak,,100000025,RM1,,,,,,,", "accounts", "RM1", "not_an_account"),
        (
            *("Oak,,100000025,123456782RM0001,,,,,,,", "accounts"),
            *("123456782RM0001", "account_of_another"),
        ),
        ("Oak,,100000025,RM0001,German,,,,,,", "language", "German", "unknown_language"),
        ("Oak,,100000025,RM0001,,maybe,,,,,", "is_resident", "maybe", "unknown_is_resident"),
        ("Oak,,100000025,RM0001,,,Nowhere,,,,", "group", "Nowhere", "unknown_group"),
        ("Oak,,100000025,RM0001,,,,Nobody,,,", "lead", "Nobody", "unknown_lead"),
        ("Oak,,100000025,RM0001,,,,,Olive,,", "contact_name", "Olive", "contact_without_address"),
        ("Oak,,100000025,RM0001,,,,,,,a@b.example", "contact_name", "", "contact_without_name"),
        ("Oak,,100000025,RM0001,,,,,Olive,,nowhere", "contact_email", "nowhere", "not_an_address"),
        (
            *("Oak,,100000025,RM0001,,,,,Olive,boss,a@b.example", "contact_function"),
            *("boss", "unknown_contact_function"),
        ),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_taken_in_is_named_with_its_row_column_and_value(
    administrator: User, row: str, column: str, value: str, code: str
) -> None:
    plan = plan_of(sent(administrator, OAK.replace("100000025", "100000033"), row))

    assert [(one.row, one.column, one.value, one.code) for one in plan.faults] == [
        (3, column, value, code)
    ]


def test_rows_that_contradict_each_other_are_told(administrator: User) -> None:
    plan = plan_of(sent(administrator, OAK, OAK.replace("Oak & Sons", "Ash & Sons")))

    assert [(one.row, one.column, one.code) for one in plan.faults] == [
        (3, "legal_name", "contradicts")
    ]


def test_one_bad_cell_keeps_the_whole_list_out(administrator: User) -> None:
    bad = sent(administrator, OAK, "Ash,,1,RM0001,,,,,,,")

    with pytest.raises(Refused, match="1 cell cannot be taken in"):
        actions.confirm_client_list(client_list=bad, takes_changes=False, by=administrator)
    assert every_importer_id() == []


def test_french_headings_and_another_order_are_understood(administrator: User) -> None:
    header = "Comptes de programme;Langue;Numéro d’entreprise;Raison sociale;Résident;Notes"
    found = sent(administrator, "RM0001;français;100000025;Chêne inc.;oui;x", header=header)
    plan = plan_of(found)

    assert found.unknown_columns == ["Notes"]
    assert plan.faults == []
    assert plan.planned[0].fields == {
        "legal_name": "Chêne inc.",
        "language": "fr",
        "is_resident": True,
    }


def test_a_spreadsheet_is_read_as_well(administrator: User) -> None:
    book = Workbook()
    book.active.append(["Legal name", "BN9", "BN15"])
    book.active.append(["Oak", "100000025", "100000025RM0001"])
    content = BytesIO()
    book.save(content)
    found = actions.read_client_list(
        content=content.getvalue(), file_name="clients.xlsx", by=administrator
    )

    assert plan_of(found).counts == {"new": 1, "changes": 0, "same": 0, "errors": 0}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty"),
        (b"a,b\n1,2\n", "No row of headings"),
        (HEADER.encode() + b"\n", "no rows below"),
        (b"\x00\x01\x02\x03" * 50, "cannot be read|neither text"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(
    administrator: User, content: bytes, reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        actions.read_client_list(content=content, file_name="x.csv", by=administrator)
    assert ClientList.objects.count() == 0


def test_the_template_can_be_sent_as_it_is(administrator: User) -> None:
    found = actions.read_client_list(
        content=client_list_template(), file_name="client-list.csv", by=administrator
    )

    assert found.unknown_columns == []
    assert plan_of(found).counts == {"new": 1, "changes": 0, "same": 0, "errors": 0}


def test_five_thousand_importers_are_taken_in_by_a_worker_in_a_bounded_number_of_queries(
    administrator: User, django_assert_max_num_queries: Any
) -> None:
    rows = [f"Importer {at},,{200_000_000 + at},RM0001;RM0002,,,,,,," for at in range(5000)]
    found = sent(administrator, *rows)
    actions.confirm_client_list(client_list=found, takes_changes=False, by=administrator)
    assert ClientList.objects.get().state == "confirmed"

    with django_assert_max_num_queries(100):
        actions.take_in_client_list(found.pk)
    actions.take_in_client_list(found.pk)  # a message that came twice

    with everything():
        assert Importer.objects.count() == 5000
        assert ProgramAccount.objects.count() == 10_000
        assert AuditEvent.objects.filter(action="importer created").count() == 5000
    assert ClientList.objects.values_list("state", "rows").get() == ("done", [])


def test_a_list_that_fails_in_the_worker_is_parked_after_three_tries(
    administrator: User, settings: Any
) -> None:
    settings.WORK_RETRY_SECONDS = -1
    rows = [f"Importer {at},,{200_000_000 + at},RM0001,,,,,,," for at in range(501)]
    found = sent(administrator, *rows)
    actions.confirm_client_list(client_list=found, takes_changes=False, by=administrator)
    ClientList.objects.update(rows=[{"row": 2, "cells": {"bn9": "1"}}])

    for _attempt in range(3):
        actions.take_in_client_list(found.pk)

    assert ClientList.objects.get().parked_at is not None
    assert BrokerageEvent.objects.latest("sequence").action == "client list parked"
    assert every_importer_id() == []


def test_a_withdrawn_list_keeps_no_rows(administrator: User) -> None:
    found = sent(administrator, OAK)
    actions.withdraw_client_list(client_list=found, by=administrator)

    assert ClientList.objects.values_list("state", "rows").get() == ("withdrawn", [])
    with pytest.raises(Refused, match="confirmed or withdrawn before"):
        actions.confirm_client_list(client_list=found, takes_changes=False, by=administrator)


def test_an_administrator_sends_looks_at_and_confirms_a_list(
    signed_in: Browser, administrator: User, importer: Importer
) -> None:
    browser = signed_in(administrator)
    text = "\n".join([HEADER, OAK, "Maple Inc.,,123456782,RM0001,,,,,,,"])
    file = SimpleUploadedFile("clients.csv", text.encode())
    preview = browser.post("/client-lists/", {"content": file}, follow=True)
    told = text_of(preview)

    assert "1 new 1 would change 0 already there 0 cannot be taken in" in told
    assert "Legal name: Maple Furniture Inc. → Maple Inc." in told
    address = f"{preview.request['PATH_INFO']}confirmation/"
    told = text_of(browser.post(address, follow=True))
    assert "1 importer was registered." in told


def test_only_those_who_register_importers_send_lists(
    signed_in: Browser, analyst: User, owner: User, administrator: User
) -> None:
    found = sent(administrator, OAK)
    for person in (analyst, owner):
        browser: Client = signed_in(person)
        assert browser.get("/client-lists/").status_code == 403
        assert browser.get(f"/client-lists/{found.pk}/").status_code == 403
        assert browser.post(f"/client-lists/{found.pk}/confirmation/").status_code == 403


def test_the_command_takes_a_list_in_or_says_every_reason(
    tmp_path: Any, db: None, capsys: Any
) -> None:
    path = tmp_path / "clients.csv"
    path.write_text(f"{HEADER}\n{OAK}\nAsh,,1,RM0001,,,,,,,\n")
    with pytest.raises(SystemExit) as refused:
        call_command("import_importers", str(path), "--json")
    assert refused.value.code == 1
    assert '"row": 3' in capsys.readouterr().out
    assert every_importer_id() == []

    path.write_text(f"{HEADER}\n{OAK}\n")
    call_command("import_importers", str(path), "--json")
    assert '"state": "taken_in"' in capsys.readouterr().out
    call_command("import_importers", str(path), "--json")
    assert '"state": "nothing_to_do"' in capsys.readouterr().out
    with everything():
        assert Importer.objects.get().bn9 == "100000025"
