"""How a file is read, by whom that is confirmed, and what repairs it."""

from datetime import date
from decimal import Decimal

import pytest

from carmsvc.platform.audit import AuditEvent
from clients.actions import Refused
from clients.models import ProgramAccount, User
from statements.actions import confirm_mapping, confirm_repairs
from statements.models import MappingProfile, Statement, StatementFile, StatementLine
from tests.books import number
from tests.statements.door import (
    STATEMENT,
    bring_statement,
    line,
    read,
    statement,
    statement_file,
    text,
    workbook,
)
from tests.statements.files import MONTHS, NOVEMBER, amounts

# repairs


DAMAGED = line("1", "100.00").replace(number("1"), "12,345,000,000,018")


def test_a_suggested_repair_is_made_only_when_a_person_confirms_it(
    account: ProgramAccount, analyst: User
) -> None:
    file = statement_file(account, DAMAGED.replace("12,345,000,000,018", "345000000018"))
    (error,) = file.problems.filter(severity="error")
    assert (file.state, error.value, error.suggestion) == (
        "rejected",
        "345000000018",
        "00345000000018",
    )

    count = confirm_repairs(file=file, by=analyst)
    after = read(file)

    assert (count, after.state, after.error_count) == (1, "loaded", 0)
    assert StatementLine.objects.get().transaction_no == "00345000000018"
    told = AuditEvent.objects.get(action="repairs confirmed")
    assert told.actor == str(analyst)
    assert told.details["repairs"] == [[2, "Transaction number", "00345000000018"]]


def test_what_no_repair_is_known_for_stays_rejected(account: ProgramAccount, analyst: User) -> None:
    file = statement_file(account, line("1", "ten"))

    with pytest.raises(Refused, match="no suggested repair"):
        confirm_repairs(file=file, by=analyst)


# the mapping


ODD = "Ref. number,What,Happened,Booked,Remark,CAD value"
QUESTIONABLE = "Transaction number,Transaction type,Release date,Posting date,Reference,Amount"
DAYS = "12345000000018,CAD,05/04/2026,05/04/2026,,10.00"


def asked(file: StatementFile) -> list[str]:
    return [question["key"] for question in file.proposal["questions"]]


def test_a_file_that_can_be_read_in_two_ways_waits_for_a_person(
    account: ProgramAccount, analyst: User
) -> None:
    file = read(bring_statement(account, text([DAYS])).file)
    assert (file.state, asked(file)) == ("needs_mapping", ["date_format"])
    assert not Statement.objects.exists()

    confirm_mapping(file=file, answers={"date_format": "%m/%d/%Y"}, name="CARM", by=analyst)

    assert read(file).state == "loaded"
    assert StatementLine.objects.get().released_on == date(2026, 5, 4)


def test_what_a_person_confirmed_applies_itself_next_month(
    account: ProgramAccount, analyst: User
) -> None:
    october = read(bring_statement(account, text([DAYS])).file)
    confirm_mapping(file=october, answers={"date_format": "%m/%d/%Y"}, name="CARM", by=analyst)
    read(october)

    november = read(bring_statement(account, text([DAYS, DAYS]), last=NOVEMBER).file)

    assert november.state == "loaded"
    assert november.profile == MappingProfile.objects.get(name="CARM")
    days = StatementLine.objects.values_list("released_on", flat=True).distinct()
    assert list(days) == [date(2026, 5, 4)]


def test_a_layout_kept_under_two_names_stops_no_later_file(
    account: ProgramAccount, analyst: User
) -> None:
    waiting = [read(bring_statement(account, text([DAYS]), last=one).file) for one in MONTHS[:2]]
    for file, name in zip(waiting, ("CARM", "CARM, new portal"), strict=True):
        confirm_mapping(file=file, answers={"date_format": "%m/%d/%Y"}, name=name, by=analyst)
        read(file)

    december = read(bring_statement(account, text([DAYS, DAYS]), last=MONTHS[2]).file)

    assert december.state == "loaded"
    assert december.profile == MappingProfile.objects.get(name="CARM, new portal")


def test_headings_that_changed_are_asked_about_with_what_changed(account: ProgramAccount) -> None:
    statement(account, line("1", "10.00"))

    changed = STATEMENT.replace("Reference,", "").replace("Amount", "Amuont") + ",Office"
    row = "12345000000018,CAD,2026-11-05,2026-11-05,10.00,0009"
    file = read(bring_statement(account, text([row], changed), last=NOVEMBER).file)

    assert (file.state, asked(file)) == ("needs_mapping", ["column:amount"])
    diff = file.proposal["header_diff"]
    assert diff["renamed"] == [["Amount", "Amuont"]]
    assert (diff["added"], diff["removed"]) == (["Office"], ["Reference"])


def test_an_answer_that_was_no_choice_is_refused(account: ProgramAccount, analyst: User) -> None:
    file = read(bring_statement(account, text([DAYS])).file)

    with pytest.raises(Refused, match="date_format"):
        confirm_mapping(file=file, answers={"date_format": "%Y"}, name="", by=analyst)


# the formats


def test_a_spreadsheet_is_read_as_the_text_file_is(account: ProgramAccount) -> None:
    rows = [line("1", "10.00"), line("2", "-2.50", type="CAD correction"), line(None, "1.00")]
    from_text = statement(account, *rows)

    file = read(bring_statement(account, workbook(rows), name="soa.xlsx").file)

    assert file.state == "loaded"
    told = ("transaction_no", "transaction_type", "released_on", "posted_on", "amount", "row_no")
    lines = StatementLine.objects.order_by("row_no").values_list(*told)
    assert list(lines.filter(statement__file=file)) == list(lines.filter(statement=from_text))


def test_a_french_export_with_semicolons_and_commas_is_read(account: ProgramAccount) -> None:
    content = (
        "Solde d'ouverture :;1 000,00;;;;\r\n"
        "N° de transaction;Version;Type de transaction;Date de la mainlevée;Montant;TPS\r\n"
        "12345000000012;1;DDC;2026-10-05;1 240,50;240,50\r\n"
        "12345000000012;2;Correction de la DDC;2026-10-05;(40,50);\r\n"
        ";;Intérêts;2026-10-06;0,07;\r\n"
        "Total;;;;1 200,07;\r\n"
    )

    file = read(bring_statement(account, content.encode("cp1252")).file)

    assert file.state == "loaded", (file.refusal, file.proposal)
    loaded = Statement.objects.get()
    assert (loaded.opening_balance, loaded.activity) == (Decimal("1000.00"), Decimal("1200.07"))
    assert amounts(loaded) == ["1240.50", "-40.50", "0.07"]
    kinds = StatementLine.objects.order_by("row_no").values_list("transaction_type", flat=True)
    assert list(kinds) == ["CAD", "CAD_CORRECTION", "INTEREST"]
    assert loaded.components == {"gst": "240.50"}
