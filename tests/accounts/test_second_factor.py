"""Who needs a second factor, what happens until there is one, and how it is changed."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from carmsvc.platform.tenancy import importer_scope
from clients.actions.people import require_second_factor
from clients.models import Importer, User
from clients.second_factor import OPEN
from tests.accounts.conftest import browser, code_of, letters, sign_in, told_of, told_of_staff
from tests.conftest import PASSWORD, SECRET
from tests.pages.test_run_page import text_of

SETUP = "/account/second-factor/"
Inside = Callable[..., Client]


@pytest.fixture
def newcomer(analyst: User) -> User:
    """Staff without a second factor yet."""
    Authenticator.objects.all().delete()
    return analyst


def app_of(client: Client) -> str:
    """Set up an authenticator app by the pages; answers its secret."""
    page = client.get("/account/2fa/totp/activate/")
    secret: str = page.context["form"].secret
    added = client.post("/account/2fa/totp/activate/", {"code": code_of(secret)})
    assert added.url == "/account/2fa/recovery-codes/", text_of(added)
    return secret


@pytest.mark.parametrize("address", ["/", "/work/", "/importers/", "/account/profile/"])
def test_staff_without_one_are_led_to_set_it_up_from_any_page(
    address: str, newcomer: User, inside: Inside
) -> None:
    assert inside(newcomer).get(address).url == SETUP


def test_the_api_refuses_staff_without_one(newcomer: User, inside: Inside) -> None:
    answer = inside(newcomer).get("/api/v1/importers/")

    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:carmsvc:problem:second-factor-needed"


def test_a_live_part_of_a_page_leads_the_whole_page_there(newcomer: User, inside: Inside) -> None:
    answer = inside(newcomer).get("/work/", headers={"hx-request": "true"})

    assert answer["HX-Redirect"] == SETUP


def test_a_live_part_of_the_set_up_page_does_not_load_it_again_and_again(
    newcomer: User, inside: Inside
) -> None:
    live = {"hx-request": "true", "hx-current-url": f"http://testserver{SETUP}"}

    assert inside(newcomer).get("/work/", headers=live).status_code == 204


def test_meanwhile_one_may_set_it_up_change_the_language_and_leave(
    newcomer: User, inside: Inside
) -> None:
    client = inside(newcomer)

    assert "before you go on" in text_of(client.get(SETUP))
    assert client.get("/account/2fa/totp/activate/").status_code == 200
    assert client.get("/account/2fa/passkeys/add/").status_code == 200
    assert client.post("/i18n/setlang/", {"language": "fr", "next": SETUP}).url == SETUP
    assert client.post("/account/logout/").url == "/account/login/"


def test_nothing_else_is_open_meanwhile() -> None:
    assert {
        "second-factor",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_confirm_email",
        "account_login",
        "account_logout",
        "set_language",
    } == OPEN


def test_with_one_everything_is_open_at_once(newcomer: User, inside: Inside) -> None:
    client = inside(newcomer)
    app_of(client)

    assert client.get("/work/").status_code == 200
    assert client.get("/api/v1/importers/").status_code == 200


def test_recovery_codes_alone_are_no_second_factor(newcomer: User, inside: Inside) -> None:
    client = inside(newcomer)
    app_of(client)
    Authenticator.objects.filter(type="totp").delete()

    assert client.get("/work/").url == SETUP


def test_the_requirement_of_staff_is_a_setting(
    newcomer: User, inside: Inside, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = False

    assert inside(newcomer).get("/work/").status_code == 200


def test_an_importers_people_need_one_from_the_moment_their_importer_says_so(
    finance: User, administrator: User, importer: Importer, inside: Inside
) -> None:
    client = inside(finance)
    here = f"/importers/{importer.pk}/"
    assert client.get(here).status_code == 200

    with importer_scope(importer.pk):
        require_second_factor(importer=importer, required=True, by=administrator)
    assert client.get(here).url == SETUP

    with importer_scope(importer.pk):
        require_second_factor(importer=importer, required=False, by=administrator)
    assert client.get(here).status_code == 200


def test_another_importers_rule_is_none_of_theirs(
    other_finance: User, administrator: User, importer: Importer, stranger: Importer, inside: Inside
) -> None:
    with importer_scope(importer.pk):
        require_second_factor(importer=importer, required=True, by=administrator)

    assert inside(other_finance).get(f"/importers/{stranger.pk}/").status_code == 200


def test_the_secret_stands_as_text_beside_the_picture(finance: User, inside: Inside) -> None:
    page = inside(finance).get("/account/2fa/totp/activate/")
    html = page.content.decode()

    assert page.context["form"].secret in html
    assert 'src="data:image/svg+xml;base64,' in html


def test_the_secret_is_sealed_in_the_database(finance: User, inside: Inside) -> None:
    secret = app_of(inside(finance))

    kept = Authenticator.objects.get(user=finance, type="totp").data["secret"]
    assert secret not in kept
    assert decrypt(kept) == secret


def test_a_secret_sealed_with_the_key_before_is_still_read(settings: Any, analyst: User) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key"

    assert decrypt(Authenticator.objects.get(user=analyst).data["secret"]) == SECRET


def test_a_wrong_code_adds_nothing(finance: User, inside: Inside) -> None:
    client = inside(finance)
    client.get("/account/2fa/totp/activate/")

    answer = client.post("/account/2fa/totp/activate/", {"code": "000000"})

    assert "Incorrect code." in text_of(answer)
    assert not Authenticator.objects.filter(user=finance).exists()


def test_recovery_codes_are_shown_downloaded_and_each_opens_once(
    finance: User, inside: Inside
) -> None:
    client = inside(finance)
    app_of(client)
    codes = client.get("/account/2fa/recovery-codes/").context["unused_codes"]
    file = client.get("/account/2fa/recovery-codes/download/")

    assert len(codes) == 10
    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert [line for line in file.content.decode().splitlines() if line.isdigit()] == codes

    entered = []
    for _ in range(2):
        again = browser()
        sign_in(finance, client=again)
        entered.append(again.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code)
    assert entered == [302, 200]
    assert codes[0] not in client.get("/account/2fa/recovery-codes/").content.decode()
    assert "9 recovery codes are left." in text_of(client.get("/account/security/"))


def test_new_recovery_codes_end_the_old_ones(finance: User, inside: Inside) -> None:
    client = inside(finance)
    app_of(client)
    before = client.get("/account/2fa/recovery-codes/").context["unused_codes"]

    client.post("/account/2fa/recovery-codes/generate/")

    after = client.get("/account/2fa/recovery-codes/").context["unused_codes"]
    assert len(after) == 10
    assert not set(before) & set(after)


def test_the_last_factor_of_somebody_who_needs_one_stays(analyst: User, inside: Inside) -> None:
    client = inside(analyst)

    page = client.post("/account/2fa/totp/deactivate/")

    assert "You need a second factor: add another one first." in text_of(page)
    assert Authenticator.objects.filter(user=analyst, type="totp").exists()
    assert "/account/2fa/totp/deactivate/" not in client.get("/account/security/").content.decode()


def test_the_last_passkey_of_somebody_who_needs_one_stays(analyst: User, inside: Inside) -> None:
    client = inside(analyst)
    Authenticator.objects.filter(user=analyst).delete()
    key = Authenticator.objects.create(user=analyst, type="webauthn", data={"name": "Key"})

    answer = client.post(f"/account/2fa/passkeys/{key.pk}/remove/")

    assert answer.url == "/account/security/"
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_somebody_elses_passkey_is_not_found(analyst: User, finance: User, inside: Inside) -> None:
    key = Authenticator.objects.create(user=finance, type="webauthn", data={"name": "Key"})
    client = inside(analyst)

    for what in ("remove", "edit"):
        assert client.get(f"/account/2fa/passkeys/{key.pk}/{what}/").status_code == 404
        assert client.post(f"/account/2fa/passkeys/{key.pk}/{what}/").status_code == 404


def test_who_needs_none_may_take_it_off_and_the_codes_go_with_it(
    finance: User, inside: Inside
) -> None:
    client = inside(finance)
    app_of(client)

    assert client.post("/account/2fa/totp/deactivate/").url == "/account/2fa/"
    assert not Authenticator.objects.filter(user=finance).exists()


@pytest.mark.parametrize(
    "address",
    [
        "/account/2fa/totp/activate/",
        "/account/2fa/passkeys/add/",
        "/account/2fa/recovery-codes/generate/",
    ],
)
def test_factors_are_changed_only_by_who_has_just_shown_who_they_are(
    address: str, finance: User, inside: Inside
) -> None:
    client = inside(finance)
    assert client.get(address).status_code == 200

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        asked = client.get(address)
        assert asked.url == f"/account/reauthenticate/?next={address.replace('/', '%2F')}"
        assert "Incorrect password." in text_of(client.post(asked.url, {"password": "wrong"}))
        assert client.post(asked.url, {"password": PASSWORD}).url == address
        assert client.get(address).status_code == 200


def test_an_old_session_does_not_see_recovery_codes(finance: User, inside: Inside) -> None:
    client = inside(finance)
    app_of(client)

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        for address in ("", "download/"):
            asked = client.get(f"/account/2fa/recovery-codes/{address}")
            assert asked.url.startswith("/account/reauthenticate/")


def test_the_first_factor_ends_the_sessions_that_never_showed_one(
    finance: User, inside: Inside
) -> None:
    elsewhere, here = inside(finance), inside(finance)

    app_of(here)

    assert elsewhere.get("/account/profile/").url.startswith("/account/login/")
    assert here.get("/account/profile/").status_code == 200


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_each_change_is_audited_and_told_to_its_owner(
    finance: User, importer: Importer, inside: Inside
) -> None:
    client = inside(finance)
    app_of(client)
    client.post("/account/2fa/recovery-codes/generate/")
    client.post("/account/2fa/totp/deactivate/")

    told = [what for who, what in told_of(importer) if who == finance.email]
    assert told == [
        "signed in",
        "factor added",  # the app
        "factor added",  # its recovery codes
        "factor removed",
        "factor added",
        "factor removed",
        "factor removed",
    ]
    assert letters() == [
        (finance.email, "An authenticator app was added"),
        (finance.email, "New recovery codes were made"),
        (finance.email, "Your authenticator app was removed"),
    ]


def test_a_wrong_code_of_staff_is_on_the_brokerages_chain(analyst: User) -> None:
    client = browser()
    sign_in(analyst, client=client)
    client.post("/account/2fa/authenticate/", {"code": "000000"})

    assert told_of_staff() == [("sign-in", "sign-in failed")]


def test_somebody_who_lost_everything_is_let_in_again_by_a_command(
    analyst: User, inside: Inside
) -> None:
    client = inside(analyst)
    say = StringIO()

    call_command("remove_second_factors", email=analyst.email, json=True, stdout=say)

    assert json.loads(say.getvalue()) == {"email": analyst.email, "removed": 1}
    assert client.get("/work/").url.startswith("/account/login/")
    assert sign_in(analyst, client=client).url == "/"
    assert client.get("/work/").url == SETUP
    assert ("command", "factor removed") in told_of_staff()


def test_the_command_says_when_there_is_nothing_to_remove(finance: User) -> None:
    with pytest.raises(SystemExit) as refused:
        call_command("remove_second_factors", email=finance.email, json=True, stdout=StringIO())

    assert refused.value.code == 1
