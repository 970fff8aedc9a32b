"""Which importers are asked for is said to PostgreSQL in the way that costs the least."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from carmsvc.platform.tenancy import (
    MANY,
    NoImporterInScope,
    TenantKey,
    importer_scope,
    of_importers,
)
from clients.models import Importer

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def many() -> list[int]:
    """As many importers as a brokerage needs to be large, and one more."""
    ids = [key.pk for key in TenantKey.objects.bulk_create(TenantKey() for _ in range(MANY + 1))]
    with importer_scope(ids):
        Importer.objects.bulk_create(
            Importer(id=pk, legal_name=f"Importer {at}", bn9=f"{at:09d}")
            for at, pk in enumerate(ids)
        )
    return ids


def found(importers: list[int]) -> tuple[list[int], str]:
    """Those of these importers that the open scope has, and the SQL that found them."""
    rows = Importer.objects.filter(of_importers(importers, "pk")).order_by("pk")
    with CaptureQueriesContext(connection) as queries:
        numbers = list(rows.values_list("pk", flat=True))
    return numbers, queries[0]["sql"]


def test_of_all_importers_of_a_large_brokerage_the_wall_alone_is_asked(many: list[int]):
    with importer_scope(many):
        numbers, sql = found(many)

    assert numbers == many
    assert "WHERE" not in sql


def test_most_of_a_large_brokerage_are_asked_for_as_rows(many: list[int]):
    with importer_scope(many):
        numbers, sql = found(many[1:])

    assert numbers == many[1:]
    assert sql.count("unnest") == 1


def test_a_few_importers_are_named(many: list[int]):
    with importer_scope(many):
        numbers, sql = found(many[:2])

    assert numbers == many[:2]
    assert f"IN ({many[0]}, {many[1]})" in sql


def test_who_is_asked_for_and_not_in_the_scope_is_not_found(many: list[int]):
    with importer_scope(many[:2]):
        assert found(many)[0] == many[:2]
    with importer_scope(many[1:]):
        assert found(many)[0] == many[1:]


def test_a_large_brokerage_is_asked_for_in_a_scope_only(many: list[int]):
    with pytest.raises(NoImporterInScope):
        of_importers(many)
