"""French is whole: every string of the source has its French, and the pages speak it."""

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import polib
import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation.template import templatize

from carmsvc.demo import seeding
from carmsvc.platform.models import Letter
from carmsvc.platform.tenancy import importer_scope
from clients.models import Importer, ProgramAccount, User
from reconciliation.forms import Reason
from statements.messages import SENTENCES, describe
from tests.conftest import PASSWORD
from tests.pages.conftest import october

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("carmsvc", "clients", "delegation", "reconciliation", "statements", "training")
FRENCH = ROOT / "carmsvc" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
CATALOGUE = polib.pofile(str(FRENCH))
TO_DO = "run `make messages`, fill in what is empty, and run it again"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
COUNTED = {"ngettext", "ngettext_lazy"}
NARROW_SPACE, FIXED_SPACE = "\u202f", "\u00a0"
Key = tuple[str | None, str]


def key(entry: polib.POEntry) -> Key:
    return entry.msgctxt, entry.msgid


def pairs(entry: polib.POEntry) -> Iterator[tuple[str, str]]:
    """Each form in English with the French one for it."""
    if not entry.msgid_plural:
        yield entry.msgid, entry.msgstr
        return
    for number, french in entry.msgstr_plural.items():
        yield (entry.msgid_plural if number else entry.msgid), french


def said_in(code: str) -> Iterator[Key]:
    """The strings that Python code hands to gettext."""
    for call in ast.walk(ast.parse(code)):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "id", getattr(call.func, "attr", ""))
        words = [word.value for word in call.args if isinstance(word, ast.Constant)]
        if name in PLAIN | COUNTED and words:
            yield None, words[0]
        elif name in IN_CONTEXT:
            yield words[0], words[1]


def calls_of(template: str) -> str:
    """A template as Django's makemessages shows it to xgettext, without the Xs between."""
    return "\n".join(
        re.findall(
            r"""\b(?:n?p?gettext|_)\((?:[^()'"]|u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")*\)""",
            templatize(template),
        )
    )


def in_the_source() -> set[Key]:
    found = set[Key]()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            found.update(said_in(path.read_text(encoding="utf-8")))
    for path in [*(ROOT / "templates").rglob("*.html"), *(ROOT / "templates").rglob("*.txt")]:
        found.update(said_in(calls_of(path.read_text(encoding="utf-8"))))
    return found


def test_every_string_of_the_source_is_in_the_catalogue() -> None:
    missing = in_the_source() - {key(entry) for entry in CATALOGUE}

    assert not missing, TO_DO


def test_the_catalogue_holds_nothing_that_the_source_no_longer_says() -> None:
    gone = {key(entry) for entry in CATALOGUE} - in_the_source()

    assert not gone, TO_DO
    assert not CATALOGUE.obsolete_entries()


def test_every_string_has_its_french_and_none_is_a_guess() -> None:
    empty = [entry.msgid for entry in CATALOGUE for _, french in pairs(entry) if not french.strip()]
    counted = [entry for entry in CATALOGUE if entry.msgid_plural]

    assert not empty, TO_DO
    assert not [entry.msgid for entry in CATALOGUE if entry.fuzzy], TO_DO
    assert all(set(entry.msgstr_plural) == {0, 1} for entry in counted)
    assert CATALOGUE.metadata["Plural-Forms"] == "nplurals=2; plural=(n > 1);"


def test_placeholders_are_the_same_in_both_languages() -> None:
    for entry in CATALOGUE:
        for english, french in pairs(entry):
            assert set(PLACEHOLDER.findall(french)) == set(PLACEHOLDER.findall(english)), english


def test_the_compiled_catalogue_is_the_one_that_was_written() -> None:
    compiled = polib.mofile(str(FRENCH.with_suffix(".mo")))

    assert {key(entry): list(pairs(entry)) for entry in compiled} == {
        key(entry): list(pairs(entry)) for entry in CATALOGUE
    }, "run `make messages`"


