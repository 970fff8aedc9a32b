"""What one can name to the API: things of an importer's in a query or a body, as OpenAPI tells.

The names are read from the document, so that a new filter or field is tried without being thought
of, and one that nobody can fill fails the suite until `named` knows it.
"""

import re
from collections.abc import Iterator
from typing import Any

from carmsvc.platform.openapi import openapi_document
from tests.walls.addresses import Address
from tests.walls.cases import Case
from tests.walls.world import Tenant

# texts and numbers that name nothing of an importer's
NAMES_NOTHING = {
    *("cursor", "page_size", "action", "kind", "object_kind", "subject_kind", "province"),
    *("days", "overlap_days", "count", "approved_ticks", "agreed_ticks", "state", "limit"),
}
# ids that mean another row in another table: our row may have the same number
MEANS_SEVERAL = {"object_id", "actor_id", "subject_id", "person", "number", "name"}
ACCOUNTS = ("program_account", "program_accounts", "approved_accounts", "bn15")


def named(tenant: Tenant) -> dict[str, Any]:
    """An importer's things by the names that filters and fields have for them."""
    ids = {name.removesuffix("_id"): value for name, value in tenant.ids.items()}
    return ids | {
        **dict.fromkeys(ACCOUNTS, tenant.bn15),
        "bn9": tenant.bn9,
        "legal_name": tenant.word,
        "name": tenant.word,
        "q": tenant.word,
        "email": f"owner@{tenant.word}.example".lower(),
        "transaction_no": f"12345{tenant.number(1)}",
        "number": f"SR-{tenant.bn9}",
        "file": tenant.ids["statement_file_id"],
        "actor_id": tenant.people["owner"].pk,
        "object_id": tenant.ids["statement_id"],
        "subject_id": tenant.ids["document_id"],
    }


def path_told(address: Address) -> str:
    """How the document writes an address: `/api/v1/statements/{id}/`."""
    route = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{address.route}")
    return route if route in openapi_document()["paths"] else route.replace("{pk}", "{id}")


def operation(address: Address, method: str) -> dict[str, Any]:
    """What the document says of one method of an address; nothing where it says nothing."""
    told: dict[str, Any] = openapi_document()["paths"].get(path_told(address), {}).get(method, {})
    return told


def filters(address: Address) -> list[str]:
    """The parameters with which a list can be asked for something of an importer's."""
    return [
        one["name"]
        for one in operation(address, "get").get("parameters", ())
        if one["in"] == "query" and _can_name(one["name"], one["schema"])
    ]


def orders(address: Address) -> list[str]:
    """In how many ways a list can be ordered."""
    for one in operation(address, "get").get("parameters", ()):
        if one["name"] == "ordering":
            return list(one["schema"]["enum"])
    return []


def fields(address: Address, method: str) -> list[str]:
    """The fields of a body that take an id or an account."""
    contents = operation(address, method).get("requestBody", {}).get("content", {})
    schema = next(iter(contents.values()), {}).get("schema", {})
    properties = _resolved(schema).get("properties", {})
    return [name for name, one in properties.items() if _takes_an_id(name, one)]


def filters_unknown(address: Address, tenant: Tenant) -> Iterator[str]:
    """Filters that cannot be tried, because nothing of an importer's goes by their name."""
    for name in filters(address):
        if name not in named(tenant):
            yield f"{address.name} can be asked for {name}: say in wishes.py what an importer has"


def fields_untried(address: Address, case: Case, tenant: Tenant) -> Iterator[str]:
    """Fields that take an id and that no body of the case holds."""
    need = case.need("post")
    if need is None or need.is_brokerage_wide or "post" not in address.api_methods:
        return
    body = case.body(tenant) if case.body else {}
    for name in fields(address, "post"):
        if name not in body:
            yield f"{address.name} takes {name}: put one into the body of its case"


def _resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = openapi_document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _can_name(name: str, schema: dict[str, Any]) -> bool:
    is_open = "enum" not in schema and schema.get("format") in (None, "int64")
    return name not in NAMES_NOTHING and is_open and schema.get("type") in ("string", "integer")


def _takes_an_id(name: str, schema: dict[str, Any]) -> bool:
    kinds = (schema.get("type"), schema.get("items", {}).get("type"))
    is_number = "integer" in kinds or kinds[0] == ["integer", "null"]
    return name in ACCOUNTS or (is_number and name not in NAMES_NOTHING)
