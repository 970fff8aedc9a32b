"""The walls are as good as what stands behind them: a row in every table, a word in every text."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models

from carmsvc.platform.tenancy import TenantModel, importer_scope
from statements.models import Payment
from tests.walls.world import Tenant

TENANT_MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
# columns whose text is not a person's: states, hashes, paths, codes
NOT_WORDS = {
    "mail", "key", "kind", "code", "address", "action", "actor", "target_kind", "previous_hash",
    "own_hash", "head_hash", "header_signature", "original", "sha256", "proof", "proof_sha256",
    "token_hash", "reason_code", "identity", "line_identity", "entry_identity", "input_digest",
    "rule_version", "current_pass", "reason", "other_program_account", "directed_to",
    "transaction_type", "last_failure", "void_reason",
    "signed_copy_sha256", "evidence_sha256", "content_type", "scanner", "finding", "text_note",
    "subject_kind", "question", "file", "signed_copy", "evidence",
}  # fmt: skip


def words_missing(tenant: Tenant, model: Any) -> list[str]:
    """The text columns of a table in which no row says whose it is."""
    with importer_scope(tenant.importer.pk):
        rows = [
            {name: str(value).lower() for name, value in row.items()}
            for row in model.objects.values()
        ]
    if not rows:
        return [f"{model.__name__} has no row: give both importers one in tests/walls/world.py"]
    texts = [
        column.attname
        for column in model._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField | models.FileField)
        and not column.choices
        and column.attname not in NOT_WORDS
    ]
    return [
        f"{model.__name__}.{name} never says “{tenant.word}”"
        for name in texts
        if not any(marker in row[name] for row in rows for marker in tenant.markers)
    ]


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model.__name__)
def test_every_text_of_the_other_importer_says_whose_it_is(theirs: Tenant, model: Any):
    assert words_missing(theirs, model) == []


def test_a_table_without_a_row_or_a_text_without_a_word_is_noticed(theirs: Tenant):
    nobody = Tenant("Elsewhere", 123123123, importer=theirs.importer)

    assert words_missing(nobody, Payment) == [
        f"Payment.{name} never says “Elsewhere”" for name in ("reference", "note", "proof_name")
    ]