def test_french_punctuation_never_starts_a_line() -> None:
    spaces = NARROW_SPACE + FIXED_SPACE
    loose = re.compile(rf"[^{spaces}][;:!?](?=\s|$)|[^{spaces}]»|«[^{spaces}]")
    found = [french for entry in CATALOGUE for _, french in pairs(entry) if loose.search(french)]

    assert not found
    assert not [french for entry in CATALOGUE for _, french in pairs(entry) if "'" in french]


def english_on(page: str) -> set[str]:
    """The stretches of more than three English words of the catalogue that a page shows."""
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
    stretches = {
        " ".join(stretch.split())
        for entry in CATALOGUE
        for english, _ in pairs(entry)
        for stretch in PLACEHOLDER.split(english)
    }
    return {words for words in stretches if len(words.split()) > 3 and words in text}


@pytest.mark.django_db
def test_the_page_to_sign_in_is_french() -> None:
    def page(language: str) -> str:
        browser = Client(headers={"accept-language": language})
        return browser.get("/account/login/").content.decode()

    assert english_on(page("en"))
    assert not english_on(page("fr-CA"))
    assert "Mot de passe oublié" in page("fr-CA")
    assert "e-mail" not in page("fr-CA"), "in Canada it is a courriel"


@pytest.mark.django_db
def test_what_is_told_to_somebody_who_cannot_sign_in_is_french(analyst: User) -> None:
    browser = Client(headers={"accept-language": "fr"})
    wrong = browser.post("/account/login/", {"login": analyst.email, "password": f"x{PASSWORD}"})
    forgotten = browser.post("/account/password/reset/", {"email": analyst.email}, follow=True)

    assert "L’adresse de courriel ou le mot de passe est incorrect." in wrong.content.decode()
    assert not english_on(forgotten.content.decode())


def test_the_letter_about_a_new_password_is_french(analyst: User) -> None:
    User.objects.filter(pk=analyst.pk).update(language="fr")
    browser = Client(headers={"accept-language": "en"})
    browser.post("/account/password/reset/", {"email": analyst.email})

    letter = Letter.objects.get()
    assert "nouveau mot de passe" in letter.subject
    body = letter.text
    assert "suivez le lien" in body
    assert not re.search(r"\b(you|your|the|for)\b|e-mail", body.lower())


@pytest.fixture
def addresses(importer: Importer) -> list[str]:
    """Pages with something on them."""
    with importer_scope(importer.pk):
        run = october(ProgramAccount.objects.get(bn15="123456782RM0001"))
        files = f"/statement-files/{run.statement.file_id}/"
    return [
        "/work/",
        "/importers/",
        "/importers/new/",
        f"/importers/{importer.pk}/",
        f"/importers/{importer.pk}/statement-files/new/",
        f"/importers/{importer.pk}/ledger-files/new/",
        f"/statements/{run.statement_id}/",
        f"/statements/{run.statement_id}/reconciliation/",
        files,
        "/account/password/change/",
        "/account/profile/",
        "/account/security/",
        "/account/email/",
        "/nowhere/",
    ]


def test_the_pages_of_somebody_signed_in_are_french(
    addresses: list[str], administrator: User
) -> None:
    def pages(language: str) -> dict[str, set[str]]:
        browser = Client(headers={"accept-language": language})
        browser.force_login(administrator)
        return {where: english_on(browser.get(where).content.decode()) for where in addresses}

    assert all(pages("en").values())
    assert not any(pages("fr").values())


@pytest.mark.parametrize("code", SENTENCES)
def test_what_is_wrong_with_a_file_is_said_in_french(code: str) -> None:
    english = describe(code, {})
    with translation.override("fr"):
        french = describe(code, {})

    assert french != english
    assert not [words for words in english_on(english) if words in french]


def test_amounts_in_a_french_sentence_are_written_as_in_french() -> None:
    with translation.override("fr"):
        said = describe("does_not_tie_out", {"difference": "-1204.10", "activity": "12.00"})

    assert f"−1{FIXED_SPACE}204,10" in said
    assert "12,00" in said


def test_the_demonstration_gives_reasons_that_have_a_word() -> None:
    codes = {code for code, _ in seeding._REASONS.values()}

    assert codes <= set(Reason.values)
