"""API keys: who may make which, until when, who ended it, and what the audit tells of that."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from carmsvc.platform.api_keys import ApiKey, create_api_key, key_named
from carmsvc.platform.key_grants import (
    api_resources,
    covers,
    grant_needed,
    unknown_grants,
    without_doubles,
)
from clients.models import Importer, User
from tests.clients.keys import made

# what a grant is


@pytest.mark.parametrize(
    ("held", "grant", "included"),
    [
        (["statements:read"], "statements:read", True),
        (["statements:read"], "statements:write", False),
        (["statements:write"], "statements:read", True),
        (["statements:write"], "matches:read", False),
        (["*:read"], "matches:read", True),
        (["*:read"], "matches:write", False),
        (["*:write"], "matches:write", True),
        (["statements:read", "matches:write"], "*:read", False),
        ([], "statements:read", False),
    ],
)
def test_writing_includes_reading_and_a_star_includes_all(
    held: list[str], grant: str, included: bool
) -> None:
    assert covers(held, grant) is included


def test_what_another_grant_includes_is_not_kept() -> None:
    wide = ["statements:read", "statements:write", "matches:read", "matches:read"]

    assert without_doubles(wide) == ["matches:read", "statements:write"]
    assert without_doubles(["*:read", "matches:read", "statements:write"]) == [
        "*:read",
        "statements:write",
    ]


def test_a_grant_names_a_resource_of_the_api_and_a_right() -> None:
    assert {"statements", "statement-files", "match-runs", "api-keys"} <= set(api_resources())
    assert not {"me", "schema", "docs", ""} & set(api_resources())
    assert unknown_grants(["statements:read", "*:write"]) == []
    assert unknown_grants(["statement:read", "statements", "statements:delete", "*"]) == [
        "statement:read",
        "statements",
        "statements:delete",
        "*",
    ]


def test_reading_an_address_needs_read_and_everything_else_write() -> None:
    route = "api/v1/statements/<int:pk>/lines/"

    assert grant_needed("GET", route) == grant_needed("HEAD", route) == "statements:read"
    assert grant_needed("POST", route) == grant_needed("DELETE", route) == "statements:write"
    assert grant_needed("GET", "api/v1/me/") is None


# how it is kept


def test_only_a_hash_of_a_key_is_stored(owner: User, importer: Importer) -> None:
    key, text = create_api_key(name="n", user=owner, importer_ids=[importer.pk], grants=["*:read"])
    secret = text.removeprefix(f"carm_{key.prefix}_")

    with connection.cursor() as cursor:
        cursor.execute("SELECT platform_apikey::text FROM platform_apikey")
        (row,) = cursor.fetchone()

    assert len(secret) == 43  # 256 bits
    assert key.prefix in row
    assert secret not in row
    assert key_named(text) == key
    assert key_named(text + "x") is None
    assert key_named(text.replace(key.prefix, "00000000")) is None


def test_what_a_key_could_do_before_grants_it_can_do_after(owner: User, importer: Importer) -> None:
    writing, reading = made(owner, importer, by=owner), made(owner, importer, by=owner)
    loader = MigrationLoader(connection)
    migration = loader.get_migration("platform", "0007_key_grants")
    past = loader.project_state(("platform", "0007_key_grants"), at_end=False)
    steps = [type(one).__name__ for one in migration.operations]
    telling = migration.operations[steps.index("RunPython")]
    for step in migration.operations[: steps.index("RunPython")]:
        step.state_forwards("platform", past)
    with connection.cursor() as cursor:  # a table of before, in front of the one of today
        cursor.execute(
            "CREATE TEMP TABLE platform_apikey ON COMMIT DROP AS "
            "SELECT *, id = %s AS may_write FROM public.platform_apikey",
            [writing.pk],
        )

    telling.code(past.apps, connection.schema_editor())

    writing.refresh_from_db()
    reading.refresh_from_db()
    assert (writing.grants, reading.grants) == (["*:write"], ["*:read"])


def test_a_key_that_somebody_revoked_is_revoked(owner: User, importer: Importer) -> None:
    key = made(owner, importer, by=owner)

    with pytest.raises(IntegrityError), transaction.atomic():
        ApiKey.objects.filter(pk=key.pk).update(revoked_by=owner)
