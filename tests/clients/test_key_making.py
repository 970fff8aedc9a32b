"""Who may make which API key, on pages and by a command."""

import json
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from carmsvc.platform.api_keys import ApiKey, key_named
from carmsvc.platform.refusals import Refused
from carmsvc.platform.tenancy import importer_scope
from clients.actions.keys import issue_api_key
from clients.models import Importer, Membership, User
from clients.queries.keys import people_for_keys
from tests.clients.keys import events, made, refusal

# who may make which


def test_an_owner_makes_a_key_for_their_importer(
    owner: User, importer: Importer, settings: Any
) -> None:
    key = made(owner, importer, by=owner, grants=["statement-files:write", "statements:read"])

    (event,) = events(importer)
    assert (key.user, key.created_by, key.importer_ids) == (owner, owner, [importer.pk])
    assert key.grants == ["statement-files:write", "statements:read"]
    days = (key.expires_at - key.created_at).total_seconds() / 86_400
    assert round(days, 3) == settings.API_KEY_DAYS == 365
    assert (event.action, event.actor, event.target_id) == (
        "API key created",
        "owner@maple.example",
        key.pk,
    )
    assert event.after["grants"] == key.grants
    assert key.secret_hash not in str(event.after)


@pytest.mark.parametrize("person", ["finance", "analyst", "staff_viewer", "other_finance"])
def test_who_does_not_manage_keys_makes_none(
    person: str, importer: Importer, request: pytest.FixtureRequest
) -> None:
    maker = request.getfixturevalue(person)

    with pytest.raises(Refused) as refused:
        made(maker, importer, by=maker)

    assert refused.value.reasons[0] == ("You do not manage the API keys of importer 123456782.")
    assert not ApiKey.objects.exists()


def test_the_right_is_asked_for_with_every_importer(
    owner: User, importer: Importer, stranger: Importer
) -> None:
    with importer_scope(stranger.pk):
        Membership.objects.create(importer=stranger, user=owner, role="finance")

    with pytest.raises(Refused) as refused:
        made(owner, importer, stranger, by=owner)

    assert refused.value.reasons == ["You do not manage the API keys of importer 100000009."]


def test_nobody_makes_a_key_of_somebody_who_may_do_more(
    owner: User, analyst: User, administrator: User, finance: User, importer: Importer
) -> None:
    with pytest.raises(Refused) as of_analyst:
        made(analyst, importer, by=owner)
    with pytest.raises(Refused) as of_administrator:
        made(administrator, importer, by=owner)

    assert of_analyst.value.reasons == [
        "analyst@broker.example may do more with importer 123456782 than you.",
        "analyst@broker.example may do more for the brokerage than you.",
    ]
    assert of_administrator.value.reasons == [
        "admin@broker.example may do more with importer 123456782 than you.",
        "admin@broker.example may do more for the brokerage than you.",
    ]
    assert made(finance, importer, by=owner).user == finance
    assert made(analyst, importer, by=administrator).user == analyst


def test_a_person_answers_only_for_importers_they_see(
    administrator: User, finance: User, importer: Importer, stranger: Importer
) -> None:
    with pytest.raises(Refused) as refused:
        made(finance, importer, stranger, by=administrator)

    assert refused.value.reasons == ["finance@maple.example does not see importer 100000009."]


def test_a_wrong_wish_is_refused_with_every_reason(owner: User, importer: Importer) -> None:
    wish = {"user": owner, "by": owner, "importers": [], "days": 731}

    reasons = refusal(issue_api_key, name=" ", grants=["statement:read"], **wish)
    too_long = refusal(issue_api_key, name="n" * 101, grants=[], **{**wish, "days": 0})

    assert reasons == [
        "Give the key a name that says what it is for.",
        "Choose at least one importer.",
        "There is no grant “statement:read”; one is a resource and a right, such as "
        "statements:read.",
        "A key works for 1 to 730 days.",
    ]
    assert too_long == [
        "The name has at most 100 characters.",
        "Choose at least one importer.",
        "Choose at least one thing that the key may read.",
        "A key works for 1 to 730 days.",
    ]


def test_a_form_sent_twice_makes_one_key(owner: User, importer: Importer) -> None:
    wish = uuid4()
    made(owner, importer, by=owner, wish=wish)

    with pytest.raises(Refused) as refused:
        made(owner, importer, by=owner, wish=wish)

    assert refused.value.reasons == ["This key was made already; it is shown only once."]
    assert ApiKey.objects.count() == 1


def test_who_may_answer_is_oneself_and_whom_one_looks_over(
    owner: User,
    finance: User,
    analyst: User,
    other_finance: User,
    administrator: User,
    importer: Importer,
    stranger: Importer,
) -> None:
    with importer_scope(importer.pk):
        assert set(people_for_keys(owner)) == {owner, finance}
        assert list(people_for_keys(finance)) == [finance]
    with importer_scope([importer.pk, stranger.pk]):
        everybody = {owner, finance, analyst, other_finance, administrator}
        assert set(people_for_keys(administrator)) == everybody


# by a command


def command(*arguments: str) -> dict[str, Any]:
    """The document that `create_api_key` answers."""
    out = StringIO()
    call_command("create_api_key", *arguments, "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_the_command_makes_a_key_with_grants(finance: User, importer: Importer) -> None:
    wish = ("--user", finance.email, "--importer", importer.bn9, "--name", "ERP")

    some = command(*wish, "--grant", "statements:read", "ledger-files:write")
    plain = command(*wish)
    writing = command(*wish, "--write", "--grant", "statements:read")

    assert some["grants"] == ["ledger-files:write", "statements:read"]
    assert plain["grants"] == ["*:read"]
    assert writing["grants"] == ["*:write"]
    assert key_named(some["key"]) == ApiKey.objects.order_by("id")[0]
    assert ApiKey.objects.order_by("id")[0].created_by is None
    assert [event.actor for event in events(importer)] == ["command"] * 3


def test_the_command_refuses_what_the_pages_refuse(
    finance: User, importer: Importer, capsys: Any
) -> None:
    wish = ("--user", finance.email, "--importer", importer.bn9, "--name", "ERP")

    with pytest.raises(SystemExit) as refused:
        call_command("create_api_key", *wish, "--grant", "statement:read", "--json")
    with pytest.raises(CommandError) as too_long:
        call_command("create_api_key", *wish, "--days", "731")

    assert refused.value.code == 1
    assert "There is no grant “statement:read”" in capsys.readouterr().out
    assert str(too_long.value) == "--days is 1 to 730"
    assert not ApiKey.objects.exists()
