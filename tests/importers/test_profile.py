"""An importer's profile: names as the CBSA has them, accounts, contacts."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carmsvc.platform.audit import AuditEvent
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.importer_contacts import add_contact
from clients.actions.importer_profiles import change_profile
from clients.actions.security import note_release_status, record_security
from clients.models import Importer, ImporterContact, ProgramAccount, User
from clients.rules.names import Difference, compare_names
from clients.search import folded
from tests.importers.conftest import TODAY, Browser
from tests.pages.test_run_page import text_of


@pytest.mark.parametrize(
    ("ours", "theirs", "differences"),
    [
        ("Maple Inc.", "Maple Inc.", ()),
        ("Maple Inc.", "MAPLE INC.", (Difference.CASE,)),
        ("Maple, Inc.", "Maple Inc", (Difference.PUNCTUATION,)),
        ("Érablière inc.", "Erabliere inc.", (Difference.ACCENTS,)),
        ("Maple Ltée", "Maple Ltd", (Difference.ENDING,)),
        ("Maple Incorporated", "Maple Inc.", (Difference.PUNCTUATION, Difference.ENDING)),
        ("Maple  Inc.", "Maple Inc.", (Difference.SPACING,)),
        ("Maple Furniture Inc.", "Maple Furnishings Inc.", (Difference.WORDS,)),
        ("Érablière Inc.", "ERABLIERE INC", (
            *(Difference.CASE, Difference.ACCENTS, Difference.PUNCTUATION),
        )),
    ],
)  # fmt: skip
def test_two_spellings_of_a_name_differ_in_ways_that_have_names(
    ours: str, theirs: str, differences: tuple[Difference, ...]
) -> None:
    assert compare_names(ours, theirs).differences == differences


def test_only_the_stretch_that_differs_is_shown_as_different() -> None:
    pieces = compare_names("Maple Furniture Inc.", "Maple Furniture Ltd.").pieces

    assert [(one.ours, one.theirs, one.differences) for one in pieces] == [
        ("Maple Furniture", "Maple Furniture", ()),
        ("Inc.", "Ltd.", (Difference.WORDS,)),
    ]


@given(st.text(max_size=40), st.text(max_size=40))
def test_names_are_the_same_only_when_they_are_to_the_letter(ours: str, theirs: str) -> None:
    compared = compare_names(ours, theirs)

    assert compared.is_same is (ours == theirs)
    assert " ".join(one.ours for one in compared.pieces if one.ours).split() == ours.split()


NAMES = [
    "Éléphant & Cie—Ltée / ŒUVRE-X",
    "L'Oréal  inc.",
    "St-Jean/Æther (2000) Ltd.",
    " --A B\tC ",
]


@pytest.mark.parametrize("name", NAMES)
def test_the_database_folds_names_as_the_search_does(scope: Importer, name: str) -> None:
    Importer.objects.filter(pk=scope.pk).update(legal_name=name, trade_names=f"{name}\nB")
    found = Importer.objects.get(pk=scope.pk)

    assert (found.folded_name, found.folded_trade_names) == (folded(name), folded(f"{name}\nB"))


def test_the_page_shows_what_differs_from_the_name_at_the_cbsa(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    browser, address = signed_in(analyst), f"/importers/{importer.pk}/profile/"
    assert "Nobody has looked yet" in text_of(browser.get(address))

    told = {
        "legal_name": "Maple Furniture Inc.", "name_at_cbsa": "MAPLE FURNITURE INC",
        "name_seen_on": "2026-11-20", "state": "client", "language": "en",
        "document_language": "fr", "is_resident": "no", "trade_names": "Maple Home\n\nMaple Home",
    }  # fmt: skip
    text = text_of(browser.post(f"{address}change/", told, follow=True))

    assert "The profile is kept." in text
    assert (
        "“Maple Furniture Inc.” here, “MAPLE FURNITURE INC” at the CBSA (capitals, punctuation)"
        in text
    )
    with importer_scope(importer.pk):
        kept = Importer.objects.get(pk=importer.pk)
        assert (kept.is_resident, kept.document_language) == (False, "fr")
        assert kept.trade_name_list == ["Maple Home"]
        event = AuditEvent.objects.get(action="importer profile changed")
        assert event.before["name_seen_on"] is None
        assert event.after["name_seen_on"] == "2026-11-20"


def test_saving_what_is_there_changes_and_tells_nothing(
    scope: Importer, administrator: User
) -> None:
    assert change_profile(importer=scope, by=administrator, legal_name="Maple Furniture Inc.") is (
        False
    )
    assert not AuditEvent.objects.filter(action="importer profile changed").exists()


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"legal_name": " "}, "Give the legal name"),
        ({"legal_name": "x" * 201}, "at most 200 characters"),
        ({"name_at_cbsa": "MAPLE"}, "Say on which day"),
        ({"name_at_cbsa": "MAPLE", "name_seen_on": date(2026, 11, 24)}, "has not come yet"),
        ({"state": "lost"}, "a prospect, a client or a former client"),
        ({"language": "de"}, "English and French"),
        ({"trade_names": "\n".join(map(str, range(21)))}, "At most 20 trade names"),
        ({"legal_name": "A\x00B"}, "cannot be kept"),
    ],
)
def test_a_profile_that_makes_no_sense_is_refused_and_nothing_is_kept(
    scope: Importer, administrator: User, told: dict[str, object], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        change_profile(importer=scope, by=administrator, **told)
    assert Importer.objects.get(pk=scope.pk).legal_name == "Maple Furniture Inc."


def test_accounts_tell_profile_release_security_and_who_pays(
    signed_in: Browser, analyst: User, account: ProgramAccount
) -> None:
    note_release_status(account=account, status="enrolled", seen_on=TODAY, by=analyst)
    record_security(
        account=account, form="cash", amount=Decimal(50000), valid_from=date(2026, 1, 1), by=analyst
    )
    browser = signed_in(analyst)
    told = {"name": "Quebec plant", "profile": "both", "status": "active"}
    answer = browser.post(f"/program-accounts/{account.pk}/", told, follow=True)

    assert (
        "123456782RM0001 Quebec plant Importer and exporter Active Enrolled 2026-11-23 "
        "Cash deposit 50,000.00 Not known" in text_of(answer)
    )


def test_an_account_is_added_on_the_page_or_the_reason_told(
    signed_in: Browser, analyst: User, importer: Importer
) -> None:
    browser, address = signed_in(analyst), f"/importers/{importer.pk}/program-accounts/new/"
    refused = browser.post(address, {"bn15": "100000009RM0001"})
    assert refused.status_code == 422
    assert "does not belong to business number 123456782" in text_of(refused)

    added = browser.post(address, {"bn15": "123456782 rm0003"}, follow=True)
    assert "The program account is added." in text_of(added)
    assert "123456782RM0003" in text_of(added)


def test_the_importers_owner_keeps_its_contacts_but_not_its_profile(
    signed_in: Browser, owner: User, importer: Importer
) -> None:
    browser = signed_in(owner)
    told = {"name": "Night desk", "function": "after_hours", "phone": "1", "language": "fr"}
    address = f"/importers/{importer.pk}/contacts/new/"
    assert "The contact is kept." in text_of(browser.post(address, told, follow=True))
    assert browser.get(f"/importers/{importer.pk}/profile/change/").status_code == 403

    with importer_scope(importer.pk):
        contact = ImporterContact.objects.get()
    changed = browser.post(f"/importer-contacts/{contact.pk}/", told | {"phone": "2"}, follow=True)
    assert "Night desk After hours – 2 Français" in text_of(changed)
    gone = browser.post(f"/importer-contacts/{contact.pk}/removal/", follow=True)
    assert "Night desk is removed." in text_of(gone)
    with importer_scope(importer.pk):
        told_of = AuditEvent.objects.filter(target_kind="importercontact").order_by("sequence")
        assert [one.action for one in told_of] == [
            *("importer contact added", "importer contact changed", "importer contact removed"),
        ]
        assert told_of[1].before == {"phone": "1"}


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"email": "", "phone": ""}, "Give an e-mail address or a telephone number"),
        ({"email": "nowhere"}, "“nowhere” is not an e-mail address"),
        ({"name": " "}, "Give the name"),
        ({"function": "boss"}, "Say what the contact is for"),
        ({"language": "de"}, "English and French"),
        ({"phone": "1" * 41}, "at most 40 characters"),
    ],
)
def test_a_contact_that_cannot_be_reached_is_refused(
    scope: Importer, administrator: User, told: dict[str, str], reason: str
) -> None:
    good = {"name": "Anne", "function": "customs", "email": "a@b.example", "language": "en"}

    with pytest.raises(Refused, match=reason):
        add_contact(importer=scope, by=administrator, **(good | told))
    assert not ImporterContact.objects.exists()
