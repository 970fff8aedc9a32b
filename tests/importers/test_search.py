"""One box for everything that somebody may see, and nothing that they may not."""

from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.tenancy import importer_scope
from clients.actions.importer_contacts import add_contact
from clients.actions.importer_profiles import change_profile
from clients.models import Importer, ProgramAccount, User
from clients.search import BN9_RANGE, BN15_RANGE, Sought, kinds_for, number_range, search
from tests.books import Line, ledger, number, soa
from tests.importers.conftest import Browser
from tests.pages.test_run_page import text_of


def found(browser: Client, words: str) -> dict[str, list[str]]:
    groups = browser.get("/search/", {"q": words}).context["groups"]
    return {group.kind.name: [str(one.title) for one in group.found] for group in groups}


@pytest.mark.parametrize(
    ("words", "read"),
    [
        ("123 456 782", "123456782"),
        ("123456782 rm0001", "123456782RM0001"),
        ("14987-000000017", "14987000000017"),
        ("maple", ""),
    ],
)
def test_a_number_is_read_without_spaces_and_dashes(words: str, read: str) -> None:
    assert Sought(words).number == read


def test_a_beginning_of_a_number_is_a_range_of_numbers() -> None:
    assert number_range("1234", BN9_RANGE) == ("123400000", "123499999")
    assert number_range("123456782R", BN15_RANGE) == ("123456782RM0000", "123456782RM9999")
    assert number_range("12X", BN9_RANGE) is None
    assert number_range("1" * 10, BN9_RANGE) is None


@pytest.fixture
def books(importer: Importer, account: ProgramAccount) -> ProgramAccount:
    """A statement and a ledger with the transaction 12345000000017, and its like."""
    soa(account, Line(1, "10.00"))
    ledger(account, Line(1, "10.00"))
    return account


def test_a_transaction_number_is_found_on_statements_and_in_ledgers(
    signed_in: Browser, analyst: User, books: ProgramAccount
) -> None:
    whole = str(number(1))
    told = found(signed_in(analyst), f"{whole[:5]} {whole[5:]}")

    assert told == {"line": [whole], "entry": [whole]}
    assert found(signed_in(analyst), whole[:8]) == told


def test_an_importer_is_found_by_part_of_its_name_trade_name_and_numbers(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        change_profile(importer=importer, by=analyst, trade_names="Café Érable")
    browser = signed_in(analyst)

    for words in ("furni", "CAFE erable", "123456782", "123456782RM0002", "1234 567"):
        assert found(browser, words)["importer"] == ["Maple Furniture Inc."], words


def test_people_and_contacts_are_found_by_name_and_address(
    signed_in: Browser, administrator: User, owner: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        add_contact(
            importer=importer, by=administrator, name="Zoé Dubé", function="legal",
            email="zoe@maple.example", language="fr",
        )  # fmt: skip
    browser = signed_in(administrator)

    assert found(browser, "dube zoe") == {"contact": ["Zoé Dubé"]}
    assert found(browser, "owner@maple") == {"person": ["Owner"]}
    assert found(browser, "admin@broker") == {"staff": ["Ada Admin"]}


def test_a_stranger_finds_nothing_of_ours(
    signed_in: Browser, other_finance: User, owner: User, books: ProgramAccount
) -> None:
    browser = signed_in(other_finance)

    for words in ("maple", "123456782", str(number(1)), "owner"):
        assert found(browser, words) == {}, words


def test_the_importers_people_look_for_their_own_things_only(
    signed_in: Browser, owner: User, administrator: User
) -> None:
    browser = signed_in(owner)

    assert found(browser, "maple")["importer"] == ["Maple Furniture Inc."]
    assert found(browser, "admin@broker") == {}
    assert "staff" not in [kind.name for kind in kinds_for(owner)]


def test_as_one_types_only_the_list_is_sent(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    live = {"hx-request": "true", "hx-target": "found"}
    answer = signed_in(analyst).get("/search/", {"q": "maple"}, headers=live)

    assert b"<html" not in answer.content
    assert "Importers Maple Furniture Inc. 123456782" in text_of(answer)


def test_too_short_a_word_finds_nothing_and_says_so(signed_in: Browser, analyst: User) -> None:
    browser = signed_in(analyst)

    assert "Type at least 2 letters or digits." in text_of(browser.get("/search/", {"q": "m"}))
    assert "What are you looking for?" in text_of(browser.get("/search/"))
    assert "Nothing found for “zzz”" in text_of(browser.get("/search/", {"q": "zzz"}))


def test_more_of_one_kind_is_a_page_of_its_own(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    with importer_scope(importer.pk):
        for at in range(8):
            add_contact(
                importer=importer, by=analyst, name=f"Roy {at}", function="legal", phone="1",
                language="en",
            )  # fmt: skip
    browser = signed_in(analyst)
    first = browser.get("/search/", {"q": "roy"}).context["groups"][0]

    assert (len(first.found), first.has_more) == (6, True)
    all_of_it = browser.get("/search/", {"q": "roy", "kind": "contact"}).context["groups"][0]
    assert (len(all_of_it.found), all_of_it.has_more) == (8, False)


def test_the_search_asks_as_often_for_many_importers_as_for_one(
    administrator: User, importer: Importer, stranger: Importer, connection_queries: Any
) -> None:
    def asked(*importers: int) -> int:
        with importer_scope(importers):
            kinds = kinds_for(administrator)
            count: int = connection_queries(
                lambda: search(Sought("100000009"), administrator, kinds, 5)
            )
            return count

    assert asked(stranger.pk) == asked(stranger.pk, importer.pk)
