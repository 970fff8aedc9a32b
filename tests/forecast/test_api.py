"""Forecasts, security and the rulebook for integrations."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from carmsvc.platform.api_keys import create_api_key
from carmsvc.platform.openapi import openapi_document
from clients.actions.security import record_security
from clients.models import ProgramAccount, ReleaseStatus, SecurityInstrument, User
from statements.actions.rulebook import approve_value, propose_value
from statements.api.forecasts import ComponentsSerializer
from statements.models import RulebookEntry
from statements.rules.forecast import COLUMNS
from statements.rules.rulebook_values import STARTING_VALUES
from tests.books import Line, ledger, soa
from tests.forecast.conftest import TODAY

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
Browser = Callable[[User], Client]
OCTOBER = date(2026, 10, 17)
ZEROES = dict.fromkeys(COLUMNS, "0.00")


@pytest.fixture
def desk(signed_in: Browser, analyst: User) -> Client:
    return signed_in(analyst)


def bond(account: ProgramAccount, by: User, amount: str = "10000.00", **told: Any) -> Any:
    usual = {"form": "bond", "valid_from": date(2026, 1, 1)}
    return record_security(account=account, amount=Decimal(amount), by=by, **(usual | told))


def wish(account: ProgramAccount, **more: Any) -> dict[str, Any]:
    usual = {
        "program_account": account.bn15,
        "form": "bond",
        "amount": "10000.00",
        "valid_from": "2026-01-01",
    }
    return usual | more


def post(client: Client, address: str, body: dict[str, Any], key: str = "once") -> Any:
    return client.post(
        address, body, content_type="application/json", headers={"Idempotency-Key": key}
    )


def test_a_forecast_says_the_next_statements_and_the_twelve_months(
    desk: Client, account: ProgramAccount
):
    soa(account, Line(1, "100.00"), last=OCTOBER)
    split = (("duty", "200.00"), ("gst", "100.00"))
    ledger(account, Line(1, "100.00"), Line(2, "310.00", released=date(2026, 11, 2), parts=split))

    answer = desk.get(f"/api/v1/forecasts/{account.pk}/").json()

    assert answer == {
        "id": account.pk,
        "importer": account.importer_id,
        "program_account": account.bn15,
        "next_statements": [
            {
                "period_end": "2026-11-17",
                "statement_on": "2026-11-25",
                "entries": 1,
                "total": "310.00",
                "components": ZEROES | {"duty": "200.00", "gst": "100.00", "unsplit": "10.00"},
                "security_required": "5000.00",
                "security_level": "full",
            }
        ],
        "left_open": "100.00",
        "pattern": {"mean": "100.00", "highest": "100.00", "periods": 1},
        "history": [
            {
                "period_end": "2026-10-17",
                "total": "100.00",
                "duties_and_taxes": "100.00",
                "components": ZEROES | {"unsplit": "100.00"},
            }
        ],
    }


def test_the_components_are_the_columns_of_the_page():
    assert list(ComponentsSerializer().fields) == list(COLUMNS)


def test_forecasts_are_listed_a_page_of_accounts_and_cost_no_more_for_more(
    desk: Client,
    account: ProgramAccount,
    other_account: ProgramAccount,
    django_assert_max_num_queries: Any,
):
    with django_assert_max_num_queries(25):
        page = desk.get(f"/api/v1/forecasts/?importer={account.importer_id}").json()

    assert [row["program_account"] for row in page["results"]] == [
        account.bn15,
        other_account.bn15,
    ]


def test_headroom_says_which_months_it_was_measured_by(
    desk: Client, account: ProgramAccount, analyst: User
):
    soa(account, Line(1, "18000.00"), last=OCTOBER)
    bond(account, analyst)

    answer = desk.get(f"/api/v1/security/headroom/{account.pk}/").json()

    missing = answer.pop("statements_missing")
    assert (len(missing), missing[0]) == (11, "2025-11-17")
    assert answer == {
        "id": account.pk,
        "importer": account.importer_id,
        "program_account": account.bn15,
        "form": "bond",
        "posted": "10000.00",
        "level": "warning",
        "release_status": None,
        "review": {
            "review_on": "2026-10-20",
            "first": "2025-10-20",
            "last": "2026-10-19",
            "comply_by": "2027-01-15",
        },
        "by_review": {
            "month": "2026-10-17",
            "highest": "18000.00",
            "required": "9000.00",
            "headroom": "1000.00",
            "used_percent": "90.0",
            "level": "warning",
        },
        "by_months_since": {
            "month": None,
            "highest": "0.00",
            "required": "0.00",
            "headroom": "10000.00",
            "used_percent": "0.0",
            "level": "",
        },
    }


def test_security_is_recorded_changed_and_ended(desk: Client, account: ProgramAccount):
    first = post(desk, "/api/v1/security/", wish(account, number="B-1"))
    assert (first.status_code, first.json()["amount"]) == (201, "10000.00")
    pk = first.json()["id"]
    assert first["Location"] == f"http://testserver/api/v1/security/{pk}/"

    change = wish(account, amount="12000.00", replaces=pk)
    second = post(desk, "/api/v1/security/", change, "twice")
    assert second.status_code == 201
    assert desk.get(f"/api/v1/security/{pk}/").json()["superseded_by"] == second.json()["id"]

    address = f"/api/v1/security/{second.json()['id']}/ending/"
    ended = post(desk, address, {"ended_on": "2026-11-23", "reason": "Sold."}, "thrice")
    assert (ended.status_code, ended.json()["ended_on"]) == (200, "2026-11-23")
    again = post(desk, address, {"ended_on": "2026-11-23", "reason": "Sold."}, "four times")
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")


def test_what_changed_and_what_ended_can_be_left_out(
    desk: Client, account: ProgramAccount, analyst: User
):
    old = bond(account, analyst)
    new = bond(account, analyst, "20000.00", replaces=old)

    page = desk.get("/api/v1/security/?changed=false&ended=false").json()

    assert [row["id"] for row in page["results"]] == [new.pk]


def test_security_of_another_account_is_not_replaced(
    desk: Client, account: ProgramAccount, other_account: ProgramAccount, analyst: User
):
    other = bond(other_account, analyst)

    answer = post(desk, "/api/v1/security/", wish(account, replaces=other.pk))

    assert answer.status_code == 404
    assert SecurityInstrument.objects.count() == 1


def test_the_release_status_is_noted(desk: Client, account: ProgramAccount):
    answer = post(
        desk,
        f"/api/v1/security/headroom/{account.pk}/release-status/",
        {"status": "suspended", "seen_on": "2026-11-20"},
    )

    assert (answer.status_code, answer.json()["release_status"]) == (200, "suspended")
    assert ReleaseStatus.objects.get().seen_on == date(2026, 11, 20)


def test_whoever_may_only_look_records_nothing(
    signed_in: Browser, finance: User, account: ProgramAccount
):
    assert post(signed_in(finance), "/api/v1/security/", wish(account)).status_code == 403
    assert SecurityInstrument.objects.count() == 0


def test_a_stranger_finds_neither_accounts_nor_security(
    signed_in: Browser, other_finance: User, account: ProgramAccount, analyst: User
):
    one, stranger = bond(account, analyst), signed_in(other_finance)

    for address in (
        f"forecasts/{account.pk}/",
        f"security/{one.pk}/",
        f"security/headroom/{account.pk}/",
    ):
        assert stranger.get(f"/api/v1/{address}").status_code == 404
    assert stranger.get("/api/v1/security/").json()["results"] == []
    assert post(stranger, "/api/v1/security/", wish(account)).status_code == 404
    assert SecurityInstrument.objects.count() == 1


def test_a_key_needs_the_grant_of_each(client: Client, account: ProgramAccount, analyst: User):
    _key, text = create_api_key(
        name="reads forecasts",
        user=analyst,
        importer_ids=[account.importer_id],
        grants=["forecasts:read"],
    )
    headers = {"Authorization": f"Bearer {text}"}

    answers = {
        name: client.get(f"/api/v1/{name}/", headers=headers).status_code
        for name in ("forecasts", "security", "security/headroom", "rulebook")
    }
    assert answers == {
        "forecasts": 200,
        "security": 403,
        "security/headroom": 403,
        "rulebook": 403,
    }


def test_the_rulebook_lists_what_is_in_force_with_its_source(desk: Client):
    answer = desk.get("/api/v1/rulebook/?name=bond_percent").json()

    [only] = [one for one in STARTING_VALUES if one.name == "bond_percent"]
    assert answer == {
        "on": TODAY.isoformat(),
        "results": [
            {
                "name": "bond_percent",
                "word": "Security by bond",
                "key": "",
                "value": "50",
                "from_on": "2024-10-21",
                "to_on": None,
                "source": only.source,
                "is_in_force": True,
                "state": "written_here",
                "entry": None,
                "proposed_at": None,
                "decided_at": None,
                "reason": "",
            }
        ],
    }


def test_what_was_in_force_before_is_its_history(desk: Client, administrator: User, analyst: User):
    entry = propose_value(
        name="bond_percent", key="", value="60", from_on=date(2026, 11, 1), to_on=None,
        source="CBSA notice", by=analyst,
    )  # fmt: skip
    approve_value(entry=RulebookEntry.objects.get(pk=entry.pk), by=administrator)

    now = desk.get("/api/v1/rulebook/?name=bond_percent").json()["results"]
    before = desk.get("/api/v1/rulebook/?name=bond_percent&on=2026-10-31").json()["results"]
    every = desk.get("/api/v1/rulebook/?name=bond_percent&history=true").json()["results"]

    assert [(one["value"], one["state"]) for one in now] == [("60", "approved")]
    assert [(one["value"], one["state"]) for one in before] == [("50", "written_here")]
    assert [(one["value"], one["is_in_force"]) for one in every] == [("50", False), ("60", True)]


@pytest.mark.parametrize("query", ["name=nonsense", "on=yesterday", "page=2"])
def test_what_the_rulebook_does_not_know_is_named(desk: Client, query: str):
    answer = desk.get(f"/api/v1/rulebook/?{query}")

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert query.partition("=")[0] in answer.content.decode()


def test_all_of_it_is_in_the_openapi_document(db: None):
    paths = openapi_document()["paths"]

    assert {
        path: sorted(set(told) & {"get", "post"})
        for path, told in paths.items()
        if path.startswith(("/api/v1/forecasts", "/api/v1/security", "/api/v1/rulebook"))
    } == {
        "/api/v1/forecasts/": ["get"],
        "/api/v1/forecasts/{id}/": ["get"],
        "/api/v1/rulebook/": ["get"],
        "/api/v1/security/": ["get", "post"],
        "/api/v1/security/headroom/": ["get"],
        "/api/v1/security/headroom/{id}/": ["get"],
        "/api/v1/security/headroom/{id}/release-status/": ["post"],
        "/api/v1/security/{id}/": ["get"],
        "/api/v1/security/{id}/ending/": ["post"],
    }
